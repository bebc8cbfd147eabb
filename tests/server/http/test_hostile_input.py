"""Requests that mean harm, or mean nothing."""

from __future__ import annotations

import errno
import logging
import os
import sqlite3
import subprocess
import sys
import threading
from urllib.parse import quote
from uuid import uuid4

import duckdb
import orjson
import pytest
from builders import administrator

from arthurai.common.bundle import load_bundle, operations_of
from arthurai.server import bounded_json
from arthurai.server.app import create_app
from arthurai.server.http.bodies import MAX_DEPTH, MAX_FORM_PARTS
from arthurai.server.http.dispatcher import MAX_PUBLIC_BODY_BYTES
from arthurai.server.operator_limits import Limits

JSON = {"Content-Type": "application/json"}


def refused(answer, status):
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error"}
    assert answer.headers["X-Request-ID"]
    return answer.json()["error"]


NO_JSON_OBJECT = {
    "nothing": b"",
    "a blank": b" ",
    "half a bracket": b"{",
    "words": b"nonsense",
    "not a number": b'{"a": NaN}',
    "infinity": b'{"a": Infinity}',
    "negative infinity": b'{"a": -Infinity}',
    "a number beyond a double": b'{"a": 1e999}',
    "a number of 100 000 digits": b"1" * 100_000,
    "no UTF-8": b'{"a": "\xff"}',
    "a lone surrogate": b'{"a": "\\ud800"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"name": "x"}'.encode("utf-16"),
    "UTF-32": '{"name": "x"}'.encode("utf-32"),
    "Latin-1": '{"name": "\u00e9"}'.encode("latin-1"),
    "one level too deep": b"[" * (MAX_DEPTH + 2) + b"]" * (MAX_DEPTH + 2),
    "1 000 levels deep": b"[1" * 1000 + b"]" * 1000,
    "100 000 open brackets": b"[" * 100_000,
    "100 000 objects deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "null": b"null",
    "an array": b"[]",
    "a string": b'"text"',
}


@pytest.mark.parametrize("what", NO_JSON_OBJECT)
def test_bodies_that_are_no_json_object_are_refused(shared_admin, what):
    before = shared_admin.get("/organizations").json()["total_count"]
    refused(shared_admin.post("/organizations", content=NO_JSON_OBJECT[what], headers=JSON), 400)
    assert shared_admin.get("/organizations").json()["total_count"] == before


@pytest.mark.faults
def test_nesting_is_read_up_to_the_limit(admin):
    def sent(depth):
        body = b'{"name": "x", "more": ' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"
        return admin.post("/organizations", content=body, headers=JSON)

    assert sent(MAX_DEPTH).status_code == 201
    for depth in (MAX_DEPTH + 1, 1000):
        assert f"deeper than {MAX_DEPTH}" in refused(sent(depth), 400)
    refused(sent(100_000), 400)


@pytest.mark.faults
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


def list_paths():
    """Return the paths of lists in pages that need no other object."""
    return sorted(
        item.path.removeprefix("/v3")
        for item in operations_of(load_bundle()).values()
        if item.method == "GET"
        and "{" not in item.path
        and "page_size" in {parameter["name"] for parameter in item.spec.get("parameters", ())}
    )


@pytest.mark.parametrize("path", list_paths())
def test_the_last_page_that_numbers_can_name_is_empty(shared_admin, path):
    page = 2**53 - 1
    answer = shared_admin.get(f"{path}?page={page}&page_size={page}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["page"] == page


@pytest.fixture(scope="module")
def persistent(tmp_path_factory):
    """Give a client of a server that keeps its data in a folder, and what holds the folder."""
    folder = tmp_path_factory.mktemp("persistent")
    with create_app(folder / "data") as app, administrator(app) as client:
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
        ("multipart/form-data; boundary=X", form((b'name="a"; filename="b"', b"1"))[:-9], 400),
        ("multipart/form-data; boundary=X", b"--X\r\nX: " + b"y" * 9 * 2**20, 413),
        ("multipart/form-data; boundary=X", b"--X\r\n" + b"X: y\r\n" * 2 * 2**20, 413),
        ("multipart/form-data; boundary=" + "X" * 100_000, b"--X\r\n", 400),
        ("multipart/form-data; boundary=X", b"--X--\r\n", 400),
        ("multipart/form-data; boundary=X", form((b'name="a"; filename="b"', b"1")), 400),
        ("multipart/form-data; boundary=X", form((b"", b"1")), 400),
        ("multipart/form-data; boundary=X", form(*[(b'name="a\\"', b"1")] * 2), 400),
        ("multipart/form-data; boundary=X", form(*[(b'filename="a"', b"[]")] * 2), 400),
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


def test_a_form_that_breaks_off_is_not_used(admin, model):
    whole = form((b'name="reference_data"; filename="a.json"', b"[]"))
    path, multipart = f"/models/{model['id']}/reference_data", "multipart/form-data; boundary=X"
    for end in range(len(whole) - 6, 0, -20):
        headers = {"Content-Type": multipart}
        message = refused(admin.post(path, content=whole[:end], headers=headers), 400)
        assert "the form cannot be read" in message, whole[:end]


def test_bodies_above_the_limit_are_refused(callers, binary_model):
    with create_app(limits=Limits(json_bytes=2000, form_bytes=2000)) as app:
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


def test_strangers_may_not_send_much(callers):
    body = b'{"login": "x", "password": "' + b"y" * MAX_PUBLIC_BODY_BYTES + b'"}'
    refused(callers().post("/login", content=body, headers=JSON), 413)
    assert callers().post("/login", json={"login": "x", "password": "y"}).status_code == 401
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = b"SAMLResponse=" + b"x" * MAX_PUBLIC_BODY_BYTES
    message = refused(callers().post("/saml/sso", content=body, headers=form), 413)
    assert str(MAX_PUBLIC_BODY_BYTES) in message


@pytest.mark.faults
def test_lists_of_nothing_may_not_fill_the_memory(admin, monkeypatch):
    monkeypatch.setattr(bounded_json, "MAX_CONTAINERS", 100)
    body = b'{"name": "x", "more": [' + b"[]," * 97 + b"[]]}"
    assert admin.post("/organizations", content=body, headers=JSON).status_code == 201
    message = refused(admin.post("/organizations", content=b"[" + body, headers=JSON), 413)
    assert "100 objects and arrays" in message


@pytest.mark.faults
def test_lists_of_numbers_may_not_fill_the_memory(admin, monkeypatch):
    monkeypatch.setattr(bounded_json, "MAX_VALUES", 100)
    body = b'{"name": "x", "more": [' + b"0," * 97 + b"0]}"
    assert admin.post("/organizations", content=body, headers=JSON).status_code == 201
    body = b'{"name": "x", "more": [' + b"0," * 99 + b"0]}"
    message = refused(admin.post("/organizations", content=body, headers=JSON), 413)
    assert "100 values" in message


def test_a_request_has_no_more_rows_than_the_limit(binary_model, inference):
    with create_app(limits=Limits(request_rows=10)) as app, administrator(app) as client:
        made = client.post("/models", json=binary_model).json()
        path = f"/models/{made['id']}/inferences"
        rows = [inference(f"i{number}") for number in range(11)]
        assert client.post(path, json=rows[:10]).json()["counts"]["success"] == 10
        message = refused(client.post(path, json=rows), 413)
        assert "11 rows; send at most 10" in message


@pytest.mark.parametrize(
    "fault",
    [
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
        sqlite3.OperationalError("database or disk is full"),
        duckdb.IOException('IO Error: Could not write file "x": No space left on device'),
    ],
    ids=["system", "SQLite", "DuckDB"],
)
def test_a_full_disk_is_named(app, admin, monkeypatch, fault):
    def full(*_, **__):
        raise fault

    monkeypatch.setattr(app.control.models, "list_without_attributes", full)
    assert "disk is full" in refused(admin.get("/models"), 500)


def test_a_limit_of_the_size_of_files_is_named(app, admin, monkeypatch):
    def too_large(*_, **__):
        raise duckdb.IOException("Could not write file: File too large")

    monkeypatch.setattr(app.control.models, "list_without_attributes", too_large)
    assert "ulimit -f" in refused(admin.get("/models"), 500)


def test_an_unexpected_fault_says_nothing_about_the_inside(app, admin, monkeypatch, caplog):
    def broken(*_, **__):
        raise RuntimeError("the inside")

    monkeypatch.setattr(app.control.models, "list_without_attributes", broken)
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


@pytest.mark.heavy
def test_long_parameters_take_no_time():
    # a pattern that goes back and forth over its text would take hours with these
    program = (
        "from arthurai.common.bundle import operations\n"
        "from arthurai.server.http.api_errors import ApiError\n"
        "from arthurai.server.http.validation import shipped_validation\n"
        "for query in (('created_since', 'T' * 2**20), ('created_since', 'T ' * 2**20)):\n"
        "    try:\n"
        "        shipped_validation().parameters(operations()['list_models'], {}, [query], {})\n"
        "    except ApiError as error:\n"
        "        print(error.status)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=100, check=True
    )
    assert done.stdout == "400\n400\n"
