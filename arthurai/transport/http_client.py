"""The HTTP client under everything: credentials, retries, limits, one exception a failure."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from arthurai.common.exceptions import ArthurError, UserValueError
from arthurai.transport import errors
from arthurai.transport.redaction import presentable_url
from arthurai.transport.retries import (
    IDEMPOTENT_METHODS,
    RetryBudget,
    RetryPolicy,
    is_transient,
    is_unprocessed,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from arthurai.transport.auth import Credentials
    from arthurai.transport.options import Endpoint
    from arthurai.transport.redaction import Redactor

logger = logging.getLogger(__name__)

OPTIONS_KEY = "arthurai"
ORGANIZATION_HEADER = "Arthur-Organization-ID"
AUTHORIZATION_HEADER = "Authorization"
LONGEST_ERROR_BODY = 65536
_FIRST_FAILURE = 300
_UNAUTHORIZED = 401
# What describes the transfer and no longer holds once the body has been read and decompressed.
_TRANSFER_HEADERS = ("content-encoding", "transfer-encoding", "content-length", "connection")


@dataclass(frozen=True, slots=True)
class CallOptions:
    """How one request is to be treated.

    Attributes:
        retry: Whether a repeat is harmless; `None` leaves it to the method.
        replayable: Whether the body can be sent a second time.
        public: Send no credentials.
        raise_for_status: Turn answers that are no success into exceptions.
        attempts: How often to send at most, instead of what the connection is set to.
    """

    retry: bool | None = None
    replayable: bool = True
    public: bool = False
    raise_for_status: bool = True
    attempts: int | None = None


DEFAULT_OPTIONS = CallOptions()


@dataclass(slots=True)
class Context:
    """What the requests of one connection share.

    Attributes:
        endpoint: The server; nothing is ever sent to another one.
        credentials: Who the caller is; `None` sends no `Authorization` header.
        policy: When to send again.
        redact: Masks secrets in texts.
        organization_id: The organisation that requests are for; `None` sends no header.
        log_in: Exchanges login and password for a token.
        max_response_bytes: Largest answer that is read.
    """

    endpoint: Endpoint
    credentials: Credentials | None
    policy: RetryPolicy
    redact: Redactor
    organization_id: str | None
    log_in: Callable[[str, str], str]
    max_response_bytes: int

    def circumstances(self, method: str, url: str, attempts: int = 1) -> errors.Circumstances:
        """Gather what an exception has to tell about a request."""
        return errors.Circumstances(
            method=method,
            url=self.shown(url),
            organization=self.organization_id,
            attempts=attempts,
            redact=self.redact,
        )

    def shown(self, url: str) -> str:
        """Return an address as users know it: local servers have an invented one on the wire."""
        if self.endpoint.local and url.startswith(self.endpoint.origin):
            return self.endpoint.shown + url[len(self.endpoint.origin) :]
        return url


class Answer(httpx.Response):
    """A whole answer. Its JSON is read strictly, with one exception for everything unreadable."""

    circumstances: errors.Circumstances

    def json(self, **_: Any) -> Any:
        """Decode the body.

        Raises:
            UnexpectedValueError: The body is no JSON in UTF-8.
        """
        import orjson

        try:
            return orjson.loads(self.content)
        except ValueError as fault:
            what = "the body is empty" if not self.content else f"the body is no JSON: {fault}"
            raise self.malformed(what) from fault

    def malformed(self, why: str) -> ArthurError:
        """Build the exception for an answer that is not what it has to be."""
        return errors.malformed(
            self.circumstances,
            why,
            status=self.status_code,
            headers=self.headers,
            body=self.content,
        )

    @property
    def failed(self) -> bool:
        """Whether the status is no success."""
        return self.status_code >= _FIRST_FAILURE


class _Attempts:
    """The account of one call: how often it was sent, what it has cost, how long it has taken."""

    def __init__(self, context: Context, request: httpx.Request, options: CallOptions) -> None:
        self.context = context
        self.request = request
        self.options = options
        self.made = 0
        self.retries_paid = 0
        self.logged_in_again = False
        self.started = context.policy.clock()

    def circumstances(self) -> errors.Circumstances:
        return self.context.circumstances(
            self.request.method, str(self.request.url), max(self.made, 1)
        )

    def _may_repeat(self, *, unprocessed: bool) -> bool:
        if not self.options.replayable:
            return False
        if unprocessed:
            return True
        if self.options.retry is not None:
            return self.options.retry
        return self.request.method in IDEMPOTENT_METHODS

    def wait_before_next(
        self, why: str, *, unprocessed: bool, cost: int, retry_after: str | None = None
    ) -> bool:
        """Sleep and return `True` when the request is to be sent again."""
        policy = self.context.policy
        limit = self.options.attempts or policy.attempts
        if self.made >= limit or not self._may_repeat(unprocessed=unprocessed):
            return False
        wait = policy.wait(self.made - 1, retry_after)
        if policy.clock() - self.started + wait > policy.deadline:
            return False
        if not policy.budget.spend(cost):
            logger.debug("not sending again: too many requests of this process have failed")
            return False
        self.retries_paid += cost
        logger.info(
            "%s %s: %s; sending it again in %.1f s (attempt %d of %d)",
            self.request.method,
            presentable_url(self.context.shown(str(self.request.url))),
            why,
            wait,
            self.made + 1,
            limit,
        )
        policy.sleep(wait)
        return True

    def succeeded(self) -> None:
        self.context.policy.budget.give_back(self.retries_paid or 1)


class WireClient(httpx.Client):
    """An HTTP client that talks to one server and raises exceptions of this package only.

    Args:
        context: What the requests share.
        **settings: As `httpx.Client` takes them.
    """

    def __init__(self, context: Context, **settings: Any) -> None:
        super().__init__(follow_redirects=False, **settings)
        self._context = context
        self.pid = os.getpid()

    def send(
        self,
        request: httpx.Request,
        *,
        stream: bool = False,  # noqa: ARG002 - answers are always read whole, up to the limit
        auth: Any = None,  # noqa: ARG002 - credentials come from the context only
        follow_redirects: Any = None,  # noqa: ARG002 - never with credentials
    ) -> Answer:
        """Send a request, again if that is allowed and helps, and return the whole answer.

        Raises:
            ArthurError: Everything that can go wrong, each as the one class it belongs to.
        """
        options = request.extensions.get(OPTIONS_KEY, DEFAULT_OPTIONS)
        self._check_origin(request)
        attempts = _Attempts(self._context, request, options)
        while True:
            token = self._authorize(request, options)
            attempts.made += 1
            try:
                answer = self._once(request, attempts)
            except ArthurError:
                raise
            except Exception as fault:
                meaning = errors.fault_of(fault)
                timed_out = isinstance(fault, httpx.TimeoutException)
                cost = RetryBudget.TIMEOUT_COST if timed_out else RetryBudget.RETRY_COST
                if meaning.transient and attempts.wait_before_next(
                    meaning.what, unprocessed=meaning.unsent, cost=cost
                ):
                    continue
                raise errors.fault_error(attempts.circumstances(), fault) from fault
            if not self._is_to_be_repeated(answer, token, attempts):
                break
        if not answer.failed:
            attempts.succeeded()
        elif options.raise_for_status:
            raise errors.status_error(
                answer.circumstances, answer.status_code, answer.headers, answer.content
            )
        return answer

    def _is_to_be_repeated(self, answer: Answer, token: str | None, attempts: _Attempts) -> bool:
        """Decide on an answer, after waiting or logging in again where that is due."""
        status = answer.status_code
        if status == _UNAUTHORIZED and token is not None and attempts.options.replayable:
            credentials = self._context.credentials
            if credentials is None:
                return False
            if attempts.logged_in_again:
                credentials.renewal_was_useless()
                return False
            attempts.logged_in_again = True
            return credentials.renew(token, self._context.log_in)
        return is_transient(status) and attempts.wait_before_next(
            f"answered {status}",
            unprocessed=is_unprocessed(status),
            cost=RetryBudget.RETRY_COST,
            retry_after=answer.headers.get("retry-after"),
        )

    def _check_origin(self, request: httpx.Request) -> None:
        """Refuse to send anything anywhere but to the server that was connected to."""
        ours = httpx.URL(self._context.endpoint.origin)
        theirs = request.url
        if (theirs.scheme, theirs.host, theirs.port) != (ours.scheme, ours.host, ours.port):
            raise UserValueError(
                f"{presentable_url(str(theirs))!r} is not on {self._context.endpoint.shown!r}; "
                f"this connection sends its credentials to no other server"
            )

    def _authorize(self, request: httpx.Request, options: CallOptions) -> str | None:
        """Put credentials and organisation into the headers; return the token that was used."""
        context = self._context
        if options.public:
            request.headers.pop(AUTHORIZATION_HEADER, None)
            return None
        if context.organization_id is not None:
            request.headers.setdefault(ORGANIZATION_HEADER, context.organization_id)
        if context.credentials is None:
            return None
        token = context.credentials.token(context.log_in)
        request.headers[AUTHORIZATION_HEADER] = token
        return token

    def _once(self, request: httpx.Request, attempts: _Attempts) -> Answer:
        started = attempts.context.policy.clock()
        response = super().send(request, stream=True, auth=None, follow_redirects=False)
        try:
            answer = self._read(response, attempts)
        finally:
            response.close()
        if logger.isEnabledFor(logging.DEBUG):
            logger.debug(
                "%s %s answered %d, %d bytes, after %.3f s",
                request.method,
                attempts.context.redact(presentable_url(attempts.context.shown(str(request.url)))),
                answer.status_code,
                len(answer.content),
                attempts.context.policy.clock() - started,
            )
        return answer

    def _read(self, response: httpx.Response, attempts: _Attempts) -> Answer:
        """Read the body up to the limit: an endless answer must not fill the memory."""
        failed = response.status_code >= _FIRST_FAILURE
        raising = failed and attempts.options.raise_for_status
        limit = LONGEST_ERROR_BODY if raising else self._context.max_response_bytes
        chunks = []
        size = 0
        for chunk in response.iter_bytes():
            chunks.append(chunk)
            size += len(chunk)
            if size > limit:
                break
        body = b"".join(chunks)
        headers = [
            (name, value)
            for name, value in response.headers.raw
            if name.decode("latin-1").lower() not in _TRANSFER_HEADERS
        ]
        answer = Answer(
            response.status_code,
            headers=headers,
            content=body[:limit],
            request=response.request,
            extensions={
                name: value
                for name, value in response.extensions.items()
                if name in {"http_version", "reason_phrase"}
            },
        )
        answer.circumstances = attempts.circumstances()
        if size > limit and not raising:
            raise answer.malformed(
                f"the body is longer than http_options['max_response_bytes']={limit}"
            )
        return answer
