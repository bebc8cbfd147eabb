"""`Session`: one authenticated connection to an Arthur server, the blocking shell."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from attrs import evolve

from arthurai.common.exceptions import ResponseClientError
from arthurai.transport import compression, downloads, fork_safety, multipart
from arthurai.transport.api_client import ApiClient
from arthurai.transport.attempts import ApiResponse, CallOptions
from arthurai.transport.http_client import HttpClient
from arthurai.transport.session_core import JSON, SessionCore, drop_cookie, login_request

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import httpx

    from arthurai.transport.multipart import FilePart
    from arthurai_api.types import RequestParts


class Session(SessionCore):
    """One authenticated connection, safe to use from several threads and after a fork.

    Nothing is sent when it is made. A session cannot be pickled. Arguments and attributes are those
    of `SessionCore`.
    """

    def _set_up(self) -> None:
        self._client: HttpClient | None = None
        self._abandoned: HttpClient | None = None
        self._lock = threading.Lock()
        self.api = ApiClient(self)
        fork_safety.watch(self)

    def _derive_api(self) -> None:
        self.api = ApiClient(self)

    # -- life ----------------------------------------------------------------------------------

    def after_fork(self) -> None:
        """Replace the connections and locks of the parent.

        The old client is kept, unused: collecting it would shut down TLS on sockets that the parent
        still uses.
        """
        self._lock = threading.Lock()
        self._abandoned, self._client = self._client, None

    def http_client(self) -> HttpClient:
        """Return the HTTP client of this process.

        Raises:
            MethodNotApplicableError: The connection is closed, is offline without credentials, or
                its embedded server lives in the parent of this process.
        """
        if self._origin is not None:
            return self._origin.http_client()
        client = self._client
        if client is None:
            with self._lock:
                client = self._client
                if client is None:
                    client = self._client = self._open_client()
        return client

    def _open_client(self) -> HttpClient:
        return HttpClient(self._context, log_in=self._log_in, **self._client_settings())

    def blocking(self) -> Session:
        """Return this connection, as `AsyncSession.blocking` returns one for threads."""
        return self

    def close(self) -> None:
        """Close all connections. Closing twice is harmless."""
        if self._origin is not None:
            self._origin.close()
            return
        with self._lock:
            self._closed = True
            client, self._client = self._client, None
        if client is not None:
            client.close()
        if self._local is not None:
            self._local.release()

    def open_dashboard(self) -> str:
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
        token = self._local.admin_key if credentials is None else credentials.token(self._log_in)
        return self._local.open_dashboard(token, self.organization_id)

    def log_in(self) -> None:
        """Log in now, if this connection has a login, instead of with the first call.

        Raises:
            ArthurError: The login failed.
        """
        credentials = self._context.credentials
        if credentials is not None:
            credentials.token(self._log_in)

    def _log_in(self, login: str, password: str) -> str:
        token, _ = self.exchange_password(login, password)
        self._context.redact.add(token)
        return token

    def exchange_password(self, login: str, password: str) -> tuple[str, ApiResponse]:
        """Log in as a user and return the token, and the response that brought it.

        The server hands it out as a cookie. It is taken out of the cookie jar, because it goes into
        a header from now on, and an old one must not travel beside a new one.

        Args:
            login: User name or e-mail address.
            password: The password.

        Raises:
            UserValueError: The server refuses login or password.
            ExpectedParameterNotFoundError: It accepted them but sent no token.
            ArthurError: Everything else that can go wrong.
        """
        request = login_request(login, password)
        try:
            response = self.send(request, options=CallOptions(public=True))
        except ResponseClientError as error:
            refused = self._refused_login(error, login)
            if refused is error:
                raise
            raise refused from error
        return self._read_token(response, self.http_client()), response

    # -- calls ---------------------------------------------------------------------------------

    def send(
        self,
        request: RequestParts,
        *,
        json: Any = None,
        content: bytes | Iterable[bytes] | None = None,
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
            content: A body that is encoded already. An iterator is never sent a second time.
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
                return self._send({**request.arguments(), "files": parts}, options)
        arguments, options = self._arguments(
            request, options, json=json, content=content, content_type=content_type
        )
        return self._send(arguments, options)

    def download(self, request: RequestParts) -> tuple[bytes, str]:
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
        response = self.send(
            evolve(request, headers=headers), options=CallOptions(raise_for_status=False)
        )
        return downloads.follow(
            response,
            client=self.http_client(),
            context=self._context,
            verify=self._tls,
            options=self.options,
        )

    def _send(self, arguments: dict[str, Any], options: CallOptions) -> ApiResponse:
        client = self.http_client()
        request = self._build(client, arguments, options)
        packed = compression.compress_body(request) if self._compresses else None
        response = None if packed is None else self._send_packed(client, packed)
        if response is None:
            response = client.send(request)
        self._note_abilities(response)
        return response

    def _send_packed(self, client: HttpClient, packed: httpx.Request) -> ApiResponse | None:
        """Send a compressed body; return `None` if the server takes none, which is remembered."""
        try:
            response = client.send(packed)
        except ResponseClientError as error:
            if self._takes_compressed(error.status_code or 0):
                raise
            return None
        return response if self._takes_compressed(response.status_code) else None

    def forget_cookie(self, name: str) -> None:
        """Drop a cookie from the jar of this process."""
        drop_cookie(self.http_client(), name)
