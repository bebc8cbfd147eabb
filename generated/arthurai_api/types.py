"""Types that endpoints and models share"""

from __future__ import annotations

import datetime
import enum
import uuid
from collections.abc import Mapping, MutableMapping, Set
from typing import IO, TYPE_CHECKING, Any, BinaryIO, ClassVar, Generic, Literal, TypeVar
from urllib.parse import quote

from attrs import define, field


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
    """A response of an operation

    Attributes:
        status_code: The status; a plain int because servers and proxies also send unregistered ones
        content: The body
        headers: The headers
        parsed: The body as the OpenAPI document describes it; None when it does not
    """

    status_code: int
    content: bytes
    headers: MutableMapping[str, str]
    parsed: T | None


@define(kw_only=True)
class RequestParts:
    """A request that has not been sent

    Attributes:
        operation: The operationId
        method: The HTTP method
        url: The path below the base URL of the API, percent-encoded
        params: The query parameters
        headers: The headers that the operation needs
        body: The body as an argument of `httpx.Client.request`, under `json`, `data`, `content` or `files`;
            empty when there is none
    """

    operation: str
    method: str
    url: str
    params: dict[str, str | list[str]] = field(factory=dict)
    headers: dict[str, str] = field(factory=dict)
    body: dict[str, Any] = field(factory=dict)

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of `httpx.Client.request`"""
        return {
            "method": self.method,
            "url": self.url,
            "params": self.params or None,
            "headers": self.headers,
            **self.body,
        }


def or_unset(value: T | None) -> T | Unset:
    """Return a value for an optional member: UNSET, which leaves it out, instead of None"""
    return UNSET if value is None else value


def or_none(value: T | Unset) -> T | None:
    """Return the value of an optional member: None instead of UNSET"""
    return None if isinstance(value, Unset) else value


ABSENT: Any = object()
"""Stands for a required member that an object was read without, until the object is complete."""


class AbsentMember(AttributeError):
    """An object was read without a member that it must have; raised when the member is used

    Attributes:
        member: The member
    """

    def __init__(self, owner: str, member: str) -> None:
        self.member = member
        super().__init__(owner, member)

    def __str__(self) -> str:
        return f"{self.args[0]} was received without {self.member!r}"


class ApiObject:
    """The base of all models; it knows what a model was read from"""

    __slots__ = ("_received",)
    if TYPE_CHECKING:
        __attrs_attrs__: ClassVar[Any]

        def to_dict(self) -> dict[str, Any]: ...

    else:

        def __getattr__(self, name: str) -> Any:
            if any(name == attribute.name for attribute in self.__attrs_attrs__):
                raise AbsentMember(type(self).__name__, name)
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def is_complete(self) -> bool:
        """Return whether no member that the object must have is missing"""
        return all(hasattr(self, attribute.name) for attribute in self.__attrs_attrs__)

    def __repr__(self) -> str:
        members = [one.name for one in self.__attrs_attrs__ if hasattr(self, one.name)]
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in members)})"

    def as_received(self) -> dict[str, Any]:
        """Return the object as `from_dict` read it: with its order, its nulls and its spelling of times

        An object that was not read, but made, is written by `to_dict`.
        """
        received: Mapping[str, Any] | None = getattr(self, "_received", None)
        return self.to_dict() if received is None else dict(received)

    @classmethod
    def _check_object(cls, value: object) -> None:
        """Refuse what `dict()` might take for an object."""
        if type(value) is not dict and not isinstance(value, Mapping):
            raise TypeError(f"{cls.__name__} is an object, got {type(value).__name__}")

    def _keep(self, received: Mapping[str, Any], required: Set[str] = frozenset()) -> None:
        self._received: Mapping[str, Any] = received
        if not required <= received.keys():
            for attribute in self.__attrs_attrs__:
                if getattr(self, attribute.name) is ABSENT:
                    delattr(self, attribute.name)


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


def parameter_text(value: object) -> str:
    """Write the value of a query, header or cookie parameter.

    Raises:
        TypeError: If there is no one way to write it.
    """
    match value:
        case bool():
            return "true" if value else "false"
        case enum.Enum():
            return str(value.value)
        case datetime.date():
            return value.isoformat()
        case str() | int() | float() | uuid.UUID():
            return str(value)
    raise TypeError(
        f"a parameter must be text, a number, a boolean, a time or an enum, got {type(value).__name__}"
    )


def query_params(values: Mapping[str, object]) -> dict[str, str | list[str]]:
    """Write the query parameters that are given: those that are None or UNSET are left out"""
    return {
        name: [parameter_text(item) for item in value]
        if isinstance(value, list | tuple)
        else parameter_text(value)
        for name, value in values.items()
        if value is not None and value is not UNSET
    }


def header_params(values: Mapping[str, object]) -> dict[str, str]:
    """Write the headers or cookies that are given: those that are None or UNSET are left out"""
    return {
        name: parameter_text(value)
        for name, value in values.items()
        if value is not None and value is not UNSET
    }


__all__ = [
    "ABSENT",
    "UNSET",
    "AbsentMember",
    "ApiObject",
    "File",
    "FileTypes",
    "RequestFiles",
    "RequestParts",
    "Response",
    "Unset",
    "header_params",
    "or_none",
    "or_unset",
    "parameter_text",
    "path_segment",
    "query_params",
]
