"""The generated client on top of a session: what generated functions are called with."""

from __future__ import annotations

import inspect
from typing import (
    TYPE_CHECKING,
    Any,
    Final,
    Generic,
    NoReturn,
    ParamSpec,
    Protocol,
    Self,
    TypeVar,
    cast,
    overload,
)

from arthurai.common.exceptions import (
    ArthurError,
    MethodNotApplicableError,
    UserTypeError,
    UserValueError,
)
from arthurai.common.pagination import iterate_items
from arthurai_api.client import AuthenticatedClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import httpx

    from arthurai.transport.attempts import ApiResponse
    from arthurai.transport.options import Endpoint
    from arthurai_api.types import RequestParts

T = TypeVar("T")
P = ParamSpec("P")
T_co = TypeVar("T_co", covariant=True)
A_co = TypeVar("A_co", covariant=True)

_PAGE_SIZE: Final = 100
_LISTS: Final = ("Paginated", "list[")
"""How the names of the types of answers start that are lists."""

_UNUSED_TOKEN: Final = "(held by the session)"  # noqa: S105 - says that there is no token here


class Connection(Protocol):
    """What every client needs of a session."""

    endpoint: Endpoint

    @property
    def base_url(self) -> str:
        """Address of the API."""
        ...


C = TypeVar("C", bound=Connection)


class BlockingConnection(Connection, Protocol):
    """What the blocking client needs of a session."""

    def http_client(self) -> httpx.Client:
        """Return the HTTP client of this process."""
        ...

    def send(
        self, request: RequestParts, *, json: Any = None, retry: bool | None = None
    ) -> ApiResponse:
        """Send a request and return the whole response."""
        ...


class Items(Protocol[T_co]):
    """An answer whose `data` are the items of a list."""

    @property
    def data(self) -> Sequence[T_co] | None:
        """The items."""
        ...


class MetricItems(Protocol[T_co]):
    """An answer whose `metrics` are the items of a list."""

    @property
    def metrics(self) -> Sequence[T_co] | None:
        """The items."""
        ...


class ListOperation(Protocol[A_co]):
    """The module of an operation, known by what it answers."""

    def parse_response(self, response: httpx.Response, /) -> A_co:
        """Return the body of a response."""
        ...


def items_of(page: Any) -> Sequence[Any] | None:
    """Return the items of a list, or of a page of it."""
    if isinstance(page, list):
        return page
    found: Sequence[Any] | None = page.metrics if hasattr(page, "metrics") else page.data
    return found


class SessionClient(AuthenticatedClient, Generic[C]):
    """What the two clients on top of a session share: building requests and reading responses."""

    def __init__(self, connection: C, *, retry: bool | None = None) -> None:
        super().__init__(
            base_url=connection.base_url,
            token=_UNUSED_TOKEN,
            prefix="",
            raise_on_unexpected_status=True,
        )
        self._endpoint = connection.endpoint
        self._connection = connection
        self._retry = retry

    def with_retry(self, retry: bool | None) -> Self:
        """Return a client like this one whose requests may be repeated, or may not.

        Args:
            retry: Whether sending a request twice is harmless. `None` leaves it to the method:
                GET, PUT and DELETE are.
        """
        return type(self)(self._connection, retry=retry)

    def build(
        self, build: Callable[P, RequestParts], *args: P.args, **kwargs: P.kwargs
    ) -> RequestParts:
        """Build a request with `build_request` of an operation.

        Raises:
            UserValueError: A part of the path is empty, "." or "..".
            UserTypeError: An argument has the wrong type.
        """
        try:
            return build(*args, **kwargs)
        except (AttributeError, TypeError, ValueError) as error:
            kind = UserValueError if isinstance(error, ValueError) else UserTypeError
            operation = build.__module__.rpartition(".")[2]
            raise kind(f"cannot build the request of {operation!r}: {error}") from error

    def parse(self, response: httpx.Response, parse: Callable[[httpx.Response], T]) -> T:
        """Read a response of `send` with `parse_response` of an operation.

        Raises:
            UnexpectedValueError: The body is not as documented.
        """
        try:
            return parse(response)
        except ArthurError:
            raise
        except Exception as error:
            is_missing = isinstance(error, KeyError)
            what = "the field %s is missing" if is_missing else "the body is not as documented (%s)"
            raise cast("ApiResponse", response).malformed_error(what % error) from error

    def _iteration(
        self, operation: Any, arguments: tuple[Any, ...], parameters: dict[str, Any]
    ) -> Callable[[str, int], Any]:
        """Return what fetches a page of a list, by the name of the function and the page.

        Raises:
            UserTypeError: The operation is not a list.
            UserValueError: The page is given.
        """
        name = getattr(operation, "__name__", repr(operation)).rpartition(".")[2]
        parse = getattr(operation, "parse_response", None)
        answer = getattr(parse, "__annotations__", {}).get("return", "")
        if not answer.startswith(_LISTS):
            raise UserTypeError(
                f"operation must be the module of a list, got {name}; "
                f"e.g. arthurai_api.api.users.list_users"
            )
        if "page" in parameters:
            raise UserValueError(
                f"page must be omitted, got {parameters['page']!r}: all pages are read"
            )
        if "page" not in inspect.signature(operation.sync).parameters:  # it comes as a whole
            return lambda kind, _: getattr(operation, kind)(*arguments, client=self, **parameters)
        return lambda kind, number: getattr(operation, kind)(
            *arguments, client=self, **{"page_size": _PAGE_SIZE, **parameters, "page": number}
        )

    def with_headers(self, headers: dict[str, str]) -> NoReturn:
        """Refuse, as `with_cookies` and `with_timeout` do: the session decides on these.

        Raises:
            MethodNotApplicableError: Always.
        """
        raise MethodNotApplicableError(
            f"the headers {', '.join(headers)} cannot be added: headers, cookies and time-outs of "
            f"ArthurAI.api are those of its connection; set time-outs in http_options"
        )

    def with_cookies(self, cookies: dict[str, str]) -> NoReturn:
        """Refuse; see `with_headers`."""
        self.with_headers(cookies)

    def with_timeout(self, timeout: httpx.Timeout) -> NoReturn:
        """Refuse; see `with_headers`."""
        self.with_headers({"timeout": str(timeout)})

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._endpoint.url!r})"


class ApiClient(SessionClient[BlockingConnection]):
    """The generated client on top of a session: its credentials, retries, limits and exceptions.

    Pass it to the functions of `arthurai_api.api`: `list_users.sync(client=arthur.api)`.
    """

    def send(self, request: RequestParts) -> httpx.Response:
        """Send a request and return the whole response.

        Raises:
            ArthurError: Everything that can go wrong, each as the one class it belongs to.
        """
        return self._connection.send(request, retry=self._retry)

    def exchange(
        self, request: RequestParts, parse: Callable[[httpx.Response], T], *, json: Any
    ) -> T:
        """Send a request with a body of the user's own, and read the response.

        Args:
            request: What `build_request` of an operation returns without a body.
            parse: `parse_response` of the operation.
            json: The body.

        Raises:
            UserTypeError: The body cannot be written as JSON.
            ArthurError: Everything else that can go wrong, each as the one class it belongs to.
        """
        return self.parse(self._connection.send(request, json=json, retry=self._retry), parse)

    @overload
    def iterate(
        self, operation: ListOperation[Items[T]], *arguments: Any, **parameters: Any
    ) -> Iterator[T]: ...

    @overload
    def iterate(
        self, operation: ListOperation[MetricItems[T]], *arguments: Any, **parameters: Any
    ) -> Iterator[T]: ...

    @overload
    def iterate(
        self, operation: ListOperation[list[T]], *arguments: Any, **parameters: Any
    ) -> Iterator[T]: ...

    def iterate(self, operation: Any, *arguments: Any, **parameters: Any) -> Iterator[Any]:
        """Iterate over a list; each page is fetched when it is needed.

        Items that appear or vanish meanwhile may be left out, or come twice:
        `for user in arthur.api.iterate(list_users, sort="username")`.

        Args:
            operation: The module of the operation, such as `arthurai_api.api.users.list_users`.
            *arguments: Its path parameters.
            **parameters: Its other parameters; `page_size` is the number of items per request.

        Raises:
            UserTypeError: The operation is not a list, or an argument is wrong.
            UserValueError: The page is given.
            ArthurError: Everything else that can go wrong, at once or later.
        """
        fetch = self._iteration(operation, arguments, parameters)
        return iterate_items(lambda number: fetch("sync", number), items_of)

    def get_httpx_client(self) -> httpx.Client:
        """Return the HTTP client of this process."""
        return self._connection.http_client()

    def get_async_httpx_client(self) -> NoReturn:
        """Refuse: only the blocking functions of the generated client are supported.

        Raises:
            MethodNotApplicableError: Always.
        """
        raise MethodNotApplicableError(
            "ArthurAI.api serves the blocking functions (sync, sync_detailed); the asyncio ones "
            "take AsyncArthurAI.api"
        )
