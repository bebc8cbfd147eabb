"""Proof that a request with a cookie comes from the server's own pages.

A browser sends the cookie of a session along with requests that any other page makes, another port
of the same host included. It also says where they come from, in headers that no page can change:
`Sec-Fetch-Site` (Fetch Metadata) and `Origin` (RFC 6454). Keys in the header `Authorization` need
no proof, because another page cannot send them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from arthurai.server.http.api_errors import ApiError

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_SAME_ORIGIN: Final = "same-origin"
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def check_same_origin(environ: WSGIEnvironment, *, proof_required: bool) -> None:
    """Raise for a request that changes something and comes from another origin.

    Args:
        environ: The WSGI environment.
        proof_required: Whether to refuse a request that does not say where it comes from, as
            programs other than browsers send it.

    Raises:
        ApiError: 403 when the request comes from another origin, or does not say where from.
    """
    if environ["REQUEST_METHOD"] in SAFE_METHODS:
        return
    site, origin = environ.get("HTTP_SEC_FETCH_SITE"), environ.get("HTTP_ORIGIN")
    if site is None and origin is None:
        if proof_required:
            raise ApiError(
                403,
                "a request with a cookie must prove where it comes from; send the header Origin, "
                "or the key or session token in the header Authorization instead of the cookie",
            )
        return
    if site is not None:  # `Origin` is null where a page sends no referrer
        is_own = str(site).strip().lower() == _SAME_ORIGIN
    else:
        is_own = _is_own_origin(environ, str(origin))
    if not is_own:
        raise ApiError(
            403,
            f"the request comes from another origin ({str(origin or site)[:100]!r}); open the "
            "pages of this server itself, or send a key in the header Authorization",
        )


def _is_own_origin(environ: WSGIEnvironment, origin: str) -> bool:
    """Return whether an origin is that of the request.

    A page over https may call a server that speaks http behind a proxy; not the reverse.
    """
    scheme = str(environ.get("wsgi.url_scheme", "http"))
    try:
        stated = urlsplit(origin)
        host = urlsplit(f"//{environ.get('HTTP_HOST', '')}")
        ports = (stated.port, host.port)
    except ValueError:
        return False
    if stated.scheme not in _DEFAULT_PORTS or (scheme == "https" and stated.scheme != "https"):
        return False
    default = _DEFAULT_PORTS[stated.scheme]
    return (
        bool(stated.hostname)
        and stated.hostname == host.hostname
        and (ports[0] or default) == (ports[1] or default)
    )
