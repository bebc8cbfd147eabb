"""`AsyncSession`: one authenticated connection to an Arthur server, the asynchronous shell."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from attrs import evolve

from arthurai.common.exceptions import ResponseClientError
from arthurai.common.threads import run_in_thread
from arthurai.transport import async_downloads, compression, multipart
from arthurai.transport.async_api_client import AsyncApiClient
from arthurai.transport.async_http_client import AsyncHttpClient
from arthurai.transport.async_local import AsyncLocalTransport
from arthurai.transport.attempts import ApiResponse, CallOptions
from arthurai.transport.session import Session
from arthurai.transport.session_core import JSON, SessionCore, login_request

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Mapping, Sequence

    import httpx

    from arthurai.transport.multipart import FilePart
    from arthurai_api.types import RequestParts


class AsyncSession(SessionCore):
    """One authenticated connection, to be used by any number of tasks.

    Nothing is sent when it is made. Each event loop that uses it, one after the other or in threads
    of their own, gets connections of its own. Arguments and attributes are those of `SessionCore`.
    """

    def _set_up(self) -> None:
        self._clients: WeakKeyDictionary[AbstractEventLoop, AsyncHttpClient] = WeakKeyDictionary()
        self._blocking: Session | None = None
        self.api = AsyncApiClient(self)

    def _derive_api(self) -> None:
        self.api = AsyncApiClient(self)

    # -- life ----------------------------------------------------------------------------------

    def http_client(self) -> AsyncHttpClient:
        """Return the HTTP client of the running event loop.

        Raises:
            MethodNotApplicableError: The connection is closed, is offline without credentials, or
                its embedded server lives in the parent of this process.
        """
        if self._origin is not None:
            return self._origin.http_client()
        loop = asyncio.get_running_loop()
        client = self._clients.get(loop)
        if client is None:
            settings = self._client_settings()
            if self.endpoint.local:
                settings["transport"] = AsyncLocalTransport(settings["transport"])
            client = AsyncHttpClient(self._context, log_in=self._log_in, **settings)
            self._clients[loop] = client
        return client

    def blocking(self) -> Session:
        """Return the same connection for threads, as a logger needs it; `close` closes it, too."""
        if self._origin is not None:
            return self._origin.blocking().derive(self._settings, self._heard)
        if self._blocking is None:
            self._blocking = Session(
                self.endpoint,
                self._context.credentials,
                organization_id=self.organization_id,
                verify_ssl=self.verify_ssl,
                options=self.options,
                policy=self._context.policy,
                offline=self.offline,
                local=None if self._local is None else self._local.share(),
                strict=self.strict,
                redaction_key=self.redaction_key,
            )
        return self._blocking

    async def close(self) -> None:
        """Close all connections. Closing twice is harmless.

        Those of other event loops end with their loops.
        """
        if self._origin is not None:
            await self._origin.close()
            return
        self._closed = True
        client = self._clients.pop(asyncio.get_running_loop(), None)
        self._clients.clear()
        if client is not None:
            await client.aclose()
        if self._blocking is not None:
            await run_in_thread(self._blocking.close)
        if self._local is not None:
            await run_in_thread(self._local.release)

    async def open_dashboard(self) -> str:
        """Return the address of the server's dashboard.

        That of an embedded server logs in once as this connection; that of another server is its
        root.

        Raises:
            MethodNotApplicableError: The connection is closed.
            ArthurError: The login failed.
        """
        if self._local is None:
            return f"{self.endpoint.url.rstrip('/')}/"
        credentials = self._context.credentials
        token = self._local.admin_key
        if credentials is not None:
            token = await self.http_client().token(credentials, self._log_in)
        return await run_in_thread(self._local.open_dashboard, token, self.organization_id)

    async def log_in(self) -> None:
        """Log in now, if this connection has a login, instead of with the first call.

        Raises:
            ArthurError: The login failed.
        """
        credentials = self._context.credentials
        if credentials is not None:
            await self.http_client().token(credentials, self._log_in)

    async def _log_in(self, login: str, password: str) -> str:
        client = self.http_client()
        try:
            response = await self.send(
                login_request(login, password), options=CallOptions(public=True)
            )
        except ResponseClientError as error:
            refused = self._refused_login(error, login)
            if refused is error:
                raise
            raise refused from error
        token = self._read_token(response, client)
        self._context.redact.add(token)
        return token

    # -- calls ---------------------------------------------------------------------------------

    async def send(
        self,
        request: RequestParts,
        *,
        json: Any = None,
        content: bytes | None = None,
        content_type: str = JSON,
        files: Sequence[FilePart] | None = None,
        fields: Mapping[str, str] | None = None,
        retry: bool | None = None,
        options: CallOptions | None = None,
    ) -> ApiResponse:
        """Send a request and return the whole response. Everything goes through here.

        Args:
            request: What `build_request` of a generated operation returns.
            json: A body to write as JSON, instead of that of the request.
            content: A body that is encoded already.
            content_type: The media type of `content`.
            files: Makes the body multipart, streamed from its sources. The boundary is random, so
                no content can end its part. Every attempt sends the whole body.
            fields: Form fields that are not files; they come first.
            retry: Whether sending the request twice is harmless. `None` leaves it to the method:
                GET, PUT and DELETE are.
            options: Replaces `retry` by all there is to choose.

        Returns:
            The response, which is a success unless `options` let others pass.

        Raises:
            UserValueError: The request cannot be sent, or a file cannot be read.
            UserTypeError: The body cannot be written as JSON.
            ArthurError: Everything else that can go wrong, each as the one class it belongs to.
        """
        options = options or CallOptions(retry=retry)
        if files is not None:
            with multipart.open_parts(files, fields or {}) as parts:
                return await self._send({**request.arguments(), "files": parts}, options)
        arguments, options = self._arguments(
            request, options, json=json, content=content, content_type=content_type
        )
        return await self._send(arguments, options)

    async def download(self, request: RequestParts) -> tuple[bytes, str]:
        """Send a request whose response is a file, here or at another place it points to.

        Redirects are followed, without credentials when they lead to another origin, and never from
        https to plain http.

        Args:
            request: What `build_request` of a generated operation returns.

        Returns:
            The content and its media type.

        Raises:
            ArthurDownloadError: The other place did not deliver.
            ArthurError: As for `send`.
        """
        headers = {**request.headers, "Accept": "*/*"}
        response = await self.send(
            evolve(request, headers=headers), options=CallOptions(raise_for_status=False)
        )
        return await async_downloads.follow_async(
            response,
            client=self.http_client(),
            context=self._context,
            verify=self._tls,
            options=self.options,
        )

    async def _send(self, arguments: dict[str, Any], options: CallOptions) -> ApiResponse:
        client = self.http_client()
        request = self._build(client, arguments, options)
        packed = None
        if self._compresses:
            packed = await run_in_thread(compression.compress_body, request)
        response = None if packed is None else await self._send_packed(client, packed)
        if response is None:
            response = await client.send(request)
        self._note_abilities(response)
        return response

    async def _send_packed(
        self, client: AsyncHttpClient, packed: httpx.Request
    ) -> ApiResponse | None:
        """Send a compressed body; return `None` if the server takes none, which is remembered."""
        try:
            response = await client.send(packed)
        except ResponseClientError as error:
            if self._takes_compressed(error.status_code or 0):
                raise
            return None
        return response if self._takes_compressed(response.status_code) else None
