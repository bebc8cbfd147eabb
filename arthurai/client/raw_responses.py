"""`arthur.with_raw_response`: what a call returns, together with the responses it came from."""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from arthurai.transport.attempts import ApiResponse

_ITERATORS: Final = "iter_"


@dataclass(frozen=True, slots=True)
class ReceivedResponse:
    """One response of the server.

    Attributes:
        method: HTTP method of the request.
        url: Its address, without secrets.
        status: Status code.
        headers: The headers, by lower-case name.
        content: The body.
        request_id: What the server calls the request in its log; `None` if it does not say.
    """

    method: str
    url: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class RawResult:
    """What a call returned, and what the server sent for it.

    Attributes:
        result: What the call returns otherwise.
        responses: The responses in the order of their arrival; none if nothing was sent.
    """

    result: Any
    responses: tuple[ReceivedResponse, ...]

    @property
    def request_id(self) -> str | None:
        """What the server calls the last request in its log."""
        return self.responses[-1].request_id if self.responses else None

    @property
    def status(self) -> int | None:
        """Status code of the last response."""
        return self.responses[-1].status if self.responses else None

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers of the last response, by lower-case name."""
        return self.responses[-1].headers if self.responses else {}


class RawCalls:
    """The methods of a connection, which return a `RawResult` each; asynchronous ones await it.

    Args:
        arthur: The connection, an `ArthurAI`.
    """

    def __init__(self, arthur: Any) -> None:
        self._arthur = arthur

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(type(self._arthur), name, None)
        if not callable(method) or name.startswith("_"):
            raise AttributeError(f"ArthurAI has no method {name!r}")
        if name.startswith(_ITERATORS):
            raise AttributeError(f"{name!r} sends its requests later; use the method for lists")

        @functools.wraps(method)
        def call(*args: Any, **kwargs: Any) -> Any:
            responses: list[ReceivedResponse] = []
            session = self._arthur.session
            derived = session.derive(
                session.call_settings, lambda response: responses.append(_read(response))
            )
            arthur = self._arthur._over(derived)  # noqa: SLF001 - a part of that class
            result = getattr(arthur, name)(*args, **kwargs)
            if inspect.isawaitable(result):
                return _await(result, responses)
            return RawResult(result, tuple(responses))

        return call

    def __dir__(self) -> list[str]:
        names = dir(self._arthur)
        return [name for name in names if not name.startswith(("_", _ITERATORS))]


async def _await(result: Awaitable[Any], responses: list[ReceivedResponse]) -> RawResult:
    found = await result
    return RawResult(found, tuple(responses))


def _read(response: ApiResponse) -> ReceivedResponse:
    exchange = response.failure_context.exchange(response.status_code, response.headers)
    return ReceivedResponse(
        method=exchange.method,
        url=exchange.url,
        status=response.status_code,
        headers=dict(response.headers),
        content=response.content,
        request_id=exchange.request_id,
    )
