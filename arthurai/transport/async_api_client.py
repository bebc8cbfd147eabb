"""The generated client on top of an asynchronous session."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, TypeVar, overload

from arthurai.common.exceptions import MethodNotApplicableError
from arthurai.common.pagination import is_last_page
from arthurai.transport.api_client import Connection, SessionClient, items_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    import httpx

    from arthurai.transport.api_client import Items, ListOperation, MetricItems
    from arthurai.transport.attempts import ApiResponse
    from arthurai_api.types import RequestParts

T = TypeVar("T")


class AsyncConnection(Connection, Protocol):
    """What the client needs of a session."""

    def http_client(self) -> httpx.AsyncClient:
        """Return the HTTP client of the running event loop."""
        ...

    async def send(
        self, request: RequestParts, *, json: Any = None, retry: bool | None = None
    ) -> ApiResponse:
        """Send a request and return the whole response."""
        ...


class AsyncApiClient(SessionClient[AsyncConnection]):
    """The generated client on top of an asynchronous session.

    Pass it to the functions of `arthurai_api.api`: `await list_users.asyncio(client=arthur.api)`.
    """

    async def send_async(self, request: RequestParts) -> httpx.Response:
        """Send a request and return the whole response.

        Raises:
            ArthurError: Everything that can go wrong, each as the one class it belongs to.
        """
        return await self._connection.send(request, retry=self._retry)

    async def exchange(
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
        response = await self._connection.send(request, json=json, retry=self._retry)
        return self.parse(response, parse)

    @overload
    def iterate(
        self, operation: ListOperation[Items[T]], *arguments: Any, **parameters: Any
    ) -> AsyncIterator[T]: ...

    @overload
    def iterate(
        self, operation: ListOperation[MetricItems[T]], *arguments: Any, **parameters: Any
    ) -> AsyncIterator[T]: ...

    @overload
    def iterate(
        self, operation: ListOperation[list[T]], *arguments: Any, **parameters: Any
    ) -> AsyncIterator[T]: ...

    async def iterate(
        self, operation: Any, *arguments: Any, **parameters: Any
    ) -> AsyncIterator[Any]:
        """Iterate over a list; each page is fetched when it is needed.

        `async for user in arthur.api.iterate(list_users)`; see `ApiClient.iterate`.

        Args:
            operation: The module of the operation, such as `arthurai_api.api.users.list_users`.
            *arguments: Its path parameters.
            **parameters: Its other parameters; `page_size` is the number of items per request.

        Raises:
            UserTypeError: The operation is not a list, or an argument is wrong.
            UserValueError: The page is given.
            ArthurError: Everything else that can go wrong.
        """
        fetch = self._iteration(operation, arguments, parameters)
        for number in itertools.count(1):
            page = await fetch("asyncio", number)
            found = items_of(page)
            is_last = is_last_page(page, number, found)
            for item in found or ():
                yield item
            if is_last:
                return

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """Return the HTTP client of the running event loop."""
        return self._connection.http_client()

    def send(self, request: RequestParts) -> NoReturn:  # noqa: ARG002 - as generated
        """Refuse: only the asyncio functions of the generated client are supported.

        Raises:
            MethodNotApplicableError: Always.
        """
        raise MethodNotApplicableError(
            "AsyncArthurAI.api serves the asyncio functions (asyncio, asyncio_detailed); the "
            "blocking ones take ArthurAI.api"
        )

    def get_httpx_client(self) -> NoReturn:
        """Refuse; see `send`."""
        raise MethodNotApplicableError("AsyncArthurAI.api has no blocking HTTP client")
