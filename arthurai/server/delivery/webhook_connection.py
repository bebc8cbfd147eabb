"""Posting webhooks: to which addresses, and signed with what."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
import threading
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from arthurai.common.webhook_signature import SECRET_PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping

TIMEOUT_SECONDS: Final = 10.0
RESPONSE_SECONDS: Final = 30.0


class ForbiddenTargetError(Exception):
    """The host of a webhook has a private address."""


def derive_signing_secret(server_secret: bytes, configuration_id: str) -> str:
    """Return the secret that signs the webhooks of a notification configuration.

    Args:
        server_secret: The server's secret.
        configuration_id: Id of the configuration.
    """
    key = hmac.digest(server_secret, f"webhook\0{configuration_id}".encode(), hashlib.sha256)
    return SECRET_PREFIX + base64.b64encode(key).decode()


def post(url: str, body: bytes, headers: Mapping[str, str], *, allow_private: bool) -> int:
    """Post a body and return the status of the response; redirects are not followed.

    Args:
        url: Where to.
        body: JSON.
        headers: Further headers.
        allow_private: Whether the host may be this machine or one of a private network.

    Raises:
        ForbiddenTargetError: It is one and may not be.
        OSError: The host cannot be reached.
        http.client.HTTPException: The response is not HTTP.
    """
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (http.client.HTTPS_PORT if secure else http.client.HTTP_PORT)
    address = _resolve(host, port, allow_private=allow_private)
    connection = _Connection(host, port, address, secure=secure)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with contextlib.closing(connection):
        connection.connect()
        # the time-out counts from byte to byte, so a response could otherwise last forever
        limit = threading.Timer(RESPONSE_SECONDS, _cut, (connection.sock,))
        limit.start()
        try:
            connection.request(
                "POST", target, body, {"Content-Type": "application/json", **headers}
            )
            return connection.getresponse().status
        finally:
            limit.cancel()


class _Connection(http.client.HTTPConnection):
    """A connection to an address that was checked, whatever the name stands for by now."""

    def __init__(self, host: str, port: int, address: str, *, secure: bool) -> None:
        super().__init__(host, port, timeout=TIMEOUT_SECONDS)
        self._address = address
        self._secure = secure
        self.default_port = http.client.HTTPS_PORT if secure else http.client.HTTP_PORT

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), TIMEOUT_SECONDS)
        if self._secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)


def _resolve(host: str, port: int, *, allow_private: bool) -> str:
    """Return an address of a host; without private ones every address must be public."""
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not allow_private and not all(_is_public(address) for address in found):
        raise ForbiddenTargetError("the host has a private address")
    return found[0]


def _is_public(address: str) -> bool:
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        parsed = parsed.ipv4_mapped or parsed.sixtofour or parsed
    return parsed.is_global and not parsed.is_multicast


def _cut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
