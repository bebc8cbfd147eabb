"""A repeated request gets the results of the first one, and changes nothing."""

from __future__ import annotations

import datetime as dt
import threading
import time

import pytest
from builders import inference, read, simple_schema, truth, values

from arthurai.server.storage.warehouse import idempotency
from arthurai.server.storage.warehouse.data_store import DataStore
from arthurai.server.storage.warehouse.errors import (
    BadDataError,
    BrokenFileError,
    KeyReusedError,
    RequestInProgressError,
)
from arthurai.server.storage.warehouse.idempotency import RequestKey

KEY = RequestKey("key-1", b"digest")


@pytest.fixture(params=["same process", "restarted"])
def reopen(request, tmp_path):
    """Return a function that returns the store, opened anew where the test says so."""
    opened = [DataStore(tmp_path)]

    def again():
        if request.param == "restarted":
            opened[0].close()
            opened[0] = DataStore(tmp_path)
        return opened[0]

    yield again
    opened[0].close()


def test_ground_truth_is_not_set_back_by_a_repeat(reopen):
    schema = simple_schema()
    store = reopen()
    store.append_inferences(schema, [inference(1)])
    sent = [truth(1, 1.0), truth(1, "x")]
    first = store.append_ground_truth(schema, sent, key=KEY)
    store.append_ground_truth(schema, [truth(1, 2.0)])

    repeat = reopen().append_ground_truth(schema, sent, key=KEY)

    assert repeat == first
    assert repeat.status_counts() == {"success": 1, "failure": 1, "total": 2}
    assert values(reopen(), schema, "actual") == [2.0]


def test_deleted_inferences_do_not_come_back(reopen):
    schema = simple_schema()
    store = reopen()
    store.append_inferences(schema, [inference(1), inference(2)], key=KEY)
    store.prune(schema, dt.datetime(2030, 1, 1, tzinfo=dt.UTC))

    assert reopen().append_inferences(schema, [inference(1), inference(2)], key=KEY).accepted == 2
    assert read(reopen(), schema) == []


def test_reference_rows_are_stored_once(reopen):
    schema = simple_schema()
    rows = [[{"income": 1.0}, {"income": "x"}], [{"income": 2.0}]]

    outcomes = [reopen().append_reference_stream(schema, rows, key=KEY) for _ in range(3)]

    assert outcomes[0] == outcomes[1] == outcomes[2]
    assert values(reopen(), schema, "income", "reference") == [1.0, 2.0]
    # without a key, or with another one, the rows are further ones
    reopen().append_reference_stream(schema, rows)
    reopen().append_reference_stream(schema, rows, key=RequestKey("key-2", b"digest"))
    assert len(read(reopen(), schema, "reference")) == 6


def test_a_stream_is_known_by_its_key_as_a_whole(reopen):
    schema = simple_schema()
    pieces = [[inference(n, income=float(n)) for n in range(k, k + 3)] for k in (0, 3, 6)]
    pieces[1][0] = {"broken": True}

    first = reopen().append_inference_stream(schema, pieces, key=KEY)
    repeat = reopen().append_inference_stream(schema, [[inference(99)]], key=KEY)

    assert first.status_counts() == {"success": 8, "failure": 1, "total": 9}
    assert repeat == first
    assert len(read(reopen(), schema)) == 8


def test_a_broken_rest_is_part_of_the_results(reopen):
    schema = simple_schema()

    def stream():
        yield [inference(1), inference(2)]
        raise BrokenFileError("cannot be read further", rows=5)

    first = reopen().append_inference_stream(schema, stream(), key=KEY)

    assert first.status_counts() == {"success": 2, "failure": 3, "total": 5}
    assert reopen().append_inference_stream(schema, stream(), key=KEY) == first


def test_a_request_that_failed_as_a_whole_is_not_known(reopen):
    schema = simple_schema()

    def stream():
        yield from ()
        raise BadDataError("no rows at all")

    with pytest.raises(BadDataError):
        reopen().append_inference_stream(schema, stream(), key=KEY)
    assert reopen().append_inferences(schema, [inference(1)], key=KEY).accepted == 1


def test_a_key_is_not_taken_for_another_body(reopen):
    schema = simple_schema()
    reopen().append_inferences(schema, [inference(1)], key=KEY)

    with pytest.raises(KeyReusedError, match="another request"):
        reopen().append_inferences(schema, [inference(2)], key=RequestKey("key-1", b"other"))
    assert len(read(reopen(), schema)) == 1


def test_keys_belong_to_a_model(reopen):
    store = reopen()
    for model_id in ("one", "two"):
        schema = simple_schema(model_id=model_id)
        store.append_inferences(schema, [inference(1)], key=KEY)
        assert store.counts(model_id)["inference"] == 1
    store.delete_model("one")
    schema = simple_schema(model_id="one")
    reopen().append_inferences(schema, [inference(1)], key=KEY)
    assert reopen().counts("one")["inference"] == 1


def test_a_repeat_waits_for_the_first_request(tmp_path):
    schema = simple_schema()
    started, go_on = threading.Event(), threading.Event()
    outcomes = []

    def slow():
        yield [inference(1)]
        started.set()
        assert go_on.wait(10)
        yield [inference(2)]

    with DataStore(tmp_path) as store:
        first = threading.Thread(
            target=lambda: outcomes.append(store.append_inference_stream(schema, slow(), key=KEY))
        )
        repeat = threading.Thread(
            target=lambda: outcomes.append(store.append_inferences(schema, [], key=KEY))
        )
        first.start()
        assert started.wait(10)
        repeat.start()
        time.sleep(0.05)
        assert outcomes == []
        go_on.set()
        first.join(10)
        repeat.join(10)

        assert [outcome.accepted for outcome in outcomes] == [2, 2]
        assert len(read(store, schema)) == 2


def test_a_repeat_is_sent_away_when_the_first_request_takes_long(tmp_path, monkeypatch):
    monkeypatch.setattr(idempotency, "MAX_WAIT_SECONDS", 0.01)
    schema = simple_schema()
    refused = []

    with DataStore(tmp_path) as store:

        def stream():
            with pytest.raises(RequestInProgressError) as error:
                store.append_inferences(schema, [inference(1)], key=KEY)
            refused.append(error.value)
            yield [inference(1)]

        assert store.append_inference_stream(schema, stream(), key=KEY).accepted == 1

    assert refused[0].status == 429
    assert dict(refused[0].headers) == {"Retry-After": "1"}


@pytest.mark.files_of_duckdb  # with a lake the clock prunes them, not a request
def test_keys_are_bounded_in_number_size_and_time(tmp_path, monkeypatch):
    schema = simple_schema()
    monkeypatch.setattr(idempotency, "MAX_KEYS", 20)
    monkeypatch.setattr(idempotency, "_PRUNE_EVERY", 10)

    def send(store, number, rows=()):
        key = RequestKey(f"key-{number}", b"")
        return store.append_inferences(schema, list(rows), key=key)

    def stored(store):
        return {k for (k,) in store.fetch("SELECT key FROM arthur_requests")[1]}

    with DataStore(tmp_path) as store:
        for number in range(60):
            send(store, number)
            assert len(stored(store)) <= 30
        assert {f"key-{n}" for n in range(45, 60)} <= stored(store)

        monkeypatch.setattr(idempotency, "MAX_BYTES", 1000)
        for number in range(60, 80):
            send(store, number, [{}] * 50)
        assert len(stored(store)) < 25
        assert send(store, 79, [{}] * 50).status_counts()["failure"] == 50

        monkeypatch.setattr(idempotency, "MAX_AGE", dt.timedelta(0))
        assert send(store, 79, [inference(1)]).accepted == 1
        store.prune(schema, dt.datetime(2000, 1, 1, tzinfo=dt.UTC))
        assert len(stored(store)) < 25
