"""PostgreSQL goes away and comes back: requests are refused at once, repeated, and nothing hangs."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from builders import attribute, ground_truth, prediction, save_model, stored_count
from killed_servers import LakeServer

from arthurai import ArthurAI

pytestmark = [pytest.mark.heavy, pytest.mark.faults]

ATTRIBUTES = [
    attribute("amount"),
    prediction("score", attribute_link="truth"),
    ground_truth("truth", attribute_link="score"),
]
COUNT = {"select": [{"function": "count"}]}
ROWS = 20_000
"""So many that the caller of the request is looked up before its body is read."""
ANSWER_SECONDS = 20


@pytest.fixture(params=["control data", "control data and rows"])
def server(request, postgresql_cluster, tmp_path):
    """Give a server that has some of its data in PostgreSQL."""
    options = ["--control", postgresql_cluster.location()]
    if request.param == "control data":
        options += ["--data-dir", str(tmp_path / "data")]
    else:
        options += ["--warehouse", request.getfixturevalue("lake_address")()]
        options += ["--storage", str(tmp_path / "shared")]
    made = LakeServer(options, tmp_path, {})
    made.start()
    yield made
    made.kill()


def row(number):
    return {
        "partner_inference_id": f"id-{number}",
        "inference_timestamp": "2026-01-05T12:00:00Z",
        "inference_data": {"amount": 1.5, "score": 0.5},
    }


def to_send(number):
    """Give the same row as the public client takes it."""
    given = row(number)
    values = given.pop("inference_data")
    return {**given, **values}


def ask_all(admin, path):
    """Make requests of each kind at the same time; return the responses and the seconds of each."""
    requests = [
        ("GET", "/v3/models", None),
        ("GET", path, None),
        ("POST", f"{path}/inferences", [row(1)]),
        ("POST", f"{path}/inferences", [row(n) for n in range(ROWS)]),
        ("POST", f"{path}/inferences/query", COUNT),
        ("PATCH", f"{path}/inferences", []),
        ("GET", "/v3/alerts", None),
    ]

    def ask(request):
        method, where, body = request
        begun = time.monotonic()
        answer = admin.request(method, where, json=body)
        return where, answer, time.monotonic() - begun

    with ThreadPoolExecutor(24) as pool:
        return list(pool.map(ask, requests * 3))


def wait_for_health(address, status):
    deadline = time.monotonic() + ANSWER_SECONDS
    while httpx.get(f"{address.url}/health", timeout=ANSWER_SECONDS).status_code != status:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_requests_are_refused_meanwhile_and_repeated(server, postgresql_cluster):
    address = server.wait()
    headers = {"Authorization": address.key}
    with (
        ArthurAI(url=address.url, access_key=address.key, allow_insecure=True) as client,
        httpx.Client(base_url=f"{address.url}/api", headers=headers, timeout=60) as admin,
        ThreadPoolExecutor(1) as pool,
    ):
        model = save_model(client, ATTRIBUTES)
        path = f"/v3/models/{model.id}"
        admin.post(f"{path}/inferences", json=[row(0)]).raise_for_status()
        postgresql_cluster.stop()
        try:
            for where, answer, seconds in ask_all(admin, path):
                assert answer.status_code == 503, (where, answer.text)
                assert int(answer.headers["Retry-After"]) > 0
                assert "repeat the request later" in answer.json()["error"]
                assert str(postgresql_cluster.folder) not in answer.text
                assert seconds < ANSWER_SECONDS, where
            wait_for_health(address, 503)
            sending = pool.submit(model.send_inferences, [to_send(n) for n in range(1, 6)])
            time.sleep(1)
            assert not sending.done()
        finally:
            postgresql_cluster.start()
        assert sending.result(60).accepted == 5
        assert stored_count(model) == 6
        for where, answer, seconds in ask_all(admin, path):
            assert answer.status_code < 500, (where, answer.text)
            assert seconds < ANSWER_SECONDS, where
        assert stored_count(model) == ROWS
        wait_for_health(address, 200)
