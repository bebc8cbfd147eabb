"""An answer of the server, as the verbs of `HTTPClient` return it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from arthurai.common.exceptions import UnexpectedValueError

_FIRST_FAILURE = 400


class Headers(Mapping[str, str]):
    """Header names and values; names match in any case, repeated headers are joined by commas."""

    __slots__ = ("_items",)

    def __init__(self, items: Iterable[tuple[str, str]] = ()) -> None:
        self._items: dict[str, str] = {}
        for name, value in items:
            key = name.lower()
            self._items[key] = f"{self._items[key]}, {value}" if key in self._items else value

    def __getitem__(self, name: str) -> str:
        return self._items[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        shown = {k: "***" if k == "set-cookie" else v for k, v in self._items.items()}
        return f"Headers({shown!r})"


@dataclass(frozen=True, slots=True)
class HTTPResponse:
    """Status, headers and whole body of an answer.

    Attributes:
        status_code: The status.
        reason: What the status means.
        url: The address asked, without secrets.
        headers: Header names, in any case, and values.
        content: The body.
    """

    status_code: int
    reason: str
    url: str
    headers: Headers = field(default_factory=Headers)
    content: bytes = field(default=b"", repr=False)

    @property
    def ok(self) -> bool:
        """Whether the status is below 400."""
        return self.status_code < _FIRST_FAILURE

    @property
    def text(self) -> str:
        """The body as text in UTF-8; bytes that are none are shown as replacement characters."""
        return self.content.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """Decode the body.

        Raises:
            UnexpectedValueError: The body is no JSON.
        """
        import orjson

        try:
            return orjson.loads(self.content)
        except ValueError as fault:
            raise UnexpectedValueError(
                f"{self.url} answered {self.status_code} with a body that is no JSON: {fault}"
            ) from fault
