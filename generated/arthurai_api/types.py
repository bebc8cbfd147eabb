"""Types that endpoints and models share"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from typing import IO, TYPE_CHECKING, BinaryIO, Generic, Literal, TypeVar
from urllib.parse import quote

from attrs import define

if TYPE_CHECKING:
    import httpx


class Unset:
    """The type of UNSET, which stands for a value that is left out (None is sent as null)."""

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"

    def __reduce__(self) -> str:
        """Pickle and copy by name, so that `is UNSET` holds in another process too."""
        return "UNSET"


UNSET: Unset = Unset()

FileContent = IO[bytes] | bytes | str
FileTypes = (
    # (filename, file (or bytes), content_type)
    tuple[str | None, FileContent, str | None]
    # (filename, file (or bytes), content_type, headers)
    | tuple[str | None, FileContent, str | None, Mapping[str, str]]
)
RequestFiles = list[tuple[str, FileTypes]]


@define
class File:
    """A file to upload, or one received"""

    payload: BinaryIO
    file_name: str | None = None
    mime_type: str | None = None

    def to_tuple(self) -> FileTypes:
        """Return the tuple that httpx accepts for multipart/form-data"""
        return self.file_name, self.payload, self.mime_type


T = TypeVar("T")


@define
class Response(Generic[T]):
    """A response of an endpoint; status_code is a plain int because servers and proxies also send unregistered ones"""

    status_code: int
    content: bytes
    headers: MutableMapping[str, str]
    parsed: T | None


_FIRST_ERROR_STATUS = 400


def build_response(response: httpx.Response, parse: Callable[[], T | None]) -> Response[T]:
    """Pair a response with its parsed body.

    The body of an error often comes from a proxy, as a page of HTML or in another shape: `parsed` is None
    then. A success with a body that does not parse raises.
    """
    try:
        parsed = parse()
    except (AttributeError, KeyError, TypeError, ValueError):
        if response.status_code < _FIRST_ERROR_STATUS:
            raise
        parsed = None
    return Response(
        status_code=response.status_code,
        content=response.content,
        headers=response.headers,
        parsed=parsed,
    )


def path_segment(name: str, value: object) -> str:
    """Quote the value of a path parameter as one segment.

    Raises:
        ValueError: If the value is empty, "." or "..": the request would go to another path.
    """
    text = str(value)
    if text in {"", ".", ".."}:
        raise ValueError(
            f"{name} is {text!r}: it stands in the path of the request, so give an id that is not empty, '.' or '..'"
        )
    return quote(text, safe="")


__all__ = [
    "UNSET",
    "File",
    "FileTypes",
    "RequestFiles",
    "Response",
    "Unset",
    "build_response",
    "path_segment",
]
