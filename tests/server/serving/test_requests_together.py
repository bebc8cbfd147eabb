"""Small requests of one caller that arrive at the same time share a commit, and nothing else."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from builders import inference, simple_schema

from arthurai.server.serving.request_queue import MAX_SMALL_BYTES
from arthurai.server.serving.waitress_server import Server, listen

pytestmark = pytest.mark.heavy

PATIENT = 30


@pytest.fixture
def served(app):
    server = Server(app, listen(port=0), max_body_bytes=2**30)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield server
    server.stop()
    thread.join()


def new_model(app, key, name="m"):
    """Save a model with the attributes of the simple schema; give its id."""
    attributes = [
        {"name": a.name, "stage": a.stage, "value_type": a.value_type, "categorical": False}
        for a in simple_schema().attributes
        if not a.implicit
    ]
    described = {
        "partner_model_id": name,
        "input_type": "TABULAR",
        "output_type": "REGRESSION",
        "attributes": [
            {**a, "position": place, **LINKS.get(a["stage"], {})}
            for place, a in enumerate(attributes)
        ],
    }
    answer = b"".join(call(app, "POST", "/api/v3/models", described, key))
    return json.loads(answer)["id"]


LINKS = {
    "PREDICTED_VALUE": {"attribute_link": "actual"},
    "GROUND_TRUTH": {"attribute_link": "predicted"},
}


def call(app, method, path, body, key):
    import io

    content = json.dumps(body).encode()
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "REQUEST_URI": path,
        "wsgi.input": io.BytesIO(content),
        "CONTENT_LENGTH": str(len(content)),
        "CONTENT_TYPE": "application/json",
        "HTTP_AUTHORIZATION": key,
    }
    return app(environ, lambda *_: None)


def post(server, model_id, items, key, **headers):
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=PATIENT)
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    headers |= {"Authorization": key, "Content-Type": "application/json"}
    path = f"/api/v3/models/{model_id}/inferences"
    connection.request("POST", path, json.dumps(items), headers)
    response = connection.getresponse()
    return response.status, json.loads(response.read())


@contextmanager
def held(app, model_id):
    """Keep a model from being written to, in a thread that ends with the block."""
    lock, go, has_it = app.data._models.get(model_id).lock, threading.Event(), threading.Event()

    def hold():
        with lock:
            has_it.set()
            go.wait(PATIENT)

    thread = threading.Thread(target=hold)
    thread.start()
    assert has_it.wait(PATIENT)
    try:
        yield
        time.sleep(0.5)  # the requests have arrived
    finally:
        go.set()
        thread.join()


@pytest.fixture
def commits(app, monkeypatch):
    """Count the transactions of the warehouse."""
    counted, write = [], app.data.database.write

    def counting(work):
        counted.append(work)
        return write(work)

    monkeypatch.setattr(app.data.database, "write", counting)
    return counted


def ids_of(app, model_id):
    view = app.data.relation(model_id, "inference")
    return sorted(i for (i,) in app.data.fetch(f"SELECT partner_inference_id FROM {view}")[1])


def test_each_request_gets_its_own_verdict_from_a_shared_commit(app, served, commits):
    model_id = new_model(app, app.admin_key)
    wanted = []
    for number in range(24):
        items = [inference(number)]
        if number % 3 == 1:
            items.append(inference(number, income="much"))
        if number % 3 == 2:
            items = [{"partner_inference_id": f"bad-{number}"}]
        wanted.append(items)
    with ThreadPoolExecutor(len(wanted)) as pool, held(app, model_id):
        commits.clear()
        found = [pool.submit(post, served, model_id, items, app.admin_key) for items in wanted]
    for number, future in enumerate(found):
        status, body = future.result()
        verdicts = [r["status"] for r in body["results"]]
        assert (status, verdicts) == (207, [[200], [200, 400], [400]][number % 3])
    assert ids_of(app, model_id) == sorted(f"id-{n}" for n in range(24) if n % 3 != 2)
    assert len(commits) <= 3


def test_requests_with_one_key_at_the_same_time_have_one_answer(app, served):
    model_id = new_model(app, app.admin_key)
    assert post(served, model_id, [inference(0)], app.admin_key)[0] == 207
    with ThreadPoolExecutor(12) as pool, held(app, model_id):
        same = [
            pool.submit(
                post, served, model_id, [inference(1), {}], app.admin_key, Idempotency_Key="k"
            )
            for _ in range(6)
        ]
        others = [
            pool.submit(
                post, served, model_id, [inference(n)], app.admin_key, Idempotency_Key=f"k{n}"
            )
            for n in range(2, 8)
        ]
    answers = [future.result() for future in same]
    assert all(answer == answers[0] for answer in answers)
    assert answers[0][1]["counts"] == {"success": 1, "failure": 1, "total": 2}
    assert all(future.result()[1]["counts"]["success"] == 1 for future in others)
    assert ids_of(app, model_id) == [f"id-{n}" for n in range(8)]
    again = post(served, model_id, [inference(1), {}], app.admin_key, Idempotency_Key="k")
    assert again == answers[0]
    assert post(served, model_id, [inference(9)], app.admin_key, Idempotency_Key="k")[0] >= 400


def test_organizations_do_not_mix(app, served):
    keys = [app.admin_key]
    other = app.control.organizations.create("Other")["id"]
    accounts = app.control.service_accounts
    keys.append(accounts.token(accounts.create(other, "x", "Administrator").id))
    models = [new_model(app, key, f"m{n}") for n, key in enumerate(keys)]
    with ThreadPoolExecutor(24) as pool, held(app, models[0]), held(app, models[1]):
        found = [
            pool.submit(post, served, models[n % 2], [inference(n)], keys[n % 2]) for n in range(24)
        ]
        foreign = pool.submit(post, served, models[0], [inference(99)], keys[1])
    assert all(future.result()[1]["counts"]["success"] == 1 for future in found)
    assert foreign.result()[0] == 404
    for n in range(2):
        assert ids_of(app, models[n]) == sorted(f"id-{i}" for i in range(n, 24, 2))


def test_each_request_is_admitted_by_its_own_headers(app, served):
    model_id = new_model(app, app.admin_key)
    assert post(served, model_id, [inference(100)], app.admin_key)[0] == 207
    own = app.control.service_accounts.find_by_token(app.admin_key).organization_id
    given = [
        ({}, 207),
        ({"Arthur_Organization_ID": "no-such-organization"}, 403),
        ({"Arthur_Organization_ID": own}, 207),
        ({"Arthur_Call_Time": "soon"}, 400),
        ({"Content_Encoding": "zip"}, 415),
    ]
    with ThreadPoolExecutor(25) as pool, held(app, model_id):
        found = [
            pool.submit(post, served, model_id, [inference(n)], app.admin_key, **given[n % 5][0])
            for n in range(25)
        ]
    assert [future.result()[0] for future in found] == [status for _, status in given] * 5
    accepted = {100} | {n for n in range(25) if given[n % 5][1] == 207}
    assert ids_of(app, model_id) == sorted(f"id-{n}" for n in accepted)


def test_connections_end_after_the_answer_where_the_client_asks_for_it(app, served):
    model_id = new_model(app, app.admin_key)
    assert post(served, model_id, [inference(100)], app.admin_key)[0] == 207
    host, _, port = served.url.removeprefix("http://").partition(":")

    def exchange(number):
        body = json.dumps([inference(number)]).encode()
        version = "1.0" if number % 3 == 1 else "1.1"
        closing = "Connection: close\r\n" if number % 3 == 2 else ""
        head = (
            f"POST /api/v3/models/{model_id}/inferences HTTP/{version}\r\nHost: x\r\n{closing}"
            f"Authorization: {app.admin_key}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection((host, int(port)), timeout=PATIENT) as connection:
            connection.sendall(head.encode() + body)
            received = b""
            while b"results" not in received:
                received += connection.recv(65_536)
            connection.settimeout(PATIENT if number % 3 else 0.3)
            try:
                return received.partition(b"\r")[0], connection.recv(1)
            except TimeoutError:
                return received.partition(b"\r")[0], None

    with ThreadPoolExecutor(24) as pool, held(app, model_id):
        found = [pool.submit(exchange, number) for number in range(24)]
    kept = (b"HTTP/1.1 207 Multi-Status", None)
    ended = [(b"HTTP/1.0 207 Multi-Status", b""), (b"HTTP/1.1 207 Multi-Status", b"")]
    assert [future.result() for future in found] == [kept, *ended] * 8


def test_a_client_that_is_gone_leaves_its_key(app, served):
    model_id = new_model(app, app.admin_key)
    body = json.dumps([inference(1)]).encode()
    head = (
        f"POST /api/v3/models/{model_id}/inferences HTTP/1.1\r\nHost: x\r\nIdempotency-Key: k\r\n"
    )
    head += f"Authorization: {app.admin_key}\r\nContent-Type: application/json\r\n"
    head += f"Content-Length: {len(body)}\r\n\r\n"
    host, _, port = served.url.removeprefix("http://").partition(":")
    with ThreadPoolExecutor(8) as pool, held(app, model_id):
        others = [
            pool.submit(post, served, model_id, [inference(n)], app.admin_key) for n in range(2, 8)
        ]
        time.sleep(0.3)
        gone = socket.create_connection((host, int(port)))
        gone.sendall(head.encode() + body)
        time.sleep(0.3)
        gone.close()
    assert all(future.result()[0] == 207 for future in others)
    status, found = post(served, model_id, [inference(1)], app.admin_key, Idempotency_Key="k")
    assert (status, found["counts"]["success"]) == (207, 1)
    assert ids_of(app, model_id).count("id-1") == 1


def test_large_and_small_requests_at_the_same_time(app, served):
    model_id = new_model(app, app.admin_key)
    wanted = {0: [inference(n) for n in range(1000, 1000 + 300)]}
    text = "x" * (MAX_SMALL_BYTES // 2)
    wanted |= {n: [inference(n, region=text)] for n in range(1, 8)}
    with ThreadPoolExecutor(8) as pool, held(app, model_id):
        found = [pool.submit(post, served, model_id, w, app.admin_key) for w in wanted.values()]
    for future, items in zip(found, wanted.values(), strict=True):
        assert future.result()[1]["counts"]["success"] == len(items)
    assert len(ids_of(app, model_id)) == 307
