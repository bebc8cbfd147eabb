"""Limits of a connection, beyond those of waitress.

Four things are added: ambiguous framing is refused, a large body is not taken before its caller is
known and may send it, slow clients are disconnected, and a connection is closed so that the last
response arrives: while the client is still sending, a plain close would reset the connection and
destroy the response on its way.
"""

from __future__ import annotations

import logging
import select
import socket
import time
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import orjson
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import BadRequest, Error, InternalServerError, build_http_date

from arthurai.server.http.api_errors import StatusError
from arthurai.server.http.bodies import JSON, too_large
from arthurai.server.http.dispatcher import MAX_PUBLIC_BODY_BYTES, MAY_DEFER, BegunRequest
from arthurai.server.http.request import choose_request_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

logger = logging.getLogger("arthurai.server.http")

IDLE_SECONDS: Final = 120
REQUEST_SECONDS: Final = 60
MAX_REQUEST_SECONDS: Final = 3600
CROWDED_SECONDS: Final = 5
MIN_BYTES_PER_SECOND: Final = 500
LINGER_SECONDS: Final = 30
LINGER_IDLE_SECONDS: Final = 2
_MAX_CHUNK_LINE: Final = 8 * 1024
_BEGUN: Final = "arthurai.begun"
_OWN_HEADERS: Final = frozenset({"Server", "Date", "Connection"})
# POLLRDHUP, which only Linux has, shows that the client will send no more.
_CLOSED: Final = sum(getattr(select, name, 0) for name in ("POLLRDHUP", "POLLHUP", "POLLERR"))


class _TooSlowError(Error):  # type: ignore[misc]  # waitress has no types
    code = 408
    reason = "Request Timeout"


class _EarlyRefusalError(Error):  # type: ignore[misc]  # waitress has no types
    """A request that is refused before its body is taken."""

    def __init__(self, error: StatusError) -> None:
        super().__init__(error.reason)
        self.code = error.status
        self.reason = HTTPStatus(error.status).phrase
        self.headers = error.headers


class _Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """Reads a request; strict about its length."""

    completed: bool

    def __init__(self, adjustments: Any) -> None:
        super().__init__(adjustments)
        self.started = time.monotonic()
        self.begun_environ: WSGIEnvironment | None = None
        self._max_body: int | None = None

    @property
    def deadline(self) -> float:
        """When the request must have arrived, by `time.monotonic`; each byte adds some time."""
        received: int = self.header_bytes_received + self.body_bytes_received
        allowed = REQUEST_SECONDS + received / MIN_BYTES_PER_SECOND
        return self.started + min(allowed, MAX_REQUEST_SECONDS)

    def parse_header(self, header_plus: bytes) -> None:
        """Read the request line and the headers."""
        try:
            super().parse_header(header_plus)
        except ValueError as error:
            raise ParsingError("The request line or Content-Length cannot be read") from error
        except ParsingError as error:
            # it may quote a credential
            raise ParsingError(str(error).partition(' "')[0]) from None
        if "TRANSFER_ENCODING" in self.headers:
            raise ParsingError(f"Transfer-Encoding is not allowed with HTTP/{self.version}")
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("Content-Length and Transfer-Encoding must not be combined")

    def received(self, data: bytes) -> int:
        """Take data; return how many bytes of it belong to this request."""
        try:
            consumed: int = super().received(data)
        except OSError as error:
            logger.error("a request body cannot be stored: %s", error)  # noqa: TRY400 - the text is enough
            self.error = InternalServerError("the body cannot be stored; see the server's log")
            self.completed = True
            return len(data)
        if self.headers_finished and not self.completed:
            self._bound_body()
        if self.chunked and not self.completed:
            receiver = self.body_rcv
            if max(len(receiver.control_line), len(receiver.trailer)) > _MAX_CHUNK_LINE:
                self.error = BadRequest("A chunk header or the trailer is too long")
                self.completed = True
        if self.completed:
            # a client that is refused, or has sent everything, must not be asked to continue
            self.expect_continue = False
        return consumed

    def _bound_body(self) -> None:
        """Refuse a body that its caller may not send, before it is taken."""
        size = max(self.content_length, self.body_bytes_received)
        if self._max_body is None and size > MAX_PUBLIC_BODY_BYTES:
            environ = {f"HTTP_{name}": value for name, value in self.headers.items()}
            environ |= {"REQUEST_METHOD": self.command.upper(), "REQUEST_URI": self.request_uri}
            environ["CONTENT_TYPE"] = self.headers.get("CONTENT_TYPE", "")
            try:
                self._max_body = self.adj.max_body_bytes(environ)
            except StatusError as error:
                self.error = _EarlyRefusalError(error)
                self.completed = True
        if self._max_body is not None and size > self._max_body:
            self.error = _EarlyRefusalError(too_large(self._max_body))
            self.completed = True


class _Refusal(ErrorTask):  # type: ignore[misc]  # waitress has no types
    """Responds to what never became a request, in the form of all other errors."""

    def execute(self) -> None:
        """Write the response; the connection ends with it."""
        error = self.request.error
        reason = self._reason()
        given = choose_request_id(self.request.headers.get("X_REQUEST_ID"))
        body = orjson.dumps({"error": reason})
        self.status = f"{error.code} {error.reason}"
        self.response_headers += [("Content-Type", JSON), ("X-Request-ID", given)]
        self.response_headers += getattr(error, "headers", ())
        self.set_close_on_finish()
        self.content_length = len(body)
        facts = {"request_id": given, "client": self.channel.addr[0], "status": error.code}
        logger.info("refused: %s", reason, extra=facts)
        self.write(body)

    def _reason(self) -> str:
        error = self.request.error
        limits = self.channel.adj
        if isinstance(error, _EarlyRefusalError):
            return str(error.body)
        if error.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return too_large(limits.max_request_body_size).message
        if error.code == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE:
            return (
                f"the request line and the headers have more than {limits.max_request_header_size} "
                "bytes; shorten the address, or send fewer cookies"
            )
        return f"{error.reason}: {error.body}"


class _Task(WSGITask):  # type: ignore[misc]  # waitress has no types
    """Answers a request, which may have been begun already."""

    wrote_header: bool

    def get_environment(self) -> WSGIEnvironment:
        """Return the environment of the request."""
        environ: WSGIEnvironment = self.request.begun_environ or super().get_environment()
        return environ

    def build_response_header(self) -> bytes:
        """Return the status and the headers, in the usual case without all checks of waitress."""
        names = {name for name, _ in self.response_headers}
        is_usual = (
            self.version == "1.1"
            and "CONNECTION" not in self.request.headers
            and "Content-Length" in names
            and names.isdisjoint(_OWN_HEADERS)
            and self.has_body
        )
        if not is_usual:
            return bytes(super().build_response_header())
        lines = [
            f"HTTP/1.1 {self.status}",
            *[f"{name}: {value}" for name, value in self.response_headers],
            f"Server: {self.channel.server.adj.ident}",
            f"Date: {_http_date(int(self.start_time))}",
            "\r\n",
        ]
        return "\r\n".join(lines).encode("latin-1")

    def write(self, data: bytes) -> None:
        """Write a part of the body; the first one goes out together with the headers."""
        if self.wrote_header or self.chunked_response or not (self.complete and data):
            super().write(data)
            return
        head = self.build_response_header()
        if self.chunked_response or not self.has_body or self.content_length != len(data):
            self.channel.write_soon(head)
            self.wrote_header = True
            super().write(data)
            return
        self.wrote_header = True
        self.content_bytes_written += len(data)
        self.channel.write_soon(head + data)


@lru_cache(maxsize=2)
def _http_date(seconds: int) -> str:
    """Return a time as in the header `Date`."""
    return str(build_http_date(seconds))


class _Begun:
    """What an application did with a request so far.

    Args:
        application: The application.
        environ: The environment of the request.
    """

    def __init__(self, application: WSGIApplication, environ: WSGIEnvironment) -> None:
        self._stated: tuple[Any, ...] = ()
        self._error: Exception | None = None
        self._content: Iterable[bytes] = ()
        self.is_finished = False
        try:
            self._content = application(environ, self._note)
        except Exception as error:  # noqa: BLE001 - raised when it is asked for the response
            self._error = error

    def _note(self, *stated: Any) -> Callable[[bytes], object]:
        self._stated = stated
        return _refuse_to_write

    def finish(self, start_response: StartResponse) -> Iterable[bytes]:
        """Respond as the application."""
        self.is_finished = True
        if self._error is not None:
            raise self._error
        if isinstance(self._content, BegunRequest):
            return self._content.finish(start_response)
        start_response(*self._stated)
        return self._content


def _refuse_to_write(data: bytes) -> object:
    raise RuntimeError(f"the application must return its body, but wrote {len(data)} bytes")


def finish_begun(application: WSGIApplication) -> WSGIApplication:
    """Return the application, but let it finish requests that were begun.

    Args:
        application: The application.
    """

    def respond(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        begun: _Begun | None = environ.get(_BEGUN)
        if begun is None:
            return application(environ, start_response)
        return begun.finish(start_response)

    return respond


class Connection(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection of a client."""

    parser_class = _Parser
    task_class = _Task
    error_task_class = _Refusal
    caller: str = ""
    _sends_later = False
    _linger_until: float | None = None
    _last_read = 0.0

    def begin(self, shared: dict[str, Any]) -> None:
        """Do with the first request what can be done without waiting; `service` does the rest.

        Args:
            shared: What the requests that are begun together share; empty at first.
        """
        request = self.requests[0]
        if request.error is None and self.connected:
            environ = self.task_class(self, request).get_environment()
            environ[MAY_DEFER] = shared
            environ[_BEGUN] = _Begun(self.server.application, environ)
            request.begun_environ = environ

    def service(self) -> None:
        """Respond to the first request."""
        environ = self.requests[0].begun_environ
        self._sends_later = environ is not None
        try:
            super().service()
        finally:
            if environ is not None and not environ[_BEGUN].is_finished:  # the client is gone
                environ[_BEGUN].finish(lambda *_: _refuse_to_write)

    def send_answer(self) -> None:
        """Send the response to a request that was begun.

        Clients that are answered one right after the other need to be woken less often.
        """
        self._sends_later = False
        with self.requests_lock, self.outbuf_lock:
            if self.connected and self.total_outbufs_len:
                self._flush_exception(self._flush_some, do_close=False)

    @property
    def is_busy(self) -> bool:
        """Whether a request is being read, handled or responded to."""
        return bool(
            self.requests
            or self.request is not None
            or self.total_outbufs_len
            or self.close_when_flushed
            or self._linger_until is not None
        )

    def check_client_disconnected(self) -> bool:
        """Return whether the client has closed the connection."""
        if not self.connected or not hasattr(select, "poll"):  # not on Windows
            return not self.connected
        try:
            poller = select.poll()
            poller.register(self.socket, _CLOSED)
            return bool(poller.poll(0))
        except (OSError, ValueError):  # it was closed meanwhile
            return True

    def readable(self) -> bool:
        """Return whether more is to be read now."""
        return self._linger_until is not None or bool(super().readable())

    def received(self, data: bytes) -> bool:
        """Take data."""
        self._last_read = time.monotonic()
        if self._linger_until is not None:
            return False
        return bool(super().received(data))

    def _flush_some(self, do_close: bool = True) -> bool:
        """Send what is waiting, unless `send_answer` is about to do so."""
        if self._sends_later and not do_close:
            return False
        return bool(super()._flush_some(do_close=do_close))

    def handle_write(self) -> None:
        """Send what is waiting; after the last response only read until the client is done."""
        # the lock keeps a finishing thread from asking for a plain close in between
        with self.requests_lock:
            if self.will_close or not self.close_when_flushed:
                super().handle_write()
                return
            self._flush_exception(self._flush_some)
            if self.will_close:
                self.handle_close()
            elif self.connected and not self.total_outbufs_len:
                self._linger()

    def _linger(self) -> None:
        self.close_when_flushed = False
        self.request = None
        self._last_read = time.monotonic()
        self._linger_until = self._last_read + LINGER_SECONDS
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.handle_close()

    def disconnect_if_stalled(self, now: float, *, crowded: bool) -> None:
        """Disconnect a stalled client; to be called by the reading thread.

        Args:
            now: The time by `time.monotonic`.
            crowded: Whether there are so many connections that idle ones make room.
        """
        request = self.request
        if crowded and self._is_idle(now):
            self.handle_close()
            return
        if self._linger_until is not None:
            if now > min(self._linger_until, self._last_read + LINGER_IDLE_SECONDS):
                self.handle_close()
        elif self.total_outbufs_len and time.time() - self.last_activity > IDLE_SECONDS:
            logger.warning("%s does not take its response: disconnected", self.addr[0])
            self.handle_close()
        elif request is not None and self.requests:
            request.started = now  # it waits for its turn
        elif request is not None and now > request.deadline:
            self._time_out(request)

    def _is_idle(self, now: float) -> bool:
        """Return whether the client has not sent the beginning of a request for a while."""
        if self.requests or self.total_outbufs_len:
            return False
        if self.request is not None and not self.request.headers_finished:
            return bool(now - self.request.started > CROWDED_SECONDS)
        return bool(time.time() - self.last_activity > CROWDED_SECONDS)

    def _time_out(self, request: _Parser) -> None:
        request.error = _TooSlowError("the request arrived too slowly; send it again")
        request.completed = True
        with self.requests_lock:
            self.request = None
            self.requests.append(request)
        self.server.add_task(self)
