"""Serving the application over HTTP with waitress, and stopping it gracefully."""

from __future__ import annotations

import faulthandler
import logging
import select
import signal
import socket
import threading
import time
from collections import Counter
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import waitress
from waitress import wasyncore

from arthurai.server.serving.request_queue import RequestQueue
from arthurai.server.serving.waitress_channel import IDLE_SECONDS, Connection, finish_begun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from arthurai.server.app import ArthurApp
    from arthurai.server.serving.tls_connections import TlsConnections

logger = logging.getLogger("arthurai.server")

DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8080
DEFAULT_THREADS: Final = 8
STOP_SECONDS: Final = 30.0
END_SECONDS: Final = 55.0
"""When the process has ended after a signal, whatever it is doing."""
BACKLOG: Final = 1024
_MAX_CONNECTIONS: Final = 4096
_RESERVED_DESCRIPTORS: Final = 128
_POLL_SECONDS: Final = 0.25
_STANDARD_ERROR: Final = 2
_STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
_DESCRIPTORS_PER_CONNECTION: Final = 2  # its socket, and the file of a large body
_SPOOL_BYTES: Final = 64 * 1024
_MAX_HEADER_BYTES: Final = 64 * 1024
_MAX_RESPONSE_BYTES: Final = 2**40
_PROXY_HEADERS: Final = frozenset({"x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"})


class Server:
    """A listening server.

    Attributes:
        url: Where it listens, e.g. `"http://127.0.0.1:8080"`.
    """

    def __init__(
        self,
        app: ArthurApp,
        listener: socket.socket,
        *,
        threads: int = DEFAULT_THREADS,
        max_body_bytes: int,
        trusted_proxy: str | None = None,
        tls: TlsConnections | None = None,
    ) -> None:
        """Prepare to serve connections; they are served once `run` is called.

        Args:
            app: The application.
            listener: The socket that `listen` returned.
            threads: How many requests are handled at the same time.
            max_body_bytes: Largest request body; larger ones are refused while they are read.
            trusted_proxy: Address of the proxy whose `X-Forwarded-` headers say where requests
                come from; those of others are dropped.
            tls: Takes the connections, when they are encrypted; closed when `run` returns.
        """
        host, port = listener.getsockname()[:2]
        scheme = "http" if tls is None else "https"
        self.url = f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
        self._tls = tls
        self._map: dict[int, Any] = {}
        self._stopping = False
        self._next_check = 0.0
        self._queue = RequestQueue(app.find_recent_use, app.defers, app.answers_at_once)
        self._queue.set_thread_count(threads)
        limit = _connection_limit(_DESCRIPTORS_PER_CONNECTION + (0 if tls is None else 2))
        self._crowd = limit * 3 // 4
        self._server = waitress.create_server(
            app,
            map=self._map,
            sockets=[listener],
            threads=threads,
            backlog=BACKLOG,
            connection_limit=limit,
            url_scheme=scheme,
            asyncore_use_poll=True,
            max_request_body_size=max_body_bytes,
            max_request_header_size=_MAX_HEADER_BYTES,
            channel_timeout=IDLE_SECONDS,
            recv_bytes=_SPOOL_BYTES,
            inbuf_overflow=_SPOOL_BYTES,
            # A thread never waits for a client that does not read: what is left lies on disk.
            outbuf_high_watermark=_MAX_RESPONSE_BYTES,
            clear_untrusted_proxy_headers=True,
            **_proxy_settings(trusted_proxy),
            ident="arthurai",
            _dispatcher=self._queue,
        )
        self._server.adj.max_body_bytes = app.max_body_bytes
        self._server.channel_class = Connection
        if tls is not None:
            self._server.accept = partial(_accept_encrypted, self._server.accept, tls)
            self._server.set_socket_options = lambda _connection: None
        self._server.application = finish_begun(self._server.application)
        self._wake = self._server.pull_trigger
        self._is_awake = False
        self._server.pull_trigger = self._queue.wake = self._wake_once

    def stop(self) -> None:
        """Make `run` finish the requests in flight and return; callable from any thread."""
        self._stopping = True

    def run(
        self,
        *,
        stop_seconds: float = STOP_SECONDS,
        on_stop: Callable[[], object] = lambda: None,
    ) -> None:
        """Serve requests until `stop` is called.

        Args:
            stop_seconds: How long requests in flight may take after that.
            on_stop: Called before these are waited for.
        """
        self._queue.polling_thread = threading.get_ident()
        try:
            while not self._stopping:
                self._poll(_POLL_SECONDS)
            logger.info("stopping: no new connections are accepted")
            self._stop_listening()
            on_stop()
            deadline = time.monotonic() + stop_seconds
            while self._is_busy() and time.monotonic() < deadline:
                self._poll(_POLL_SECONDS / 5)
            if self._is_busy():
                logger.warning("stopped with requests in flight after %s s", stop_seconds)
        finally:
            self._queue.shutdown(timeout=1)
            wasyncore.close_all(self._map, ignore_all=True)
            if self._tls is not None:
                self._tls.close()

    def _wake_once(self) -> None:
        """Wake the thread that polls, unless it was woken since it looked last."""
        if not self._is_awake and not self._queue.is_answering_together():
            self._is_awake = True
            self._wake()

    def _poll(self, seconds: float) -> None:
        self._is_awake = False
        if hasattr(select, "poll"):
            self._handle_ready(seconds)
        else:  # on Windows
            wasyncore.loop(timeout=seconds, map=self._map, count=1)
            self._queue.answer_at_once()
        now = time.monotonic()
        if now >= self._next_check:
            self._next_check = now + _POLL_SECONDS
            connections = list(self._server.active_channels.values())
            unread: Counter[str] = Counter()
            for connection in connections:
                connection.disconnect_if_stalled(now, crowded=len(connections) > self._crowd)
                unread[connection.caller] += connection.total_outbufs_len
            self._queue.note_unread(unread)

    def _handle_ready(self, seconds: float) -> None:
        """Let connections read and write as they become ready, for some time.

        Asking all connections what they wait for costs more than a request does when there are many
        of them. So all are asked once, and after that only those that were handled, until there is
        a new one or this thread is woken, because another one has changed what some wait for.
        """
        poller = select.poll()
        for descriptor in list(self._map):
            self._watch(poller, descriptor)
        end = time.monotonic() + seconds
        left = seconds
        while left > 0:
            for descriptor, flags in poller.poll(1000 * left):
                poller.unregister(descriptor)
                if channel := self._map.get(descriptor):
                    wasyncore.readwrite(channel, flags)
                    self._watch(poller, descriptor)
                    if channel.accepting:
                        self._is_awake = True
            self._queue.answer_at_once()
            left = 0 if self._is_awake else end - time.monotonic()

    def _watch(self, poller: select.poll, descriptor: int) -> None:
        """Have a connection polled for what it waits for, if it still exists."""
        channel = self._map.get(descriptor)
        if channel is None:
            return
        flags = select.POLLIN | select.POLLPRI if channel.readable() else 0
        if channel.writable() and not channel.accepting:
            flags |= select.POLLOUT
        if flags:
            poller.register(descriptor, flags)

    def _stop_listening(self) -> None:
        self._server.accepting = False
        self._server.del_channel(self._map)
        self._server.socket.close()

    def _is_busy(self) -> bool:
        """Return whether a request is being read, handled or responded to."""
        return any(connection.is_busy for connection in list(self._server.active_channels.values()))


@contextmanager
def stop_on_signals(server: Server) -> Iterator[None]:
    """Stop a server gracefully on SIGTERM or SIGINT, and at once on a second signal.

    A process that is still in the block `END_SECONDS` after the first one ends with status 1 and
    writes to its standard error what its threads were doing.

    Args:
        server: The server; it must run on the main thread, on which this is called.

    Raises:
        KeyboardInterrupt: After a second signal.
    """

    def on_signal(number: int, frame: FrameType | None) -> None:
        del frame
        logger.info("received %s", signal.Signals(number).name)
        # a thread of its own in C, which nothing that Python runs can hold up
        faulthandler.dump_traceback_later(END_SECONDS, exit=True, file=_STANDARD_ERROR)
        server.stop()
        for each in _STOP_SIGNALS:
            signal.signal(each, signal.default_int_handler)

    earlier: dict[int, Callable[[int, FrameType | None], Any] | int | None] = {
        number: signal.signal(number, on_signal) for number in _STOP_SIGNALS
    }
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        for number, handler in earlier.items():
            signal.signal(number, handler)


def listen(host: str = DEFAULT_HOST, port: int = DEFAULT_PORT) -> socket.socket:
    """Listen on an address; connections wait until a `Server` runs on it.

    Args:
        host: Name or address to listen on.
        port: Port to listen on; 0 takes a free one.

    Raises:
        OSError: The address cannot be used.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except UnicodeError as error:
        raise socket.gaierror(socket.EAI_NONAME, "no host can have this name") from error
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


def _proxy_settings(address: str | None) -> dict[str, Any]:
    if address is None:
        return {}
    return {"trusted_proxy": address, "trusted_proxy_headers": _PROXY_HEADERS}


def _accept_encrypted(
    accept: Callable[[], tuple[socket.socket, Any] | None], tls: TlsConnections
) -> tuple[socket.socket, Any] | None:
    accepted = accept()
    if accepted is None:
        return None
    connection, address = accepted
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return tls.wrap(connection), address


def _connection_limit(descriptors: int) -> int:
    """Raise the limit of open files; return how many connections the process can hold.

    Args:
        descriptors: How many files a connection may have open.
    """
    try:
        import resource
    except ImportError:  # not on Windows
        return 500
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MAX_CONNECTIONS * descriptors + _RESERVED_DESCRIPTORS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        raised = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))
        soft = raised
    if soft == resource.RLIM_INFINITY:
        soft = wanted
    free = min(soft, wanted) - _RESERVED_DESCRIPTORS
    return max(free // descriptors, 50)
