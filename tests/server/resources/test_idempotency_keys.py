"""The header `Idempotency-Key`: a repeated request gets the first answer, with every write of rows."""

from __future__ import annotations

import io

import httpx
import pytest
from builders import administrator, attribute, inference, make_parquet, stamp, truth

from arthurai.server.app import create_app
from arthurai.server.storage.warehouse import pieces, uploaded_files

ATTRIBUTES = [
    attribute("income", "FLOAT", "PIPELINE_INPUT", position=0, categorical=False),
    attribute("region", "STRING", "NON_INPUT_DATA", position=0, categorical=False),
    attribute("predicted", "FLOAT", "PREDICTED_VALUE", position=0, categorical=False),
    attribute("actual", "FLOAT", "GROUND_TRUTH", position=0, categorical=False),
]


@pytest.fixture(scope="module")
def http():
    with create_app() as app, administrator(app) as client:
        yield client


@pytest.fixture
def model(http):
    body = {"input_type": "TABULAR", "output_type": "REGRESSION", "attributes": ATTRIBUTES}
    body["partner_model_id"] = f"model-{id(body)}-{len(http.get('/models').json()['data'])}"
    return f"/models/{http.post('/models', json=body).json()['id']}"


def keyed(key):
    return {"Idempotency-Key": key}


def count(http, model, source="inference"):
    body = {"select": [{"function": "count", "alias": "n"}], "from": source}
    return http.post(f"{model}/inferences/query", json=body).json()["query_result"][0]["n"]


def send(http, model, name, key, number=1, bad=False):
    """Send some rows in one of the ways there are."""
    rows = [inference(number), {"bad": True}] if bad else [inference(number)]
    times = [stamp(number)]
    if name == "inferences":
        return http.post(f"{model}/inferences", json=rows, headers=keyed(key))
    if name in {"ground truth", "ground truth alone"}:
        path = "inferences" if name == "ground truth" else "ground_truth"
        body = [truth(number, 1.0), truth(number, "x")] if bad else [truth(number, 1.0)]
        return http.patch(f"{model}/{path}", json=body, headers=keyed(key))
    columns = {
        "income": [float(number)],
        "region": ["north"],
        "predicted": [0.5],
        "actual": [1.0],
        "partner_inference_id": [f"id-{number}"],
        "inference_timestamp": times,
        "ground_truth_timestamp": times,
    }
    part, path = {
        "file of inferences": ("inference_data", "inferences/file"),
        "file of ground truth": ("ground_truth_data", "inferences/file"),
        "reference data": ("reference_data", "reference_data"),
    }[name]
    files = {part: ("rows.parquet", io.BytesIO(make_parquet(columns)))}
    return http.post(f"{model}/{path}", files=files, headers=keyed(key))


WAYS = [
    "inferences",
    "ground truth",
    "ground truth alone",
    "file of inferences",
    "file of ground truth",
    "reference data",
]


@pytest.mark.parametrize("name", WAYS)
def test_a_repeat_gets_the_first_answer(http, model, name):
    first = send(http, model, name, "k", bad=True)
    repeat = send(http, model, name, "k", bad=True)

    assert first.status_code == repeat.status_code == 207
    assert first.json() == repeat.json()
    assert first.headers["Accept-Idempotency-Key"] == "true"
    if name == "reference data":
        assert count(http, model, "reference") == 1
        assert send(http, model, name, "other").status_code == 207
        assert count(http, model, "reference") == 2


@pytest.mark.parametrize("name", WAYS)
def test_a_key_of_another_request_is_refused(http, model, name):
    send(http, model, name, "k", number=1)
    other_body = send(http, model, name, "k", number=2)
    other_way = send(http, model, WAYS[WAYS.index(name) - 1], "k", number=1)

    for answer in (other_body, other_way):
        assert answer.status_code == 409
        assert "choose a new key for each request" in answer.json()["error"]
    assert send(http, model, name, "k", number=1).status_code == 207


@pytest.mark.parametrize("key", ["", "x" * 129, "a b", "\x7f", "é"])
def test_a_key_that_is_none_is_refused(http, model, key):
    try:
        answer = http.post(
            f"{model}/inferences", json=[], headers=[(b"Idempotency-Key", key.encode("latin-1"))]
        )
    except (httpx.LocalProtocolError, UnicodeError):
        return
    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["error"]


def test_the_pieces_before_a_refused_one_are_counted(http, model, monkeypatch):
    """A row can be too large once it is decoded, when the pieces before it are stored already."""
    monkeypatch.setattr(pieces, "PIECE_ROWS", 100)
    monkeypatch.setattr(uploaded_files, "PIECE_ROWS", 100)
    monkeypatch.setattr(uploaded_files, "MAX_PIECE_BYTES", 50_000)
    rows = 250
    content = make_parquet(
        {
            "partner_inference_id": [f"id-{n}" for n in range(rows)],
            "inference_timestamp": [stamp(n) for n in range(rows)],
            "income": [float(n) for n in range(rows)],
            "region": ["x" * (100_000 if n == 150 else 1) for n in range(rows)],
            "predicted": [0.5] * rows,
        }
    )
    for _ in range(2):
        answer = http.post(
            f"{model}/inferences/file",
            files={"inference_data": ("rows.parquet", content)},
            headers=keyed("k"),
        )
        assert answer.status_code == 207, answer.text
        counts = answer.json()["counts"]
        assert counts["total"] == counts["success"] + counts["failure"] == 250
        assert counts["success"] == count(http, model) >= 100
        failures = answer.json()["failures"]
        assert [f["status"] for f in failures] == [400] * counts["failure"]
        assert failures[0]["message"].startswith(f"row {counts['success']}: inference_data: ")


def test_health_counts_the_ground_truth_that_waits(http, model):
    root = http.base_url.copy_with(path="/health")
    before = http.get(root).json()["waiting_ground_truths"]
    http.patch(f"{model}/inferences", json=[truth(n, 1.0) for n in range(3)])
    assert http.get(root).json() == {"status": "ok", "waiting_ground_truths": before + 3}
    http.post(f"{model}/inferences", json=[inference(1)])
    assert http.get(root).json()["waiting_ground_truths"] == before + 2
