"""What one caller takes leaves the server to the others."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import contextmanager

import httpx
import pytest

from arthurai.server.app import create_app
from arthurai.server.operator_limits import Limits
from arthurai.server.serving import waitress_server
from arthurai.server.serving.waitress_server import Server, listen
from arthurai.transport.local import LocalTransport

SLOW = {
    "select": [
        {
            "function": "distribution",
            "alias": f"d{n}",
            "parameters": {"property": "income", "num_bins": n + 2},
        }
        for n in range(20)
    ]
}


@contextmanager
def running(app, threads=4):
    server = Server(app, listen(port=0), threads=threads, max_body_bytes=2**30)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()


def raw(server, text, body=b""):
    """Send the beginning of a request; give the connection."""
    host, port = server.url.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), timeout=20)
    connection.sendall(text.replace("\n", "\r\n").encode() + b"\r\n" + body)
    return connection


def answer_of(connection):
    """Read until the server closes; give the status and the body."""
    received = b""
    while chunk := connection.recv(65536):
        received += chunk
        head, found, body = received.partition(b"\r\n\r\n")
        if found and len(body) >= int(head.lower().partition(b"content-length: ")[2].split()[0]):
            break
    return int(received.split()[1]), json.loads(received.partition(b"\r\n\r\n")[2])


class Sleeper:
    """Stands in for queries that take long: each waits until the test lets it go."""

    def __init__(self, app, monkeypatch):
        self.running = 0
        self.go = threading.Event()
        from arthurai.server.http.registry import Registration

        handlers = app._dispatcher._handlers
        real = handlers["list_models"]

        def handler(request):
            self.running += 1
            self.go.wait(30)
            return real.handler(request)

        monkeypatch.setitem(handlers, "list_models", Registration(handler, real.validate_body))


@pytest.fixture
def sleeper(app, monkeypatch):
    made = Sleeper(app, monkeypatch)
    yield made
    made.go.set()


def key_of(app, organization_id, role="User"):
    accounts = app.control.service_accounts
    return accounts.token(accounts.create(organization_id, role, role).id)


def get(server, path, key=None):
    headers = {} if key is None else {"Authorization": key}
    return httpx.get(f"{server.url}{path}", headers=headers, timeout=10)


def occupy(server, key, count):
    """Begin requests that do not end; give their connections."""
    text = f"GET /api/v3/models HTTP/1.1\nHost: x\nAuthorization: {key}\n"
    return [raw(server, text) for _ in range(count)]


def wait_until(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_one_caller_leaves_threads_to_others_and_to_health(app, organization_id, sleeper):
    mine, other = key_of(app, organization_id), key_of(app, organization_id)
    with running(app, threads=4) as server:
        assert get(server, "/api/v3/users/me", mine).status_code == 200
        connections = occupy(server, mine, 12)
        wait_until(lambda: sleeper.running == 2)
        started = time.monotonic()
        assert get(server, "/health").status_code == 200
        assert get(server, "/api/v3/users/me", other).status_code == 200
        assert time.monotonic() - started < 2
        assert sleeper.running == 2
        sleeper.go.set()
        wait_until(lambda: sleeper.running == 12)
        for connection in connections:
            connection.close()


def test_one_organization_leaves_threads_to_others_and_to_health(app, organization_id, sleeper):
    keys = [key_of(app, organization_id) for _ in range(8)]
    other = key_of(app, app.control.organizations.create("Other")["id"])
    with running(app, threads=4) as server:
        for key in (*keys, other):
            assert get(server, "/api/v3/users/me", key).status_code == 200
        connections = [c for key in keys for c in occupy(server, key, 2)]
        wait_until(lambda: sleeper.running == 2)
        started = time.monotonic()
        assert get(server, "/health").status_code == 200
        assert get(server, "/api/v3/users/me", other).status_code == 200
        assert time.monotonic() - started < 2
        sleeper.go.set()
        for connection in connections:
            connection.close()


def test_answers_that_nobody_reads_hold_no_thread(app, organization_id, monkeypatch):
    from arthurai.server.http.registry import Registration
    from arthurai.server.http.response import Response

    handlers = app._dispatcher._handlers
    big = Registration(lambda request: Response(200, b"x" * (24 << 20)), validate_body=False)
    monkeypatch.setitem(handlers, "list_models", big)
    keys = [key_of(app, organization_id) for _ in range(8)]
    with running(app, threads=2) as server:
        text = f"GET /api/v3/models HTTP/1.1\nHost: x\nAuthorization: {keys[0]}\n"
        pipelined = text + "\n" + text
        connections = [raw(server, pipelined) for _ in keys]
        time.sleep(1)
        started = time.monotonic()
        assert get(server, "/health").status_code == 200
        assert get(server, "/api/v3/users/me", keys[1]).status_code == 200
        assert time.monotonic() - started < 2
        for connection in connections:
            connection.close()


@pytest.mark.parametrize("path", ["/api/v3/login", "/health", "/nothing", "/api/v3/models"])
@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_nothing_large_is_taken_from_strangers(app, path, framing):
    with running(app) as server:
        head = f"POST {path} HTTP/1.1\nHost: x\nContent-Type: application/json\n"
        if framing == "length":
            connection = raw(server, head + f"Content-Length: {2**20 + 1}\n")
        else:
            chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
            connection = raw(server, head + "Transfer-Encoding: chunked\n", chunk * 17)
        status, body = answer_of(connection)
        expected = {"/nothing": 404, "/api/v3/models": 401}.get(path, 413)
        assert status == expected, body
        assert body["error"]
        connection.close()


def test_a_caller_without_the_permission_cannot_send_large_bodies(app, organization_id):
    with running(app) as server:
        for role, expected in (("User", 403), ("Administrator", None)):
            key = key_of(app, organization_id, role)
            head = f"POST /api/v3/models/x/inferences HTTP/1.1\nHost: x\nAuthorization: {key}\n"
            head += f"Content-Type: application/json\nContent-Length: {2**20 + 1}\n"
            connection = raw(server, head, b" " * 1000)
            if expected is None:
                connection.settimeout(0.5)
                with pytest.raises(TimeoutError):
                    connection.recv(1)
            else:
                assert answer_of(connection)[0] == expected
            connection.close()


def test_the_limit_of_the_kind_of_body_holds_before_it_is_taken(organization_id):
    with create_app(limits=Limits(json_bytes=2**20 + 100)) as app, running(app) as server:
        head = (
            f"POST /api/v3/models/x/inferences HTTP/1.1\nHost: x\nAuthorization: {app.admin_key}\n"
        )
        head += f"Content-Type: application/json\nContent-Length: {2**20 + 101}\n"
        connection = raw(server, head)
        status, body = answer_of(connection)
        assert (status, "larger than 1048676 bytes" in body["error"]) == (413, True)
        connection.close()


def test_idle_connections_make_room(app, monkeypatch):
    monkeypatch.setattr(waitress_server, "_MAX_CONNECTIONS", 40)
    monkeypatch.setattr("arthurai.server.serving.waitress_channel.CROWDED_SECONDS", 0.5)
    with running(app) as server:
        host, port = server.url.removeprefix("http://").split(":")
        idle = [socket.create_connection((host, int(port))) for _ in range(60)]
        halves = [raw(server, "GET /health HTTP/1.1\nHost: x") for _ in range(10)]
        started = time.monotonic()
        assert get(server, "/health").status_code == 200
        assert time.monotonic() - started < 8
        for connection in (*idle, *halves):
            connection.close()


def in_many_forms(key, count, start=0):
    """Give the same credential as cookies that no two requests share."""
    return [f"Cookie: Authorization={key}; junk={start + n}\n" for n in range(count)]


def test_one_caller_in_many_forms_is_one_caller(app, organization_id, sleeper):
    mine, other = key_of(app, organization_id), key_of(app, organization_id)
    with running(app, threads=8) as server:
        assert get(server, "/api/v3/users/me", other).status_code == 200
        known, unknown = in_many_forms(mine, 12), in_many_forms(mine, 12, start=100)
        for form in known:
            connection = raw(server, f"GET /api/v3/users/me HTTP/1.1\nHost: x\n{form}")
            assert answer_of(connection)[0] == 200
            connection.close()
        text = "GET /api/v3/models HTTP/1.1\nHost: x\n"
        connections = [raw(server, text + form) for form in (*known, *unknown)]
        wait_until(lambda: sleeper.running == 6)  # half of the threads, and a quarter for strangers
        time.sleep(0.3)
        assert sleeper.running == 6
        started = time.monotonic()
        assert get(server, "/api/v3/users/me", other).status_code == 200
        assert time.monotonic() - started < 2
        sleeper.go.set()
        for connection in connections:
            connection.close()


def test_what_is_remembered_of_a_credential_does_not_grow_with_it(app, organization_id):
    mine = key_of(app, organization_id)
    with httpx.Client(transport=LocalTransport(app), base_url="http://local/api/v3") as client:
        for number in range(50):
            cookie = f"Authorization={mine}; junk={number:060000}"
            assert client.get("/users/me", headers={"Cookie": cookie}).status_code == 200
    recent = app._dispatcher._recent
    assert len(recent) >= 50
    assert sum(len(key) + sum(map(len, use)) for key, use in recent.items()) < 50 * 500


def test_a_dashboard_counts_for_who_is_logged_in(app, organization_id):
    key = key_of(app, organization_id, "Administrator")
    with httpx.Client(transport=LocalTransport(app), base_url="http://local") as browser:
        link = app.make_dashboard_link("http://local", key)
        assert browser.get(link, follow_redirects=True).status_code == 200
        (cookie,) = (f"{c.name}={c.value}" for c in browser.cookies.jar if "dash" in c.name)
    account = app.control.service_accounts.find_by_token(key)
    assert app.find_recent_use(cookie).principal_id == account.id
    assert app.find_recent_use(f"{cookie}x") is None
    assert app.find_recent_use("arthur_dashboard=") is None
