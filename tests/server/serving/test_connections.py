"""Connections that mean harm, break off, dawdle, or come when the server stops."""

from __future__ import annotations

import logging
import re
import select
import socket
import statistics
import tempfile
import threading
import time
from urllib.parse import urlsplit

import orjson
import pytest

from arthurai.server.context import Stores
from arthurai.server.serving import waitress_channel as connections
from arthurai.server.serving import waitress_server
from arthurai.server.serving.waitress_server import Server, listen

POST = "POST /api/v3/organizations HTTP/1.1"
JSON = "Content-Type: application/json"
CHUNKED = "Transfer-Encoding: chunked"
SMUGGLED = b'{"name": "smuggled"}'


def connect(server):
    parts = urlsplit(server.url)
    return socket.create_connection((parts.hostname, parts.port), timeout=60)


def received(connection):
    """Give all that comes until the server closes."""
    answer = b""
    while piece := connection.recv(65536):
        answer += piece
    return answer


def exchange(server, data):
    """Send raw bytes; give all that comes back until the server closes."""
    with connect(server) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        return received(connection)


def request(app, line, *headers, body=b""):
    head = [line, "Host: x", f"Authorization: {app.admin_key}", "Connection: close", *headers]
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body


def refused(answer, status):
    """Check an answer that is an error and the last on its connection; give its reason and id."""
    head, _, content = answer.partition(b"\r\n\r\n")
    assert re.match(rb"HTTP/1\.[01] %d " % status, head), answer
    assert b"\r\nConnection: close\r\n" in head
    (identifier,) = re.findall(rb"X-Request-Id: (\S+)", head)
    body = orjson.loads(content)
    assert set(body) == {"error"}
    return body["error"], identifier.decode()


def flood(connection):
    """Send as long as the other side lets us."""
    while True:
        connection.sendall(b" " * 2**16)


@pytest.fixture
def held_health(monkeypatch):
    """Hold up requests for the health of the server; give when one has come, and what lets it go."""
    begun, go_on = threading.Event(), threading.Event()
    usual = Stores.are_healthy

    def slow(stores):
        begun.set()
        go_on.wait(60)
        return usual(stores)

    monkeypatch.setattr(Stores, "are_healthy", slow)
    return begun, go_on


def wait_until(condition):
    """Wait for something that another thread does; the test's own time-out bounds it."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("GET /api/v3/users/me HTTP/1.1", b"200"),
        ("GET http://x/api/v3/users/me HTTP/1.1", b"200"),
        ("GET /api/v3/models/a%2Fb%0d%0aSet-Cookie:%20x HTTP/1.1", b"404"),
        ("GET /api/v3/../../etc/passwd HTTP/1.1", b"404"),
        ("GET //etc/passwd HTTP/1.1", b"404"),
        ("GET /api/v3/models/%zz HTTP/1.1", b"404"),
        ("GET /api/v3/models/%ff HTTP/1.1", b"400"),
        ("GET /api/v3/models/\xe9 HTTP/1.1", b"40"),
        ("BREW /api/v3/users/me HTTP/1.1", b"405"),
        ("GET * HTTP/1.1", b"40"),
        ("nonsense", b"400"),
    ],
)
def test_request_lines_over_a_socket(app, listening, line, status):
    answer = exchange(listening, request(app, line))
    assert answer.startswith(b"HTTP/1.") or status == b"400"
    assert b" " + status in answer.split(b"\r\n", 1)[0]
    assert b"Set-Cookie" not in answer.partition(b"\r\n\r\n")[0]


def test_bodies_over_a_socket(app, listening):
    whole = b'{"name": "whole"}'
    length = f"Content-Length: {len(whole)}"
    assert b" 201 " in exchange(listening, request(app, POST, JSON, length, body=whole))
    chunked = b'8\r\n{"name":\r\n5\r\n "c"}\r\n0\r\n\r\n'
    assert b" 201 " in exchange(listening, request(app, POST, JSON, CHUNKED, body=chunked))
    assert {o["name"] for o in app.control.organizations.list()} == {"Local", "whole", "c"}


LIES = {
    "both a length and chunks": (("Content-Length: 3", CHUNKED), b"14\r\n%b\r\n0\r\n\r\n", 400),
    "two lengths": (("Content-Length: 0", "Content-Length: 20"), b"%b", 400),
    "a negative length": (("Content-Length: -1",), b"%b", 400),
    "a length in words": (("Content-Length: twenty",), b"%b", 400),
    "a signed length": (("Content-Length: +20",), b"%b", 400),
    "a length of 5 000 digits": (("Content-Length: " + "9" * 5000,), b"%b", 400),
    "a length above the limit": (("Content-Length: 1099511627776",), b"%b", 413),
    "an unknown transfer coding": (("Transfer-Encoding: xchunked",), b"14\r\n%b\r\n0\r\n\r\n", 501),
    "a size that is no number": ((CHUNKED,), b"zz\r\n%b\r\n0\r\n\r\n", 400),
    "a negative size": ((CHUNKED,), b"-14\r\n%b\r\n0\r\n\r\n", 400),
    "a size that is too small": ((CHUNKED,), b"2\r\n%b\r\n0\r\n\r\n", 400),
    "an endless size": ((CHUNKED,), b"0" * 100_000 + b"14\r\n%b\r\n0\r\n\r\n", 400),
    "an endless extension": ((CHUNKED,), b"14;" + b"x" * 100_000 + b"\r\n%b\r\n0\r\n\r\n", 400),
    "an endless trailer": ((CHUNKED,), b"14\r\n%b\r\n0\r\nX: " + b"x" * 100_000, 400),
}


@pytest.mark.parametrize("lie", LIES)
def test_bodies_with_lying_lengths_are_refused(app, listening, lie):
    headers, body, status = LIES[lie]
    smuggling = request(app, POST, JSON, *headers, body=body.replace(b"%b", SMUGGLED))
    follow_up = request(app, POST, JSON, f"Content-Length: {len(SMUGGLED)}", body=SMUGGLED)
    refused(exchange(listening, smuggling + follow_up), status)
    assert len(app.control.organizations.list()) == 1


def test_chunks_need_http_1_1(app, listening):
    line = POST.replace("1.1", "1.0")
    headers = [line, f"Authorization: {app.admin_key}", JSON, CHUNKED, "Connection: keep-alive"]
    follow_up = request(app, POST, JSON, f"Content-Length: {len(SMUGGLED)}", body=SMUGGLED)
    refused(exchange(listening, "\r\n".join([*headers, "", ""]).encode() + follow_up), 400)
    assert len(app.control.organizations.list()) == 1


def test_a_body_that_ends_early_is_not_used(app, listening):
    cut = request(app, POST, JSON, "Content-Length: 21", body=SMUGGLED)
    assert exchange(listening, cut) == b""
    cut = request(app, POST, JSON, CHUNKED, body=b"14\r\n" + SMUGGLED + b"\r\n")
    assert exchange(listening, cut) == b""
    assert len(app.control.organizations.list()) == 1


@pytest.mark.parametrize(
    ("line", "header"),
    [
        ("GET /health HTTP/1.1", "X-Padding: " + "x" * 1_000_000),
        ("GET /health HTTP/1.1", "Cookie: " + "a=b; " * 200_000),
        ("GET /" + "x" * 1_000_000 + " HTTP/1.1", "X: y"),
    ],
    ids=["header", "cookies", "address"],
)
def test_very_long_heads_are_refused(app, listening, line, header):
    assert "65536 bytes" in refused(exchange(listening, request(app, line, header)), 431)[0]


def test_as_many_cookies_as_fit_are_read(app, listening):
    cookies = "Cookie: " + "a=b; " * 12_000
    assert b" 200 " in exchange(listening, request(app, "GET /health HTTP/1.1", cookies))


@pytest.mark.parametrize(
    "line",
    ["GET http://[x/ HTTP/1.1", "GET  / HTTP/1.1", "get / HTTP/1.1", "\x16\x03\x01\x02", "GET"],
)
def test_what_is_no_request_is_refused_and_logged_by_its_id(app, listening, line, caplog):
    with caplog.at_level(logging.INFO, logger="arthurai"):
        reason, identifier = refused(exchange(listening, request(app, line)), 400)
    (record,) = [r for r in caplog.records if getattr(r, "request_id", None) == identifier]
    assert (record.status, record.client) == (400, "127.0.0.1")
    assert reason in record.getMessage()


@pytest.mark.parametrize("line", ["Authorization: s3cret\nkey", " s3cret", "Authorization s3cret"])
def test_refusals_do_not_repeat_what_may_be_secret(listening, line, caplog):
    sent = f"GET /health HTTP/1.1\r\n{line}\r\n\r\n".encode()
    with caplog.at_level(logging.DEBUG):
        assert "s3cret" not in refused(exchange(listening, sent), 400)[0]
    assert "refused" in caplog.text
    assert "s3cret" not in caplog.text


def test_a_refusal_carries_the_id_of_the_client(app, listening):
    broken = request(app, POST, JSON, CHUNKED, "X-Request-ID: my.id-1", body=b"zz\r\n")
    assert refused(exchange(listening, broken), 400)[1] == "my.id-1"


def test_the_reason_of_a_refusal_reaches_who_is_still_sending(app, listening):
    too_much = request(app, POST, JSON, f"Content-Length: {2**31}")
    with connect(listening) as connection:
        connection.sendall(too_much)
        for _ in range(32):
            connection.sendall(b" " * 2**20)
        reason, _ = refused(received(connection), 413)
    assert f"larger than {2**30} bytes" in reason


def test_a_body_that_cannot_be_kept_is_answered(app, listening, monkeypatch, caplog):
    monkeypatch.setattr(tempfile, "tempdir", "/no/such/directory")
    body = b'{"name": "' + b"x" * 2**20 + b'"}'
    large = request(app, POST, JSON, f"Content-Length: {len(body)}", body=body)
    with caplog.at_level(logging.ERROR, logger="arthurai"):
        assert "cannot be stored" in refused(exchange(listening, large), 500)[0]
    assert "/no/such/directory" in caplog.text


def test_who_never_stops_sending_is_let_go(app, listening, monkeypatch):
    monkeypatch.setattr(connections, "LINGER_SECONDS", 0.1)
    with connect(listening) as connection:
        connection.sendall(request(app, POST, JSON, f"Content-Length: {2**31}"))
        with pytest.raises(OSError):
            flood(connection)


def test_who_neither_sends_nor_closes_is_let_go(app, listening, monkeypatch):
    monkeypatch.setattr(connections, "LINGER_IDLE_SECONDS", 0.1)
    with connect(listening) as connection:
        connection.sendall(request(app, "GET /health HTTP/1.1"))
        assert b" 200 " in received(connection)
        wait_until(lambda: not listening._server.active_channels)


def test_nobody_is_asked_to_go_on_in_vain(app, listening):
    expect = "Expect: 100-continue"
    assert exchange(listening, request(app, "GET /health HTTP/1.1", expect)).startswith(
        b"HTTP/1.1 200 "
    )
    with connect(listening) as connection:
        connection.sendall(request(app, POST, JSON, expect, f"Content-Length: {2**31}"))
        refused(received(connection), 413)


def test_who_waits_is_asked_to_go_on(app, listening):
    body = b'{"name": "patient"}'
    head = request(app, POST, JSON, "Expect: 100-continue", f"Content-Length: {len(body)}")
    with connect(listening) as connection:
        connection.sendall(head)
        assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert received(connection).startswith(b"HTTP/1.1 201 ")


@pytest.mark.parametrize("sent", ["GET /health HTTP", POST + "\r\nContent-Length: 9\r\n\r\n{"])
def test_a_slow_loris_is_told_and_let_go(listening, monkeypatch, sent):
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.1)
    with connect(listening) as connection:
        connection.sendall(sent.encode())
        assert "too slowly" in refused(received(connection), 408)[0]


def test_a_byte_now_and_then_buys_little_time(listening, monkeypatch):
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.1)
    with connect(listening) as connection:
        connection.sendall(b"GET /")
        while not select.select([connection], [], [], 0.02)[0]:
            connection.sendall(b"x")
        refused(received(connection), 408)


def test_a_request_may_wait_for_its_turn(app, listening, monkeypatch, held_health):
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.1)
    begun, go_on = held_health
    with connect(listening) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /health HT")
        begun.wait(60)
        (channel,) = listening._server.active_channels.values()
        started = channel.request.started
        wait_until(lambda: channel.request.started > started + 0.2)
        monkeypatch.setattr(connections, "REQUEST_SECONDS", 60)
        go_on.set()
        connection.sendall(b"TP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert received(connection).count(b"HTTP/1.1 200 ") == 2


def test_who_does_not_take_the_answer_is_let_go(app, listening, monkeypatch, caplog):
    for number in range(40):
        app.control.organizations.create(f"{number}" * 100_000)
    monkeypatch.setattr(connections, "IDLE_SECONDS", 0.1)
    with connect(listening) as connection, caplog.at_level(logging.WARNING, logger="arthurai"):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(request(app, "GET /api/v3/organizations?page_size=100 HTTP/1.1"))
        wait_until(lambda: "does not take its response" in caplog.text)
        wait_until(lambda: not listening._server.active_channels)


def test_requests_in_a_row_are_answered_in_a_row(app, listening):
    key = f"Host: x\r\nAuthorization: {app.admin_key}\r\n"
    row = "".join(
        f"GET /api/v3/users/me HTTP/1.1\r\n{key}X-Request-ID: {n}\r\n\r\n" for n in range(50)
    )
    answer = exchange(listening, row.encode() + request(app, "GET /health HTTP/1.1"))
    assert re.findall(rb"X-Request-ID: (\d+)\r", answer) == [b"%d" % n for n in range(50)]
    assert answer.count(b"HTTP/1.1 200 ") == 51


@pytest.mark.parametrize(
    ("line", "headers", "head"),
    [
        ("GET /health HTTP/1.0", (), b"HTTP/1.0 200 "),
        ("GET /health", (), b"HTTP/1.0 200 "),
        ("HEAD /health HTTP/1.1", (), b"HTTP/1.1 200 "),
        ("OPTIONS /api/v3/users/me HTTP/1.1", (), b"HTTP/1.1 405 "),
        ("GET /api/v3/users/me HTTP/1.1", ("Authorization: other",), b"HTTP/1.1 401 "),
        ("GET /api/v3/users/me HTTP/1.1", ("X-Forwarded-For: 1.2.3.4",), b"HTTP/1.1 200 "),
    ],
    ids=["HTTP/1.0", "HTTP/0.9", "HEAD", "OPTIONS", "two credentials", "a proxy's header"],
)
def test_unusual_requests_are_answered(app, listening, line, headers, head):
    answer = exchange(listening, request(app, line, *headers))
    assert answer.startswith(head)
    assert (answer.partition(b"\r\n\r\n")[2] == b"") == line.startswith("HEAD")


def parallel(app, server, number):
    """Hold many connections open at once, then let each send a request."""
    held = [connect(server) for _ in range(number)]
    try:
        message = request(app, "GET /api/v3/users/me HTTP/1.1")
        for connection in held:
            connection.sendall(message)
        return [connection.recv(12) for connection in held]
    finally:
        for connection in held:
            connection.close()


def test_who_connects_is_noticed_at_once(app, listening):
    times = []
    for _ in range(15):
        started = time.monotonic()
        assert exchange(listening, request(app, "GET /health HTTP/1.1")).startswith(b"HTTP/1.1 200")
        times.append(time.monotonic() - started)
    assert statistics.median(times) < waitress_server._POLL_SECONDS / 2


def test_a_thousand_connections_at_once(app, listening):
    assert parallel(app, listening, 1000) == [b"HTTP/1.1 200"] * 1000


def test_stopping_finishes_the_request_that_is_coming_in(app, listening):
    body = b'{"name": "late"}'
    whole = request(
        app,
        "POST /api/v3/organizations HTTP/1.1",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        body=body,
    )
    with connect(listening) as connection:
        connection.sendall(whole[:-4])
        wait_until(lambda: any(c.request for c in [*listening._server.active_channels.values()]))
        listening.stop()
        wait_until(lambda: not listening._server.accepting)
        connection.sendall(whole[-4:])
        assert connection.recv(12) == b"HTTP/1.1 201"
    with pytest.raises(OSError):
        connect(listening)


def test_stopping_finishes_the_request_that_is_worked_on(app, listening, held_health):
    begun, go_on = held_health
    with connect(listening) as connection:
        connection.sendall(request(app, "GET /health HTTP/1.1"))
        begun.wait(60)
        listening.stop()
        wait_until(lambda: not listening._server.accepting)
        go_on.set()
        assert received(connection).startswith(b"HTTP/1.1 200 ")


def test_stopping_waits_for_nobody_longer_than_it_is_told(app, caplog):
    server = Server(app, listen(port=0), max_body_bytes=2**20)
    running = threading.Thread(target=server.run, kwargs={"stop_seconds": 0.1})
    running.start()
    with connect(server) as connection, caplog.at_level(logging.WARNING, logger="arthurai"):
        connection.sendall(b"GET /health HT")
        wait_until(lambda: any(c.request for c in [*server._server.active_channels.values()]))
        server.stop()
        running.join(60)
    assert "requests in flight" in caplog.text


def test_limits_are_those_of_the_design(app, listening):
    limits = listening._server.adj
    assert limits.asyncore_use_poll
    assert limits.connection_limit >= 1000
    assert limits.max_request_body_size == 2**30


def test_health_needs_no_credential_and_notices_a_dead_store(app, listening):
    assert b" 200 " in exchange(listening, b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
    app.control.database.close()
    asked = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
    wait_until(lambda: b" 503 " in exchange(listening, asked))
