"""Says that a server may be too old for an operation: `x-arthurai-since` of the document."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from arthurai.common.bundle import base_path, operations
from arthurai.common.path_router import PathRouter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.common.bundle import Operation

VERSION_HEADER: Final = "arthur-server-version"
UNKNOWN_OPERATION: Final = frozenset({404, 405, 501})
"""Statuses of servers for operations that they do not know."""

_MAX_VERSION_LENGTH: Final = 40


def describe_age(method: str, url: str, status: int, headers: Mapping[str, str]) -> str:
    """Return what to say about the age of a server that refused a request.

    Args:
        method: HTTP method of the request.
        url: Its address.
        status: Status code of the response.
        headers: Headers of the response; names in any case.

    Returns:
        A sentence without a period; empty when the age of the server does not matter.
    """
    if status not in UNKNOWN_OPERATION:
        return ""
    match = _router().find([unquote(part) for part in urlsplit(url).path.split("/")[1:]])
    operation: Operation | None = match.operations.get(method.upper()) if match else None
    since = operation.spec.get("x-arthurai-since") if operation else None
    if operation is None or since is None:
        return ""
    needed = f"{operation.operation_id} needs version {since} of the server or a later one"
    found = (headers.get(VERSION_HEADER) or "")[:_MAX_VERSION_LENGTH]
    if not _numbers(found):
        return f"{needed}, and this server does not say which it is; the hosted service lacks it"
    return f"{needed}, and this one is {found}" if _numbers(found) < _numbers(since) else ""


@cache
def _router() -> PathRouter:
    return PathRouter(operations().values(), base_path())


def _numbers(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version, none if it does not start with one."""
    release = re.match(r"\d{1,9}(?:\.\d{1,9})*", version)
    return tuple(map(int, release[0].split("."))) if release else ()
