"""Exceptions of this package, in one tree.

Two families hang below `ArthurError`: `ArthurUserError`, which the caller can fix, and
`ArthurUnexpectedError`, which the caller did not cause. Errors of requests have an `HttpExchange`:
the request and the response, never a credential.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

_CO_COROUTINE: Final = 0x80
"""The flag of coroutine functions, `inspect.CO_COROUTINE`."""


@dataclass(frozen=True, slots=True)
class HttpExchange:
    """One request to the server and its response.

    Attributes:
        method: HTTP method, upper case.
        url: Address without user information and secret query values.
        status: Status code of the response; `None` when there was no response.
        request_id: Identifier that the server gave the request, for its operators.
        attempts: Number of times the request was sent.
        message: The message of the server, shortened; empty without one.
    """

    method: str
    url: str
    status: int | None = None
    request_id: str | None = None
    attempts: int = 1
    message: str = ""


class ArthurError(Exception):
    """Root of all exceptions of this package.

    Attributes:
        exchange: The request that failed; `None` when no request was involved.
        result: Outcome of the rows of a call that sent rows; `None` for other calls.
        earlier_attempt_open: Whether an earlier attempt of the request, before this answer, may
            have been carried out.
    """

    exchange: HttpExchange | None = None
    result: Any = None
    earlier_attempt_open: bool = False

    def __init__(self, *args: object, exchange: HttpExchange | None = None) -> None:
        super().__init__(*args)
        if exchange is not None:
            self.exchange = exchange

    @property
    def status_code(self) -> int | None:
        """Status code of the response that caused this error, `None` without a response."""
        return None if self.exchange is None else self.exchange.status

    @property
    def request_id(self) -> str | None:
        """Identifier that the server gave the failed request, `None` when unknown."""
        return None if self.exchange is None else self.exchange.request_id


class ArthurUserError(ArthurError):
    """An error that the caller can fix: argument, credential, permission, state of a model."""


class MissingParameterError(ArthurUserError):
    """A required argument, environment variable or attribute is missing."""


class UserValueError(ArthurUserError, ValueError):
    """An argument has a value that cannot be used."""


class UserTypeError(ArthurUserError, TypeError):
    """An argument has a type that cannot be used."""


class MissingArgumentError(MissingParameterError, TypeError):
    """A call lacks an argument that it needs; Python's own class for this is `TypeError`."""


class UnexpectedArgumentError(UserTypeError, MissingParameterError):
    """A call has an argument that the function does not take.

    The official SDK raises `MissingParameterError` for every call that does not fit a signature.
    """


class MethodNotApplicableError(ArthurUserError):
    """A method was called on an object of the wrong kind or in the wrong state."""


class ResponseClientError(ArthurUserError):
    """The server responded with a 4xx status: it refuses the request."""


class PaymentRequiredError(ResponseClientError):
    """The server responded 402: the plan of the organization does not include this."""


class ForbiddenError(ResponseClientError):
    """The server responded 403: the caller is known but lacks the permission."""


class NotFoundError(ResponseClientError):
    """The server responded 404: there is no such object, or the caller may not see it."""


class ConflictError(ResponseClientError):
    """The server responded 409: the request conflicts with what exists."""


class TooManyRequestsError(ResponseClientError):
    """The server responded 429, also after the repeats: it wants fewer requests."""


class ArthurUnexpectedError(ArthurError):
    """An error that the caller did not cause."""


class ExpectedParameterNotFoundError(ArthurUnexpectedError):
    """The server omitted a required field from its response."""


class UnexpectedValueError(ArthurUnexpectedError, ValueError):
    """This package or the server produced an invalid value."""


class UnexpectedTypeError(ArthurUnexpectedError, TypeError):
    """This package or the server produced a value of the wrong type."""


class ResponseServerError(ArthurUnexpectedError):
    """The server responded with a 5xx status: it failed to handle the request."""


class ResponseRedirectError(ArthurUnexpectedError):
    """The server responded with a 3xx status, which is not followed with credentials."""


class ArthurConnectionError(ArthurUnexpectedError, ConnectionError):
    """No complete response: name not found, refused, reset, TLS failure, broken transfer."""


class ArthurTimeoutError(ArthurUnexpectedError, TimeoutError):
    """The server, or a process on it, did not finish in time."""


class ArthurDownloadError(ArthurError):
    """A download from a store outside the API failed."""


ArthurInternalError = ArthurUnexpectedError
InternalValueError = UnexpectedValueError
InternalTypeError = UnexpectedTypeError


def arthur_excepted(message: str | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that lets a function raise exceptions of this package only.

    An unknown or surplus argument raises `UserTypeError`, a missing one `MissingArgumentError`. An
    `ArthurError` passes through as it is. Any other `Exception` becomes an `ArthurUnexpectedError`
    with the original as `__cause__`; `KeyboardInterrupt` and `SystemExit` are left alone.

    Args:
        message: What failed, put in front of the original text.

    Returns:
        The decorator. It keeps name, docstring and signature of what it decorates.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        excepted: Callable[P, R]
        if _is_coroutine_function(function):

            @functools.wraps(function)
            async def excepted_async(*args: P.args, **kwargs: P.kwargs) -> Any:
                try:
                    return await cast("Awaitable[Any]", function(*args, **kwargs))
                except (ArthurError, Warning):
                    raise
                except Exception as error:
                    raise _own_error(error, message, excepted, args, kwargs) from error

            excepted = cast("Callable[P, R]", excepted_async)
            return excepted

        @functools.wraps(function)
        def excepted_sync(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return function(*args, **kwargs)
            except (ArthurError, Warning):
                raise
            except Exception as error:
                raise _own_error(error, message, excepted, args, kwargs) from error

        excepted = excepted_sync
        return excepted

    return decorate


def _own_error(
    error: Exception,
    message: str | None,
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
) -> ArthurError:
    """Return what to raise instead of an exception of another package."""
    # Python refuses arguments before the function runs: there is no frame of it then.
    if isinstance(error, TypeError) and _innermost(error):
        refused = _call_error(function, args, kwargs, error)
        if refused is not None:
            return refused
    fault = _argument_fault(function, args, kwargs, error)
    if fault is not None:
        return fault
    reason = str(error) or type(error).__name__
    prefix = f"{message} because " if message else ""
    if isinstance(error, AttributeError) and hasattr(error, "member"):
        # An object of the generated client that the server sent without a member.
        return ExpectedParameterNotFoundError(f"{prefix}{reason}")
    return ArthurUnexpectedError(
        f"{prefix}{reason}. This is an error in the SDK or the server: please report it together "
        f"with the traceback"
    )


def _is_coroutine_function(function: Callable[..., Any]) -> bool:
    """Return whether calls of a function have to be awaited; `inspect` is slow to import."""
    code = getattr(function, "__code__", None)
    return code is not None and bool(code.co_flags & _CO_COROUTINE)


def wrap_errors(cls: type[T]) -> type[T]:
    """Make the public methods of a class raise exceptions of this package only.

    For methods that are defined in the class itself; see `arthur_excepted`.

    Args:
        cls: The class.

    Returns:
        The class itself.
    """
    for name, function in list(vars(cls).items()):
        if name.startswith("_") and name != "__init__":
            continue
        if isinstance(function, classmethod | staticmethod):
            plain = arthur_excepted(f"{name}() failed")(function.__func__)
            setattr(cls, name, type(function)(plain))
        if not isinstance(function, FunctionType):
            continue
        if hasattr(function, "__wrapped__"):  # taken from another class of ours
            continue
        # A function that becomes a method shows the signature and the name of a method.
        function.__annotations__.pop("self", None)
        shown = cls.__name__ if name == "__init__" else name
        wrapped = arthur_excepted(f"{shown}() failed")(function)
        wrapped.__annotations__ = function.__annotations__  # Python 3.14 copies what was written
        wrapped.__name__ = name
        wrapped.__qualname__ = f"{cls.__qualname__}.{name}"
        setattr(cls, name, wrapped)
    return cls


def wrap_functions(namespace: dict[str, Any], names: Iterable[str]) -> None:
    """Make public functions of a module raise exceptions of this package only.

    Args:
        namespace: The `globals()` of the module.
        names: Its public names; those that are no functions of its own stay as they are.
    """
    for name in names:
        function = namespace[name]
        if isinstance(function, FunctionType) and not hasattr(function, "__wrapped__"):
            namespace[name] = arthur_excepted(f"{name}() failed")(function)


def _argument_fault(
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    error: Exception,
) -> ArthurUserError | None:
    if str(function.__module__).partition(".")[0] != __name__.partition(".")[0]:
        return None  # a function of the caller, decorated with `arthur_excepted`

    from arthurai.common.argument_faults import bind_arguments, find_argument_fault

    found = find_argument_fault(function, bind_arguments(function, args, kwargs), error)
    if found is None:
        return None
    kind, text = found
    return UserTypeError(text) if kind is TypeError else UserValueError(text)


def _innermost(error: Exception) -> bool:
    return error.__traceback__ is not None and error.__traceback__.tb_next is None


def _call_error(
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    error: TypeError,
) -> ArthurUserError | None:
    """Return what to raise for arguments that do not fit the signature, `None` if they fit."""
    import inspect

    from arthurai.common.text import suggest

    signature = inspect.signature(function)
    try:
        signature.bind(*args, **kwargs)
    except TypeError:
        pass
    else:
        return None
    called = function.__name__
    if args and hasattr(args[0], called):
        # The class that users know, not the one of ours that defines the method.
        called = f"{type(args[0]).__name__}.{called}"
    names = list(signature.parameters)
    takes_any = any(p.kind is p.VAR_KEYWORD for p in signature.parameters.values())
    for name in kwargs:
        if name not in names and not takes_any:
            return UnexpectedArgumentError(
                f"{called}() got an unexpected keyword argument {name!r}{suggest(name, names)}"
            )
    reason = str(error).partition("() ")[2]
    kind = MissingArgumentError if reason.startswith("missing") else UnexpectedArgumentError
    return kind(f"{called}() {reason}")
