"""A server of bare sockets that misbehaves on command, and sessions that do not wait."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace

import httpx
import pytest

from arthurai.transport.api_client import SessionClient
from arthurai.transport.async_session import AsyncSession
from arthurai.transport.auth import ApiKey
from arthurai.transport.options import Endpoint, HttpOptions, parse_endpoint
from arthurai.transport.retries import RetryBudget, RetryPolicy
from arthurai.transport.session import Session

KEY = "key-that-must-stay-secret-0123456789"


@dataclass
class Received:
    """One request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


def answer(status=200, body=b"{}", *headers, reason="Whatever", kind="application/json"):
    """Write an answer by hand."""
    lines = [f"HTTP/1.1 {status} {reason}", f"Content-Type: {kind}", "Connection: close", *headers]
    if not any(h.lower().startswith(("content-length", "transfer-encoding")) for h in headers):
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


def reset(connection, request):
    """Read the request, then break the connection off with a TCP reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def hang(connection, request):
    """Say nothing until the other side gives up."""
    connection.settimeout(5)
    with contextlib.suppress(OSError):
        while connection.recv(65536):
            pass


class RawServer:
    """Answers request n with script entry n; the last entry goes on for ever.

    An entry is what to send, or a function of connection and request. After each request the
    connection is closed.
    """

    def __init__(self, *script):
        self.script = list(script)
        self.requests: list[Received] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                connection.settimeout(10)
                self._serve(connection)

    def _serve(self, connection):
        request = self._read(connection)
        if request is None:
            return
        self.requests.append(request)
        entry = self.script[min(len(self.requests), len(self.script)) - 1]
        if callable(entry):
            entry(connection, request)
        elif entry is not None:
            connection.sendall(entry)

    @staticmethod
    def _read(connection):
        data = b""
        while b"\r\n\r\n" not in data:
            got = connection.recv(65536)
            if not got:
                return None
            data += got
            if data.startswith(b"\x16"):  # a TLS handshake, which a plain server cannot read
                connection.sendall(answer(400))
                return None
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        if headers.get("transfer-encoding") == "chunked":
            while not body.endswith(b"0\r\n\r\n"):
                body += connection.recv(65536)
        else:
            while len(body) < int(headers.get("content-length", 0)):
                body += connection.recv(65536)
        method, target, _ = first.split(" ")
        return Received(method, target, headers, body)

    def close(self):
        # shutdown wakes the thread in accept; close alone does not on Linux
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(timeout=10)


@pytest.fixture
def raw_server():
    """Start servers of bare sockets."""
    servers = []

    def start(*script):
        servers.append(RawServer(*script))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@dataclass
class Clock:
    """Time that passes only when somebody sleeps."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds

    async def sleep_async(self, seconds):
        self.sleep(seconds)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def policy(clock):
    """Four attempts, waits of the full jitter, nothing really slept."""
    return RetryPolicy(
        budget=RetryBudget(),
        sleep=clock.sleep,
        sleep_async=clock.sleep_async,
        clock=clock,
        draw=lambda: 1.0,
        now=lambda: datetime(2026, 1, 1, tzinfo=UTC),
    )


def pytest_generate_tests(metafunc):
    """Run the tests of modules that say `BOTH_SHELLS = True` on both kinds of sessions.

    `BLOCKING_ONLY` names the tests of such a module that are about the blocking one.
    """
    if "shell" in metafunc.fixturenames:
        module = metafunc.module
        blocking_only = metafunc.definition.name in getattr(module, "BLOCKING_ONLY", ())
        both = getattr(module, "BOTH_SHELLS", False) and not blocking_only
        metafunc.parametrize("shell", ["blocking", "async"] if both else ["blocking"])


@pytest.fixture
def loop_thread(shell):
    """Run an event loop in a thread; call a coroutine function on it and wait for the result."""
    if shell != "async":
        yield None
        return
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def call(function, *args, **kwargs):
        return asyncio.run_coroutine_threadsafe(function(*args, **kwargs), loop).result(60)

    yield call
    call(loop.shutdown_default_executor)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


class BridgedClient(SessionClient):
    """Lets blocking functions of the generated client use an asynchronous session."""

    def __init__(self, call, api):
        super().__init__(api._connection)
        self._call, self._api = call, api

    def send(self, request):
        return self._call(self._api.send_async, request)

    def exchange(self, request, parse, *, json):
        return self._call(self._api.exchange, request, parse, json=json)

    def with_retry(self, retry):
        return BridgedClient(self._call, self._api.with_retry(retry))

    def get_httpx_client(self):
        async def get(url):
            return await self._api.get_async_httpx_client().get(url)

        return SimpleNamespace(get=lambda url: self._call(get, url))


class BridgedSession:
    """An asynchronous session with the methods of a blocking one."""

    def __init__(self, call, session):
        own = {"_call": call, "_session": session, "api": BridgedClient(call, session.api)}
        vars(self).update(own)

    def __setattr__(self, name, value):
        setattr(self._session, name, value)

    def __getattr__(self, name):
        return getattr(vars(self)["_session"], name)

    def __repr__(self):
        return repr(self._session)

    def __reduce__(self):
        return self._session.__reduce__()

    def send(self, request, **options):
        return self._call(self._session.send, request, **options)

    def download(self, request):
        return self._call(self._session.download, request)

    def log_in(self):
        return self._call(self._session.log_in)

    def close(self):
        return self._call(self._session.close)


@pytest.fixture
def connect(policy, shell, loop_thread):
    """Make sessions on servers."""
    sessions = []

    def make(url, *, attempts=None, credentials=None, **settings):
        endpoint = url if isinstance(url, Endpoint) else parse_endpoint(url, allow_insecure=True)
        if attempts is not None:
            settings["policy"] = RetryPolicy(
                attempts=attempts, sleep=policy.sleep, sleep_async=policy.sleep_async
            )
        settings.setdefault("policy", policy)
        settings.setdefault("options", HttpOptions(timeout=30, connect_timeout=30))
        credentials = credentials or ApiKey(KEY)
        if shell == "async":
            session = AsyncSession(endpoint, credentials, **settings)
            sessions.append(BridgedSession(loop_thread, session))
        else:
            sessions.append(Session(endpoint, credentials, **settings))
        return sessions[-1]

    yield make
    for session in sessions:
        session.close()


class InProcess:
    """Stands where the embedded server stands: hands out a transport."""

    def __init__(self, transport):
        self._transport = transport

    def transport(self):
        return self._transport

    def release(self):
        pass


class Faulty(httpx.BaseTransport):
    """Raises, or answers, as told, one entry a request."""

    def __init__(self, *script):
        self.script = list(script)
        self.requests = []

    def handle_request(self, request):
        self.requests.append((request, b"".join(request.stream)))
        entry = self.script[min(len(self.requests), len(self.script)) - 1]
        if isinstance(entry, BaseException):
            raise entry
        return entry(request) if callable(entry) else entry


@pytest.fixture
def in_process(connect):
    """Make a session on a transport of this process."""

    def make(transport, **settings):
        endpoint = Endpoint("http://localhost", "local://", local=True)
        return connect(endpoint, local=InProcess(transport), **settings)

    return make


@pytest.fixture
def faulty():
    return Faulty


class Answers:
    """Ready-made script entries."""

    key = KEY
    whole = staticmethod(answer)
    reset = staticmethod(reset)
    hang = staticmethod(hang)


@pytest.fixture
def answers():
    return Answers
