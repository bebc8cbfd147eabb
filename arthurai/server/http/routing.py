"""Routing on the raw request path.

Ids are free strings that clients percent-encode, so a path is cut at its slashes first and each
segment is decoded afterwards: `a%2Fb` is one segment. WSGI's `PATH_INFO` is decoded already
and would split it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote_to_bytes

from arthurai.common.path_router import PathRouter
from arthurai.server.http.api_errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from arthurai.common.bundle import Operation

_RAW_PATH_KEYS: Final = ("RAW_URI", "REQUEST_URI")
_AUTHORITY: Final = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/]*")
_MAX_PATH_LENGTH: Final = 16_384
_MAX_KNOWN_PATHS: Final = 1_000


class Router:
    """Finds the operation of a method and a raw path; the path alone decides which methods exist.

    Args:
        operations: The operations to find.
        base_path: What precedes every path template, e.g. `"/api"`.
    """

    def __init__(self, operations: Iterable[Operation], base_path: str) -> None:
        self._paths = PathRouter(operations, base_path)
        # Those that were found, because many requests have the same path.
        self._known: dict[tuple[str, str], tuple[Operation, Mapping[str, str]]] = {}

    def match(self, method: str, raw_path: str) -> tuple[Operation, Mapping[str, str]]:
        """Return the operation and the decoded values of its path parameters.

        Args:
            method: HTTP method in capitals; `HEAD` is served by `GET`.
            raw_path: Path as it came over the wire, percent-encoded, without a query.

        Raises:
            ApiError: 400 for a path that cannot be decoded, 404 for one that does not exist,
                405 (with `Allow`) for a method the path does not have.
        """
        known = self._known.get((method, raw_path))
        if known is not None:
            return known
        found = self._paths.find(_decode(raw_path))
        if found is None:
            raise ApiError(404, "not found: no operation at this path")
        operation = found.operations.get("GET" if method == "HEAD" else method)
        if operation is not None:
            matched = operation, found.parameters(operation)
            if len(self._known) >= _MAX_KNOWN_PATHS:
                self._known.clear()
            self._known[method, raw_path] = matched
            return matched
        methods = set(found.operations)
        if "GET" in methods:
            methods.add("HEAD")
        allow = ", ".join(sorted(methods))
        raise ApiError(405, f"method {method} is not allowed here; use {allow}", [("Allow", allow)])


def raw_path(environ: Mapping[str, object]) -> str:
    """Return the path of a request as it came over the wire, without the query.

    Args:
        environ: The WSGI environment. Where the server left no raw form, `PATH_INFO` is
            encoded again; an encoded slash is lost then.
    """
    for key in _RAW_PATH_KEYS:
        raw = environ.get(key)
        if isinstance(raw, str) and raw:
            path = raw.partition("?")[0]
            return _AUTHORITY.sub("", path, count=1) or "/"
    path_info = str(environ.get("SCRIPT_NAME", "")) + str(environ.get("PATH_INFO", ""))
    return quote(path_info.encode("latin-1"), safe="/:@!$&'()*+,;=~")


def _decode(raw: str) -> list[str]:
    if len(raw) > _MAX_PATH_LENGTH:
        raise ApiError(400, f"the path is longer than {_MAX_PATH_LENGTH} characters")
    try:
        segments = [unquote_to_bytes(part).decode() for part in raw.split("/")[1:]]
    except UnicodeError:
        raise ApiError(400, "the path is not percent-encoded UTF-8") from None
    if any("\0" in segment for segment in segments):
        raise ApiError(400, "the path holds a NUL character")
    return segments
