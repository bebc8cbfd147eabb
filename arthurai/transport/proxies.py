"""The proxy for one address: from the options of the connection, or from the environment."""

from __future__ import annotations

import importlib.util
import ipaddress
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies

from arthurai.common.exceptions import UserValueError

_SCHEMES: Final = frozenset({"http", "https", "socks5", "socks5h"})
_SOCKS: Final = frozenset({"socks5", "socks5h"})
_OPTION: Final = "http_options['proxy']"
_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy, and where its address comes from.

    Attributes:
        url: The address; it may hold a password.
        source: The option or environment variable, for messages.
    """

    url: str = field(repr=False)
    source: str

    def describe(self) -> str:
        """Return the proxy for a message, without user name and password."""
        parts = urlsplit(self.url)
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{parts.hostname}{port} of {self.source}"


def find_proxy(origin: str, option: str | None) -> Proxy | None:
    """Return the proxy for an address, `None` for a direct connection.

    `HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY` are read, in lower case as well, and what the
    system says where it has such settings. `NO_PROXY` lists hosts, with or without port, domains
    (`.example.com`), addresses and networks, also of IPv6 and in brackets; `*` stands for all.

    Args:
        origin: Scheme, host and port of the address.
        option: `http_options['proxy']`.

    Raises:
        UserValueError: The address of the proxy is invalid, or needs a package that is missing.
    """
    if option is not None:
        return _check(Proxy(option, _OPTION))
    parts = urlsplit(origin)
    known = getproxies()
    port = parts.port or _PORTS.get(parts.scheme, 0)
    if _is_excepted(parts.hostname or "", port, known.get("no", "")):
        return None
    for name in (parts.scheme, "all"):
        if known.get(name):
            url = known[name]
            return _check(Proxy(url if "://" in url else f"http://{url}", f"{name.upper()}_PROXY"))
    return None


def _check(proxy: Proxy) -> Proxy:
    try:
        parts = urlsplit(proxy.url)
        usable = parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise UserValueError(
            f"{proxy.source} must look like http://host:port (http, https or socks5), with or "
            "without a user name and password in front of the host"
        )
    if parts.scheme in _SOCKS and importlib.util.find_spec("socksio") is None:
        raise UserValueError(
            f"{proxy.source} names a SOCKS proxy, which needs the package socksio: pip install "
            "socksio, or unset the variable, or list the host in NO_PROXY"
        )
    return proxy


def _is_excepted(host: str, port: int, exceptions: str) -> bool:
    """Return whether `NO_PROXY` lists a host."""
    host = host.rstrip(".").lower()
    return any(_matches(host, port, entry.strip().lower()) for entry in exceptions.split(","))


def _matches(host: str, port: int, entry: str) -> bool:
    if not entry:
        return False
    if entry == "*":
        return True
    entry = entry.partition("://")[2] or entry
    address = _address(host)
    if address is not None:
        with suppress(ValueError):
            return address in ipaddress.ip_network(entry.strip("[]"), strict=False)
    name, _, number = entry.rpartition(":")
    if number.isdigit() and name:
        if int(number) != port:
            return False
        entry = name
    entry = entry.strip("[]").removeprefix("*").rstrip(".")
    if address is not None:
        return address == _address(entry)
    return host == entry.lstrip(".") or host.endswith(f".{entry.lstrip('.')}")


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
