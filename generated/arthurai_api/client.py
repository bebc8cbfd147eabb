"""The connection that the functions of `api` are called with"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any, ParamSpec, Self, TypeVar
from urllib.parse import urlsplit, urlunsplit

import httpx
from attrs import define, evolve, field

from .errors import ErrorStatus, UnexpectedStatus
from .types import RequestParts, Response

T = TypeVar("T")
P = ParamSpec("P")

DEFAULT_TIMEOUT = httpx.Timeout(300.0, connect=10.0)


def _check_timeout(_instance: object, _attribute: object, value: object) -> None:
    if not isinstance(value, httpx.Timeout) or None in value.as_dict().values():
        raise ValueError(
            f"timeout is {value!r}: give an httpx.Timeout with a limit for connect, read, write and pool, "
            "because a call without one can wait for ever"
        )


def _repr_of_url(url: str) -> str:
    """Leave out user and password."""
    parts = urlsplit(url)
    return repr(urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])))


@define
class Client:
    """A connection without credentials, enough for the public operations

    Attributes:
        base_url: The base URL of the API; the paths of requests are relative to it
        raise_on_unexpected_status: Whether `sync_detailed` and `asyncio_detailed` raise errors.UnexpectedStatus on a
            status that the OpenAPI document does not name; `sync` and `asyncio` raise on everything but a success
        cookies: Cookies sent with every request
        headers: Headers sent with every request
        timeout: How long each step of a request may take; always limited
        verify_ssl: Whether to check the server's certificate, or the SSL context to check it with
        follow_redirects: Whether to follow redirects
        httpx_args: Further arguments of ``httpx.Client`` and ``httpx.AsyncClient``
    """

    raise_on_unexpected_status: bool = field(default=False, kw_only=True)
    _base_url: str = field(alias="base_url", repr=_repr_of_url)
    _cookies: dict[str, str] = field(factory=dict, kw_only=True, alias="cookies", repr=False)
    _headers: dict[str, str] = field(factory=dict, kw_only=True, alias="headers", repr=False)
    _timeout: httpx.Timeout = field(
        default=DEFAULT_TIMEOUT, kw_only=True, alias="timeout", validator=_check_timeout
    )
    _verify_ssl: bool | ssl.SSLContext = field(default=True, kw_only=True, alias="verify_ssl")
    _follow_redirects: bool = field(default=False, kw_only=True, alias="follow_redirects")
    _httpx_args: dict[str, Any] = field(factory=dict, kw_only=True, alias="httpx_args", repr=False)
    _client: httpx.Client | None = field(default=None, init=False, repr=False)
    _async_client: httpx.AsyncClient | None = field(default=None, init=False, repr=False)

    def with_headers(self, headers: dict[str, str]) -> Self:
        """Get a new client like this one with additional headers; this one stays as it is"""
        return evolve(self, headers={**self._headers, **headers})

    def with_cookies(self, cookies: dict[str, str]) -> Self:
        """Get a new client like this one with additional cookies; this one stays as it is"""
        return evolve(self, cookies={**self._cookies, **cookies})

    def with_timeout(self, timeout: httpx.Timeout) -> Self:
        """Get a new client like this one with another time-out; this one stays as it is"""
        return evolve(self, timeout=timeout)

    def build(
        self, build: Callable[P, RequestParts], *args: P.args, **kwargs: P.kwargs
    ) -> RequestParts:
        """Build a request with `build_request` of an operation; override it to turn its exceptions into others

        Raises:
            ValueError: If a part of the path is empty, "." or "..".
            AttributeError, TypeError: If an argument has another type than the function says.
        """
        return build(*args, **kwargs)

    def send(self, request: RequestParts) -> httpx.Response:
        """Send a request and return the whole response; the blocking functions do all their I/O here"""
        return self.get_httpx_client().request(**request.arguments())

    async def send_async(self, request: RequestParts) -> httpx.Response:
        """Send a request and return the whole response; the asynchronous functions do all their I/O here"""
        return await self.get_async_httpx_client().request(**request.arguments())

    def parse(self, response: httpx.Response, parse: Callable[[httpx.Response], T]) -> T:
        """Read a response with `parse_response` of an operation; override it to turn its exceptions into others

        Raises:
            errors.ErrorStatus: If the status is not a success.
            AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
        """
        return parse(response)

    def detail(
        self, response: httpx.Response, parse: Callable[[httpx.Response], T]
    ) -> Response[Any]:
        """Pair a response with its parsed body, which is that of an error when the status is not a success"""
        parsed: Any
        try:
            parsed = self.parse(response, parse)
        except ErrorStatus as error:
            if self.raise_on_unexpected_status and isinstance(error, UnexpectedStatus):
                raise
            parsed = error.parsed
        return Response(
            status_code=response.status_code,
            content=response.content,
            headers=response.headers,
            parsed=parsed,
        )

    def _all_headers(self) -> dict[str, str]:
        return self._headers

    def _arguments(self) -> dict[str, Any]:
        return {
            "base_url": self._base_url,
            "cookies": self._cookies,
            "headers": self._all_headers(),
            "timeout": self._timeout,
            "verify": self._verify_ssl,
            "follow_redirects": self._follow_redirects,
            **self._httpx_args,
        }

    def set_httpx_client(self, client: httpx.Client) -> Self:
        """Use this httpx.Client; its own settings count then, not those given to the constructor"""
        self._client = client
        return self

    def get_httpx_client(self) -> httpx.Client:
        """Get the underlying httpx.Client, constructing a new one if not previously set"""
        if self._client is None:
            self._client = httpx.Client(**self._arguments())
        return self._client

    def __enter__(self) -> Self:
        """Open the underlying httpx.Client, which cannot be opened twice"""
        self.get_httpx_client().__enter__()
        return self

    def __exit__(self, *args: Any) -> None:
        """Close the underlying httpx.Client"""
        self.get_httpx_client().__exit__(*args)

    def set_async_httpx_client(self, async_client: httpx.AsyncClient) -> Self:
        """Use this httpx.AsyncClient; its own settings count then, not those given to the constructor"""
        self._async_client = async_client
        return self

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """Get the underlying httpx.AsyncClient, constructing a new one if not previously set"""
        if self._async_client is None:
            self._async_client = httpx.AsyncClient(**self._arguments())
        return self._async_client

    async def __aenter__(self) -> Self:
        """Open the underlying httpx.AsyncClient, which cannot be opened twice"""
        await self.get_async_httpx_client().__aenter__()
        return self

    async def __aexit__(self, *args: Any) -> None:
        """Close the underlying httpx.AsyncClient"""
        await self.get_async_httpx_client().__aexit__(*args)


@define
class AuthenticatedClient(Client):
    """A connection with a credential; the attributes of `Client`, and

    Attributes:
        token: The credential
        prefix: The word before the credential; empty for none
        auth_header_name: The name of the header that carries the credential
    """

    token: str = field(repr=False)
    prefix: str = "Bearer"
    auth_header_name: str = "Authorization"

    def _all_headers(self) -> dict[str, str]:
        return {**self._headers, self.auth_header_name: f"{self.prefix} {self.token}".strip()}
