"""The life of an `AsyncArthurAI`: connecting and closing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, Self

from arthurai.client.client_config import ClientConfig
from arthurai.common.exceptions import MethodNotApplicableError, UserTypeError, wrap_errors
from arthurai.transport.connected_object import ConnectedObject

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from arthurai.transport.async_api_client import AsyncApiClient
    from arthurai.transport.async_session import AsyncSession
    from arthurai.transport.options import HttpOptions


@wrap_errors
class AsyncConnection(ConnectedObject):
    """What `AsyncArthurAI` is besides its methods; nothing is loaded or opened before `connect`."""

    if TYPE_CHECKING:

        async def _connect(self, config: ClientConfig) -> AsyncSession: ...

    def __init__(
        self,
        config: Mapping[str, Any] | None = None,
        verify_ssl: bool | None = None,
        url: str | None = None,
        access_key: str | None = None,
        offline: bool = False,
        login: str | None = None,
        password: str | None = None,
        organization_id: str | None = None,
        allow_insecure: bool = False,
        *,
        http_options: Mapping[str, Any] | HttpOptions | None = None,
        strict: bool | None = None,
        redaction_key: str | None = None,
    ) -> None:
        self._session: AsyncSession | None = None
        self._config = config
        self._arguments: dict[str, Any] = {
            "verify_ssl": verify_ssl,
            "url": url,
            "access_key": access_key,
            "offline": offline,
            "login": login,
            "password": password,
            "organization_id": organization_id,
            "allow_insecure": allow_insecure,
            "http_options": http_options,
            "strict": strict,
            "redaction_key": redaction_key,
        }

    async def connect(self) -> Self:
        """Connect, as the constructor of `ArthurAI` does; connecting twice is harmless.

        Returns:
            The connection itself.

        Raises:
            ArthurUserError: An argument is missing, impossible, or refused by the server.
            ArthurUnexpectedError: The server failed.
        """
        if self._session is None:
            session = await self._connect(ClientConfig(**self._arguments).merge(self._config))
            if self._session is None:
                self._session = session
            else:  # another task was faster
                await session.close()
        return self

    def _adopt(self, session: AsyncSession) -> None:
        self._session = session

    @property
    def session(self) -> AsyncSession:
        """The session that everything is sent over.

        Raises:
            MethodNotApplicableError: There is none yet.
        """
        if self._session is None:
            raise MethodNotApplicableError(
                "this AsyncArthurAI is not connected: use `async with AsyncArthurAI(...) as "
                "arthur:`, or call `await arthur.connect()` first"
            )
        return self._session

    @property
    def verify_ssl(self) -> bool:
        """Whether certificates are checked."""
        return self.session.verify_ssl

    @property
    def api(self) -> AsyncApiClient:
        """The generated client with this connection's credentials, retries and exceptions.

        For operations without a method here: `await list_users.asyncio(client=arthur.api)`.
        """
        return self.session.api

    async def close(self) -> None:
        """Close sockets and stop the embedded server; closing twice is harmless."""
        if self._session is not None:
            await self._session.close()

    async def __aenter__(self) -> Self:
        return await self.connect()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __enter__(self) -> NoReturn:
        raise UserTypeError("an AsyncArthurAI is opened by `async with`, not by `with`")

    def __exit__(self, *error: object) -> None:
        """Do nothing: it is never entered."""

    def __repr__(self) -> str:
        name, session = type(self).__name__, self._session
        if session is None:
            return f"{name}(not connected)"
        return f"{name}(url={session.endpoint.url!r}, organization_id={session.organization_id!r})"

    def __reduce__(self) -> NoReturn:
        raise MethodNotApplicableError(
            "an AsyncArthurAI cannot be pickled, because it belongs to an event loop; make another"
        )
