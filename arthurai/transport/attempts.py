"""One call, without I/O: what every attempt sends, and what follows from its outcome."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import httpx

from arthurai.common.exceptions import UserValueError
from arthurai.transport import errors
from arthurai.transport.bounded_body import ACCEPTED_ENCODINGS
from arthurai.transport.endings import note_ending
from arthurai.transport.redaction import redact_url
from arthurai.transport.retries import (
    IDEMPOTENT_METHODS,
    RetryBudget,
    RetryPolicy,
    is_transient,
    is_unprocessed,
)

if TYPE_CHECKING:
    from arthurai.common.exceptions import ArthurError
    from arthurai.transport.auth import Credentials
    from arthurai.transport.options import Endpoint
    from arthurai.transport.proxies import Proxy
    from arthurai.transport.redaction import Redactor

logger = logging.getLogger(__name__)

OPTIONS_KEY: Final = "arthurai"
ORGANIZATION_HEADER: Final = "Arthur-Organization-ID"
AUTHORIZATION_HEADER: Final = "Authorization"
MAX_ERROR_BODY_BYTES: Final = 65536
_FIRST_FAILURE: Final = 300
_LEAST_SECONDS: Final = 0.001
_LAST_SECONDS: Final = 0.01
"""With so little time left, the deadline is what ended a call."""
_UNAUTHORIZED: Final = 401
# They describe the transfer and no longer hold once the body has been read and decompressed.
_TRANSFER_HEADERS: Final = frozenset(
    {"content-encoding", "transfer-encoding", "content-length", "connection"}
)
_KEPT_EXTENSIONS: Final = frozenset({"http_version", "reason_phrase"})


@dataclass(frozen=True, slots=True)
class CallOptions:
    """How one request is treated.

    Attributes:
        retry: Whether a repeat is harmless; `None` leaves it to the method.
        replayable: Whether the body can be sent a second time.
        public: Send no credentials.
        raise_for_status: Turn responses that are not a success into exceptions.
        attempts: Maximum number of attempts, instead of that of the connection.
        single_row: Whether it sends one row, and so ends by the deadline of such requests.
        row_deadline: That deadline, instead of the one of the connection.
    """

    retry: bool | None = None
    replayable: bool = True
    public: bool = False
    raise_for_status: bool = True
    attempts: int | None = None
    single_row: bool = False
    row_deadline: float | None = None


DEFAULT_OPTIONS: Final = CallOptions()


@dataclass(slots=True)
class ClientContext:
    """What the requests of one connection share.

    Attributes:
        endpoint: The server; nothing is ever sent to another one.
        credentials: Who the caller is; `None` sends no `Authorization` header.
        policy: When to send again.
        redact: Masks secrets in text.
        organization_id: The organization that requests are for; `None` sends no header.
        max_response_bytes: Largest response that is read.
        deadline: Seconds that a call may take in all, `None` for no bound.
        row_deadline: The same for a request with a single row.
        proxy: The proxy that requests go through, if any.
    """

    endpoint: Endpoint
    credentials: Credentials | None
    policy: RetryPolicy
    redact: Redactor
    organization_id: str | None
    max_response_bytes: int
    deadline: float | None = None
    row_deadline: float | None = None
    proxy: Proxy | None = None

    def failure_context(self, method: str, url: str, attempts: int = 1) -> errors.FailureContext:
        """Return what an exception says about a request."""
        return errors.FailureContext(
            method=method,
            url=self.display_url(url),
            organization=self.organization_id,
            attempts=attempts,
            redact=self.redact,
            proxy="" if self.proxy is None else self.proxy.describe(),
        )

    def display_url(self, url: str) -> str:
        """Return an address as users know it: local servers have an invented one on the wire."""
        if self.endpoint.local and url.startswith(self.endpoint.origin):
            return self.endpoint.url + url[len(self.endpoint.origin) :]
        return url


class ApiResponse(httpx.Response):
    """A whole response. Its JSON is read strictly, with one exception for everything unreadable."""

    failure_context: errors.FailureContext

    def json(self, **_: Any) -> Any:
        """Decode the body.

        Raises:
            UnexpectedValueError: The body is not JSON in UTF-8.
        """
        import orjson

        try:
            return orjson.loads(self.content)
        except ValueError as error:
            what = "the body is empty" if not self.content else f"the body is not JSON: {error}"
            raise self.malformed_error(what) from error

    def malformed_error(self, why: str) -> ArthurError:
        """Return the exception for a success whose body is not what it has to be."""
        return errors.malformed_error(
            self.failure_context,
            why,
            status=self.status_code,
            headers=self.headers,
            body=self.content,
        )

    def status_error(self) -> ArthurError:
        """Return the exception for a status that is not a success."""
        return errors.status_error(
            self.failure_context, self.status_code, self.headers, self.content
        )

    @property
    def failed(self) -> bool:
        """Whether the status is not a success."""
        return self.status_code >= _FIRST_FAILURE


@dataclass(frozen=True, slots=True)
class Wait:
    """Send the request again after a pause."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Renew:
    """Renew the credentials; send the request again if that helped, finish otherwise."""

    rejected: str


class Attempts:
    """The attempts of one call: how many, what they cost, how long they have taken.

    For each attempt the caller puts the token in by `authorize`, sends, and passes the outcome to
    `after_response` or `after_error`, which say what to do next; `finish` ends the call.
    """

    def __init__(self, context: ClientContext, request: httpx.Request) -> None:
        self.context = context
        self.request = request
        self.options: CallOptions = request.extensions.get(OPTIONS_KEY, DEFAULT_OPTIONS)
        self.made = 0
        self._token: str | None = None
        self._retries_paid = 0
        self._has_renewed = False
        self._is_open = False
        self._started = context.policy.clock()
        self._deadline, self._deadline_name = self._find_deadline()
        # What the HTTP library could read besides is not bounded.
        request.headers["Accept-Encoding"] = ACCEPTED_ENCODINGS
        self._check_origin()

    def _find_deadline(self) -> tuple[float | None, str]:
        """Return the seconds that the call may take, and the key of `http_options` that says so."""
        general, options = self.context.deadline, self.options
        row = self.context.row_deadline if options.single_row else None
        if row is not None and options.row_deadline is not None:
            row = options.row_deadline
        if row is None or (general is not None and general <= row):
            return general, "deadline"
        return row, "row_deadline"

    def _check_origin(self) -> None:
        """Refuse to send anything anywhere but to the server that was connected to."""
        ours, theirs = httpx.URL(self.context.endpoint.origin), self.request.url
        if (theirs.scheme, theirs.host, theirs.port) != (ours.scheme, ours.host, ours.port):
            raise UserValueError(
                f"{redact_url(str(theirs))!r} is not on {self.context.endpoint.url!r}; "
                f"this connection sends its credentials to no other server"
            )

    @property
    def needs_token(self) -> bool:
        """Whether the next attempt carries credentials."""
        return self.context.credentials is not None and not self.options.public

    def authorize(self, token: str | None) -> None:
        """Put credentials and organization into the headers, and count the attempt.

        Args:
            token: The token, `None` for a request without credentials.
        """
        headers, organization_id = self.request.headers, self.context.organization_id
        if self.options.public:
            headers.pop(AUTHORIZATION_HEADER, None)
        elif organization_id is not None:
            headers.setdefault(ORGANIZATION_HEADER, organization_id)
        if token is not None:
            headers[AUTHORIZATION_HEADER] = token
        self._token = token
        self.made += 1

    def _seconds_left(self) -> float | None:
        """Return how long the call may still take; `None` for as long as it likes."""
        if self._deadline is None:
            return None
        return self._started + self._deadline - self.context.policy.clock()

    def limit_time(self) -> None:
        """Shorten the time-outs of the next attempt to what the deadline leaves."""
        left = self._seconds_left()
        if left is not None:
            left = max(left, _LEAST_SECONDS)
            timeouts = self.request.extensions.get("timeout", {})
            self.request.extensions["timeout"] = {
                name: left if seconds is None else min(seconds, left)
                for name, seconds in timeouts.items()
            }

    def check_time(self) -> None:
        """Raise when the deadline has passed, while a response arrives in small pieces.

        Raises:
            httpx.ReadTimeout: It has.
        """
        left = self._seconds_left()
        if left is not None and left < 0:
            raise httpx.ReadTimeout("the response did not arrive in time", request=self.request)

    def failure_context(self) -> errors.FailureContext:
        """Return what an exception says about the call."""
        context = self.context.failure_context(
            self.request.method, str(self.request.url), max(self.made, 1)
        )
        left = self._seconds_left()
        if left is not None and left < _LAST_SECONDS:
            context = replace(
                context,
                deadline=f"http_options[{self._deadline_name!r}]={self._deadline:g}",
            )
        return context

    def max_bytes(self, status: int) -> int:
        """Return how much of a body is read: an endless response must not fill the memory."""
        if status >= _FIRST_FAILURE and self.options.raise_for_status:
            return MAX_ERROR_BODY_BYTES
        return self.context.max_response_bytes

    def read(self, response: httpx.Response, body: bytes) -> ApiResponse:
        """Return a response as a whole.

        Args:
            response: Status and headers.
            body: The decompressed body, or as much of it as exceeds `max_bytes`.

        Raises:
            UnexpectedValueError: A body that is wanted in full exceeds the limit.
        """
        limit = self.max_bytes(response.status_code)
        whole = ApiResponse(
            response.status_code,
            headers=[
                (name, value)
                for name, value in response.headers.raw
                if name.decode("latin-1").lower() not in _TRANSFER_HEADERS
            ],
            content=body[:limit],
            request=response.request,
            extensions={
                name: value
                for name, value in response.extensions.items()
                if name in _KEPT_EXTENSIONS
            },
        )
        whole.failure_context = self.failure_context()
        if len(body) > limit and not (whole.failed and self.options.raise_for_status):
            raise whole.malformed_error(
                f"the body is longer than http_options['max_response_bytes']={limit}"
            )
        return whole

    def log_exchange(self, response: ApiResponse, seconds: float) -> None:
        """Log an attempt that was answered.

        Args:
            response: The response.
            seconds: How long it took.
        """
        if logger.isEnabledFor(logging.DEBUG):
            url = self.context.display_url(str(self.request.url))
            logger.debug(
                "%s %s: status %d, %d bytes, after %.3f s",
                self.request.method,
                self.context.redact(redact_url(url)),
                response.status_code,
                len(response.content),
                seconds,
            )

    def after_response(self, response: ApiResponse) -> Wait | Renew | None:
        """Return what to do after a response; `None` to finish."""
        status = response.status_code
        if status == _UNAUTHORIZED and self._token is not None and self.options.replayable:
            credentials = self.context.credentials
            if credentials is None:
                return None
            if self._has_renewed:
                credentials.pause_renewal()
                return None
            self._has_renewed = True
            return Renew(self._token)
        if not is_transient(status):
            return None
        return self._wait_before_next(
            f"status {status}",
            unprocessed=is_unprocessed(status),
            cost=RetryBudget.RETRY_COST,
            retry_after=response.headers.get("retry-after"),
        )

    def after_error(self, error: Exception) -> Wait:
        """Return what to do after a failure of the HTTP library.

        Raises:
            ArthurError: Nothing; the call has failed.
        """
        failure = errors.describe_failure(error)
        timed_out = isinstance(error, httpx.TimeoutException)
        cost = RetryBudget.TIMEOUT_COST if timed_out else RetryBudget.RETRY_COST
        wait = None
        if failure.transient:
            wait = self._wait_before_next(failure.what, unprocessed=failure.unsent, cost=cost)
        if wait is None:
            failed = errors.failure_error(self.failure_context(), error)
            failed.earlier_attempt_open = self._is_open
            raise failed from error
        return wait

    def finish(self, response: ApiResponse) -> ApiResponse:
        """Return the last response of the call.

        Raises:
            ArthurError: It is not a success, and `options` ask for an exception then.
        """
        note_ending(self.request.method, self.request.url.path, response.headers)
        if not response.failed:
            self.context.policy.budget.give_back(self._retries_paid or 1)
        elif self.options.raise_for_status:
            failed = response.status_error()
            failed.earlier_attempt_open = self._is_open
            raise failed
        return response

    def _may_repeat(self, *, unprocessed: bool) -> bool:
        if not self.options.replayable:
            return False
        if unprocessed:
            return True
        if self.options.retry is not None:
            return self.options.retry
        return self.request.method in IDEMPOTENT_METHODS

    def _wait_before_next(
        self, why: str, *, unprocessed: bool, cost: int, retry_after: str | None = None
    ) -> Wait | None:
        policy = self.context.policy
        limit = self.options.attempts or policy.attempts
        if self.made >= limit or not self._may_repeat(unprocessed=unprocessed):
            return None
        seconds = policy.wait(self.made - 1, retry_after)
        left = self._seconds_left()
        if left is not None and seconds > left:
            return None
        if policy.clock() - self._started + seconds > policy.deadline:
            return None
        if not policy.budget.spend(cost):
            logger.debug("not sending again: too many requests of this process have failed")
            return None
        self._retries_paid += cost
        self._is_open = self._is_open or not unprocessed
        logger.info(
            "%s %s: %s; sending it again in %.1f s (attempt %d of %d)",
            self.request.method,
            redact_url(self.context.display_url(str(self.request.url))),
            why,
            seconds,
            self.made + 1,
            limit,
        )
        return Wait(seconds)
