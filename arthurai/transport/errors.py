"""From what went wrong on the wire to exactly one exception of this package."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from arthurai.common.exceptions import (
    ArthurConnectionError,
    ArthurError,
    ArthurTimeoutError,
    ArthurUnexpectedError,
    Exchange,
    ForbiddenError,
    PaymentRequiredError,
    ResponseClientError,
    ResponseRedirectError,
    ResponseServerError,
    UnexpectedValueError,
    UserValueError,
)
from arthurai.transport.redaction import Redactor, one_line, presentable_url

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_MESSAGE = 2000
_LONGEST_REQUEST_ID = 128
_REQUEST_ID_HEADERS = (
    "x-request-id",
    "request-id",
    "x-correlation-id",
    "x-amzn-requestid",
    "x-amzn-trace-id",
    "cf-ray",
)
_REDIRECTS, _CLIENT_ERRORS, _SERVER_ERRORS = 300, 400, 500

_EXCEPTION_OF_STATUS: dict[int, type[ArthurError]] = {
    402: PaymentRequiredError,
    403: ForbiddenError,
}

_REMEDY_OF_STATUS = {
    400: "Correct the arguments named in the message.",
    401: "The access key or login is wrong or has ended. Connect again with valid credentials.",
    402: "The organisation's plan does not include this. Ask whoever runs the server.",
    403: "The caller may not do this in organisation {organization}. Use another key or role, "
    "or choose another organisation (organization_id).",
    404: "Check the id. Only objects of organisation {organization} can be seen, and a server "
    "older than this SDK may not know the operation.",
    405: "The server does not offer this operation. It may be older than this SDK.",
    406: "The server does not offer this operation. It may be older than this SDK.",
    407: "Give the proxy's user name and password in http_options['proxy'].",
    408: "The server gave up waiting for the request. Try again, with fewer rows at once.",
    409: "It does not fit what is there: a name or id is taken, or the object allows no such "
    "change any more.",
    413: "Send fewer rows or smaller files at once.",
    414: "Ask for fewer things at once.",
    415: "The server does not take this kind of body. It may be older than this SDK.",
    422: "Correct the arguments named in the message.",
    429: "Too many requests. Wait a little and send fewer at once.",
    501: "The server has not built this operation.",
    502: "Something in front of the server cannot reach it. Try again later.",
    503: "The server is overloaded or down for maintenance. Try again later.",
    504: "The server took too long. Try again later or ask for less at once.",
}
_REMEDY_OF_FAMILY = {
    3: "The address has moved. Connect with the url of the place it points to.",
    4: "The server refuses the request as it is. Correct it before sending it again.",
    5: "The server failed. Try again later; if it stays, report it to whoever runs the server.",
}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known about a request when it fails.

    Attributes:
        method: HTTP method.
        url: The whole address; it is made presentable here.
        organization: The organisation the request was for.
        attempts: How many times it was sent.
        redact: Masks secrets.
    """

    method: str
    url: str
    organization: str | None = None
    attempts: int = 1
    redact: Redactor = field(default_factory=Redactor)

    def exchange(
        self, status: int | None = None, headers: Mapping[str, str] | None = None, message: str = ""
    ) -> Exchange:
        """Build the public account of the request."""
        request_id = None
        for name in _REQUEST_ID_HEADERS if headers is not None else ():
            value = headers.get(name) if headers is not None else None
            if value:
                request_id = self.redact(one_line(value, _LONGEST_REQUEST_ID))
                break
        return Exchange(
            method=self.method.upper(),
            url=self.redact(presentable_url(self.url)),
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
        if status < _REDIRECTS:
            return "unregistered success"
        if status < _CLIENT_ERRORS:
            return "unregistered redirection"
        return (
            "unregistered client error" if status < _SERVER_ERRORS else "unregistered server error"
        )


def exception_of(status: int) -> type[ArthurError]:
    """Return the exception class of a status that is no success."""
    if status < _REDIRECTS:
        return UnexpectedValueError
    if status < _CLIENT_ERRORS:
        return ResponseRedirectError
    if status < _SERVER_ERRORS:
        return _EXCEPTION_OF_STATUS.get(status, ResponseClientError)
    return ResponseServerError


def server_message(body: bytes, headers: Mapping[str, str]) -> str:
    """Find the server's own words in the body of an error, whatever is in it.

    Args:
        body: The body, possibly cut.
        headers: Headers of the answer.

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
        return one_line(text, LONGEST_MESSAGE)
    if isinstance(parsed, dict):
        for name in ("error", "message", "detail", "title"):
            value = parsed.get(name)
            if isinstance(value, str) and value.strip():
                return one_line(value, LONGEST_MESSAGE)
    if parsed in (None, {}, [], ""):
        return ""
    return one_line(parsed if isinstance(parsed, str) else text, LONGEST_MESSAGE)


def _remedy(status: int, organization: str | None) -> str:
    text = _REMEDY_OF_STATUS.get(status) or _REMEDY_OF_FAMILY.get(min(status // 100, 5), "")
    return text.format(organization=repr(organization) if organization else "(the caller's own)")


def _account(exchange: Exchange) -> str:
    notes = []
    if exchange.attempts > 1:
        notes.append(f"{exchange.attempts} attempts")
    if exchange.request_id:
        notes.append(f"request id {exchange.request_id}")
    return f" [{', '.join(notes)}]" if notes else ""


def status_error(
    circumstances: Circumstances, status: int, headers: Mapping[str, str], body: bytes
) -> ArthurError:
    """Turn an answer that is no success into an exception."""
    redact = circumstances.redact
    message = redact(server_message(body, headers))
    exchange = circumstances.exchange(status, headers, message)
    said = _ended(f": {message}" if message else "")
    remedy = _remedy(status, circumstances.organization)
    location = headers.get("location")
    if location and status < _CLIENT_ERRORS:
        remedy = f"It points to {redact(_origin_of(location))!r}. {remedy}"
    return exception_of(status)(
        f"{exchange.method} {exchange.url} answered {status} ({reason_of(status)}){said} {remedy}"
        f"{_account(exchange)}",
        exchange=exchange,
    )


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _origin_of(location: str) -> str:
    try:
        parts = urlsplit(location)
    except ValueError:
        return "…"
    netloc = parts.netloc.rpartition("@")[2]
    return one_line(f"{parts.scheme}://{netloc}" if netloc else parts.path, 200)


def malformed(
    circumstances: Circumstances,
    why: str,
    *,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> UnexpectedValueError:
    """Build the exception for a success whose body is not what it has to be."""
    redact = circumstances.redact
    exchange = circumstances.exchange(status, headers)
    begin = one_line(body[:400].decode("utf-8", errors="replace"), 120)
    shown = f" The body begins with {redact(begin)!r}." if begin else ""
    return UnexpectedValueError(
        f"{exchange.method} {exchange.url} answered {status}, but {redact(why)}.{shown} Check that "
        f"the url is that of an Arthur server, with nothing in between that changes answers."
        f"{_account(exchange)}",
        exchange=exchange,
    )


@dataclass(frozen=True, slots=True)
class Fault:
    """What a failure of the HTTP library means to us.

    Attributes:
        exception: The class it ends in.
        what: What happened, in words that continue "GET https://…".
        remedy: What the caller can do.
        unsent: Whether the request certainly never reached the server.
        transient: Whether sending again can help.
    """

    exception: type[ArthurError]
    what: str
    remedy: str
    unsent: bool = False
    transient: bool = True


_BAD_REDIRECT = Fault(
    ResponseRedirectError,
    "was redirected to something that is no address",
    "Report this to whoever runs the server.",
    transient=False,
)
_TRY_LATER = "Check the network and try again."
_FAULTS: tuple[tuple[type[Exception], Fault], ...] = (
    (
        httpx.ConnectTimeout,
        Fault(
            ArthurTimeoutError,
            "could not connect in time",
            "Check url and network, or raise http_options['connect_timeout'].",
            unsent=True,
        ),
    ),
    (
        httpx.PoolTimeout,
        Fault(
            ArthurTimeoutError,
            "waited too long for a free connection",
            "Use fewer threads, or raise http_options['max_connections'].",
            unsent=True,
        ),
    ),
    (
        httpx.WriteTimeout,
        Fault(
            ArthurTimeoutError,
            "timed out while sending",
            "Send less at once, or raise http_options['timeout'].",
        ),
    ),
    (
        httpx.TimeoutException,
        Fault(
            ArthurTimeoutError,
            "timed out while waiting for the answer",
            "Ask for less at once, or raise http_options['timeout'].",
        ),
    ),
    (
        httpx.ProxyError,
        Fault(
            ArthurConnectionError,
            "was refused by the proxy",
            "Check http_options['proxy'] or the environment variable HTTPS_PROXY.",
            unsent=True,
        ),
    ),
    (
        httpx.ConnectError,
        Fault(
            ArthurConnectionError,
            "could not connect",
            "Check that url names the right host and port and that the server is running.",
            unsent=True,
        ),
    ),
    (
        httpx.UnsupportedProtocol,
        Fault(UserValueError, "cannot be sent", "Use an https url.", transient=False),
    ),
    # The request was built, so its own address is valid: this is about the place it was sent on to.
    (httpx.InvalidURL, _BAD_REDIRECT),
    (
        httpx.LocalProtocolError,
        Fault(
            ArthurUnexpectedError,
            "could not be put into HTTP",
            "If a file is being sent, do not change it meanwhile; otherwise report this.",
            transient=False,
        ),
    ),
    (
        httpx.DecodingError,
        Fault(
            UnexpectedValueError,
            "answered with a body that cannot be decompressed",
            "Check what stands between here and the server.",
            transient=False,
        ),
    ),
    (
        httpx.TooManyRedirects,
        Fault(
            ResponseRedirectError,
            "was sent round in circles",
            "Connect with the url of the server itself.",
            transient=False,
        ),
    ),
    (
        httpx.TransportError,
        Fault(ArthurConnectionError, "lost the connection before the whole answer", _TRY_LATER),
    ),
)
_OTHER_FAULT = Fault(ArthurUnexpectedError, "failed", "Please report this.", transient=False)
_CERTIFICATE_FAULT = Fault(
    ArthurConnectionError,
    "met a certificate that cannot be trusted",
    "Give your certificate authority in http_options['ca_bundle']. Only for tests: "
    "verify_ssl=False.",
    unsent=True,
    transient=False,
)
_TLS_FAULT = Fault(
    ArthurConnectionError,
    "could not agree on TLS with the server",
    "Check that the port of the url speaks https.",
    unsent=True,
)


def fault_of(fault: BaseException) -> Fault:
    """Look up what a failure of the HTTP library means."""
    cause: BaseException | None = fault
    while isinstance(fault, httpx.ConnectError) and cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _CERTIFICATE_FAULT
        if isinstance(cause, ssl.SSLError):
            return _TLS_FAULT
        cause = cause.__cause__ or cause.__context__
    if isinstance(fault, httpx.RemoteProtocolError) and "location header" in str(fault):
        return _BAD_REDIRECT
    for kind, meaning in _FAULTS:
        if isinstance(fault, kind):
            return meaning
    return _OTHER_FAULT


def fault_error(circumstances: Circumstances, fault: BaseException) -> ArthurError:
    """Turn a failure of the HTTP library into an exception."""
    meaning = fault_of(fault)
    exchange = circumstances.exchange()
    detail = circumstances.redact(one_line(str(fault), 300)) or type(fault).__name__
    return meaning.exception(
        f"{exchange.method} {exchange.url} {meaning.what}: {detail}. {meaning.remedy}"
        f"{_account(exchange)}",
        exchange=exchange,
    )
