"""Serving an application over HTTP with waitress, and stopping without losing work."""

from __future__ import annotations

import logging
import signal
import socket
import time
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import orjson
import waitress
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.task import ErrorTask

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from arthurai.server.app import ArthurApp

logger = logging.getLogger("arthurai.server")

DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8080
DEFAULT_THREADS: Final = 8
STOP_SECONDS: Final = 30.0
BACKLOG: Final = 1024
_MAX_CONNECTIONS: Final = 8192
_RESERVED_DESCRIPTORS: Final = 128
_TURN_SECONDS: Final = 0.25
_IDLE_SECONDS: Final = 120
_MAX_HEADER_BYTES: Final = 64 * 1024


class _ErrorTask(ErrorTask):  # type: ignore[misc]  # waitress has no types
    """Answers what cannot be read as a request, in the form of all other errors."""

    def execute(self) -> None:
        error = self.request.error
        body = orjson.dumps({"error": f"{error.reason}: {error.body}"})
        self.status = f"{error.code} {error.reason}"
        self.response_headers += [
            ("Content-Type", "application/json"),
            ("X-Request-ID", uuid4().hex),
        ]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    error_task_class = _ErrorTask


class Server:
    """A listening server.

    Attributes:
        url: Where it listens, e.g. ``"http://127.0.0.1:8080"``.
    """

    def __init__(
        self,
        app: ArthurApp,
        *,
        host: str = DEFAULT_HOST,
        port: int = DEFAULT_PORT,
        threads: int = DEFAULT_THREADS,
        max_body_bytes: int,
    ) -> None:
        """Bind and listen; connections are answered once ``run`` is called.

        Args:
            app: The application.
            host: Name or address to listen on.
            port: Port to listen on; 0 takes a free one.
            threads: How many requests are worked on at the same time.
            max_body_bytes: Largest request body; larger ones are refused while they are read.

        Raises:
            OSError: The address cannot be used.
        """
        listener = _listener(host, port)
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{listener.getsockname()[1]}"
        self._map: dict[int, Any] = {}
        self._stopping = False
        self._server = waitress.create_server(
            app,
            map=self._map,
            sockets=[listener],
            threads=threads,
            backlog=BACKLOG,
            connection_limit=_connection_limit(),
            asyncore_use_poll=True,
            max_request_body_size=max_body_bytes,
            max_request_header_size=_MAX_HEADER_BYTES,
            channel_timeout=_IDLE_SECONDS,
            clear_untrusted_proxy_headers=True,
            ident="arthurai",
        )
        self._server.channel_class = _Channel

    def stop(self) -> None:
        """Make ``run`` finish the requests in flight and return; callable from any thread."""
        self._stopping = True

    def run(self, *, stop_seconds: float = STOP_SECONDS) -> None:
        """Answer requests until ``stop`` is called.

        Args:
            stop_seconds: How long requests in flight may take after that.
        """
        try:
            while not self._stopping:
                self._turn(_TURN_SECONDS)
            logger.info("stopping: no new connections are taken")
            self._stop_listening()
            deadline = time.monotonic() + stop_seconds
            while self._busy() and time.monotonic() < deadline:
                self._turn(_TURN_SECONDS / 5)
            if self._busy():
                logger.warning("stopped with requests in flight after %s s", stop_seconds)
        finally:
            self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=1)
            wasyncore.close_all(self._map, ignore_all=True)

    def _turn(self, seconds: float) -> None:
        wasyncore.loop(timeout=seconds, use_poll=True, map=self._map, count=1)

    def _stop_listening(self) -> None:
        self._server.accepting = False
        self._server.del_channel(self._map)
        self._server.socket.close()

    def _busy(self) -> bool:
        """Tell whether a request is being read, worked on or answered."""
        return any(
            channel.requests or channel.request is not None or channel.total_outbufs_len
            for channel in list(self._server.active_channels.values())
        )


def run_until_signalled(server: Server) -> None:
    """Run a server until SIGTERM or SIGINT, then stop it gracefully; a second signal stops at once.

    Args:
        server: The server; must be called on the main thread.
    """

    def on_signal(number: int, frame: FrameType | None) -> None:
        del frame
        logger.info("received %s", signal.Signals(number).name)
        server.stop()
        signal.signal(number, signal.default_int_handler)

    earlier: dict[int, Callable[[int, FrameType | None], Any] | int | None] = {
        number: signal.signal(number, on_signal) for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        server.run()
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def _listener(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except BaseException:
        listener.close()
        raise
    return listener


def _connection_limit() -> int:
    """Return how many connections the process can hold, after asking the system for more."""
    try:
        import resource
    except ImportError:  # not on Windows
        return 500
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MAX_CONNECTIONS + _RESERVED_DESCRIPTORS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        raised = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))
        soft = raised
    if soft == resource.RLIM_INFINITY:
        soft = wanted
    return max(min(soft, wanted) - _RESERVED_DESCRIPTORS, 50)
