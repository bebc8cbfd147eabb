"""Routing on the raw request path.

Ids are free strings that clients percent-encode, so a path is cut at its slashes first and each
segment is decoded afterwards: ``a%2Fb`` is one segment. WSGI's ``PATH_INFO`` is decoded already
and would split it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote_to_bytes

from arthurai.server.http.api_errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from arthurai.common.bundle import Operation

_RAW_PATH_KEYS: Final = ("RAW_URI", "REQUEST_URI")
_AUTHORITY: Final = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/]*")
_MAX_PATH_LENGTH: Final = 16_384


@dataclass(slots=True)
class _Node:
    literals: dict[str, _Node] = field(default_factory=dict)
    parameter: _Node | None = None
    operations: dict[str, tuple[Operation, tuple[str, ...]]] = field(default_factory=dict)


class Router:
    """Finds the operation of a method and a raw path.

    A literal segment beats a parameter, and the path found that way alone decides which methods
    there are, as OpenAPI has it.
    """

    def __init__(self, operations: Iterable[Operation], base_path: str) -> None:
        """Build the tree of all path templates.

        Args:
            operations: The operations to find.
            base_path: What precedes every path template, e.g. ``"/api"``.
        """
        self._root = _Node()
        self._base = _segments(base_path)
        for operation in operations:
            self._add(operation)

    def _add(self, operation: Operation) -> None:
        node = self._root
        names: list[str] = []
        for segment in (*self._base, *_segments(operation.path)):
            if segment.startswith("{") and segment.endswith("}"):
                names.append(segment[1:-1])
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.literals.setdefault(segment, _Node())
        node.operations[operation.method] = (operation, tuple(names))

    def match(self, method: str, raw_path: str) -> tuple[Operation, dict[str, str]]:
        """Return the operation and the decoded values of its path parameters.

        Args:
            method: HTTP method in capitals; ``HEAD`` is served by ``GET``.
            raw_path: Path as it came over the wire, percent-encoded, without a query.

        Raises:
            ApiError: 400 for a path that cannot be decoded, 404 for one that does not exist,
                405 (with ``Allow``) for a method the path does not have.
        """
        found = next(iter(self._walk(self._root, _decoded(raw_path), 0, ())), None)
        if found is None:
            raise ApiError(404, "there is nothing at this path")
        node, values = found
        chosen = node.operations.get("GET" if method == "HEAD" else method)
        if chosen is not None:
            operation, names = chosen
            return operation, dict(zip(names, values, strict=True))
        methods = set(node.operations)
        if "GET" in methods:
            methods.add("HEAD")
        allow = ", ".join(sorted(methods))
        raise ApiError(405, f"method {method} is not allowed here; use {allow}", [("Allow", allow)])

    def _walk(
        self, node: _Node, segments: list[str], depth: int, values: tuple[str, ...]
    ) -> Iterable[tuple[_Node, tuple[str, ...]]]:
        """Yield the nodes with operations that fit, those with literal segments first."""
        if depth == len(segments):
            if node.operations:
                yield node, values
            return
        segment = segments[depth]
        literal = node.literals.get(segment)
        if literal is not None:
            yield from self._walk(literal, segments, depth + 1, values)
        if node.parameter is not None and segment:
            yield from self._walk(node.parameter, segments, depth + 1, (*values, segment))


def raw_path(environ: Mapping[str, object]) -> str:
    """Return the path of a request as it came over the wire, without the query.

    Args:
        environ: The WSGI environment. Where the server left no raw form, ``PATH_INFO`` is
            encoded again; an encoded slash is lost then.
    """
    for key in _RAW_PATH_KEYS:
        raw = environ.get(key)
        if isinstance(raw, str) and raw:
            path = raw.partition("?")[0]
            return _AUTHORITY.sub("", path, count=1) or "/"
    path_info = str(environ.get("SCRIPT_NAME", "")) + str(environ.get("PATH_INFO", ""))
    return quote(path_info.encode("latin-1"), safe="/:@!$&'()*+,;=~")


def _segments(path: str) -> tuple[str, ...]:
    return tuple(path.strip("/").split("/")) if path.strip("/") else ()


def _decoded(raw: str) -> list[str]:
    if len(raw) > _MAX_PATH_LENGTH:
        raise ApiError(400, f"the path is longer than {_MAX_PATH_LENGTH} characters")
    try:
        segments = [unquote_to_bytes(part).decode() for part in raw.split("/")[1:]]
    except UnicodeError:
        raise ApiError(400, "the path is not percent-encoded UTF-8") from None
    if any("\0" in segment for segment in segments):
        raise ApiError(400, "the path holds a NUL character")
    return segments
