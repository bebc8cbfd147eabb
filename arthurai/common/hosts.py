"""Names and addresses of hosts."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine, by its address or the name localhost.

    Args:
        host: Name or address, also in brackets or with a dot at the end.
    """
    name = host.strip("[]").rstrip(".").lower()
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def leads_to_loopback(url: str) -> bool:
    """Return whether the host of a url is this machine.

    Args:
        url: The url.
    """
    return is_loopback(urlsplit(url).hostname or "")
