"""`local://`: the embedded server inside this process, reached without a socket."""

from __future__ import annotations

import atexit
import io
import os
import threading
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote_to_bytes

import httpx

from arthurai.common.exceptions import (
    ArthurUnexpectedError,
    ArthurUserError,
    MethodNotApplicableError,
    UserValueError,
)
from arthurai.common.settings import (
    LIMITS_VARIABLE,
    UNCONFINED_CODE_VARIABLE,
    read_bool,
    read_variable,
)
from arthurai.transport import fork_safety
from arthurai.transport.options import Endpoint, parse_endpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class _Body(io.RawIOBase):
    """The body of a request as the file that WSGI applications read, filled on demand."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


class _ResponseStream(httpx.SyncByteStream):
    """The body of a response, taken from the application on demand."""

    def __init__(self, first: list[bytes], rest: Iterator[bytes], result: Iterable[bytes]) -> None:
        self._first = first
        self._rest = rest
        self._result = result

    def __iter__(self) -> Iterator[bytes]:
        yield from self._first
        yield from self._rest

    def close(self) -> None:
        close = getattr(self._result, "close", None)
        if close is not None:
            close()


class LocalTransport(httpx.BaseTransport):
    """Calls a WSGI application in this process and streams both bodies.

    Args:
        app: The application.
    """

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Run one request through the application, on the calling thread."""
        started: dict[str, Any] = {}
        written: list[bytes] = []

        def start_response(
            status: str,
            headers: list[tuple[str, str]],
            exc_info: object = None,  # noqa: ARG001 - WSGI passes it; a new response replaces the old
        ) -> Callable[[bytes], object]:
            started["status"] = int(status.partition(" ")[0])
            started["reason"] = status.partition(" ")[2]
            started["headers"] = headers
            return written.append

        starter: StartResponse = start_response
        result = self._app(_environment(request), starter)
        chunks = iter(result)
        # The application may call start_response as late as its first chunk.
        for chunk in chunks:
            written.append(chunk)
            if "status" in started:
                break
        return httpx.Response(
            started["status"],
            headers=started["headers"],
            stream=_ResponseStream(written, chunks, result),
            extensions={"reason_phrase": started["reason"].encode("latin-1", "replace")},
        )


def _environment(request: httpx.Request) -> WSGIEnvironment:
    """Return a request as WSGI describes it, with the raw path, so that `%2F` stays encoded."""
    path, _, query = request.url.raw_path.partition(b"?")
    stream = request.stream
    if not isinstance(stream, httpx.SyncByteStream):
        raise httpx.LocalProtocolError("an asynchronous body on a blocking call", request=request)
    environment: WSGIEnvironment = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query.decode("latin-1"),
        "REQUEST_URI": request.url.raw_path.decode("latin-1"),
        "RAW_URI": request.url.raw_path.decode("latin-1"),
        "SERVER_NAME": request.url.host,
        "SERVER_PORT": str(request.url.port or 80),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": request.url.scheme,
        "wsgi.input": io.BufferedReader(_Body(iter(stream)), buffer_size=65536),
        "wsgi.input_terminated": True,
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.multi_items():
        key = name.upper().replace("-", "_")
        if key in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
            environment[key] = value
        else:
            key = f"HTTP_{key}"
            joined = "; " if key == "HTTP_COOKIE" else ","
            environment[key] = f"{environment[key]}{joined}{value}" if key in environment else value
    return environment


class EmbeddedApp(Protocol):
    """What this module needs of the embedded server."""

    admin_key: str

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse, /
    ) -> Iterable[bytes]:
        """Serve one request."""
        ...

    def make_dashboard_link(
        self, url: str, credential: str | None = None, organization_id: str | None = None
    ) -> str:
        """Return the address of a link that logs in to the dashboard once."""
        ...

    def stop_background(self) -> None:
        """Have the work in the background end soon; returns at once."""
        ...

    def close(self) -> None:
        """Write everything and release the data directory."""
        ...


class Listener(Protocol):
    """What this module needs of the listener for browsers."""

    url: str

    def close(self) -> None:
        """Stop to serve."""
        ...


class LocalServer:
    """A use of an embedded server. The last user of a data directory closes its server.

    Attributes:
        admin_key: API key with all rights in the first organization.
    """

    def __init__(self, running: _Running) -> None:
        self._running: _Running | None = running
        self.admin_key = running.app.admin_key

    def transport(self) -> LocalTransport:
        """Return a transport to the server.

        Raises:
            MethodNotApplicableError: The server belongs to the parent process, or has been closed.
        """
        return LocalTransport(self._current().app)

    def open_dashboard(self, credential: str, organization_id: str | None) -> str:
        """Return the address of a link that logs in to the dashboard once.

        The first call starts a listener on a free port of the loopback address; it ends with the
        server.

        Args:
            credential: Session token or API key to log in with.
            organization_id: The organization to work in.

        Raises:
            MethodNotApplicableError: The server belongs to the parent process, or has been closed.
        """
        running = self._current()
        url = _registry.listen(running)
        return running.app.make_dashboard_link(url, credential, organization_id)

    def _current(self) -> _Running:
        running = self._running
        if running is None:
            raise MethodNotApplicableError("the embedded server is closed; make a new ArthurAI")
        if running.pid != os.getpid():
            raise MethodNotApplicableError(
                "the embedded server lives in the process that opened it and cannot be used in a "
                "forked one; run `arthurai serve` and connect both processes to its url"
            )
        return running

    def share(self) -> LocalServer:
        """Return another use of the same server, to be released on its own.

        Raises:
            MethodNotApplicableError: The server belongs to the parent process, or has been closed.
        """
        return _registry.share(self._current())

    def release(self) -> None:
        """End this use. Doing it twice is harmless."""
        running, self._running = self._running, None
        if running is not None:
            _registry.release(running)


class _Running:
    """One open server and how many use it."""

    def __init__(self, app: EmbeddedApp, key: Path | None) -> None:
        self.app = app
        self.key = key
        self.users = 1
        self.pid = os.getpid()
        self.listener: Listener | None = None

    def close(self) -> None:
        if self.listener is not None:
            self.listener.close()
        self.app.close()


class _Registry:
    """The embedded servers of this process, one for each data directory."""

    def __init__(self) -> None:
        self._by_directory: dict[Path, _Running] = {}
        self._in_memory: set[_Running] = set()
        self._lock = threading.Lock()
        fork_safety.watch(self)

    def after_fork(self) -> None:
        """Forget the parent's servers: their files and threads stay with it."""
        self._lock = threading.Lock()
        self._by_directory = {}
        self._in_memory = set()

    def open(self, directory: Path | None) -> LocalServer:
        with self._lock:
            if directory is None:
                running = _Running(_create(None), None)
                self._in_memory.add(running)
                self._close_at_exit()
                return LocalServer(running)
            key = directory.resolve()
            found = self._by_directory.get(key)
            if found is not None:
                found.users += 1
                return LocalServer(found)
            running = _Running(_create(key), key)
            self._by_directory[key] = running
            self._close_at_exit()
            return LocalServer(running)

    def share(self, running: _Running) -> LocalServer:
        with self._lock:
            running.users += 1
            return LocalServer(running)

    def _close_at_exit(self) -> None:
        """Have the servers closed at exit before the libraries they use shut down.

        Exit functions run in the reverse order of their registration, and importing those
        libraries registers some.
        """
        atexit.unregister(self.close_all)
        atexit.register(self.close_all)

    def release(self, running: _Running) -> None:
        with self._lock:
            running.users -= 1
            if running.users or running.pid != os.getpid():
                return
            if running.key is None:
                self._in_memory.discard(running)
            else:
                self._by_directory.pop(running.key, None)
            running.close()

    def listen(self, running: _Running) -> str:
        with self._lock:
            if running.listener is None:
                running.listener = _start_listener(running.app)
            return running.listener.url

    def close_all(self) -> None:
        with self._lock:
            found = [
                running
                for running in (*self._by_directory.values(), *self._in_memory)
                if running.pid == os.getpid()
            ]
            for running in found:
                running.app.stop_background()
            for running in found:
                running.close()
            self._by_directory.clear()
            self._in_memory.clear()


_registry = _Registry()


def _create(directory: Path | None) -> EmbeddedApp:
    try:
        from arthurai.server.app import create_app
        from arthurai.server.operator_limits import parse_limits
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "arthurai":
            raise
        raise ArthurUserError(
            f"the embedded server (local://) needs packages that are not installed, among them "
            f"{error.name!r}; install them: pip install {' '.join(_server_requirements())}"
        ) from error
    try:
        limits = parse_limits((read_variable(LIMITS_VARIABLE) or "").split())
    except ValueError as error:
        raise UserValueError(f"{LIMITS_VARIABLE}: {error}") from error
    allow_unconfined_code = read_bool(UNCONFINED_CODE_VARIABLE, default=False)
    try:
        return create_app(directory, limits=limits, allow_unconfined_code=allow_unconfined_code)
    except Exception as error:
        if directory is None:
            raise ArthurUnexpectedError(f"the embedded server does not start: {error}") from error
        raise ArthurUserError(
            f"the embedded server cannot use the directory {str(directory)!r}: {error}"
        ) from error


def _start_listener(app: Any) -> Listener:
    from arthurai.server.serving.background_server import BackgroundServer

    return BackgroundServer(app)


def _server_requirements() -> list[str]:
    """Return the packages of the server extra, from the metadata of this distribution."""
    from importlib import metadata

    try:
        lines = metadata.requires("arthurai") or []
    except metadata.PackageNotFoundError:
        lines = []
    wanted = [line.partition(";") for line in lines]
    return [
        f"'{requirement.strip()}'"
        for requirement, _, marker in wanted
        if marker.replace('"', "'").strip() == "extra == 'server'"
    ]


def open_local(url: str | Endpoint) -> LocalServer:
    """Open the embedded server of a `local://` url, or join it when it is open already.

    Each `local://` is a new server in memory; all users of one data directory in this process share
    one server.

    Args:
        url: `local://`, `local:///some/dir`, or the endpoint it stands for.

    Returns:
        A use of the server, to be released.

    Raises:
        ArthurUserError: Packages of the server are missing, or the directory cannot be used.
    """
    endpoint = parse_endpoint(url) if isinstance(url, str) else url
    return _registry.open(endpoint.directory)
