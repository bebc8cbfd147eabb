"""The data store through its public interface: what is taken, refused, kept and told."""
# ruff: noqa: DTZ001 - the store keeps UTC without zone

from __future__ import annotations

import datetime as dt
import threading
import time
import uuid

import duckdb
import pyarrow as pa
import pytest
from builders import (
    SIMPLE,
    attribute,
    inference,
    make_schema,
    read,
    simple_schema,
    stamp,
    truth,
    values,
)

from arthurai.server.storage.warehouse.data_store import DataStore
from arthurai.server.storage.warehouse.duckdb_database import DuckDBDatabase
from arthurai.server.storage.warehouse.errors import (
    DatasetStateError,
    UnknownDatasetError,
    UnknownModelError,
    ValuesLostError,
)


@pytest.fixture(params=["memory", "file"])
def store(request, tmp_path):
    with DataStore(tmp_path if request.param == "file" else None) as opened:
        yield opened


@pytest.fixture
def memory_store():
    with DataStore() as opened:
        yield opened


def statuses(outcome):
    return [result["status"] for result in outcome.inference_results()]


def test_an_inference_comes_back_as_it_was_sent(store):
    schema = simple_schema()
    before = dt.datetime.now(dt.UTC).replace(tzinfo=None)

    outcome = store.append_inferences(
        schema,
        [
            inference(
                1,
                ground_truth_timestamp="2024-02-01T12:00:00.123456+02:00",
                ground_truth_data={"actual": 7},
            )
        ],
    )

    assert outcome.status_counts() == {"success": 1, "failure": 0, "total": 1}
    assert outcome.inference_results() == [{"status": 200, "message": "success"}]
    (row,) = read(store, schema)
    assert uuid.UUID(row.pop("inference_id")).version == 4
    assert before <= row.pop("received_timestamp") <= dt.datetime.now(dt.UTC).replace(tzinfo=None)
    assert row == {
        "seq": 0,
        "partner_inference_id": "id-1",
        "inference_timestamp": dt.datetime(2024, 1, 1, 0, 1),
        "ground_truth_timestamp": dt.datetime(2024, 2, 1, 10, 0, 0, 123456),
        "batch_id": None,
        "income": 1.5,
        "region": "north",
        "predicted": 0.25,
        "actual": 7.0,
    }


def test_attributes_that_differ_in_case_only_are_kept_apart(memory_store):
    schema = make_schema(
        [
            attribute("Age", "INTEGER", "PIPELINE_INPUT"),
            attribute("age", "INTEGER", "PIPELINE_INPUT"),
            attribute('a"; DROP TABLE x; --', "STRING", "PIPELINE_INPUT"),
        ]
    )
    item = inference(1)
    item["inference_data"] = {"Age": 1, "age": 2, 'a"; DROP TABLE x; --': "'"}

    assert memory_store.append_inferences(schema, [item]).accepted == 1

    (row,) = read(memory_store, schema)
    assert (row["Age"], row["age"], row['a"; DROP TABLE x; --']) == (1, 2, "'")


def test_missing_and_null_values_are_null(memory_store):
    schema = simple_schema()
    first, second = inference(1), inference(2)
    first["inference_data"] = {}
    second["inference_data"] = {"income": None, "region": None, "predicted": None}

    assert memory_store.append_inferences(schema, [first, second]).accepted == 2

    for row in read(memory_store, schema):
        assert (row["income"], row["region"], row["predicted"]) == (None, None, None)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"partner_inference_id": None}, "partner_inference_id is missing"),
        ({"partner_inference_id": ""}, "partner_inference_id: must be a non-empty string"),
        ({"partner_inference_id": 5}, "partner_inference_id: must be a non-empty string"),
        ({"partner_inference_id": "x" * 256}, "must have at most 255 characters, got 256"),
        ({"inference_timestamp": None}, "inference_timestamp is missing"),
        ({"inference_timestamp": "2024-01-01T00:00:00"}, "with a time zone"),
        ({"inference_timestamp": "yesterday"}, "inference_timestamp: must be a TIMESTAMP"),
        ({"inference_timestamp": "0001-01-01T00:00:00+14:00"}, "between the years 1 and 9999"),
        ({"inference_data": None}, "inference_data is missing"),
        ({"inference_data": [1]}, "inference_data is not an object"),
        ({"inference_data": {"income": "1"}}, "attribute income: must be FLOAT, got '1'"),
        ({"inference_data": {"income": True}}, "attribute income: must be FLOAT, got True"),
        ({"inference_data": {"region": 1}}, "attribute region: must be a string, got 1"),
        ({"inference_data": {"incom": 1}}, "did you mean 'income'?"),
        ({"inference_data": {"actual": 1}}, "attribute actual of stage GROUND_TRUTH"),
        ({"ground_truth_data": {"actual": 1}}, "ground_truth_timestamp is missing"),
        (
            {"ground_truth_data": {"income": 1}, "ground_truth_timestamp": stamp(0)},
            "attribute income of stage PIPELINE_INPUT does not belong here",
        ),
        ({"batch_id": 3}, "batch_id: must be a string"),
        ({"batch_id": "a\0b"}, r"batch_id: must not hold a NUL character, got 'a\x00b'"),
        (
            {"partner_inference_id": "id-1\0"},
            r"partner_inference_id: must not hold a NUL character, got 'id-1\x00'",
        ),
    ],
)
def test_a_bad_item_is_refused_alone(memory_store, change, reason):
    schema = simple_schema()

    outcome = memory_store.append_inferences(
        schema, [inference(1), inference(2) | change, inference(3)]
    )

    assert statuses(outcome) == [200, 400, 200]
    assert reason in outcome.inference_results()[1]["message"]
    assert values(memory_store, schema, "partner_inference_id") == ["id-1", "id-3"]


@pytest.mark.parametrize(
    ("column", "bad"),
    [
        ("partner_inference_id", ""),
        ("partner_inference_id", "x" * 256),
        ("partner_inference_id", "id\0"),
        ("batch_id", "\0"),
    ],
)
def test_a_bad_row_of_a_table_is_refused_alone(memory_store, column, bad):
    table = pa.table(
        {
            "partner_inference_id": ["", "id-1", "id-2", "id-3"],
            "inference_timestamp": [dt.datetime(2024, 1, 1, 0, n) for n in range(4)],
            "batch_id": ["a\0b", "a", None, "é"],
            "income": [1.0] * 4,
            "region": ["a\0b"] * 4,
            "predicted": [0.5] * 4,
        }
    )
    values_of = table.column(column).to_pylist()
    values_of[2] = bad
    place = table.column_names.index(column)

    # A slice begins in the middle of what it was cut from.
    rows = table.set_column(place, column, pa.array(values_of)).slice(1)
    outcome = memory_store.append_inferences(simple_schema(), rows)

    assert statuses(outcome) == [200, 400, 200]
    assert f"{column}: must" in outcome.inference_results()[1]["message"]
    assert values(memory_store, simple_schema(), "partner_inference_id") == ["id-1", "id-3"]


@pytest.mark.parametrize("as_table", [False, True])
def test_a_bad_batch_of_all_rows_is_refused(memory_store, as_table):
    table = pa.table(
        {
            "partner_inference_id": ["id-1", "id-2"],
            "inference_timestamp": [dt.datetime(2024, 1, 1)] * 2,
            "income": [1.0] * 2,
            "region": ["N"] * 2,
            "predicted": [0.5] * 2,
        }
    )
    rows = table if as_table else [inference(1), inference(2)]

    outcome = memory_store.append_inferences(simple_schema(), rows, batch_id="a\0b")

    assert statuses(outcome) == [400, 400]
    assert "batch_id: must not hold a NUL" in outcome.inference_results()[1]["message"]


def test_items_that_are_no_objects_are_refused_alone(memory_store):
    outcome = memory_store.append_inferences(simple_schema(), [7, None, [], "x", inference(1)])

    assert statuses(outcome) == [400, 400, 400, 400, 200]


def test_a_repeated_row_is_accepted_and_changes_nothing(store):
    schema = simple_schema()
    rows = [inference(n) for n in range(700)]
    assert store.append_inferences(schema, rows).accepted == 700
    before = read(store, schema)

    assert store.append_inferences(schema, rows).accepted == 700

    assert read(store, schema) == before


def test_a_repeated_row_is_recognised_across_json_and_table(memory_store):
    schema = simple_schema()
    memory_store.append_inferences(schema, [inference(1)])
    table = pa.table(
        {
            "partner_inference_id": ["id-1"],
            "inference_timestamp": [dt.datetime(2024, 1, 1, 0, 1)],
            "income": pa.array([1.5], pa.float32()),
            "region": pa.array(["north"]).dictionary_encode(),
            "predicted": [0.25],
        }
    )

    assert memory_store.append_inferences(schema, table).accepted == 1
    assert len(read(memory_store, schema)) == 1


def test_an_inference_resent_after_its_ground_truth_came_is_the_same_row(memory_store):
    schema = simple_schema()
    memory_store.append_inferences(schema, [inference(1)])
    memory_store.append_ground_truth(schema, [truth(1, 5.0)])

    assert memory_store.append_inferences(schema, [inference(1)]).accepted == 1
    assert values(memory_store, schema, "actual") == [5.0]


def test_the_last_ground_truth_wins(store):
    schema = simple_schema()
    store.append_inferences(schema, [inference(n) for n in range(5)])

    first = store.append_ground_truth(schema, [truth(1, 1.0), truth(3, 3.0), truth(1, 1.5)])
    second = store.append_ground_truth(schema, [truth(3, 9.0, at="2024-03-01T00:00:00Z")])

    assert first.accepted == 3
    assert second.accepted == 1
    assert values(store, schema, "actual") == [None, 1.5, None, 9.0, None]
    assert values(store, schema, "ground_truth_timestamp")[3] == dt.datetime(2024, 3, 1)
    assert values(store, schema, "partner_inference_id", "ground_truth") == ["id-1", "id-3"]


def test_many_ground_truths_at_once_and_their_span(memory_store):
    schema = simple_schema()
    events = []
    memory_store.append_inferences(schema, [inference(n, batch_id=f"b{n % 3}") for n in range(900)])
    memory_store.on_data(events.append)

    outcome = memory_store.append_ground_truth(
        schema,
        [truth(n, float(n)) for n in range(100, 800)] + [truth(n, 0.5) for n in range(700, 950)],
    )

    assert outcome.status_counts() == {"success": 950, "failure": 0, "total": 950}
    expected = [None] * 100 + [float(n) for n in range(100, 700)] + [0.5] * 200
    assert values(memory_store, schema, "actual") == expected
    assert memory_store.drain_events(10)
    (event,) = events
    assert (event.kind, event.rows, event.batch_ids) == ("ground_truth", 800, ("b0", "b1", "b2"))
    assert event.first == dt.datetime(2024, 1, 1, 1, 40)
    assert event.last == dt.datetime(2024, 1, 1, 14, 59)


def test_a_bad_ground_truth_is_refused_alone(memory_store):
    schema = simple_schema()
    memory_store.append_inferences(schema, [inference(1)])

    outcome = memory_store.append_ground_truth(
        schema, [truth(9, 1.0), truth(1, 2.0), truth(1, "x"), truth(1, None)]
    )

    assert statuses(outcome) == [200, 200, 400, 400]
    assert values(memory_store, schema, "actual") == [2.0]


def test_parts_of_ground_truth_add_up(memory_store):
    schema = make_schema(
        [
            attribute("x", "FLOAT", "PIPELINE_INPUT"),
            attribute("a", "INTEGER", "GROUND_TRUTH"),
            attribute("b", "ARRAY(STRING)", "GROUND_TRUTH"),
            attribute("c", "BOUNDING_BOX", "GROUND_TRUTH"),
        ]
    )
    rows = [inference(1) | {"inference_data": {"x": 1}}]
    memory_store.append_inferences(schema, rows)

    for part in ({"a": 1}, {"b": ["u", "v"]}, {"c": [[1, 0.5, 1, 2, 3, 4]]}, {"a": 2, "b": None}):
        assert memory_store.append_ground_truth(
            schema, [truth(1, 0) | {"ground_truth_data": part}]
        ).accepted

    (row,) = read(memory_store, schema)
    assert (row["a"], row["b"], row["c"]) == (2, ["u", "v"], [[1.0, 0.5, 1.0, 2.0, 3.0, 4.0]])


def test_implicit_attributes_are_computed(memory_store):
    schema = make_schema(
        [
            attribute(
                "p",
                "FLOAT",
                "PREDICTED_VALUE",
                attribute_link="is_yes",
                gt_class_link="it's",
                is_positive_predicted_attribute=True,
            ),
            attribute("q", "FLOAT", "PREDICTED_VALUE", attribute_link="is_no", implicit=True),
            attribute("class", "STRING", "GROUND_TRUTH_CLASS"),
            attribute("is_yes", "INTEGER", "GROUND_TRUTH", implicit=True),
            attribute("is_no", "INTEGER", "GROUND_TRUTH", implicit=True),
        ],
        output_type="MULTICLASS",
    )
    rows = [inference(n) | {"inference_data": {"p": 0.25, "q": 99}} for n in range(3)]
    memory_store.append_inferences(schema, rows)
    memory_store.append_ground_truth(
        schema,
        [
            truth(0, 0) | {"ground_truth_data": {"class": "it's"}},
            truth(1, 0) | {"ground_truth_data": {"class": "other", "is_yes": 1}},
        ],
    )

    assert values(memory_store, schema, "q") == [0.75, 0.75, 0.75]
    assert values(memory_store, schema, "is_yes") == [1, 0, None]
    assert values(memory_store, schema, "is_no") == [0, 1, None]


def test_the_counterpart_of_a_single_ground_truth_is_computed(memory_store):
    schema = make_schema(
        [
            attribute("x", "FLOAT", "PIPELINE_INPUT"),
            attribute("y", "INTEGER", "GROUND_TRUTH"),
            attribute("not_y", "INTEGER", "GROUND_TRUTH", implicit=True),
        ]
    )
    memory_store.append_reference_stream(
        schema, [[{"reference_data": {"x": 1, "y": y}} for y in (0, 1, None)]]
    )

    assert values(memory_store, schema, "not_y", "reference") == [1, 0, None]


# --- batches --------------------------------------------------------------------------------------


def test_a_batch_lives_from_its_first_row_to_its_close(store):
    schema = simple_schema(is_batch=True)
    store.append_inferences(schema, [inference(n, batch_id="b1") for n in range(3)])

    begun = store.batch(schema, "b1")
    assert (begun.status, begun.records, begun.partner_record_count) == ("started", 3, 0)

    closed = store.close_batch(schema, "b1", 3)
    assert (closed.status, closed.records, closed.partner_record_count) == ("completed", 3, 3)
    assert closed.created_at <= closed.updated_at


def test_rows_of_a_batch_model_need_a_batch(memory_store):
    schema = simple_schema(is_batch=True)

    outcome = memory_store.append_inferences(schema, [inference(1), inference(2, batch_id="b")])

    assert statuses(outcome) == [400, 200]
    assert "batch_id is missing" in outcome.inference_results()[0]["message"]


def test_a_batch_given_with_the_request_overrides_the_rows(memory_store):
    schema = simple_schema(is_batch=True)

    memory_store.append_inferences(schema, [inference(1, batch_id="a"), inference(2)], batch_id="b")

    assert values(memory_store, schema, "batch_id") == ["b", "b"]


def test_a_batch_closed_too_early_completes_with_its_last_row(memory_store):
    schema = simple_schema(is_batch=True)
    events = []
    memory_store.on_data(events.append)
    memory_store.append_inferences(schema, [inference(1, batch_id="b")])

    assert memory_store.close_batch(schema, "b", 3).status == "waiting_for_data_load_to_finish"
    memory_store.append_inferences(schema, [inference(2, batch_id="b")])
    assert memory_store.batch(schema, "b").status == "waiting_for_data_load_to_finish"
    memory_store.append_inferences(schema, [inference(3, batch_id="b")])
    assert memory_store.batch(schema, "b").status == "completed"

    assert memory_store.drain_events(10)
    assert [e.kind for e in events] == ["inferences"] * 3 + ["batch_closed"]


def test_new_rows_reopen_a_completed_batch_but_repeated_ones_do_not(memory_store):
    schema = simple_schema(is_batch=True)
    memory_store.append_inferences(schema, [inference(1, batch_id="b")])
    memory_store.close_batch(schema, "b", 1)

    memory_store.append_inferences(schema, [inference(1, batch_id="b")])
    assert memory_store.batch(schema, "b").status == "completed"

    memory_store.append_inferences(schema, [inference(2, batch_id="b")])
    assert memory_store.batch(schema, "b").status == "started"


def test_closing_what_cannot_be_closed(memory_store):
    with pytest.raises(DatasetStateError, match="not a batch model"):
        memory_store.close_batch(simple_schema(), "b")
    batch_schema = simple_schema(is_batch=True, model_id="m2")
    with pytest.raises(UnknownDatasetError, match="no batch 'b'"):
        memory_store.close_batch(batch_schema, "b")
    with pytest.raises(UnknownDatasetError, match="no reference data"):
        memory_store.close_reference(batch_schema, 0)


# --- reference data -------------------------------------------------------------------------------


def test_a_reference_set_is_filled_closed_and_then_fixed(store):
    schema = simple_schema()
    first = store.append_reference_stream(
        schema, [[{"reference_data": {"income": 1, "actual": 2}}, {"x": 1}]]
    )
    store.append_reference_stream(schema, [[{"income": 3.0}]])

    assert statuses(first) == [200, 400]
    assert values(store, schema, "income", "reference") == [1.0, 3.0]
    assert values(store, schema, "seq", "reference") == [0, 1]
    with pytest.raises(DatasetStateError, match="3, but 2 reference rows are stored"):
        store.close_reference(schema, 3)
    assert store.reference(schema).status == "started"
    assert store.close_reference(schema, 2).status == "completed"
    with pytest.raises(DatasetStateError, match="closed"):
        store.append_reference_stream(schema, [[{"income": 4.0}]])
    with pytest.raises(DatasetStateError, match="closed"):
        store.restart_reference(schema)
    assert store.counts(schema)["reference"] == 2


def test_an_open_reference_set_can_be_begun_anew(memory_store):
    schema = simple_schema()
    memory_store.append_reference_stream(schema, [[{"income": 1.0}]])

    memory_store.restart_reference(schema)
    memory_store.append_reference_stream(schema, [[{"income": 2.0}]])

    assert values(memory_store, schema, "income", "reference") == [2.0]


def test_a_broken_reference_stream_leaves_nothing_behind(memory_store):
    schema = simple_schema()

    def broken():
        yield [{"income": 1.0}]
        raise OSError("disk on fire")

    with pytest.raises(OSError, match="fire"):
        memory_store.append_reference_stream(schema, broken())

    assert memory_store.counts(schema)["reference"] == 0
    assert memory_store.datasets(schema) == []


# --- schema changes, models -----------------------------------------------------------------------


def test_added_attributes_are_null_and_removed_ones_are_gone(store):
    schema = simple_schema()
    store.append_inferences(schema, [inference(1)])
    store.append_reference_stream(schema, [[{"income": 1.0, "region": "r"}]])
    changed = make_schema(
        [
            attribute("late", "TOKENS", "GROUND_TRUTH"),
            SIMPLE[0],
            SIMPLE[2],
            attribute("region", "INTEGER", "NON_INPUT_DATA"),
        ]
    )

    with pytest.raises(ValuesLostError) as refused:
        store.update_schema(changed)
    columns = {a.name: a.column for a in schema.attributes}
    assert refused.value.columns == {columns["region"]: 2}
    store.update_schema(changed, discard_values=True)

    (row,) = read(store, changed)
    assert (row["income"], row["predicted"], row["late"], row["region"]) == (1.5, 0.25, None, None)
    assert "actual" not in row
    assert values(store, changed, "income", "reference") == [1.0]
    item = inference(2, region=5)
    assert store.append_inferences(changed, [item]).accepted == 1
    assert store.append_ground_truth(
        changed, [truth(1, 0) | {"ground_truth_data": {"late": ["a"]}}]
    ).accepted
    assert values(store, changed, "late") == [["a"], None]


def test_a_request_with_an_outdated_schema_destroys_nothing(store):
    old = simple_schema()
    new = make_schema([*SIMPLE, attribute("late", "STRING", "GROUND_TRUTH")])
    store.append_inferences(old, [inference(1)])
    store.update_schema(new)
    store.append_ground_truth(new, [truth(1, 0) | {"ground_truth_data": {"late": "x"}}])

    store.append_inferences(old, [inference(2)])
    assert values(store, old, "income") == [1.5, 1.5]

    assert values(store, new, "late") == ["x", None]
    narrow = make_schema(SIMPLE[:1])
    store.update_schema(narrow, discard_values=True)
    assert store.append_ground_truth(
        new, [truth(1, 0) | {"ground_truth_data": {"late": "y"}}]
    ).accepted
    assert values(store, narrow, "income") == [1.5, 1.5]
    assert values(store, new, "late") == ["y", None]


@pytest.mark.parametrize(
    ("old", "new", "sent", "converted"),
    [
        ("FLOAT", "INTEGER", 7.0, 7),
        ("FLOAT", "INTEGER", 7.5, None),
        ("INTEGER", "FLOAT", 7, 7.0),
        ("INTEGER", "FLOAT", 2**53 + 1, None),
        ("INTEGER", "STRING", 7, "7"),
        ("STRING", "INTEGER", "07", None),
        ("STRING", "BOOLEAN", "yes", None),
        ("BOOLEAN", "INTEGER", True, 1),
        ("ARRAY(STRING)", "INTEGER", ["7"], None),
        ("STRING", "BOUNDING_BOX", "x", None),
        ("STRING", "UNSTRUCTURED_TEXT", "x", "x"),
    ],
)
def test_values_are_converted_exactly_or_kept(store, old, new, sent, converted):
    rest = [SIMPLE[0], SIMPLE[2]]
    before = make_schema([*rest, attribute("truth", old, "GROUND_TRUTH")])
    after = make_schema([*rest, attribute("truth", new, "GROUND_TRUTH")])
    for number in (1, 2):  # the second one waits
        store.append_ground_truth(
            before, [truth(number, 0) | {"ground_truth_data": {"truth": sent}}]
        )
        if number == 1:
            item = inference(1)
            del item["inference_data"]["region"]
            store.append_inferences(before, [item])

    if converted is None:
        with pytest.raises(ValuesLostError) as refused:
            store.update_schema(after)
        assert list(refused.value.columns.values()) == [2]
        assert values(store, before, "truth") == [sent]
        store.update_schema(after, discard_values=True)
    else:
        store.update_schema(after)
    assert values(store, after, "truth") == [converted]


def test_a_change_that_ends_after_the_schema_was_stored_is_completed_at_the_next_use(tmp_path):
    """A process may end between the two stores: no value is lost either way."""
    whole = make_schema([*SIMPLE[:3], attribute("actual", "INTEGER", "GROUND_TRUTH")])

    def fail():
        raise OSError("the disk is full")

    with DataStore(tmp_path) as store:
        schema = simple_schema()
        store.append_inferences(schema, [inference(1)])
        store.append_ground_truth(schema, [truth(1, 4.0)])
        with pytest.raises(OSError, match="full"):
            store.update_schema(whole, fail)
        assert values(store, schema, "actual") == [4.0]
    with DataStore(tmp_path) as store:
        # as after a crash: the schema was stored, the tables are still the old ones
        assert values(store, whole, "actual") == [4]
        assert store.append_ground_truth(whole, [truth(1, 5)]).accepted == 1
        assert values(store, whole, "actual") == [5]


def test_a_change_waits_for_rows_without_stopping_other_models(memory_store):
    """Rows that are being stored hold up the change of their model, and nothing else."""
    schema, other = simple_schema(), simple_schema(model_id="other")
    memory_store.create_model(schema)
    loading, go_on, stored = threading.Event(), threading.Event(), threading.Event()

    def slow():
        yield [{"income": 1.0}]
        loading.set()
        assert go_on.wait(10)

    upload = threading.Thread(target=memory_store.append_reference_stream, args=(schema, slow()))
    change = threading.Thread(
        target=memory_store.update_schema,
        args=(make_schema([*SIMPLE, attribute("late", "STRING", "GROUND_TRUTH")]), stored.set),
    )
    upload.start()
    assert loading.wait(10)
    change.start()
    time.sleep(0.05)
    assert not stored.is_set()
    memory_store.create_model(other)
    assert memory_store.append_inferences(other, [inference(1)]).accepted == 1
    go_on.set()
    upload.join(10)
    change.join(10)
    assert stored.is_set()


def test_an_outdated_schema_after_reopening_destroys_nothing(tmp_path):
    old = simple_schema()
    new = make_schema([*SIMPLE, attribute("late", "STRING", "GROUND_TRUTH")])
    with DataStore(tmp_path) as store:
        store.create_model(new)
        store.append_inferences(new, [inference(1)])
        store.append_ground_truth(new, [truth(1, 0) | {"ground_truth_data": {"late": "x"}}])

    with DataStore(tmp_path) as store:
        assert values(store, old, "income") == [1.5]
        assert values(store, new, "late") == ["x"]


@pytest.mark.parametrize(
    ("explicit", "implicit", "sent", "computed"),
    [
        ("BOOLEAN", "BOOLEAN", True, False),
        ("BOOLEAN", "INTEGER", True, 0),
        ("FLOAT", "FLOAT", 0.25, 0.75),
        ("STRING", "FLOAT", "x", None),
        ("FLOAT", "STRING", 0.25, None),
    ],
)
def test_implicit_counterparts_of_all_types(memory_store, explicit, implicit, sent, computed):
    schema = make_schema(
        [
            attribute("p", explicit, "PREDICTED_VALUE"),
            attribute("q", implicit, "PREDICTED_VALUE", implicit=True),
        ]
    )
    memory_store.append_reference_stream(schema, [[{"p": sent}]])
    assert values(memory_store, schema, "q", "reference") == [computed]


def test_no_items_are_no_failure(memory_store):
    schema = simple_schema()
    nothing = {"success": 0, "failure": 0, "total": 0}
    assert memory_store.append_inferences(schema, []).status_counts() == nothing
    assert memory_store.append_ground_truth(schema, []).status_counts() == nothing
    assert memory_store.append_reference_stream(schema, [[]]).status_counts() == nothing
    assert memory_store.datasets(schema) == []


def test_models_do_not_see_each_other(memory_store):
    one, two = simple_schema(model_id="one"), simple_schema(model_id="two")
    memory_store.append_inferences(one, [inference(1)])
    memory_store.append_inferences(two, [inference(1, income=9), inference(2)])

    assert memory_store.counts("one")["inference"] == 1
    assert memory_store.counts("two")["inference"] == 2
    memory_store.delete_model("two")
    memory_store.delete_model("two")
    assert memory_store.counts("two") == {"inference": 0, "ground_truth": 0, "reference": 0}
    assert not memory_store.has_inferences("two")
    assert memory_store.has_inferences("one")
    with pytest.raises(UnknownModelError, match="two"):
        memory_store.relation("two", "inference")
    memory_store.append_inferences(two, [inference(1)])
    assert memory_store.counts("two")["inference"] == 1


def test_everything_is_there_after_reopening(tmp_path):
    schema = simple_schema(is_batch=True)
    with DataStore(tmp_path) as store:
        store.append_inferences(schema, [inference(n, batch_id="b") for n in range(3)])
        store.append_ground_truth(schema, [truth(1, 1.0)])
        store.append_reference_stream(schema, [[{"income": 1.0}]])
        before = read(store, schema), read(store, schema, "reference"), store.datasets(schema)

    with DataStore(tmp_path) as store:
        assert (
            read(store, schema),
            read(store, schema, "reference"),
            store.datasets(schema),
        ) == before
        outcome = store.append_inferences(
            schema,
            [
                inference(2, batch_id="b"),
                inference(1, income=0, batch_id="b"),
                inference(7, batch_id="b"),
            ],
        )
        assert statuses(outcome) == [200, 200, 200]
        assert values(store, schema, "seq") == [0, 1, 2, 3, 4]
        assert values(store, schema, "actual") == [None, 1.0, None, 1.0, None]
        assert store.append_ground_truth(schema, [truth(7, 1.0)]).accepted == 1


# --- events, enrichments --------------------------------------------------------------------------


def test_subscribers_hear_of_commits_and_their_faults_harm_nobody(memory_store):
    schema = simple_schema()
    events = []

    def faulty(event):
        raise RuntimeError(event.kind)

    memory_store.on_data(faulty)
    memory_store.on_data(events.append)
    memory_store.append_inferences(schema, [inference(5), inference(2)])
    memory_store.append_inferences(schema, [inference(5)])
    memory_store.append_ground_truth(schema, [truth(5, 1.0)])
    memory_store.append_reference_stream(schema, [[{"income": 1.0}]])
    memory_store.close_reference(schema, 1)

    assert memory_store.drain_events(10)
    assert [(e.kind, e.rows) for e in events] == [
        ("inferences", 2),
        ("ground_truth", 1),
        ("reference", 1),
        ("reference_closed", 1),
    ]
    assert events[0].first == dt.datetime(2024, 1, 1, 0, 2)
    assert events[0].last == dt.datetime(2024, 1, 1, 0, 5)
    assert events[1].first == events[1].last == dt.datetime(2024, 1, 1, 0, 5)


def test_draining_waits_for_every_event(memory_store):
    schema = simple_schema()
    handled = []
    go_on = threading.Semaphore(0)

    def slow(event):
        go_on.acquire()
        handled.append(event.rows)

    memory_store.on_data(slow)
    for number in range(3):
        memory_store.append_inferences(schema, [inference(number)])
    go_on.release()
    drained = memory_store.drain_events(0.2)
    go_on.release(2)
    assert not drained
    assert memory_store.drain_events(10)
    assert handled == [1, 1, 1]


def test_results_of_enrichments_replace_older_ones(memory_store):
    schema = simple_schema()
    memory_store.append_inferences(schema, [inference(1), inference(2)])
    first, second = values(memory_store, schema, "inference_id")
    with pytest.raises(LookupError):
        memory_store.relation(schema, "anomaly")

    def scores(ids, score):
        return pa.table(
            {
                "inference_id": ids,
                "anomaly_score": [score] * len(ids),
                "raw_anomaly_score": pa.nulls(len(ids), pa.float64()),
            }
        )

    memory_store.store_enrichment("model-1", "anomaly", scores([first, second], 0.1))
    memory_store.store_enrichment("model-1", "anomaly", scores([second], 0.9))

    _, rows = memory_store.fetch(
        f"SELECT t.partner_inference_id, n.anomaly_score"
        f" FROM {memory_store.relation('model-1', 'inference')} t"
        f" JOIN {memory_store.relation('model-1', 'anomaly')} n USING (inference_id) ORDER BY 1"
    )
    assert rows == [("id-1", 0.1), ("id-2", 0.9)]


def test_explanations_are_replaced_by_algorithm(memory_store):
    schema = simple_schema()
    memory_store.create_model(schema)

    def explanation(algorithm, score):
        return pa.table(
            {
                "inference_id": ["i"],
                "explainer_algo": [algorithm],
                "explainer_predicted_attribute": ["predicted"],
                "explainer_attribute": ["income"],
                "explainer_score": [score],
            }
        )

    for algorithm, score in (("lime", 1.0), ("shap", 2.0), ("lime", 3.0)):
        memory_store.store_enrichment("model-1", "explanations", explanation(algorithm, score))

    relation = memory_store.relation(schema, "explanations")
    _, rows = memory_store.fetch(
        f"SELECT explainer_algo, explainer_score FROM {relation} ORDER BY 1"
    )
    assert rows == [("lime", 3.0), ("shap", 2.0)]


def test_colliding_writes_are_tried_again(tmp_path):
    with DuckDBDatabase(tmp_path) as database:
        database.write(lambda cursor: cursor.execute("CREATE TABLE t AS SELECT 0 AS x"))
        attempts = []
        with database.transaction() as other:
            other.execute("UPDATE t SET x = x + 1")
            again = threading.Event()

            def add(cursor):
                attempts.append(1)
                if len(attempts) > 1:
                    again.set()
                cursor.execute("UPDATE t SET x = x + 10")

            thread = threading.Thread(target=database.write, args=(add,))
            thread.start()
            assert again.wait(10)
        thread.join()
        assert database.fetch("SELECT x FROM t")[1] == [(11,)]


def test_queries_cannot_reach_the_file_system(memory_store):
    for statement in (
        "SELECT * FROM read_text('/etc/passwd')",
        "COPY (SELECT 1) TO '/tmp/out.csv'",
        "ATTACH '/tmp/other.db'",
        "SET enable_external_access = true",
        "INSTALL httpfs",
    ):
        with pytest.raises(Exception, match=r"(?i)permission|disabled|lock|cannot|not allowed"):
            memory_store.fetch(statement)


def test_closing_ends_the_queries_under_way(store):
    ended = []

    def count():
        try:
            store.rows("SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b")
        except duckdb.InterruptException as error:
            ended.append(error)

    counting = threading.Thread(target=count)
    counting.start()
    deadline = time.monotonic() + 60
    while not store._database._lent and time.monotonic() < deadline:
        time.sleep(0.005)
    store.close()
    counting.join(60)
    assert len(ended) == 1


def test_a_closed_store_says_so(tmp_path):
    store = DataStore(tmp_path)
    store.close()
    store.close()
    with pytest.raises(RuntimeError, match="closed"):
        store.fetch("SELECT 1")
