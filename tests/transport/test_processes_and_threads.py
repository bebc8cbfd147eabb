"""Many threads, forked children, closed and offline connections."""

import os
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from arthurai.common.exceptions import MethodNotApplicableError
from arthurai.transport.auth import Login
from arthurai.transport.local import open_local
from arthurai.transport.options import Endpoint, parse_endpoint
from arthurai.transport.retries import PROCESS_BUDGET
from arthurai.transport.session import Session
from arthurai_api.api.models import list_models

PAGE = b'{"data": []}'
WHOLE_PAGE = {"data": [], "page": 1, "page_size": 20, "total_pages": 0, "total_count": 0}

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


def in_child(work):
    """Run something in a forked child and return what it printed into a pipe."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reader)
            os.write(writer, str(work()).encode())
        except BaseException:  # noqa: BLE001 - whatever it is, the parent has to hear of it
            os.write(writer, traceback.format_exc().encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read().decode()
    os.waitpid(pid, 0)
    return said


@needs_fork
def test_a_forked_child_has_connections_of_its_own(raw_server, connect, answers):
    server = raw_server(answers.whole(200, PAGE))
    session = connect(server.url)
    session.send(list_models.build_request())
    before = session.http_client()

    def work():
        fresh = session.http_client() is not before
        return session.send(list_models.build_request()).json(), fresh

    assert in_child(work) == "({'data': []}, True)"
    assert session.http_client() is before
    session.send(list_models.build_request())


@pytest.mark.heavy
@needs_fork
def test_a_fork_while_locks_are_held_does_not_hang(in_process, faulty):
    entered, leave = threading.Event(), threading.Event()
    login = Login("ann", "password-1234")

    def slow_login(name, password):
        entered.set()
        leave.wait(10)
        return "token-0123456789"

    thread = threading.Thread(target=login.token, args=(slow_login,))
    thread.start()
    entered.wait(10)
    session = in_process(faulty(httpx.Response(200, json={})))
    with session._lock, PROCESS_BUDGET._lock:
        said = in_child(
            lambda: (
                login.token(lambda name, password: "token-of-child"),
                session.send(list_models.build_request()).json(),
                PROCESS_BUDGET.spend(1),
            )
        )
    leave.set()
    thread.join()
    assert said == "('token-of-child', {}, True)"


@pytest.mark.heavy
@needs_fork
def test_an_embedded_server_stays_with_its_process():
    server = open_local("local://")
    try:
        session = Session(Endpoint("http://localhost", "local://", local=True), local=server)

        def work():
            try:
                session.send(list_models.build_request())
            except MethodNotApplicableError as error:
                return error

        assert "arthurai serve" in in_child(work)
    finally:
        server.release()


def test_threads_share_a_session(raw_server, in_process, faulty):
    def echo(request):
        return httpx.Response(200, json={"path": request.url.path})

    session = in_process(faulty(echo))

    def call(n):
        return session.send(session.build_raw_request("GET", f"/x/{n}")).json()["path"]

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(call, range(400))) == [f"/x/{n}" for n in range(400)]


def test_threads_that_start_together_share_one_client(in_process, faulty):
    session = in_process(faulty(httpx.Response(200, json={})))
    start = threading.Barrier(8)

    def first(_):
        start.wait()
        return session.http_client()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(map(id, pool.map(first, range(8))))) == 1


def test_a_closed_session_says_so(in_process, faulty):
    session = in_process(faulty(httpx.Response(200, json={})))
    session.close()
    session.close()
    with pytest.raises(MethodNotApplicableError, match="closed"):
        session.send(list_models.build_request())


def test_an_offline_session_without_credentials_sends_nothing(raw_server, answers):
    server = raw_server(answers.whole(200, PAGE))
    session = Session(parse_endpoint(server.url, allow_insecure=True), offline=True)
    with pytest.raises(MethodNotApplicableError, match="offline"):
        session.send(list_models.build_request())
    assert server.requests == []


def test_the_generated_client_shares_everything(in_process, faulty):
    transport = faulty(httpx.Response(503), httpx.Response(200, json=WHOLE_PAGE))
    session = in_process(transport)
    reply = list_models.sync(client=session.api)
    assert reply.data == []
    assert len(transport.requests) == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda api: api.with_headers({"A": "b"}),
        lambda api: api.with_cookies({"a": "b"}),
        lambda api: api.with_timeout(httpx.Timeout(3)),
        lambda api: api.get_async_httpx_client(),
    ],
)
def test_the_generated_client_cannot_be_bent(in_process, faulty, change):
    with pytest.raises(MethodNotApplicableError):
        change(in_process(faulty(httpx.Response(200))).api)
