"""Several inferences under one id: which rows are stored, and which ground truth they have."""

from __future__ import annotations

import datetime as dt
import time

import pyarrow as pa
import pytest
from builders import attribute, inference, make_schema, read, simple_schema, stamp, truth, values

from arthurai.server.storage.warehouse.data_store import DataStore
from arthurai.server.storage.warehouse.grouped_writes import MAX_SMALL_ROWS


@pytest.fixture
def store():
    with DataStore() as opened:
        yield opened


def labeled(number, actual, *, at=500, **more):
    """Return an inference that brings its ground truth along."""
    return inference(number, **more) | {
        "ground_truth_data": {"actual": actual},
        "ground_truth_timestamp": stamp(at),
    }


@pytest.mark.parametrize(
    "other",
    [
        inference(1, income=2),
        inference(1, region=None),
        inference(1, predicted=0.5),
        inference(1) | {"inference_timestamp": stamp(2)},
        inference(1) | {"batch_id": "b"},
    ],
)
@pytest.mark.parametrize("together", [True, False])
def test_another_row_under_a_known_id_is_a_further_inference(store, other, together):
    schema = simple_schema()
    rows = [inference(1), other, inference(2), inference(1), other]

    for part in [rows] if together else [[row] for row in rows]:
        assert store.append_inferences(schema, part).accepted == len(part)

    assert values(store, schema, "partner_inference_id") == ["id-1", "id-1", "id-2"]
    assert store.counts(schema)["inference"] == 3
    assert len({row["inference_id"] for row in read(store, schema)}) == 3


def test_ground_truth_goes_to_all_inferences_of_its_id(store):
    schema = simple_schema()
    store.append_inferences(schema, [inference(1), inference(1, income=2), inference(2)])

    assert store.append_ground_truth(schema, [truth(1, 3.0), truth(1, 4.0)]).accepted == 2
    assert values(store, schema, "actual") == [4.0, 4.0, None]

    # and to those that come later without one of their own
    store.append_inferences(schema, [inference(1, income=5), labeled(1, 7.0, income=6)])
    assert values(store, schema, "actual") == [4.0, 4.0, None, 4.0, 7.0]

    store.append_ground_truth(schema, [truth(1, 8.0)])
    assert values(store, schema, "actual") == [8.0, 8.0, None, 8.0, 8.0]


def test_ground_truth_that_came_along_belongs_to_its_row(store):
    schema = simple_schema()
    store.append_inferences(
        schema, [labeled(1, 1.0), labeled(1, 0.0, income=2), inference(1, income=3)]
    )

    assert values(store, schema, "actual") == [1.0, 0.0, None]


def test_a_repeat_with_the_same_ground_truth_at_another_time_changes_nothing(store):
    schema = simple_schema()
    store.append_inferences(schema, [labeled(1, 1.0, at=500)])
    before = read(store, schema)

    assert store.append_inferences(schema, [labeled(1, 1.0, at=900)]).accepted == 1

    assert read(store, schema) == before


def test_a_repeat_after_newer_ground_truth_changes_nothing(store):
    schema = simple_schema()
    store.append_inferences(schema, [labeled(1, 1.0)])
    store.append_ground_truth(schema, [truth(1, 2.0)])
    before = read(store, schema)

    assert store.append_inferences(schema, [labeled(1, 1.0), inference(1)]).accepted == 2

    assert read(store, schema) == before


def untimed(number, call, **more):
    """Return an inference whose time is that of a call, in microseconds since 1970."""
    at = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=call)
    return inference(number, **more) | {"inference_timestamp": at.isoformat()}


FIRST_CALL, SECOND_CALL = 1_790_000_000_000_001, 1_790_000_000_000_002


@pytest.mark.parametrize("size", [2, MAX_SMALL_ROWS + 1])
def test_the_time_of_a_call_is_not_compared(store, size):
    schema = simple_schema()
    for call in (FIRST_CALL, SECOND_CALL):
        rows = [untimed(number, call) for number in range(size)]
        for _ in range(2):
            wait = store.submit_inferences(schema, rows, call_time=call)
            assert wait().accepted == size
    found = values(store, schema, "inference_timestamp")
    assert len(found) == size
    assert {time.microsecond for time in found} == {FIRST_CALL % 10**6}
    other = [untimed(0, SECOND_CALL, income=9), untimed(1, SECOND_CALL + 1)]
    store.submit_inferences(schema, other, call_time=SECOND_CALL)()
    assert store.counts(schema)["inference"] == size + 2


def test_of_calls_that_share_a_commit_each_has_its_own_time(store):
    schema = simple_schema()
    waits = [
        store.submit_inferences(schema, [row], call_time=call)
        for row, call in (
            (untimed(1, FIRST_CALL), FIRST_CALL),
            (untimed(1, SECOND_CALL), SECOND_CALL),
            (untimed(1, SECOND_CALL), None),  # given by the caller: a further inference
            (untimed(2, SECOND_CALL), FIRST_CALL),
            (untimed(2, FIRST_CALL), FIRST_CALL),
        )
    ]
    assert [wait().accepted for wait in waits] == [1] * 5
    found = sorted(values(store, schema, "partner_inference_id"))
    assert found == ["id-1", "id-1", "id-2", "id-2"]


def test_two_rows_that_could_complete_one_stored_row_do_not_both(store):
    schema = simple_schema()
    store.append_inferences(schema, [untimed(1, FIRST_CALL)])
    rows = [
        labeled(1, 1.0) | {"inference_timestamp": untimed(1, SECOND_CALL)["inference_timestamp"]},
        labeled(1, 2.0) | {"inference_timestamp": untimed(1, FIRST_CALL)["inference_timestamp"]},
    ]
    for _ in range(2):
        assert store.submit_inferences(schema, rows, call_time=SECOND_CALL)().accepted == 2
        assert sorted(values(store, schema, "actual")) == [1.0, 2.0]


@pytest.mark.parametrize("together", [True, False])
def test_a_row_that_brings_the_missing_ground_truth_completes_the_stored_one(store, together):
    schema = simple_schema()
    rows = [inference(1), labeled(1, 1.0), labeled(1, 2.0), inference(1), labeled(1, 1.0)]
    events = []
    store.on_data(events.append)

    for part in [rows] if together else [[row] for row in rows]:
        assert store.append_inferences(schema, part).accepted == len(part)

    # Two answers to one question are two rows, as they cannot both be the truth of one.
    assert sorted(values(store, schema, "actual")) == [1.0, 2.0]
    assert store.drain_events(10)
    kinds = [event.kind for event in events]
    assert kinds == (["inferences"] if together else ["inferences", "ground_truth", "inferences"])


@pytest.mark.parametrize("kind", ["json", "table"])
def test_nested_values_are_compared(store, kind):
    schema = make_schema(
        [
            attribute("words", "ARRAY(STRING)", "PIPELINE_INPUT"),
            attribute("likelihoods", "TOKEN_LIKELIHOODS", "PREDICTED_VALUE"),
            attribute("seen", "ARRAY(STRING)", "GROUND_TRUTH"),
        ]
    )

    def row(words, likelihood, seen=None):
        return {"words": words, "likelihoods": [{"a": likelihood}], "seen": seen}

    rows = [row(["x"], 0.5), row(["x"], 0.5), row(["x"], 0.25), row(["y"], 0.5, ["z"])]

    def send():
        if kind == "table":
            table = {name: [r[name] for r in rows] for name in ("words", "seen")}
            table["likelihoods"] = pa.array(
                [[list(token.items()) for token in r["likelihoods"]] for r in rows],
                pa.list_(pa.map_(pa.string(), pa.float64())),
            )
            return pa.table(
                {
                    "partner_inference_id": ["a"] * 4,
                    "inference_timestamp": [stamp(0)] * 4,
                    **table,
                }
            )
        return [
            {
                "partner_inference_id": "a",
                "inference_timestamp": stamp(0),
                "inference_data": {n: r[n] for n in ("words", "likelihoods")},
                **(
                    {"ground_truth_data": {"seen": r["seen"]}, "ground_truth_timestamp": stamp(1)}
                    if r["seen"]
                    else {}
                ),
            }
            for r in rows
        ]

    for _ in range(2):
        assert store.append_inferences(schema, send()).accepted == 4
        found = read(store, schema)
        assert [r["words"] for r in found] == [["x"], ["x"], ["y"]]
        assert [r["seen"] for r in found] == [None, None, ["z"]]


def test_one_id_for_all_rows_takes_no_quadratic_time(store):
    schema = simple_schema()
    rows = [inference(0, income=float(n), inference_timestamp=stamp(n)) for n in range(20_000)]

    started = time.perf_counter()
    for _ in range(2):
        assert store.append_inferences(schema, rows).accepted == 20_000
    truths = [truth(0, float(n)) for n in range(5_000)]
    assert store.append_ground_truth(schema, truths).accepted == 5_000
    seconds = time.perf_counter() - started

    assert store.counts(schema) == {"inference": 20_000, "ground_truth": 20_000, "reference": 0}
    assert set(values(store, schema, "actual")) == {4999.0}
    assert seconds < 20
