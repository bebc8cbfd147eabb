"""Requests that mean harm, or mean nothing."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from urllib.parse import quote, urlsplit
from uuid import uuid4

import httpx
import orjson
import pytest

from arthurai.server.app import create_app
from arthurai.server.http.bodies import MAX_DEPTH, MAX_FORM_PARTS
from arthurai.transport.local import LocalTransport

JSON = {"Content-Type": "application/json"}


def refused(answer, status):
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error"}
    assert answer.headers["X-Request-ID"]
    return answer.json()["error"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" ",
        b"{",
        b"nonsense",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": "\xff"}',
        b'{"a": "\\ud800"}',
        b"\xef\xbb\xbf{}",
        '{"name": "x"}'.encode("utf-16"),
        '{"name": "x"}'.encode("utf-32"),
        b"[" * (MAX_DEPTH + 2) + b"]" * (MAX_DEPTH + 2),
        b"[" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b"[1" * 1000 + b"]" * 1000,
        b"null",
        b"[]",
        b'"text"',
        b"1" * 100_000,
    ],
    ids=lambda content: repr(content[:24]),
)
def test_bodies_that_are_no_json_object_are_refused(shared_admin, content):
    before = shared_admin.get("/organizations").json()["total_count"]
    refused(shared_admin.post("/organizations", content=content, headers=JSON), 400)
    assert shared_admin.get("/organizations").json()["total_count"] == before


def test_nesting_up_to_the_limit_is_read(admin):
    depth = MAX_DEPTH - 2
    body = b'{"name": "x", "more": ' + b"[" * depth + b"]" * depth + b"}"
    assert admin.post("/organizations", content=body, headers=JSON).status_code == 201


def test_many_brackets_are_no_depth(admin):
    body = orjson.dumps({"name": "x", "more": [[[]] for _ in range(1000)]})
    assert admin.post("/organizations", content=body, headers=JSON).status_code == 201


def test_the_last_of_repeated_keys_counts(admin):
    body = b'{"name": "first", "name": "last"}'
    assert admin.post("/organizations", content=body, headers=JSON).json()["name"] == "last"


def test_huge_numbers_are_kept_in_bounds(admin, model):
    path = f"/models/{model['id']}"
    for number in (b"1" * 400, b"9" * 19, b"-1e308", b"1e-400"):
        body = b'{"classifier_threshold": ' + number + b"}"
        assert admin.put(path, content=body, headers=JSON).status_code in {200, 400}
        assert admin.get(path).status_code == 200


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("text/plain", 415),
        ("application/xml", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/json; charset=utf-16", 415),
        ("application/json; charset=UTF-8", 201),
        ("Application/JSON", 201),
        ("application/problem+json", 201),
        ("application/json; charset", 201),
        ("x" * 10_000, 415),
        (";", 201),
    ],
)
@pytest.mark.faults
def test_content_types(shared_admin, content_type, status):
    headers = {"Content-Type": content_type}
    answer = shared_admin.post(
        "/organizations", content=orjson.dumps({"name": str(uuid4())}), headers=headers
    )
    assert answer.status_code == status


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=-1",
        "page=1.5",
        "page=x",
        "page=",
        "page=1&page=2",
        "page=99999999999999999999999999",
        "page_size=0",
        "include_archived=maybe",
        "expand=nonsense",
        "created_since=yesterday",
        "display_name=%ff",
        "display_name=%00",
        "&".join("a" * 10_001),
    ],
    ids=lambda query: query[:24],
)
def test_impossible_query_strings_are_refused(shared_admin, query):
    refused(shared_admin.get(f"/models?{query}"), 400)


@pytest.mark.parametrize(
    "query",
    [
        "include_archived=True",
        "include_archived=FALSE",
        "page=1&page=1",
        "page=9007199254740991",
        "unknown=parameter",
        "expand=attributes&expand=organization_id",
        "created_since=2026-01-01T00:00:00+00:00",
        "sort=+created_at",
        "sort=%2Bcreated_at",
        "",
    ],
)
@pytest.mark.faults
def test_unusual_query_strings_are_understood(shared_admin, query):
    assert shared_admin.get(f"/models?{query}").status_code == 200


@pytest.fixture(scope="module")
def persistent(tmp_path_factory):
    """Give a client of a server that keeps its data in a folder, and what holds the folder."""
    folder = tmp_path_factory.mktemp("persistent")
    with (
        create_app(folder / "data") as app,
        httpx.Client(
            transport=LocalTransport(app),
            base_url="http://local/api/v3",
            headers={"Authorization": app.admin_key},
        ) as client,
    ):
        yield client, folder


@pytest.mark.parametrize(
    "identifier",
    [
        "..",
        "../../../../etc/passwd",
        "..\\..\\secret.key",
        "/etc/passwd",
        "a\r\nSet-Cookie: x=y",
        "%2e%2e%2f",
        "C:\\con",
        "x' OR '1'='1",
        'x"; DROP TABLE models; --',
        "\u202e",
        "a" * 5000,
    ],
)
def test_ids_are_only_ever_ids(persistent, identifier):
    client, folder = persistent
    encoded = quote(identifier, safe="")
    for path in (
        f"/models/{encoded}",
        f"/models/{encoded}/inferences/images/{encoded}?type=raw_image",
        f"/models/{encoded}/batches/{encoded}",
        f"/users/{encoded}",
        f"/model_groups/{encoded}/versions/latest",
    ):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "set-cookie" not in answer.headers
    body = {"partner_model_id": identifier[:255], "input_type": "TABULAR"}
    body |= {"output_type": "REGRESSION", "display_name": identifier[:255]}
    body["attributes"] = [
        {"name": "x", "stage": "PIPELINE_INPUT", "value_type": "FLOAT", "position": 0},
        {"name": "y", "stage": "PREDICTED_VALUE", "value_type": "FLOAT", "position": 0},
    ]
    made = client.post("/models", json=body).json()
    row = {
        "partner_inference_id": identifier[:255],
        "inference_timestamp": "2026-01-01T00:00:00Z",
        "batch_id": identifier[:255],
        "inference_data": {"x": 1.0, "y": 2.0},
    }
    sent = client.post(f"/models/{made['id']}/inferences", json=[row])
    assert sent.json()["counts"]["total"] == 1
    assert [entry.name for entry in folder.iterdir()] == ["data"]


def test_secrets_of_a_data_directory_are_for_its_owner_only(tmp_path):
    folder = tmp_path / "data"
    with create_app(folder):
        assert folder.stat().st_mode & 0o077 == 0
        assert (folder / "secret.key").stat().st_mode & 0o777 == 0o600


def form(*parts):
    body = b"".join(
        b"--X\r\nContent-Disposition: form-data; " + head + b"\r\n\r\n" + content + b"\r\n"
        for head, content in parts
    )
    return body + b"--X--\r\n"


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("multipart/form-data", form((b'name="a"', b"1")), 400),
        ("multipart/form-data; boundary=", form((b'name="a"', b"1")), 400),
        ("multipart/form-data; boundary=Y", form((b'name="a"', b"1")), 400),
        ("multipart/form-data; boundary=X", b"nonsense", 400),
        ("multipart/form-data; boundary=X", b"--X\r\n", 400),
        ("multipart/form-data; boundary=X", b"--X--\r\n", 400),
        ("multipart/form-data; boundary=X", form((b'name="a"; filename="b"', b"1")), 400),
        (
            "multipart/form-data; boundary=X",
            form(
                (b'name="reference_data"; filename="a"', b"[]"),
                (b'name="reference_data"; filename="b"', b"[]"),
            ),
            400,
        ),
        (
            "multipart/form-data; boundary=X",
            form(*[(b'name="a%d"; filename="b"' % n, b"1") for n in range(MAX_FORM_PARTS + 1)]),
            413,
        ),
        ("multipart/form-data; boundary=X", form((b'name="a"', b"x" * 9 * 2**20)), 413),
        (
            "multipart/form-data; boundary=X",
            form((b'name="reference_data"; filename="../../evil.json"', b"not json")),
            400,
        ),
        ("application/json", b"[]", 415),
    ],
)
def test_malformed_uploads_are_refused(shared_admin, binary_model, content_type, body, status):
    made = shared_admin.post("/models", json=binary_model | {"partner_model_id": str(uuid4())})
    answer = shared_admin.post(
        f"/models/{made.json()['id']}/reference_data",
        content=body,
        headers={"Content-Type": content_type},
    )
    refused(answer, status)


def test_bodies_above_the_limit_are_refused(callers, binary_model):
    with create_app(max_json_bytes=2000, max_form_bytes=2000) as app:
        admin = callers(app.admin_key)
        admin._transport._app = app
        model = admin.post("/models", json=binary_model).json()
        path = f"/models/{model['id']}"
        row = {"padding": "x" * 3000}
        refused(admin.post(f"{path}/inferences", json=[row]), 413)

        def chunks():
            yield b"["
            yield b" " * 3000
            yield b"]"

        refused(admin.post(f"{path}/inferences", content=chunks(), headers=JSON), 413)
        files = {"reference_data": ("a.json", b" " * 3000)}
        refused(admin.post(f"{path}/reference_data", files=files), 413)


def test_an_unexpected_fault_says_nothing_about_the_inside(app, admin, monkeypatch, caplog):
    def broken(*_, **__):
        raise RuntimeError("the inside")

    monkeypatch.setattr(app.control.models, "list", broken)
    with caplog.at_level(logging.ERROR, logger="arthurai"):
        answer = admin.get("/models", headers={"X-Request-ID": "my-id.1"})
    message = refused(answer, 500)
    assert "my-id.1" in message
    assert "inside" not in answer.text
    record = next(r for r in caplog.records if r.name == "arthurai.server.http")
    assert record.request_id == "my-id.1"
    assert "the inside" in record.exc_text


@pytest.mark.parametrize("given", ["", "a b", "a<script>", "x" * 65, "é".encode()])
def test_request_ids_from_outside_are_taken_only_if_harmless(shared_admin, given):
    answer = shared_admin.get("/users/me", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"].isalnum()
    assert len(answer.headers["X-Request-ID"]) == 32


def test_credentials_never_reach_the_log(app, admin, callers, caplog):
    with caplog.at_level(logging.DEBUG, logger="arthurai"):
        body = {"email": "a@b.c", "username": "ann", "password": "p4ssw0rd", "roles": ["User"]}
        admin.post("/users", json=body)
        callers().post("/login", json={"login": "ann", "password": "p4ssw0rd"})
        callers("stolen-key").get("/users/me")
    logged = "\n".join(repr(vars(record)) for record in caplog.records)
    assert "create_user" in logged
    for secret in (app.admin_key, "p4ssw0rd", "stolen-key"):
        assert secret not in logged


def exchange(server, data):
    """Send raw bytes; give all that comes back until the server closes."""
    parts = urlsplit(server.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            while received := connection.recv(65536):
                answer += received
    return answer


def request(app, line, *headers, body=b""):
    head = [line, "Host: x", f"Authorization: {app.admin_key}", "Connection: close", *headers]
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body


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
    line = "POST /api/v3/organizations HTTP/1.1"
    kind = "Content-Type: application/json"
    whole = b'{"name": "whole"}'
    length = f"Content-Length: {len(whole)}"
    assert b" 201 " in exchange(listening, request(app, line, kind, length, body=whole))
    chunked = b'8\r\n{"name":\r\n5\r\n "c"}\r\n0\r\n\r\n'
    sent = request(app, line, kind, "Transfer-Encoding: chunked", body=chunked)
    assert b" 201 " in exchange(listening, sent)
    broken = request(app, line, kind, "Transfer-Encoding: chunked", body=b"zz\r\n{}\r\n0\r\n\r\n")
    head, _, content = exchange(listening, broken).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"x-request-id: " in head.lower()
    assert set(orjson.loads(content)) == {"error"}
    both = request(app, line, kind, "Content-Length: 3", "Transfer-Encoding: chunked", body=chunked)
    assert exchange(listening, both).count(b"HTTP/1.1 2") <= 1
    for lie in ("Content-Length: 9999", "Content-Length: -1", "Content-Length: x"):
        exchange(listening, request(app, line, kind, lie, body=whole))
    huge = "X-Padding: " + "x" * 100_000
    assert b" 2" not in exchange(listening, request(app, line, huge))[:12]
    assert b" 200 " in exchange(listening, request(app, "GET /health HTTP/1.1"))
    names = {o["name"] for o in app.control.organizations.list()}
    assert names <= {"Local", "whole", "c"}


def parallel(app, server, connections):
    """Hold many connections open at once, then let each send a request."""
    parts = urlsplit(server.url)
    held = [
        socket.create_connection((parts.hostname, parts.port), timeout=60)
        for _ in range(connections)
    ]
    try:
        message = request(app, "GET /api/v3/users/me HTTP/1.1")
        for connection in held:
            connection.sendall(message)
        return [connection.recv(12) for connection in held]
    finally:
        for connection in held:
            connection.close()


def test_many_connections_at_once(app, listening):
    assert parallel(app, listening, 200) == [b"HTTP/1.1 200"] * 200


@pytest.mark.slow
def test_a_thousand_connections_at_once(app, listening):
    assert parallel(app, listening, 1000) == [b"HTTP/1.1 200"] * 1000


def test_many_threads_see_a_consistent_store(app, callers, binary_model):
    answers = []

    def work(number):
        client = callers(app.admin_key)
        body = binary_model | {"partner_model_id": f"m{number % 4}"}
        answers.append(client.post("/models", json=body).status_code)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201] * 4 + [409] * 12
    assert len(app.control.models.list(None)) == 4


def test_stopping_finishes_the_request_that_is_coming_in(app, listening):
    body = b'{"name": "late"}'
    whole = request(
        app,
        "POST /api/v3/organizations HTTP/1.1",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        body=body,
    )
    parts = urlsplit(listening.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.sendall(whole[:-4])
        while not any(c.request for c in list(listening._server.active_channels.values())):
            pass
        listening.stop()
        while listening._server.accepting:
            pass
        connection.sendall(whole[-4:])
        assert connection.recv(12) == b"HTTP/1.1 201"
    with pytest.raises(OSError):
        socket.create_connection((parts.hostname, parts.port), timeout=5)


def test_health_needs_no_credential_and_notices_a_dead_store(app, listening):
    assert b" 200 " in exchange(listening, b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
    app.control.database.close()
    assert b" 503 " in exchange(listening, b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
