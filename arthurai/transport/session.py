"""`Session`: one authenticated connection to an Arthur server."""

from __future__ import annotations

import logging
import platform
import sys
import threading
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import httpx

from arthurai.common.exceptions import (
    ArthurError,
    MethodNotApplicableError,
    ResponseClientError,
    UserValueError,
)
from arthurai.transport import compression, downloads, errors
from arthurai.transport import fork_safety as forks
from arthurai.transport import multipart as uploads
from arthurai.transport import request_builder as operations
from arthurai.transport.api_client import ApiClient
from arthurai.transport.http_client import OPTIONS_KEY, Answer, CallOptions, Context, WireClient
from arthurai.transport.logins import log_in_with
from arthurai.transport.options import HttpOptions, check_header_text
from arthurai.transport.redaction import Redactor, presentable_url
from arthurai.transport.retries import RetryPolicy
from arthurai.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from types import ModuleType

    from arthurai.transport.auth import Credentials
    from arthurai.transport.local import LocalServer
    from arthurai.transport.multipart import FilePart
    from arthurai.transport.options import Endpoint
    from arthurai_api.types import Response

T = TypeVar("T")

logger = logging.getLogger(__name__)

_KEEP_ALIVE_SECONDS = 5.0
_UNSUPPORTED_MEDIA_TYPE = 415
_NO_CONTENT = frozenset({204, 205})
API_ROOT = "/api"
"""Path of the servers in the API document; the paths of its operations follow it."""


class Session:
    """One authenticated connection, safe to use from several threads and after a fork.

    Nothing is sent when it is made. A session cannot be pickled.

    Args:
        endpoint: The server.
        credentials: Who the caller is; `None` for no credentials.
        organization_id: The organisation that requests are for; `None` for the caller's own.
        verify_ssl: Whether certificates are checked.
        options: Time-outs, proxy and so on.
        policy: When to send again; by default as `options.attempts` says.
        offline: Refuse to send anything.
        local: The embedded server, for local endpoints.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        credentials: Credentials | None = None,
        *,
        organization_id: str | None = None,
        verify_ssl: bool = True,
        options: HttpOptions | None = None,
        policy: RetryPolicy | None = None,
        offline: bool = False,
        local: LocalServer | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.options = options or HttpOptions()
        self.verify_ssl = verify_ssl
        self.offline = offline
        self._local = local
        self._tls = True if endpoint.local else self.options.ssl_context(verify=verify_ssl)
        self._compresses = self.options.compress and not endpoint.local
        self._closed = False
        self._open: WireClient | None = None
        self._abandoned: WireClient | None = None
        self._lock = threading.Lock()
        redact = Redactor()
        for secret in credentials.secrets() if credentials is not None else ():
            redact.add(secret)
        self._context = Context(
            endpoint=endpoint,
            credentials=credentials,
            policy=policy or RetryPolicy(attempts=self.options.attempts),
            redact=redact,
            organization_id=None,
            log_in=self._log_in,
            max_response_bytes=self.options.max_response_bytes,
        )
        self.organization_id = organization_id
        self.api = ApiClient(self)
        forks.watch(self)

    # -- what it is ----------------------------------------------------------------------------

    @property
    def base_url(self) -> str:
        """Address of the API, to which the paths of operations are added."""
        return f"{self.endpoint.origin}{API_ROOT}"

    @property
    def organization_id(self) -> str | None:
        """The organisation that requests are for; `None` when the server chooses."""
        return self._context.organization_id

    @organization_id.setter
    def organization_id(self, value: str | None) -> None:
        if value is not None:
            value = check_header_text("organization_id", value, secret=False)
        self._context.organization_id = value

    @property
    def user_agent(self) -> str:
        """What the server is told about this program."""
        return f"arthur-sdk/{__version__} (system={platform.system()})"

    def redact(self, text: str) -> str:
        """Mask this connection's secrets in a text."""
        return self._context.redact(text)

    def keep_secret(self, secret: str) -> None:
        """Mask a text from now on in every message and log line of this connection."""
        self._context.redact.add(secret)

    def __repr__(self) -> str:
        state = "closed" if self._closed else "offline" if self.offline else "open"
        return f"Session({self.endpoint.shown!r}, organization={self.organization_id!r}, {state})"

    def __reduce__(self) -> NoReturn:
        raise MethodNotApplicableError(
            "a connection to Arthur cannot be pickled, because it holds credentials and sockets; "
            "connect again on the other side"
        )

    # -- life ----------------------------------------------------------------------------------

    def after_fork(self) -> None:
        """Give up the parent's connections and locks.

        The old client is kept, unused: collecting it would shut down TLS on sockets that the parent
        still uses.
        """
        self._lock = threading.Lock()
        self._abandoned, self._open = self._open, None

    def wire(self) -> WireClient:
        """Return the HTTP client of this process.

        Raises:
            MethodNotApplicableError: The connection is closed or offline, or its embedded server
                lives in the parent of this process.
        """
        wire = self._open
        if wire is None:
            with self._lock:
                wire = self._open
                if wire is None:
                    wire = self._open = self._open_wire()
        return wire

    def _open_wire(self) -> WireClient:
        if self._closed:
            raise MethodNotApplicableError(
                f"the connection to {self.endpoint.shown!r} is closed; make a new ArthurAI"
            )
        if self.offline:
            raise MethodNotApplicableError(
                "this needs a server, but the connection is offline (offline=True). Connect "
                "without it to send anything."
            )
        options = self.options
        settings: dict[str, Any]
        if self.endpoint.local:
            if self._local is None:
                raise MethodNotApplicableError(
                    f"no embedded server is open for {self.endpoint.shown!r}"
                )
            settings = {"transport": self._local.transport()}
        else:
            settings = {
                "verify": self._tls,
                "proxy": options.proxy,
                "limits": httpx.Limits(
                    max_connections=options.max_connections,
                    max_keepalive_connections=options.max_connections,
                    keepalive_expiry=_KEEP_ALIVE_SECONDS,
                ),
            }
        return WireClient(
            self._context,
            base_url=self.base_url,
            headers={"Accept": "application/json", "User-Agent": self.user_agent},
            timeout=httpx.Timeout(options.timeout, connect=options.connect_timeout),
            **settings,
        )

    def close(self) -> None:
        """Close all connections. Closing twice is harmless."""
        with self._lock:
            self._closed = True
            wire, self._open = self._open, None
        if wire is not None:
            wire.close()
        if self._local is not None:
            self._local.release()

    def log_in(self) -> None:
        """Log in now, if this connection has a login, instead of with the first call.

        Raises:
            ArthurError: The login failed.
        """
        credentials = self._context.credentials
        if credentials is not None:
            credentials.token(self._log_in)

    def _log_in(self, login: str, password: str) -> str:
        token = log_in_with(self, login, password)
        self._context.redact.add(token)
        return token

    # -- calls ---------------------------------------------------------------------------------

    def call(
        self,
        operation: Callable[..., Response[T]],
        *args: Any,
        retry: bool | None = None,
        **kwargs: Any,
    ) -> T:
        """Call an operation of the generated client and return the model it answers with.

        Args:
            operation: A `sync_detailed` of the generated client.
            *args: Its positional arguments.
            retry: Whether sending it twice is harmless. `None` leaves it to the method: GET, PUT
                and DELETE are.
            **kwargs: Its named arguments, without `client`. Plain values are accepted for enums,
                times and lists, dicts for models.

        Returns:
            The parsed body of the success; `None` for an answer without one.

        Raises:
            ArthurError: Everything that can go wrong, each as the one class it belongs to.
        """
        module = sys.modules[operation.__module__]
        request = operations.build(module, args, kwargs)
        answer = self._send(request, CallOptions(retry=retry))
        parsed: T = self._parsed(module, answer)
        return parsed

    def _parsed(self, module: ModuleType, answer: Answer) -> Any:
        """Read an answer with the generated parser, whatever that makes of it."""
        try:
            parsed = module.parse_response(answer)
        except ArthurError:
            raise
        except KeyError as fault:
            raise answer.malformed(f"the field {fault} is missing") from fault
        except Exception as fault:
            raise answer.malformed(f"the body is not as documented ({fault})") from fault
        return parsed

    def call_json(
        self, operation: ModuleType, *args: Any, retry: bool | None = None, **kwargs: Any
    ) -> Any:
        """Call an operation and return the decoded JSON of its answer instead of a model.

        Args:
            operation: The module of the operation in the generated client.
            *args: Positional parameters of the operation.
            retry: As for `call`.
            **kwargs: Named parameters of the operation. A `body` that is a dict or a list of dicts
                is sent as it is.

        Returns:
            Dicts, lists and plain values; `None` for an answer without a body.

        Raises:
            ArthurError: As for `call`.
        """
        body = kwargs.get(operations.BODY)
        if isinstance(body, Mapping) or (
            isinstance(body, list | tuple) and all(isinstance(item, Mapping) for item in body)
        ):
            del kwargs[operations.BODY]
            return self.send_encoded(
                operation,
                *args,
                content=operations.encode(operation, body),
                content_type="application/json",
                replayable=True,
                retry=retry,
                **kwargs,
            )
        request = operations.build(operation, args, kwargs)
        return self._decoded(operation, self._send(request, CallOptions(retry=retry)))

    def send_encoded(
        self,
        operation: ModuleType,
        *args: Any,
        content: bytes | Iterable[bytes],
        content_type: str,
        replayable: bool = True,
        retry: bool | None = True,
        **kwargs: Any,
    ) -> Any:
        """Call an operation with a body that has been encoded already. The hot path.

        Args:
            operation: The module of the operation in the generated client.
            *args: Positional parameters of the operation.
            content: The body. An iterator that can be read only once is never sent again.
            content_type: Its media type.
            replayable: Whether the body can be sent twice.
            retry: Whether that is harmless; `None` leaves it to the method.
            **kwargs: Named parameters of the operation, without `body`.

        Returns:
            As `call_json`.

        Raises:
            ArthurError: As for `call`.
        """
        request = operations.build(operation, args, kwargs, replace_body=True)
        request["content"] = content
        request["headers"] = {**request.get("headers", {}), "Content-Type": content_type}
        options = CallOptions(
            retry=retry, replayable=replayable and not isinstance(content, Iterator)
        )
        return self._decoded(operation, self._send(request, options))

    def send_files(
        self,
        operation: ModuleType,
        *args: Any,
        parts: Sequence[FilePart],
        fields: Mapping[str, str] | None = None,
        retry: bool | None = None,
        **kwargs: Any,
    ) -> Any:
        """Call an operation with a multipart body, streamed from its sources.

        The boundary is random, so no content can end its part. Every attempt sends the whole body.

        Args:
            operation: The module of the operation in the generated client.
            *args: Positional parameters of the operation.
            parts: The files.
            fields: Form fields that are no files; they come first.
            retry: Whether sending it twice is harmless. `None` leaves it to the method, so that a
                POST is sent again only when the server certainly did not work on it.
            **kwargs: Named parameters of the operation, without `body`.

        Returns:
            As `call_json`.

        Raises:
            ArthurError: As for `call`.
            UserValueError: A file cannot be read.
        """
        answer = self._send_files(operation, args, kwargs, parts, fields, retry=retry)
        return self._decoded(operation, answer)

    def upload(
        self,
        operation: ModuleType,
        *args: Any,
        parts: Sequence[FilePart],
        fields: Mapping[str, str] | None = None,
        retry: bool | None = None,
        **kwargs: Any,
    ) -> tuple[int, Any]:
        """Do as `send_files`, for operations where the status alone can be the answer.

        Returns:
            The status, which is a success, and the decoded body: `None` when there is none.

        Raises:
            ArthurError: As for `call`.
            UserValueError: A file cannot be read.
        """
        answer = self._send_files(operation, args, kwargs, parts, fields, retry=retry)
        return answer.status_code, answer.json() if answer.content else None

    def _send_files(
        self,
        operation: ModuleType,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        parts: Sequence[FilePart],
        fields: Mapping[str, str] | None,
        *,
        retry: bool | None,
    ) -> Answer:
        request = operations.build(operation, args, kwargs, replace_body=True)
        headers = request.get("headers", {})
        request["headers"] = {k: v for k, v in headers.items() if k.lower() != "content-type"}
        plain = [(name, (None, value.encode())) for name, value in (fields or {}).items()]
        with uploads.opened(parts) as files:
            request["files"] = [*plain, *files]
            return self._send(request, CallOptions(retry=retry))

    def download(self, operation: ModuleType, *args: Any, **kwargs: Any) -> tuple[bytes, str]:
        """Call an operation that answers with a file, here or at another place it points to.

        Redirects are followed, without credentials when they lead to another origin, and never from
        https to plain http.

        Args:
            operation: The module of the operation in the generated client.
            *args: Positional parameters of the operation.
            **kwargs: Named parameters of the operation.

        Returns:
            The content and its media type.

        Raises:
            ArthurDownloadError: The other place did not deliver.
            ArthurError: As for `call`.
        """
        request = operations.build(operation, args, kwargs)
        request["headers"] = {**request.get("headers", {}), "Accept": "*/*"}
        answer = self._send(request, CallOptions(raise_for_status=False))
        return downloads.follow(
            answer,
            wire=self.wire(),
            context=self._context,
            verify=self._tls,
            options=self.options,
        )

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | Iterable[bytes] | None = None,
        files: Sequence[tuple[str, tuple[Any, ...]]] | None = None,
        options: CallOptions | None = None,
    ) -> Answer:
        """Send a request to any path of the server, for callers below the API document.

        Args:
            method: HTTP method.
            path: Path from the root of the server, percent-encoded, with or without a query.
            params: Query parameters to add.
            headers: Headers to add.
            content: The body.
            files: Parts of a multipart body instead.
            options: How to treat the request.

        Returns:
            The whole answer.

        Raises:
            ArthurError: As for `call`.
        """
        return self._send(
            {
                "method": method,
                "url": _address(f"{self.endpoint.origin}/{path.lstrip('/')}", params),
                "headers": dict(headers or {}),
                "content": content,
                "files": files,
            },
            options or CallOptions(),
        )

    def _send(self, request: dict[str, Any], options: CallOptions) -> Answer:
        wire = self.wire()
        try:
            built = wire.build_request(**request, extensions={OPTIONS_KEY: options})
        except (httpx.InvalidURL, AttributeError, TypeError, ValueError) as fault:
            raise UserValueError(
                f"{request['method'].upper()} {self.redact(str(request['url']))!r} is no request "
                f"that can be sent: {fault}"
            ) from fault
        if self._compresses:
            packed = compression.compressed(built)
            if packed is not None:
                answer = self._send_packed(wire, packed)
                if answer is not None:
                    return answer
        return wire.send(built)

    def _send_packed(self, wire: WireClient, packed: httpx.Request) -> Answer | None:
        """Send a compressed body; `None` when the server takes none, which is remembered."""
        try:
            answer = wire.send(packed)
        except ResponseClientError as refusal:
            if refusal.status_code != _UNSUPPORTED_MEDIA_TYPE:
                raise
        else:
            if answer.status_code != _UNSUPPORTED_MEDIA_TYPE:
                return answer
        self._compresses = False
        logger.info("the server takes no compressed bodies; sending them as they are from now on")
        return None

    def raise_for(self, answer: Answer) -> NoReturn:
        """Raise what an answer stands for that was let pass."""
        raise errors.status_error(
            answer.circumstances, answer.status_code, answer.headers, answer.content
        )

    def send_public(self, operation: ModuleType, body: Mapping[str, Any]) -> Answer:
        """Call an operation that needs no credentials, without sending any."""
        request = operations.build(operation, (), {}, replace_body=True)
        request["content"] = operations.encode(operation, body)
        request["headers"] = {"Content-Type": "application/json"}
        return self._send(request, CallOptions(public=True))

    def forget_cookie(self, name: str) -> None:
        """Drop a cookie from the jar of this process."""
        jar = self.wire().cookies.jar
        for cookie in [cookie for cookie in jar if cookie.name == name]:
            jar.clear(cookie.domain, cookie.path, cookie.name)

    def _decoded(self, operation: ModuleType, answer: Answer) -> Any:
        if answer.content:
            return answer.json()
        if answer.status_code in _NO_CONTENT or not operations.promises_body(operation):
            return None
        raise answer.malformed("the body is empty")


def _address(url: str, params: Mapping[str, Any] | str | bytes | None) -> httpx.URL:
    """Add parameters to an address that may have some already.

    Raises:
        UserValueError: It is no valid address.
    """
    if isinstance(params, Mapping):
        params = {name: value for name, value in params.items() if value is not None}
    try:
        address = httpx.URL(url)
        extra = httpx.QueryParams(params.decode() if isinstance(params, bytes) else params)
    except (httpx.InvalidURL, UnicodeError) as fault:
        raise UserValueError(f"{presentable_url(url)!r} is no valid address: {fault}") from fault
    if not extra:
        return address
    pairs: list[tuple[str, str | int | float | bool | None]] = [
        *address.params.multi_items(),
        *extra.multi_items(),
    ]
    return address.copy_with(params=httpx.QueryParams(pairs))
