"""Every value type through JSON and through Parquet into the store and back."""

# ruff: noqa: DTZ001 - the store keeps UTC without zone
from __future__ import annotations

import datetime as dt
import decimal
import io
import math

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from builders import attribute, make_schema, read, stamp
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from hypothesis_profiles import examples

from arthurai.server.storage.warehouse.data_store import DataStore
from arthurai.server.storage.warehouse.errors import BadDataError
from arthurai.server.storage.warehouse.uploaded_files import read_rows


def knows_half_floats():
    try:
        pc.is_finite(pa.array([0.5], pa.float32()).cast(pa.float16()))
    except pa.ArrowNotImplementedError:
        return False
    return True


INT64 = st.integers(-(2**63), 2**63 - 1)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
MOMENT = st.datetimes(
    dt.datetime(1, 1, 2),
    dt.datetime(9999, 12, 30),
    timezones=st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=-7, minutes=-30))]),
)
ITEM = st.fixed_dictionaries({"item_id": TEXT})
RANKED = st.sampled_from(
    [
        st.lists(ITEM, max_size=4),
        st.lists(
            st.fixed_dictionaries({"item_id": TEXT, "label": TEXT, "score": FINITE}), max_size=4
        ),
    ]
).flatmap(lambda strategy: strategy)

VALUES = {
    "INTEGER": INT64,
    "FLOAT": FINITE,
    "BOOLEAN": st.booleans(),
    "STRING": TEXT,
    "UNSTRUCTURED_TEXT": TEXT,
    "IMAGE": TEXT,
    "TIMESTAMP": MOMENT,
    "TOKENS": st.lists(TEXT, max_size=4),
    "ARRAY(STRING)": st.lists(TEXT, max_size=4),
    "TOKEN_LIKELIHOODS": st.lists(st.dictionaries(TEXT, FINITE, max_size=5), max_size=3),
    "BOUNDING_BOX": st.lists(st.lists(FINITE, min_size=6, max_size=6), max_size=3),
    "RANKED_LIST": RANKED,
    "TIME_SERIES": st.lists(
        st.fixed_dictionaries({"timestamp": MOMENT, "value": st.none() | FINITE}), max_size=3
    ),
}
STAGES = {"ARRAY(STRING)": "GROUND_TRUTH", "BOUNDING_BOX": "GROUND_TRUTH"}
SCHEMA = make_schema(
    [attribute(f"v_{kind}", kind, STAGES.get(kind, "NON_INPUT_DATA")) for kind in VALUES]
)
PARQUET_TYPES = {
    "INTEGER": pa.int64(),
    "FLOAT": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "STRING": pa.string(),
    "UNSTRUCTURED_TEXT": pa.large_string(),
    "IMAGE": pa.dictionary(pa.int32(), pa.string()),
    "TIMESTAMP": pa.timestamp("us", "UTC"),
    "TOKENS": pa.list_(pa.string()),
    "ARRAY(STRING)": pa.large_list(pa.string()),
    "TOKEN_LIKELIHOODS": pa.list_(pa.map_(pa.string(), pa.float64())),
    "BOUNDING_BOX": pa.list_(pa.list_(pa.float64(), 6)),
    "RANKED_LIST": pa.list_(
        pa.struct([("item_id", pa.string()), ("label", pa.string()), ("score", pa.float64())])
    ),
    "TIME_SERIES": pa.list_(
        pa.struct([("timestamp", pa.timestamp("us", "UTC")), ("value", pa.float64())])
    ),
}

ROW = st.fixed_dictionaries({kind: st.none() | strategy for kind, strategy in VALUES.items()})


@pytest.fixture(scope="module")
def store():
    with DataStore() as opened:
        yield opened


def plain(moment):
    return moment.astimezone(dt.UTC).replace(tzinfo=None)


def expected(kind, value):
    """Return what the store is to give back for a value."""
    if value is None:
        return None
    if kind == "TIMESTAMP":
        return plain(value)
    if kind == "RANKED_LIST":
        return [{"label": None, "score": None, **item} for item in value]
    if kind == "TIME_SERIES":
        return [{**point, "timestamp": plain(point["timestamp"])} for point in value]
    return value


def send_json(store, schema, rows):
    items = []
    for number, row in enumerate(rows):
        data = {f"v_{kind}": row[kind] for kind in row if kind not in STAGES}
        truths = {f"v_{kind}": row[kind] for kind in row if kind in STAGES}
        items.append(
            {
                "partner_inference_id": str(number),
                "inference_timestamp": stamp(0),
                "inference_data": data,
                "ground_truth_data": truths,
                "ground_truth_timestamp": stamp(1),
            }
        )
    stream = read_rows(schema, "inference_data", io.BytesIO(orjson.dumps(items)))
    return store.append_inference_stream(schema, stream)


def send_parquet(store, schema, rows):
    columns = {
        "partner_inference_id": [str(number) for number in range(len(rows))],
        "inference_timestamp": [stamp(0)] * len(rows),
    }
    for kind in VALUES:
        values = [row[kind] for row in rows]
        if kind == "TOKEN_LIKELIHOODS":
            values = [v if v is None else [list(m.items()) for m in v] for v in values]
        columns[f"v_{kind}"] = pa.array(values, PARQUET_TYPES[kind])
    target = io.BytesIO()
    pq.write_table(pa.table(columns), target, row_group_size=2)
    return store.append_inference_stream(schema, read_rows(schema, "inference_data", target))


@pytest.mark.parametrize("send", [send_json, send_parquet])
@given(rows=st.lists(ROW, min_size=1, max_size=6))
@examples(40, suppress=[HealthCheck.function_scoped_fixture])
def test_values_come_back_equal(store, send, rows):
    store.delete_model(SCHEMA.model_id)

    outcome = send(store, SCHEMA, rows)

    assert outcome.failures == {}
    for row, found in zip(rows, read(store, SCHEMA), strict=True):
        for kind, value in row.items():
            assert found[f"v_{kind}"] == expected(kind, value), kind
        has_truth = any(row[kind] is not None for kind in STAGES)
        assert (found["ground_truth_timestamp"] is not None) == has_truth


@given(rows=st.lists(ROW, min_size=1, max_size=6))
@examples(25, suppress=[HealthCheck.function_scoped_fixture])
def test_the_same_rows_by_json_and_parquet_are_the_same(store, rows):
    store.delete_model(SCHEMA.model_id)
    send_json(store, SCHEMA, [{**row, "ARRAY(STRING)": None, "BOUNDING_BOX": None} for row in rows])

    again = send_parquet(
        store, SCHEMA, [{**row, "ARRAY(STRING)": None, "BOUNDING_BOX": None} for row in rows]
    )

    assert again.failures == {}
    assert store.counts(SCHEMA)["inference"] == len(rows)


def one_attribute(kind):
    return make_schema([attribute("v", kind, "NON_INPUT_DATA")], model_id=f"one-{kind}")


def send_one(store, kind, value):
    schema = one_attribute(kind)
    store.delete_model(schema.model_id)
    outcome = store.append_inferences(
        schema,
        [
            {
                "partner_inference_id": "a",
                "inference_timestamp": stamp(0),
                "inference_data": {"v": value},
            }
        ],
    )
    stored = [row["v"] for row in read(store, schema)]
    return outcome, stored


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("INTEGER", 3.0, 3),
        ("FLOAT", 2**60, float(2**60)),
        ("FLOAT", math.nan, None),
        ("BOOLEAN", 1, True),
        ("BOOLEAN", 0, False),
        ("TIMESTAMP", "2024-01-01T00:00:00.123456789Z", dt.datetime(2024, 1, 1, 0, 0, 0, 123456)),
        ("TIMESTAMP", "2024-01-01 01:00:00+0100", dt.datetime(2024, 1, 1)),
        ("TIMESTAMP", "20240101T000000Z", dt.datetime(2024, 1, 1)),
        ("BOUNDING_BOX", [1, 2, 3, 4, 5, 6], [[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]),
        ("BOUNDING_BOX", [], []),
        ("TOKEN_LIKELIHOODS", [{}, {"a": 1}], [{}, {"a": 1.0}]),
        (
            "TIME_SERIES",
            [{"timestamp": "2024-01-01T00:00:00Z"}],
            [{"timestamp": dt.datetime(2024, 1, 1), "value": None}],
        ),
        ("STRING", "", ""),
        ("STRING", "a\0b\U0001f600", "a\0b\U0001f600"),
    ],
)
def test_values_that_are_taken_in_another_form(store, kind, value, kept):
    outcome, stored = send_one(store, kind, value)
    assert outcome.failures == {}
    assert stored == [kept]
    assert type(stored[0]) is type(kept)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("INTEGER", 3.5),
        ("INTEGER", True),
        ("INTEGER", "3"),
        ("INTEGER", 2**63),
        ("INTEGER", 1e300),
        ("INTEGER", math.inf),
        ("INTEGER", 10**400),
        ("FLOAT", math.inf),
        ("FLOAT", decimal.Decimal("-Infinity")),
        ("FLOAT", "1"),
        ("FLOAT", False),
        ("FLOAT", 10**400),
        ("BOOLEAN", "true"),
        ("BOOLEAN", 2),
        ("STRING", 5),
        ("STRING", ["a"]),
        ("TIMESTAMP", 0),
        ("TIMESTAMP", "2024-13-01T00:00:00Z"),
        ("TIMESTAMP", "2024-01-01"),
        ("TOKENS", "abc"),
        ("TOKENS", ["a", None]),
        ("TOKENS", [1]),
        ("TOKEN_LIKELIHOODS", [{"a": "x"}]),
        ("TOKEN_LIKELIHOODS", {"a": 1}),
        ("TOKEN_LIKELIHOODS", [{"a": 0.5}, {"b": math.inf}]),
        ("TOKEN_LIKELIHOODS", [{str(n): 0.1 for n in range(6)}]),
        ("BOUNDING_BOX", [1, 2, 3]),
        ("BOUNDING_BOX", [[1, 2, 3, 4, 5, "6"]]),
        ("BOUNDING_BOX", [[1, 2, 3, 4, 5, 6], 7]),
        ("BOUNDING_BOX", "x"),
        ("BOUNDING_BOX", [[1, 2, 3, 4, math.inf, 6]]),
        ("RANKED_LIST", [{"label": "a"}]),
        ("RANKED_LIST", [{"item_id": "a", "rank": 1}]),
        ("RANKED_LIST", [{"item_id": "a", "score": 1}, {"item_id": "b"}]),
        ("RANKED_LIST", [{"item_id": str(n)} for n in range(101)]),
        ("RANKED_LIST", {}),
        ("RANKED_LIST", [{"item_id": "a", "score": -math.inf}]),
        ("TIME_SERIES", [{"value": 1}]),
        ("TIME_SERIES", [{"timestamp": "2024-01-01T00:00:00Z", "value": "1"}]),
        ("TIME_SERIES", [{"timestamp": "2024-01-01T00:00:00Z", "value": 1}] * 501),
        ("TIME_SERIES", [{"timestamp": "2024-01-01T00:00:00Z", "value": math.inf}]),
        ("TIME_SERIES", 5),
    ],
)
def test_values_that_are_refused(store, kind, value):
    outcome, stored = send_one(store, kind, value)
    assert [f.status for f in outcome.failures.values()] == [400]
    assert outcome.failures[0].message.startswith("attribute v: must")
    assert len(outcome.failures[0].message) < 250
    assert stored == []


@pytest.mark.parametrize(
    ("kind", "column", "kept", "refused"),
    [
        ("INTEGER", pa.array([1, None, 3], pa.uint8()), [1, None, 3], []),
        ("INTEGER", pa.array([1.0, math.nan, 3.0]), [1, None, 3], []),
        ("INTEGER", pa.array([1.0, 2.5, math.inf]), [1], [1, 2]),
        ("INTEGER", pa.array([1.0, math.nan, math.inf]), [1, None], [2]),
        ("INTEGER", pa.array([1, 2**63, 3], pa.uint64()), [1, 3], [1]),
        ("INTEGER", pa.array(["1", "2", None]), [None], [0, 1]),
        ("INTEGER", pa.array([True, None, False]), [None], [0, 2]),
        ("FLOAT", pa.array([1, 2, 3], pa.int16()), [1.0, 2.0, 3.0], []),
        ("FLOAT", pa.array([0.5, math.nan, -math.inf], pa.float32()), [0.5, None], [2]),
        pytest.param(
            "FLOAT",
            pa.array([np.float16(0.5), np.float16(math.inf), None], pa.float16()),
            [0.5, None],
            [1],
            marks=pytest.mark.skipif(
                not knows_half_floats(), reason="this pyarrow has no kernels for half floats"
            ),
        ),
        ("FLOAT", pa.array([math.inf, math.inf, -math.inf]), [], [0, 1, 2]),
        ("FLOAT", pa.array([decimal.Decimal("1.25"), None, None]), [1.25, None, None], []),
        ("BOOLEAN", pa.array([1, 0, 7], pa.int8()), [True, False], [2]),
        ("STRING", pa.array(["a", "b", "a"]).dictionary_encode(), ["a", "b", "a"], []),
        ("STRING", pa.array(["a", None, "c"], pa.string_view()), ["a", None, "c"], []),
        ("STRING", pa.array([b"a", b"\xff", b"c"]), ["a", "c"], [1]),
        ("STRING", pa.array([1, 2, None]), [None], [0, 1]),
        (
            "TIMESTAMP",
            pa.array([0, 10**9, None], pa.timestamp("ns")),
            [dt.datetime(1970, 1, 1), dt.datetime(1970, 1, 1, 0, 0, 1), None],
            [],
        ),
        (
            "TIMESTAMP",
            pa.array([3600] * 3, pa.timestamp("s", "America/New_York")),
            [dt.datetime(1970, 1, 1, 1)] * 3,
            [],
        ),
        (
            "TIMESTAMP",
            pa.array([0, 2**62, 5], pa.timestamp("s")),
            [dt.datetime(1970, 1, 1), dt.datetime(1970, 1, 1, 0, 0, 5)],
            [1],
        ),
        (
            "TIMESTAMP",
            pa.array([0, 2**62, 5], pa.timestamp("us")),
            [dt.datetime(1970, 1, 1), dt.datetime(1970, 1, 1, 0, 0, 0, 5)],
            [1],
        ),
        (
            "TIMESTAMP",
            pa.array([0, 1, None], pa.date32()),
            [dt.datetime(1970, 1, 1), dt.datetime(1970, 1, 2), None],
            [],
        ),
        (
            "TIMESTAMP",
            pa.array(["1970-01-01T00:00:00Z", "1970-01-01T00:00:00", None]),
            [dt.datetime(1970, 1, 1), None],
            [1],
        ),
        ("TOKENS", pa.array([["a"], [None], None]), [["a"], None], [1]),
        ("TOKENS", pa.array([["a", "b"]] * 3, pa.list_(pa.string(), 2)), [["a", "b"]] * 3, []),
        (
            "TOKEN_LIKELIHOODS",
            pa.array([[{"a": 0.5}, {"b": 0.25}], [], None]),
            [[{"a": 0.5}, {"b": 0.25}], [], None],
            [],
        ),
        ("TOKEN_LIKELIHOODS", pa.array([[1.5], [], None]), [[], None], [0]),
        (
            "BOUNDING_BOX",
            pa.array([[1, 2, 3, 4, 5, 6], None, [1]], pa.list_(pa.int32())),
            [[[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]], None],
            [2],
        ),
        (
            "RANKED_LIST",
            pa.array([[{"item_id": "a"}], None, [{"item_id": None}]]),
            [[{"item_id": "a", "label": None, "score": None}], None],
            [2],
        ),
        ("STRING", pa.nulls(3), [None, None, None], []),
        ("TIMESTAMP", pa.array([1, None, 3]), [None], [0, 2]),
        ("TIMESTAMP", pa.array(["x", None, "x"]), [None], [0, 2]),
    ],
)
def test_columns_of_other_types(store, kind, column, kept, refused):
    schema = one_attribute(kind)
    store.delete_model(schema.model_id)
    table = pa.table(
        {
            "partner_inference_id": ["a", "b", "c"],
            "inference_timestamp": pa.array([0, 1, 2], pa.timestamp("s", "UTC")),
            "v": column,
        }
    )

    outcome = store.append_inferences(schema, table)

    assert sorted(outcome.failures) == refused
    assert all(f.status == 400 and "attribute v: " in f.message for f in outcome.failures.values())
    assert [row["v"] for row in read(store, schema)] == kept


@pytest.mark.parametrize(
    ("ids", "kept", "refused"),
    [
        (pa.array([1, 2, 3]), ["1", "2", "3"], []),
        (pa.array(["a", None, ""]), ["a"], [1, 2]),
        (pa.array(["a", "b" * 255, "c" * 256]), ["a", "b" * 255], [2]),
        (pa.array(["é" * 255, "b", "c"]).dictionary_encode(), ["é" * 255, "b", "c"], []),
        (pa.array([1.5, 2.5, 3.5]), [], [0, 1, 2]),
    ],
)
def test_columns_of_ids(store, ids, kept, refused):
    schema = one_attribute("FLOAT")
    store.delete_model(schema.model_id)
    times = pa.array([0, 1, 2], pa.timestamp("s", "UTC"))
    table = pa.table({"partner_inference_id": ids, "inference_timestamp": times, "v": [1.0] * 3})

    outcome = store.append_inferences(schema, table)

    assert sorted(outcome.failures) == refused
    assert [row["partner_inference_id"] for row in read(store, schema)] == kept


def test_ground_truth_times_of_a_table_default_to_the_inference(store):
    schema = make_schema(
        [attribute("x", "FLOAT", "NON_INPUT_DATA"), attribute("y", "FLOAT", "GROUND_TRUTH")],
        model_id="defaults",
    )
    table = pa.table(
        {
            "partner_inference_id": ["a", "b"],
            "inference_timestamp": pa.array([5, 6], pa.timestamp("s")),
            "x": [1.0, 2.0],
            "y": [1.0, None],
        }
    )

    store.append_inferences(schema, table)

    times = [row["ground_truth_timestamp"] for row in read(store, schema)]
    assert times == [dt.datetime(1970, 1, 1, 0, 0, 5), None]


def table_of(**columns):
    """Return a table of three rows of the batch schema below, with other columns where given."""
    found = {
        "partner_inference_id": ["a", "b", "c"],
        "inference_timestamp": pa.array([0, 1, 2], pa.timestamp("s", "UTC")),
        "batch_id": ["one", "one", "two"],
        "x": [1.0, 2.0, 3.0],
    }
    return pa.table({name: value for name, value in (found | columns).items() if value is not None})


@pytest.fixture
def batches(store):
    schema = make_schema(
        [attribute("x", "FLOAT", "NON_INPUT_DATA"), attribute("y", "FLOAT", "GROUND_TRUTH")],
        model_id="table-batches",
        is_batch=True,
    )
    store.delete_model(schema.model_id)
    return schema


@pytest.mark.parametrize(
    ("columns", "refused", "reason"),
    [
        ({}, [], ""),
        ({"batch_id": ["one", "", None]}, [1, 2], "batch_id is missing"),
        ({"batch_id": [1, None, 2]}, [0, 1, 2], "batch_id: must be a string"),
        ({"batch_id": None}, [0, 1, 2], "batch_id is missing"),
        ({"inference_timestamp": ["x", stamp(0), None]}, [0, 2], "inference_timestamp: must be"),
        (
            {"y": [1, 2, None], "ground_truth_timestamp": ["x", None, None]},
            [0],
            "ground_truth_timestamp: must be",
        ),
    ],
)
def test_bad_rows_of_a_table_are_refused_alone(store, batches, columns, refused, reason):
    outcome = store.append_inferences(batches, table_of(**columns))

    assert sorted(outcome.failures) == refused
    if refused:
        assert reason in outcome.failures[refused[0]].message
    kept = [name for place, name in enumerate("abc") if place not in refused]
    assert [row["partner_inference_id"] for row in read(store, batches)] == kept


def test_ground_truth_times_of_a_table(store, batches):
    times = ["2024-01-01T00:00:00Z", None, "2024-01-02T00:00:00Z"]
    store.append_inferences(batches, table_of(y=[1.0, 2.0, None], ground_truth_timestamp=times))

    found = [row["ground_truth_timestamp"] for row in read(store, batches)]
    assert found == [dt.datetime(2024, 1, 1), dt.datetime(1970, 1, 1, 0, 0, 1), None]


def test_bad_ground_truth_rows_of_a_table_are_refused_alone(store, batches):
    store.append_inferences(batches, table_of())
    table = pa.table(
        {
            "partner_inference_id": ["a", "b", "c", "d"],
            "ground_truth_timestamp": [stamp(0), None, stamp(0), stamp(0)],
            "y": [1.0, 2.0, math.nan, 4.0],
        }
    )

    outcome = store.append_ground_truth(batches, table)

    assert {row: failure.status for row, failure in outcome.failures.items()} == {
        1: 400,
        2: 400,
    }
    assert [row["y"] for row in read(store, batches)] == [1.0, None, None]
    assert store.waiting_truths(batches.model_id) == 1


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (
            pa.table([["a"], ["b"]], names=["partner_inference_id"] * 2),
            "column ground_truth_timestamp is missing",
        ),
        (
            pa.table(
                [["a"], [stamp(0)], [stamp(0)], [1.0]],
                names=[
                    "partner_inference_id",
                    "ground_truth_timestamp",
                    "ground_truth_timestamp",
                    "y",
                ],
            ),
            "duplicate column",
        ),
        (
            pa.table(
                [["a"], [stamp(0)], [1.0]],
                names=["partner_inference_id", "ground_truth_timestamp", "z"],
            ),
            "no ground truth column; the model has y",
        ),
    ],
)
def test_ground_truth_tables_that_are_refused_whole(store, batches, table, reason):
    with pytest.raises(BadDataError, match=reason):
        store.append_ground_truth(batches, table)


def test_columns_the_model_does_not_know_are_ignored(store, batches):
    assert store.append_inferences(batches, table_of(__index_level_0__=[1, 2, 3])).accepted == 3
