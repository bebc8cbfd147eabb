"""Addresses and options of a connection, checked before anything is sent."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from arthurai.common.checks import check_bool
from arthurai.common.exceptions import (
    MissingParameterError,
    UserTypeError,
    UserValueError,
)
from arthurai.common.hosts import is_loopback
from arthurai.common.settings import (
    ALLOW_INSECURE_VARIABLE,
    CA_VARIABLES,
    VERIFY_SSL_VARIABLE,
    read_bool,
)
from arthurai.common.text import list_names, suggest
from arthurai.transport.redaction import redact_url

logger = logging.getLogger(__name__)

LOCAL_SCHEME: Final = "local"
_NETLOC: Final = re.compile(
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\W_](?:[\w.-]*\w)?\.?)(?::(?P<port>\d{1,5}))?"
)
_MAX_PORT: Final = 65535


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a server is: an origin on the network, or a local directory for the embedded server.

    Attributes:
        origin: Scheme, host and port without a trailing slash. For local servers an address that
            is only ever seen by the in-process transport.
        url: The address as users know it.
        local: Whether the server runs inside this process.
        directory: Where a local server keeps its data; `None` means in memory.
    """

    origin: str
    url: str
    local: bool = False
    directory: Path | None = None


def parse_endpoint(url: str, *, allow_insecure: bool = False) -> Endpoint:
    """Check the address of a server, before a credential goes anywhere.

    Args:
        url: `https://host[:port]`, `local://` for an embedded server in memory, or
            `local:///some/dir` for one that keeps its data in a directory. The directory is taken
            literally, without percent-decoding. A missing scheme means https.
        allow_insecure: Accept plain http, which sends credentials unencrypted. Needed for loopback
            addresses as well, unless `ARTHUR_ALLOW_INSECURE` is true.

    Returns:
        The checked address.

    Raises:
        UserTypeError: `url` is not a string.
        UserValueError: The address cannot be used; the message says why.
    """
    if not isinstance(url, str):
        raise UserTypeError(f"url must be a string, got {type(url).__name__}")
    url = url.strip()
    if not url:
        raise UserValueError('url is empty; give e.g. url="https://app.arthur.ai" or "local://"')
    if any(ch.isspace() or not ch.isprintable() for ch in url) and not _is_local(url):
        raise UserValueError(f"url {_redact(url)!r} contains blanks or control characters")
    if _is_local(url):
        return _local_endpoint(url)
    if "://" not in url:
        logger.warning("url %r has no scheme, https:// is assumed", _redact(url))
        url = f"https://{url}"
    return _network_endpoint(url, allow_insecure=allow_insecure)


def _is_local(url: str) -> bool:
    return url.lower().startswith(f"{LOCAL_SCHEME}:")


def _redact(url: str) -> str:
    try:
        return redact_url(url if "://" in url else f"//{url}")
    except ValueError:
        return "…"


def _local_endpoint(url: str) -> Endpoint:
    rest = url[len(LOCAL_SCHEME) + 1 :]
    path = rest.removeprefix("//")
    if not rest.startswith("//") or (path and not Path(path.lstrip("/") or "/").parts):
        raise UserValueError(f'url {url!r} must be "local://" or "local:///some/dir"')
    if path in {"", "/"}:
        if path == "/":
            raise UserValueError(
                f'url {url!r} names the root directory; use "local://" for a server in memory or '
                f'"local:///some/dir" for one with a data directory'
            )
        return Endpoint(origin="http://localhost", url="local://", local=True)
    if not path.isprintable():
        raise UserValueError(f"url {url!r} contains control characters")
    if re.match(r"/[A-Za-z]:[/\\]", path):  # local:///C:/data
        path = path[1:]
    directory = Path(path)
    if not directory.is_absolute():
        with contextlib.suppress(RuntimeError):  # "~name" of an unknown user
            directory = directory.expanduser()
        raise UserValueError(
            f"url {url!r} must name an absolute directory; "
            f'did you mean "local://{directory.absolute()}"?'
        )
    return Endpoint(
        origin="http://localhost", url=f"local://{path}", local=True, directory=directory
    )


def _network_endpoint(url: str, *, allow_insecure: bool) -> Endpoint:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise UserValueError(f"url {_redact(url)!r} is not a valid address: {error}") from None
    redacted = _redact(url)
    if parts.scheme not in {"http", "https"}:
        raise UserValueError(
            f"url {redacted!r} has the scheme {parts.scheme!r}; use https, or local:// for the "
            f"embedded server{suggest(parts.scheme, ['https', 'http', LOCAL_SCHEME])}"
        )
    if "@" in parts.netloc:
        raise UserValueError(
            f"url {redacted!r} contains a user name or password; leave them out and pass "
            f"access_key, or login and password"
        )
    match = _NETLOC.fullmatch(parts.netloc)
    if match is None:
        raise UserValueError(f"url {redacted!r} must name a valid host, e.g. https://app.arthur.ai")
    if match["port"] is not None and not 0 < int(match["port"]) <= _MAX_PORT:
        raise UserValueError(
            f"url {redacted!r} has the invalid port {match['port']}; use 1-{_MAX_PORT}"
        )
    origin = f"{parts.scheme}://{parts.netloc.lower()}"
    for what, value in (
        ("path", parts.path.strip("/")),
        ("query", parts.query),
        ("fragment", parts.fragment),
    ):
        if value:
            raise UserValueError(
                f"url {redacted!r} has a {what}; give scheme and host only: url={origin!r}"
            )
    if parts.scheme == "http" and not (allow_insecure or _may_be_insecure(match["host"])):
        raise UserValueError(
            f"url {redacted!r} is plain http, which would send the credentials unencrypted; use "
            f"https, or pass allow_insecure=True for a server on this machine or in a network "
            f"that you trust; for loopback addresses {ALLOW_INSECURE_VARIABLE}=true does as well"
        )
    return Endpoint(origin=origin, url=origin)


def _may_be_insecure(host: str) -> bool:
    """Return whether the environment allows plain http to a host; it can only for loopback."""
    return is_loopback(host) and read_bool(ALLOW_INSECURE_VARIABLE, default=False)


def resolve_verify_ssl(verify_ssl: bool | None) -> bool:
    """Return whether certificates are checked: the argument, else `VERIFY_SSL`, else yes.

    Raises:
        UserTypeError: The argument is not a bool.
        UserValueError: `VERIFY_SSL` is neither yes nor no.
    """
    if verify_ssl is None:
        return read_bool(VERIFY_SSL_VARIABLE, default=True)
    return check_bool("verify_ssl", verify_ssl)


def check_header_text(name: str, value: str, *, secret: bool) -> str:
    """Return the value of a request header without blanks around it.

    Args:
        name: Name of the argument, for the message.
        value: The value.
        secret: Whether the message must not show the value.

    Raises:
        UserTypeError: The value is not a string.
        MissingParameterError: The value is empty.
        UserValueError: The value contains characters that a header cannot carry.
    """
    if not isinstance(value, str):
        raise UserTypeError(f"{name} must be a string, got {type(value).__name__}")
    value = value.strip()
    if not value:
        raise MissingParameterError(f"{name} is empty")
    if not value.isascii() or not value.isprintable():
        quoted = "" if secret else f" {value!r}"
        raise UserValueError(
            f"{name}{quoted} contains characters other than printable ASCII; copy it again, "
            f"without line breaks and quotation marks"
        )
    return value


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """How requests are made. Every field has a default that suits most programs.

    Attributes:
        timeout: Seconds without progress after which reading or writing gives up.
        connect_timeout: Seconds to open a connection.
        proxy: Address of a proxy. Without it `HTTPS_PROXY` and its kin are honored.
        ca_bundle: File or directory of certificate authorities to trust instead of the usual ones.
            Without it `REQUESTS_CA_BUNDLE`, `CURL_CA_BUNDLE`, `SSL_CERT_FILE` and `SSL_CERT_DIR`
            are honored.
        max_connections: Connections kept open at once by one `ArthurAI`.
        attempts: Maximum number of times a request is sent, the first included.
        max_response_bytes: Largest response that is read into memory.
        compress: Whether larger JSON bodies are compressed by gzip. A server that returns 415
            for one gets it again uncompressed, and no other from then on.
        deadline: Seconds that one request may take in all, with every attempt and the waits
            between them; `None` for no bound but the time-outs of each attempt.
        row_deadline: The same for a request that sends a single row, which a service does while
            its own caller waits; `None` leaves it to `deadline`.
    """

    timeout: float = 300.0
    connect_timeout: float = 10.0
    proxy: str | None = field(default=None, repr=False)
    ca_bundle: str | os.PathLike[str] | None = None
    max_connections: int = 100
    attempts: int = 4
    max_response_bytes: int = 2 * 1024**3
    compress: bool = False
    deadline: float | None = None
    row_deadline: float | None = 10.0

    def __post_init__(self) -> None:
        for name in ("timeout", "connect_timeout", "deadline", "row_deadline"):
            value = getattr(self, name)
            if value is None and name.endswith("deadline"):
                continue
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise UserTypeError(f"http_options[{name!r}] must be a number of seconds")
            if not (math.isfinite(value) and value > 0):
                raise UserValueError(f"http_options[{name!r}] must be above 0, got {value!r}")
        for name in ("max_connections", "attempts", "max_response_bytes"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int):
                raise UserTypeError(f"http_options[{name!r}] must be a whole number")
            if value < 1:
                raise UserValueError(f"http_options[{name!r}] must be at least 1, got {value!r}")
        check_bool("http_options['compress']", self.compress)
        if self.proxy is not None:
            _check_proxy(self.proxy)

    @classmethod
    def parse(cls, options: Mapping[str, Any] | HttpOptions | None) -> HttpOptions:
        """Return the options in the `http_options` argument.

        Raises:
            UserTypeError: It is not a mapping, or a value has the wrong type.
            UserValueError: It has an unknown key or an impossible value.
        """
        if options is None:
            return cls()
        if isinstance(options, cls):
            return options
        known = [f.name for f in fields(cls)]
        if not isinstance(options, Mapping):
            raise UserTypeError(f"http_options must be a dict, got {type(options).__name__}")
        given = dict(options)
        for key in given:
            if key not in known:
                raise UserValueError(
                    f"unknown key {key!r} in http_options, must be one of {list_names(known)}"
                    f"{suggest(key, known)}"
                )
        return cls(**given)

    def ssl_context(self, *, verify: bool) -> ssl.SSLContext | bool:
        """Return what the HTTP library takes as its `verify` argument.

        Raises:
            UserValueError: `ca_bundle` cannot be read, or is given although nothing is verified.
        """
        bundle, name = self.ca_bundle, "http_options['ca_bundle']"
        if bundle is None and verify:
            for variable in CA_VARIABLES:
                if os.environ.get(variable):
                    bundle, name = os.environ[variable], variable
                    break
        if bundle is None:
            return verify
        if not verify:
            raise UserValueError(
                "http_options['ca_bundle'] is given, but verify_ssl is False: the bundle would "
                "have no effect; leave one of them out"
            )
        path = Path(bundle)
        if not path.exists():
            raise UserValueError(f"{name}={str(path)!r} does not exist")
        try:
            if path.is_dir():
                return ssl.create_default_context(capath=str(path))
            return ssl.create_default_context(cafile=str(path))
        except (ssl.SSLError, OSError) as error:
            raise UserValueError(
                f"{name}={str(path)!r} contains no certificates in PEM form: {error}"
            ) from error


def _check_proxy(proxy: str) -> None:
    if not isinstance(proxy, str):
        raise UserTypeError("http_options['proxy'] must be a string")
    try:
        parts = urlsplit(proxy)
        usable = parts.scheme in {"http", "https", "socks5", "socks5h"} and bool(parts.hostname)
        port = parts.port
    except ValueError:
        usable, port = False, None
    if not usable or port == 0:
        raise UserValueError(
            "http_options['proxy'] must look like http://host:port (http, https or socks5), with "
            "or without a user name and password in front of the host"
        )
