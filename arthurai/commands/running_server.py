"""Requests of commands to a server that runs."""

from __future__ import annotations

import urllib.error
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from arthurai.common.settings import read_variable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.client import HTTPResponse

_TIMEOUT_SECONDS: Final = 3600
_MAX_REASON: Final = 500


@contextmanager
def post(url: str, path: str, body: bytes = b"") -> Iterator[HTTPResponse]:
    """Post to a server with the key in `ARTHUR_API_KEY`; give the response, to be read.

    Args:
        url: Address of the server.
        path: Path of the request.
        body: JSON, or nothing.

    Raises:
        OSError: The server cannot be reached, or refuses.
        ValueError: The address is not one of http.
    """
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"--url must start with https:// or http://, got {url!r}")
    headers = {"Authorization": read_variable("ARTHUR_API_KEY") or ""}
    if body:
        headers["Content-Type"] = "application/json"
    request = urllib.request.Request(  # noqa: S310 - checked above
        f"{url.rstrip('/')}{path}", body, headers, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 - as above
            yield answer
    except urllib.error.HTTPError as error:
        detail = error.read(_MAX_REASON).decode("utf-8", "replace")
        raise OSError(f"the server refused {path} with {error.code}: {detail}") from None
