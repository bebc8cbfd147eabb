"""Turn what went wrong between client and server into exactly one exception of this package."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import httpx

from arthurai.common.exceptions import (
    ArthurConnectionError,
    ArthurError,
    ArthurTimeoutError,
    ArthurUnexpectedError,
    ConflictError,
    ForbiddenError,
    HttpExchange,
    NotFoundError,
    PaymentRequiredError,
    ResponseClientError,
    ResponseRedirectError,
    ResponseServerError,
    TooManyRequestsError,
    UnexpectedValueError,
    UserValueError,
)
from arthurai.transport.redaction import Redactor, one_line, redact_url
from arthurai.transport.server_age import VERSION_HEADER, describe_age

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_MESSAGE_LENGTH: Final = 2000
_MAX_REQUEST_ID_LENGTH: Final = 128
_REQUEST_ID_HEADERS: Final = (
    "x-request-id",
    "request-id",
    "x-correlation-id",
    "x-amzn-requestid",
    "x-amzn-trace-id",
    "cf-ray",
)
_FIRST_REDIRECT: Final = 300
_FIRST_CLIENT_ERROR: Final = 400
_FIRST_SERVER_ERROR: Final = 500

_EXCEPTION_OF_STATUS: Final[dict[int, type[ArthurError]]] = {
    402: PaymentRequiredError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    429: TooManyRequestsError,
}

_SELF_EXPLAINING: Final = frozenset({400, 422})
"""Their messages name what is wrong."""

_REMEDY_OF_STATUS: Final = {
    401: "The access key or login is wrong or has expired. Connect again with valid credentials",
    402: "The organization's plan does not include this. Ask the administrator of the server",
    403: "The caller lacks the permission in organization {organization}. Use another key or role, "
    "or choose another organization (organization_id)",
    404: "Check the id. Only objects of organization {organization} are visible, and a server "
    "older than this SDK may not know the operation",
    405: "The server does not offer this operation. It may be older than this SDK",
    406: "The server does not offer this operation. It may be older than this SDK",
    407: "Give the user name and password of the proxy in http_options['proxy']",
    408: "The server stopped waiting for the request. Try again, with fewer rows at once",
    409: "It conflicts with what exists: a name or id is taken, or the object can no longer be "
    "changed in this way",
    413: "Send fewer rows or smaller files at once",
    414: "Request fewer items at once",
    415: "The server does not accept this kind of body. It may be older than this SDK",
    429: "There were too many requests. Wait, and send fewer at once",
    501: "The server does not implement this operation",
    502: "A proxy cannot reach the server. Try again later",
    503: "The server is overloaded or down for maintenance. Try again later",
    504: "The server took too long. Try again later, or request less at once",
}
_REMEDY_OF_FAMILY: Final = {
    3: "The address has moved. Connect with the url that it points to",
    4: "The server refuses the request. Correct it before sending it again",
    5: "The server failed. Try again later; if it keeps failing, report it to its administrator",
}


@dataclass(frozen=True, slots=True)
class FailureContext:
    """What is known about a request when it fails.

    Attributes:
        method: HTTP method.
        url: The whole address; secrets in it are masked here.
        organization: The organization the request was for.
        attempts: How many times it was sent.
        redact: Masks secrets.
        proxy: The proxy it went through, for messages; empty without one.
        deadline: The setting whose time is up, for messages; empty while there is time.
    """

    method: str
    url: str
    organization: str | None = None
    attempts: int = 1
    redact: Redactor = field(default_factory=Redactor)
    proxy: str = ""
    deadline: str = ""

    def exchange(
        self, status: int | None = None, headers: Mapping[str, str] | None = None, message: str = ""
    ) -> HttpExchange:
        """Return what users get to know about the request."""
        request_id = None
        for name in _REQUEST_ID_HEADERS if headers is not None else ():
            value = headers.get(name) if headers is not None else None
            if value:
                request_id = self.redact(one_line(value, _MAX_REQUEST_ID_LENGTH))
                break
        return HttpExchange(
            method=self.method.upper(),
            url=self.redact(redact_url(self.url)),
            status=status,
            request_id=request_id,
            attempts=self.attempts,
            message=message,
        )


def reason_of(status: int) -> str:
    """Return the standard phrase of a status code, or what its family means."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        if status < _FIRST_REDIRECT:
            return "unregistered success"
        if status < _FIRST_CLIENT_ERROR:
            return "unregistered redirection"
        return (
            "unregistered client error"
            if status < _FIRST_SERVER_ERROR
            else "unregistered server error"
        )


def exception_of(status: int) -> type[ArthurError]:
    """Return the exception class of a status that is not a success."""
    if status < _FIRST_REDIRECT:
        return UnexpectedValueError
    if status < _FIRST_CLIENT_ERROR:
        return ResponseRedirectError
    if status < _FIRST_SERVER_ERROR:
        return _EXCEPTION_OF_STATUS.get(status, ResponseClientError)
    return ResponseServerError


def server_message(body: bytes, headers: Mapping[str, str]) -> str:
    """Return the server's own words in the body of an error, whatever is in it.

    Args:
        body: The body, possibly cut off.
        headers: The headers of the response.

    Returns:
        One line of text; empty when the body says nothing.
    """
    import orjson

    text = body.decode("utf-8", errors="replace")
    try:
        parsed: Any = orjson.loads(body)
    except ValueError:
        kind = headers.get("content-type", "").lower()
        if "html" in kind or text.lstrip()[:15].lower().startswith(("<!doctype html", "<html")):
            title = re.search(r"<title[^>]*>([^<]{1,300})", text, re.IGNORECASE)
            return f"a web page titled {one_line(title[1], 200)!r}" if title else "a web page"
        return one_line(text, MAX_MESSAGE_LENGTH)
    if isinstance(parsed, dict):
        for name in ("error", "message", "detail", "title"):
            value = parsed.get(name)
            if isinstance(value, str) and value.strip():
                return one_line(value, MAX_MESSAGE_LENGTH)
    if parsed in (None, {}, [], ""):
        return ""
    return one_line(parsed if isinstance(parsed, str) else text, MAX_MESSAGE_LENGTH)


def _remedy(status: int, organization: str | None) -> str:
    text = _REMEDY_OF_STATUS.get(status) or _REMEDY_OF_FAMILY.get(min(status // 100, 5), "")
    return text.format(organization=repr(organization) if organization else "(the caller's own)")


def _format_notes(exchange: HttpExchange) -> str:
    notes = []
    if exchange.attempts > 1:
        notes.append(f"{exchange.attempts} attempts")
    if exchange.request_id:
        notes.append(f"request id {exchange.request_id}")
    return f" [{', '.join(notes)}]" if notes else ""


def status_error(
    context: FailureContext, status: int, headers: Mapping[str, str], body: bytes
) -> ArthurError:
    """Return the exception for a response whose status is not a success."""
    redact = context.redact
    message = redact(server_message(body, headers))
    exchange = context.exchange(status, headers, message)
    remedy = _remedy(status, context.organization)
    if age := describe_age(context.method, context.url, status, headers):
        remedy = f"{remedy}. {redact(age)}" if headers.get(VERSION_HEADER) is None else redact(age)
    if status in _SELF_EXPLAINING:
        remedy = "" if message else "The request is wrong, and the server does not say where"
    said = f": {message}" if message else ""
    if remedy:
        said = _end_sentence(said)
    location = headers.get("location")
    if location and status < _FIRST_CLIENT_ERROR:
        remedy = f"It points to {redact(_origin_of(location))!r}. {remedy}"
    return exception_of(status)(
        f"{exchange.method} {exchange.url} returned {status} ({reason_of(status)}){said}"
        f"{' ' if remedy else ''}{remedy}{_format_notes(exchange)}",
        exchange=exchange,
    )


def _end_sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _origin_of(location: str) -> str:
    try:
        parts = urlsplit(location)
    except ValueError:
        return "…"
    netloc = parts.netloc.rpartition("@")[2]
    return one_line(f"{parts.scheme}://{netloc}" if netloc else parts.path, 200)


def malformed_error(
    context: FailureContext,
    why: str,
    *,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> UnexpectedValueError:
    """Return the exception for a success whose body is not what it has to be."""
    redact = context.redact
    exchange = context.exchange(status, headers)
    begin = one_line(body[:400].decode("utf-8", errors="replace"), 120)
    beginning = f" The body begins with {redact(begin)!r}." if begin else ""
    return UnexpectedValueError(
        f"{exchange.method} {exchange.url} returned {status}, but {redact(why)}.{beginning} Check "
        f"that the url is that of an Arthur server, and that no proxy changes its responses"
        f"{_format_notes(exchange)}",
        exchange=exchange,
    )


@dataclass(frozen=True, slots=True)
class Failure:
    """What a failure of the HTTP library means.

    Attributes:
        exception: The class to raise.
        what: What happened, in words that continue "GET https://…".
        remedy: What the caller can do.
        unsent: Whether the request certainly did not reach the server.
        transient: Whether sending again can help.
    """

    exception: type[ArthurError]
    what: str
    remedy: str
    unsent: bool = False
    transient: bool = True


_BAD_REDIRECT = Failure(
    ResponseRedirectError,
    "was redirected to an invalid address",
    "Report this to the administrator of the server",
    transient=False,
)
_TRY_LATER: Final = "Check the network and try again"
_FAILURES: tuple[tuple[type[Exception], Failure], ...] = (
    (
        httpx.ConnectTimeout,
        Failure(
            ArthurTimeoutError,
            "could not connect in time",
            "Check url and network, or increase http_options['connect_timeout']",
            unsent=True,
        ),
    ),
    (
        httpx.PoolTimeout,
        Failure(
            ArthurTimeoutError,
            "waited too long for a free connection",
            "Use fewer threads, or increase http_options['max_connections']",
            unsent=True,
        ),
    ),
    (
        httpx.WriteTimeout,
        Failure(
            ArthurTimeoutError,
            "timed out while sending",
            "Send less at once, or increase http_options['timeout']",
        ),
    ),
    (
        httpx.TimeoutException,
        Failure(
            ArthurTimeoutError,
            "timed out while waiting for the response",
            "Request less at once, or increase http_options['timeout'] or ['deadline']",
        ),
    ),
    (
        httpx.ProxyError,
        Failure(
            ArthurConnectionError,
            "was refused by the proxy",
            "Check http_options['proxy'] or the environment variable HTTPS_PROXY",
            unsent=True,
        ),
    ),
    (
        httpx.ConnectError,
        Failure(
            ArthurConnectionError,
            "could not connect",
            "Check that url names the right host and port and that the server is running",
            unsent=True,
        ),
    ),
    (
        httpx.UnsupportedProtocol,
        Failure(UserValueError, "cannot be sent", "Use an https url", transient=False),
    ),
    # The request was built, so its own address is valid: this is the target of a redirect.
    (httpx.InvalidURL, _BAD_REDIRECT),
    (
        httpx.LocalProtocolError,
        Failure(
            ArthurUnexpectedError,
            "could not be sent as HTTP",
            "If a file is being sent, do not change it meanwhile; otherwise report this",
            transient=False,
        ),
    ),
    (
        httpx.DecodingError,
        Failure(
            UnexpectedValueError,
            "returned a body that cannot be decompressed",
            "Check the proxies between here and the server",
            transient=False,
        ),
    ),
    (
        httpx.TooManyRedirects,
        Failure(
            ResponseRedirectError,
            "was redirected too often",
            "Connect with the url of the server itself",
            transient=False,
        ),
    ),
    (
        httpx.TransportError,
        Failure(
            ArthurConnectionError,
            "lost the connection before the whole response arrived",
            _TRY_LATER,
        ),
    ),
)
_OTHER_FAILURE = Failure(ArthurUnexpectedError, "failed", "Please report this", transient=False)
_CERTIFICATE_FAILURE = Failure(
    ArthurConnectionError,
    "was given a certificate that is not trusted",
    "Give your certificate authority in http_options['ca_bundle']. Only for tests: "
    "verify_ssl=False",
    unsent=True,
    transient=False,
)
_TLS_FAILURE = Failure(
    ArthurConnectionError,
    "could not agree on TLS with the server",
    "Check that the port of the url serves https",
    unsent=True,
)


def describe_failure(error: BaseException) -> Failure:
    """Return what a failure of the HTTP library means."""
    cause: BaseException | None = error
    while isinstance(error, httpx.ConnectError) and cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _CERTIFICATE_FAILURE
        if isinstance(cause, ssl.SSLError):
            return _TLS_FAILURE
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.RemoteProtocolError) and "location header" in str(error):
        return _BAD_REDIRECT
    for kind, meaning in _FAILURES:
        if isinstance(error, kind):
            return meaning
    return _OTHER_FAILURE


def failure_error(context: FailureContext, error: BaseException) -> ArthurError:
    """Return the exception for a failure of the HTTP library."""
    meaning = describe_failure(error)
    exchange = context.exchange()
    detail = context.redact(one_line(str(error), 300)) or type(error).__name__
    remedy = meaning.remedy
    if context.deadline and isinstance(error, httpx.TimeoutException):
        remedy = f"{context.deadline} bounds the whole request: set another, or try again later"
    if context.proxy and isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        remedy = (
            f"The request goes through the proxy {context.proxy}: check that it runs, or list the "
            "host in NO_PROXY"
        )
    return meaning.exception(
        f"{exchange.method} {exchange.url} {meaning.what}: {detail}. {remedy}"
        f"{_format_notes(exchange)}",
        exchange=exchange,
    )
