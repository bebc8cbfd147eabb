"""`with_raw_response`: what a call returns, together with the responses it came from."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from types import FunctionType
from typing import (
    TYPE_CHECKING,
    Any,
    Concatenate,
    Final,
    Generic,
    ParamSpec,
    TypeVar,
)

from arthurai.transport.connected_object import with_session

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from arthurai.transport.attempts import ApiResponse
    from arthurai.transport.connected_object import ConnectedObject

_ITERATORS: Final = "iter_"

P = ParamSpec("P")
R = TypeVar("R")
O = TypeVar("O")  # noqa: E741 - the owner of a method


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
class RawResult(Generic[R]):
    """What a call returned, and what the server sent for it.

    Attributes:
        result: What the call returns otherwise.
        responses: The responses in the order of their arrival; none if nothing was sent.
    """

    result: R
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
    """The methods of an object that send requests, which return a `RawResult` each.

    Args:
        owner: The object.
    """

    def __init__(self, owner: ConnectedObject) -> None:
        self._owner = owner

    def __init_subclass__(cls) -> None:
        """Call the methods as the class does: a function may have another name."""
        for name, method in vars(cls).items():
            if isinstance(method, FunctionType):
                method.__name__ = name

    if not TYPE_CHECKING:  # checkers know which methods there are

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_"):
                raise AttributeError(name)
            kind = type(self._owner)
            why = f"{kind.__name__} has no method {name!r}"
            if callable(getattr(kind, name, None)):
                why = f"{name!r} of {kind.__name__} sends nothing; call it directly"
                if name.startswith(_ITERATORS):
                    why = f"{name!r} sends its requests later; use the method for lists"
            raise AttributeError(why)


class _Recording:
    """The responses of one call; what is received after its end is not kept."""

    def __init__(self) -> None:
        self._responses: list[ReceivedResponse] = []
        self._ended = False

    def listen(self, session: Any) -> Any:
        """Return a session like another one whose responses are kept here."""
        return session.derive(session.call_settings, self._hear)

    def _hear(self, response: ApiResponse) -> None:
        if not self._ended:
            self._responses.append(_read(response))

    def end(self, result: R) -> RawResult[R]:
        """Return the result of the call with the responses."""
        self._ended = True
        return RawResult(result, tuple(self._responses))


def raw(
    method: Callable[Concatenate[O, P], R],
) -> Callable[Concatenate[Any, P], RawResult[R]]:
    """Return the method of `RawCalls` that calls the method of its owner with the same name.

    Args:
        method: That method, for the parameters and the documentation.
    """

    @functools.wraps(method)
    def call(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> RawResult[R]:
        recording = _Recording()
        owner = with_session(self._owner, recording.listen)
        return recording.end(getattr(owner, call.__name__)(*args, **kwargs))

    return call


def raw_awaited(
    method: Callable[Concatenate[O, P], Coroutine[Any, Any, R]],
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, RawResult[R]]]:
    """Return the method for an asynchronous one, as `raw` does for a blocking one.

    Args:
        method: The method.
    """

    @functools.wraps(method)
    async def call(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> RawResult[R]:
        recording = _Recording()
        owner = with_session(self._owner, recording.listen)
        return recording.end(await getattr(owner, call.__name__)(*args, **kwargs))

    return call


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
