"""A response as a handler returns it, and as it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson

from arthurai.server.http.bodies import JSON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Response:
    """A response.

    Attributes:
        status: HTTP status.
        body: JSON value, or bytes or an iterable of bytes that are sent as they are; `None`
            sends no body unless `null_body` is set.
        headers: Further headers.
        content_type: Media type of the body.
        null_body: Send the JSON value `null` when `body` is `None`.
    """

    status: int
    body: Any = None
    headers: Sequence[tuple[str, str]] = ()
    content_type: str = JSON
    null_body: bool = False

    def encode(self) -> tuple[list[tuple[str, str]], Iterable[bytes]]:
        """Return the headers and the body as bytes.

        Raises:
            ValueError: A header holds a control character.
            TypeError: The body cannot be expressed in JSON.
        """
        headers = [(name, value) for name, value in self.headers]
        for name, value in headers:
            if not name.isascii() or any(ord(c) < ord(" ") for c in name + value):
                raise ValueError(f"header {name!r} holds a control character")
        if self.body is None and not self.null_body:
            if self.status != HTTPStatus.NO_CONTENT:
                headers.append(("Content-Length", "0"))
            return headers, ()
        headers.append(("Content-Type", self.content_type))
        if isinstance(self.body, (bytes, bytearray, memoryview)):
            content = bytes(self.body)
        elif _is_stream(self.body):
            return headers, self.body
        else:
            content = orjson.dumps(self.body)
        headers.append(("Content-Length", str(len(content))))
        return headers, (content,)


@dataclass(frozen=True, slots=True)
class Deferred:
    """A response that waits for something that other requests wait for too.

    Attributes:
        finish: Waits, and returns the response; it is called exactly once.
    """

    finish: Callable[[], Response]


def _is_stream(body: Any) -> bool:
    return not isinstance(body, (dict, list, tuple, str, int, float)) and hasattr(body, "__iter__")
