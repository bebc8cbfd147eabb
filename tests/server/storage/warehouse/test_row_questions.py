"""Small questions about the rows of a model, against the rows themselves."""

from __future__ import annotations

import datetime as dt

import pytest
from builders import NOW, inference, simple_schema, truth

from arthurai.server.storage.warehouse import row_questions
from arthurai.server.storage.warehouse.data_store import DataStore

START = NOW.replace(tzinfo=None)
DAY = 24 * 60


def at(minutes):
    return START + dt.timedelta(minutes=minutes)


@pytest.fixture
def store():
    with DataStore() as opened:
        yield opened


@pytest.fixture
def schema():
    return simple_schema()


def test_a_model_without_rows(store, schema):
    store.create_model(schema)
    assert row_questions.summarize_inferences(store, schema, START) == (0, 0, None)
    assert not row_questions.has_inferences_since(store, schema, START)
    assert row_questions.count_inferences_between(store, schema, START, at(9)) == 0
    assert row_questions.count_arrivals(store, schema, START) == []
    assert row_questions.find_newest_values(store, schema, "id-1", ["seq"]) is None
    assert row_questions.find_last_seq(store, schema) == -1
    assert row_questions.find_time_span(store, schema) is None
    assert row_questions.count_truths_by_batch(store, schema, -1) == []
    assert row_questions.count_truths_by_window(store, schema, -1, START, 7) == []


def test_times_are_counted_with_their_bounds(store, schema):
    store.append_inferences(schema, [inference(minutes) for minutes in (30, 10, 20)])
    assert row_questions.summarize_inferences(store, schema, at(20)) == (3, 2, at(30))
    assert row_questions.has_inferences_since(store, schema, at(30))
    assert not row_questions.has_inferences_since(store, schema, at(31))
    assert row_questions.count_inferences_between(store, schema, at(10), at(30)) == 2
    assert row_questions.find_time_span(store, schema) == (at(10), at(30))


def test_the_newest_row_of_an_id_and_the_arrivals(store, schema):
    before = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    store.append_inferences(schema, [inference(1, income=1.0), inference(2, income=2.0)])
    between = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    store.append_inferences(schema, [inference(1, income=3.0)])
    column = next(a.column for a in schema.attributes if a.name == "income")
    found = row_questions.find_newest_values(store, schema, "id-1", [column, "seq"])
    assert found == [3.0, row_questions.find_last_seq(store, schema)]
    assert row_questions.find_last_seq(store, schema, between) == found[1] - 1
    assert [number for _, number in row_questions.count_arrivals(store, schema, before)] == [2, 1]
    assert [number for _, number in row_questions.count_arrivals(store, schema, between)] == [1]


def test_new_ground_truth_is_counted_by_window(store, schema):
    days = (0, 6, 7, 20)
    store.append_inferences(schema, [inference(day * DAY) for day in days])
    first = dt.datetime.combine(START.date(), dt.time())
    store.append_ground_truth(schema, [truth(day * DAY, 1.0) for day in days[:3]])
    counted = row_questions.count_truths_by_window(store, schema, -1, first, 7)
    assert counted == [(0, 2), (1, 1)]
    assert row_questions.count_truths_by_window(store, schema, 1, first, 7) == [(1, 1)]


def test_new_ground_truth_is_counted_by_batch(store):
    schema = simple_schema(is_batch=True)
    for number, batch in enumerate("bba"):
        store.append_inferences(schema, [inference(number)], batch_id=batch)
    store.append_ground_truth(schema, [truth(number, 1.0) for number in range(3)])
    assert row_questions.count_truths_by_batch(store, schema, -1) == [("b", 2), ("a", 1)]
    assert row_questions.count_truths_by_batch(store, schema, 1) == [("a", 1)]
