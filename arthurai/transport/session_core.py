"""What a session is and what its requests are, without I/O; the two shells send them."""

from __future__ import annotations

import logging
import platform
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NoReturn, Self

import httpx

from arthurai.common.exceptions import (
    ExpectedParameterNotFoundError,
    MethodNotApplicableError,
    ResponseClientError,
    UserTypeError,
    UserValueError,
)
from arthurai.common.settings import LOGIN_VARIABLE, PASSWORD_VARIABLE
from arthurai.transport import idempotency_header
from arthurai.transport.attempts import OPTIONS_KEY, ApiResponse, CallOptions, ClientContext
from arthurai.transport.auth import TOKEN_COOKIE, find_token
from arthurai.transport.call_settings import CallSettings
from arthurai.transport.options import HttpOptions, check_header_text
from arthurai.transport.proxies import find_proxy
from arthurai.transport.redaction import Redactor, redact_url
from arthurai.transport.retries import RetryPolicy
from arthurai.transport.server_age import VERSION_HEADER
from arthurai.version import __version__
from arthurai_api.types import RequestParts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from arthurai.common.exceptions import ArthurError
    from arthurai.transport.auth import Credentials
    from arthurai.transport.local import LocalServer
    from arthurai.transport.options import Endpoint

logger = logging.getLogger(__name__)

JSON: Final = "application/json"
API_ROOT: Final = "/api"
"""Path of the servers in the API document; the paths of its operations follow it."""

_KEEP_ALIVE_SECONDS: Final = 5.0
_NUMBERS_FAILURES: Final = "Numbered-Failures"
_UNSUPPORTED_MEDIA_TYPE: Final = 415
_WRONG_CREDENTIALS: Final = frozenset({400, 401})


class SessionCore:
    """The part of a session that sends nothing.

    Args:
        endpoint: The server.
        credentials: Who the caller is; `None` for no credentials.
        organization_id: The organization that requests are for; `None` for the caller's own.
        verify_ssl: Whether certificates are checked.
        options: Time-outs, proxy and so on.
        policy: When to send again; by default as `options.attempts` says.
        offline: Whether the first contact was left out, so that credentials may be missing.
        local: The embedded server, for local endpoints.
        strict: Whether tables are checked as a whole before anything is sent; `None` leaves it to
            the environment.

    Attributes:
        knows_idempotency_keys: Whether the server has said that it answers a repeated request with
            its first answer.
        numbers_failures: Whether the server has said that it names the row of each failure of a
            file.
        is_embedded_server: Whether the server has said its version, as an embedded server does.
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
        strict: bool | None = None,
        redaction_key: str | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.strict = strict
        self.redaction_key = redaction_key
        self.options = options or HttpOptions()
        self.verify_ssl = verify_ssl
        self.offline = offline
        self._local = local
        self._tls = True if endpoint.local else self.options.ssl_context(verify=verify_ssl)
        self.knows_idempotency_keys = False
        self.numbers_failures = False
        self.is_embedded_server = False
        self._compresses = self.options.compress and not endpoint.local
        self._closed = False
        self._settings = CallSettings()
        self._heard: Callable[[ApiResponse], None] | None = None
        self._origin: Self | None = None
        redact = Redactor()
        for secret in credentials.secrets() if credentials is not None else ():
            redact.add(secret)
        self._context = ClientContext(
            endpoint=endpoint,
            credentials=credentials,
            policy=policy or _policy(self.options),
            redact=redact,
            organization_id=None,
            max_response_bytes=self.options.max_response_bytes,
            deadline=self.options.deadline,
            row_deadline=None if endpoint.local else self.options.row_deadline,
        )
        self.organization_id = organization_id
        self._set_up()

    def _set_up(self) -> None:
        """Make what a shell needs besides; called at the end of the constructor."""

    @property
    def call_settings(self) -> CallSettings:
        """What calls do differently from what the connection was made with."""
        return self._settings

    def derive(
        self, settings: CallSettings, heard: Callable[[ApiResponse], None] | None = None
    ) -> Self:
        """Return a session that sends over this one's connections, with settings of its own.

        Args:
            settings: The settings.
            heard: Called with each response that is a success.
        """
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__)
        made._origin = self._origin or self
        made._settings = settings
        made._heard = heard or self._heard
        made._derive_api()
        return made

    def _derive_api(self) -> None:
        """Make a generated client for a derived session."""

    # -- what it is ----------------------------------------------------------------------------

    @property
    def base_url(self) -> str:
        """Address of the API, to which the paths of operations are added."""
        return f"{self.endpoint.origin}{API_ROOT}"

    @property
    def organization_id(self) -> str | None:
        """The organization that requests are for; `None` when the server chooses."""
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
        """Mask the secrets of this connection in a string."""
        return self._context.redact(text)

    def keep_secret(self, secret: str) -> None:
        """Mask a string from now on in every message and log line of this connection."""
        self._context.redact.add(secret)

    def __repr__(self) -> str:
        state = "closed" if self._closed else "offline" if self.offline else "open"
        name, organization = type(self).__name__, self.organization_id
        return f"{name}({self.endpoint.url!r}, organization={organization!r}, {state})"

    def __reduce__(self) -> NoReturn:
        raise MethodNotApplicableError(
            "a connection to Arthur cannot be pickled, because it holds credentials and sockets; "
            "connect again on the other side"
        )

    def blocking(self) -> Any:
        """Return the same connection for code that runs in threads, a `Session`."""
        raise NotImplementedError

    # -- requests ------------------------------------------------------------------------------

    def _client_settings(self) -> dict[str, Any]:
        """Return what the HTTP client of this connection is made with.

        Raises:
            MethodNotApplicableError: The connection is closed, is offline without credentials, or
                its embedded server lives in the parent of this process.
        """
        if self._closed:
            raise MethodNotApplicableError(
                f"the connection to {self.endpoint.url!r} is closed; make a new ArthurAI"
            )
        if self.offline and self._context.credentials is None:
            raise MethodNotApplicableError(
                "this needs a server, but the connection is offline (offline=True) and has no url "
                "or no credentials; pass url=… and access_key=…, or login=… and password=…"
            )
        options = self.options
        settings: dict[str, Any]
        if self.endpoint.local:
            if self._local is None:
                raise MethodNotApplicableError(
                    f"no embedded server is open for {self.endpoint.url!r}"
                )
            settings = {"transport": self._local.transport()}
        else:
            proxy = find_proxy(self.endpoint.origin, options.proxy)
            self._context.proxy = proxy
            settings = {
                "verify": self._tls,
                "proxy": None if proxy is None else proxy.url,
                "limits": httpx.Limits(
                    max_connections=options.max_connections,
                    max_keepalive_connections=options.max_connections,
                    keepalive_expiry=_KEEP_ALIVE_SECONDS,
                ),
            }
        return {
            "base_url": self.base_url,
            "headers": {"Accept": "application/json", "User-Agent": self.user_agent},
            "timeout": httpx.Timeout(options.timeout, connect=options.connect_timeout),
            "trust_env": False,  # the environment is read by find_proxy and ssl_context
            **settings,
        }

    def _arguments(
        self,
        request: RequestParts,
        options: CallOptions,
        *,
        json: Any,
        content: bytes | Iterable[bytes] | None,
        content_type: str,
    ) -> tuple[dict[str, Any], CallOptions]:
        """Return a request as the HTTP library takes it, and how it is treated.

        Raises:
            UserTypeError: The body cannot be written as JSON.
        """
        arguments = request.arguments()
        if json is None:
            json = arguments.pop("json", None)
        if json is not None:
            content = write_json(json, request.operation)
        if content is not None:
            arguments["content"] = content
            arguments["headers"] = {"Content-Type": content_type, **request.headers}
        if isinstance(content, Iterator):
            options = replace(options, replayable=False)
        return arguments, options

    def _build(
        self,
        client: httpx.Client | httpx.AsyncClient,
        arguments: dict[str, Any],
        options: CallOptions,
    ) -> httpx.Request:
        """Return the request of the HTTP library.

        Raises:
            UserValueError: It cannot be sent.
        """
        settings = self._settings
        if settings.headers:
            arguments["headers"] = {**settings.headers, **arguments.get("headers", {})}
        if settings.timeout is not None:
            arguments["timeout"] = settings.timeout
            row_deadline = self.options.row_deadline
            if row_deadline is not None and settings.timeout > row_deadline:
                options = replace(options, row_deadline=settings.timeout)
        if options.attempts is None and settings.attempts is not None:
            options = replace(options, attempts=settings.attempts)
        try:
            return client.build_request(**arguments, extensions={OPTIONS_KEY: options})
        except (httpx.InvalidURL, AttributeError, TypeError, ValueError) as error:
            raise UserValueError(
                f"{arguments['method'].upper()} {self.redact(arguments['url'])!r} is not a request "
                f"that can be sent: {error}"
            ) from error

    def _note_abilities(self, response: ApiResponse) -> None:
        """Remember what a response says about the server, and tell who wants to hear it."""
        if self._heard is not None:
            self._heard(response)
        if idempotency_header.is_known(response.headers):
            self.knows_idempotency_keys = True
        if response.headers.get(_NUMBERS_FAILURES, "").lower() == "true":
            self.numbers_failures = True
        if VERSION_HEADER in response.headers:
            self.is_embedded_server = True

    def _takes_compressed(self, status: int) -> bool:
        """Return whether the status that a compressed body got is an answer to it.

        A server that takes no compressed bodies is remembered.
        """
        if status != _UNSUPPORTED_MEDIA_TYPE:
            return True
        self._compresses = False
        logger.info("the server takes no compressed bodies; sending them as they are from now on")
        return False

    def _refused_login(self, error: ResponseClientError, login: str) -> ArthurError:
        """Return what to raise when the server answered a login with an error."""
        if error.status_code not in _WRONG_CREDENTIALS:
            return error
        return UserValueError(
            f"{self.endpoint.url} refuses login {login!r} with this password; correct login "
            f"and password (or {LOGIN_VARIABLE} and {PASSWORD_VARIABLE})",
            exchange=error.exchange,
        )

    def _read_token(self, response: ApiResponse, client: httpx.Client | httpx.AsyncClient) -> str:
        """Return the token of a login, and forget the cookie that it came in.

        It goes into a header from now on, and an old one must not travel beside a new one.

        Raises:
            ExpectedParameterNotFoundError: There is none.
        """
        drop_cookie(client, TOKEN_COOKIE)
        token = find_token(response.headers.get_list("set-cookie"))
        if token is None:
            raise ExpectedParameterNotFoundError(
                f"{self.endpoint.url} accepted the login but sent no cookie {TOKEN_COOKIE!r}; "
                f"check that the url is that of an Arthur server",
                exchange=response.failure_context.exchange(response.status_code, response.headers),
            )
        return token

    def build_raw_request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **body: Any,
    ) -> RequestParts:
        """Build a request to any path of the server, for callers below the API document.

        Args:
            method: HTTP method.
            path: Path from the root of the server, percent-encoded, with or without a query.
            params: Query parameters to add.
            headers: Headers to add.
            **body: The body as `content` or `files`, as the HTTP library takes them.

        Raises:
            UserValueError: The address is invalid.
        """
        url = _add_params(f"{self.endpoint.origin}/{path.lstrip('/')}", params)
        given = {name: value for name, value in body.items() if value is not None}
        return RequestParts(
            operation="", method=method, url=url, headers=dict(headers or {}), body=given
        )


def login_request(login: str, password: str) -> RequestParts:
    """Return the request that logs a user in.

    Args:
        login: User name or e-mail address.
        password: The password.
    """
    from arthurai_api.api.auth import login as operation
    from arthurai_api.models.login_request import LoginRequest

    return operation.build_request(body=LoginRequest(login=login, password=password))


def drop_cookie(client: httpx.Client | httpx.AsyncClient, name: str) -> None:
    """Drop a cookie from the jar of a client."""
    jar = client.cookies.jar
    for cookie in [cookie for cookie in jar if cookie.name == name]:
        jar.clear(cookie.domain, cookie.path, cookie.name)


def _policy(options: HttpOptions) -> RetryPolicy:
    if options.deadline is None:
        return RetryPolicy(attempts=options.attempts)
    return RetryPolicy(attempts=options.attempts, deadline=options.deadline)


def _add_params(url: str, params: Mapping[str, Any] | str | bytes | None) -> str:
    """Return an address with more parameters than it has already.

    Raises:
        UserValueError: The address is invalid.
    """
    if isinstance(params, Mapping):
        params = {name: value for name, value in params.items() if value is not None}
    try:
        address = httpx.URL(url)
        extra = httpx.QueryParams(params.decode() if isinstance(params, bytes) else params)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise UserValueError(f"{redact_url(url)!r} is not a valid address: {error}") from error
    if extra:
        for name, value in extra.multi_items():
            address = address.copy_add_param(name, value)
    return str(address)


def write_json(value: Any, operation: str) -> bytes:
    """Write a body as JSON, with null for NaN and infinity.

    Args:
        value: The body.
        operation: The operationId, for the message.

    Raises:
        UserTypeError: It holds something that JSON does not know.
    """
    import orjson

    try:
        return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)
    except (TypeError, ValueError) as error:
        raise UserTypeError(
            f"the body of {operation!r} cannot be written as JSON: {error}; use strings, numbers, "
            f"booleans, None, lists and dicts with string keys"
        ) from error
