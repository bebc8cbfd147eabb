"""Whatever passes the checks arrives in the server equal to what was sent, by JSON and by Parquet."""

from __future__ import annotations

import itertools
import math
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from builders import PLAIN_COLUMNS, attribute, regression, save_model, stored
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from hypothesis_profiles import examples

_batches = itertools.count()

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
ZONES = st.sampled_from(
    [UTC, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kathmandu"), timezone(timedelta(hours=-9.5))]
)
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=ZONES)  # noqa: DTZ001
VALUES = {
    "amount": st.none() | st.floats(allow_nan=True, allow_infinity=True) | st.floats(1e300),
    "count": st.none() | st.integers(-(2**63), 2**63 - 1) | st.sampled_from([-(2**63), 2**63 - 1]),
    "word": st.none() | TEXT | st.sampled_from(['"', "\\", "\n", "\u2028", "😀", "null", "\x7f"]),
    "flag": st.none() | st.booleans(),
    "story": st.none() | TEXT,
    "when": MOMENTS,
    "score": st.none() | st.floats(allow_nan=False, allow_infinity=False),
    "truth": st.none() | st.floats(allow_nan=False, allow_infinity=False),
    "inference_timestamp": MOMENTS,
}
TABLES = st.lists(st.fixed_dictionaries(VALUES), min_size=1, max_size=12)


def as_rows(rows):
    return rows


def as_nested_rows(rows):
    return [
        {
            "partner_inference_id": row["partner_inference_id"],
            "inference_timestamp": row["inference_timestamp"],
            "ground_truth_data": {"truth": row["truth"]},
            "inference_data": {
                name: value
                for name, value in row.items()
                if name not in {"truth", "inference_timestamp", "partner_inference_id"}
            },
        }
        for row in rows
    ]


def as_columns(rows):
    return {name: [row[name] for row in rows] for name in rows[0]}


def in_utc(rows):
    return [
        {
            name: value.astimezone(UTC) if isinstance(value, datetime) else value
            for name, value in row.items()
        }
        for row in rows
    ]


def as_pandas(rows):
    """With an index that must not matter, and the types pandas chooses."""
    columns = as_columns(in_utc(rows))
    columns["count"] = pd.array(columns["count"], dtype="Int64")
    return pd.DataFrame(columns, index=range(len(rows), 0, -1))


def as_pandas_arrow(rows):
    return pd.DataFrame(
        {
            name: pd.Series(column.to_pandas(types_mapper=pd.ArrowDtype))
            for name, column in zip(
                as_arrow(rows).column_names, as_arrow(rows).columns, strict=True
            )
        }
    )


def as_arrow(rows):
    times = pa.timestamp("us", "Asia/Tokyo")
    types = {
        "amount": pa.float64(),
        "count": pa.int64(),
        "word": pa.string(),
        "flag": pa.bool_(),
        "story": pa.large_string(),
        "score": pa.float64(),
        "truth": pa.float64(),
        "when": times,
        "inference_timestamp": times,
        "partner_inference_id": pa.string(),
    }
    return pa.table({name: pa.array([row[name] for row in rows], types[name]) for name in rows[0]})


def as_polars(rows):
    return pl.from_arrow(as_arrow(rows))


def as_reader(rows):
    return as_arrow(rows).to_reader(max_chunksize=5)


def as_lazy(rows):
    return as_polars(rows).lazy()


def as_generator(rows):
    return iter([as_polars(rows[:1]), rows[1:], as_arrow(rows).slice(0, 0)])


SHAPES = [
    as_rows, as_nested_rows, as_columns, as_pandas, as_pandas_arrow,
    as_arrow, as_polars, as_reader, as_lazy, as_generator,
]  # fmt: skip


def expected(value):
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return value


def arrived(value):
    """A stored value as Python has it; times come as text."""
    if isinstance(value, str) and value.endswith("Z") and value[4:5] == "-":
        return datetime.fromisoformat(value)
    return value


def same(name, left, right):
    if name in {"when", "inference_timestamp"}:
        return left == arrived(right)
    return left == right and type(left) is type(right)


@pytest.fixture(scope="module")
def wide_model(arthur):
    return save_model(arthur, regression(attribute("when", "TIMESTAMP", "NON_INPUT_DATA")))


def send_by_json(model, data, batch):
    return model.send_inferences(data, batch_id=batch)


def send_by_parquet(model, data, batch):
    return model.send_bulk_inferences(batch, data=data)[0]


@pytest.mark.parametrize("send", [send_by_json, send_by_parquet])
@pytest.mark.parametrize("shape", SHAPES)
@examples(12, suppress=[HealthCheck.function_scoped_fixture])
@given(table=TABLES)
def test_rows_arrive_as_they_were_sent(wide_model, shape, send, table):
    batch = f"batch-{next(_batches)}"
    rows = [{**row, "partner_inference_id": f"{batch}-{n}"} for n, row in enumerate(table)]
    result = send(wide_model, shape(rows), batch)
    assert (result.accepted, result.rejected, result.unknown) == (len(rows), 0, 0)
    held = stored(wide_model, *VALUES, batch=batch)
    assert held.keys() == {row["partner_inference_id"] for row in rows}
    for row in rows:
        for name in VALUES:
            sent, found = expected(row[name]), held[row["partner_inference_id"]][name]
            assert same(name, sent, found), (name, sent, found)


NESTED = {
    "TOKENS": st.lists(TEXT, max_size=4),
    "ARRAY(STRING)": st.lists(TEXT, max_size=4),
    "TOKEN_LIKELIHOODS": st.lists(
        st.dictionaries(TEXT, st.floats(0, 1), min_size=1, max_size=5), max_size=3
    ),
    "RANKED_LIST": st.lists(
        st.fixed_dictionaries({"item_id": TEXT, "label": TEXT, "score": st.floats(0, 1)}),
        max_size=4,
    ),
    "TIME_SERIES": st.lists(
        st.fixed_dictionaries({"timestamp": MOMENTS, "value": st.floats(-10, 10)}), max_size=4
    ),
}


@pytest.fixture(scope="module")
def nested_models(arthur):
    return {
        kind: save_model(
            arthur,
            regression(attribute("nest", kind, "NON_INPUT_DATA"), columns={"count": "INTEGER"}),
        )
        for kind in NESTED
    }


BOX_FIELDS = ("class_id", "confidence", "top_left_x", "top_left_y", "width", "height")
CONFIDENT = st.floats(-1e6, 1e6)
BOXES = st.lists(
    st.tuples(st.integers(0, 90), st.none() | CONFIDENT, *([CONFIDENT] * 4)).map(list), max_size=4
)


@pytest.fixture(scope="module")
def box_model(arthur):
    boxes = attribute("boxes", "BOUNDING_BOX", "NON_INPUT_DATA")
    return save_model(arthur, regression(boxes, columns={"count": "INTEGER"}))


def as_polars_boxes(rows):
    return pl.DataFrame(
        rows, schema_overrides={"boxes": pl.List(pl.List(pl.Float64))}, strict=False
    )


def stored_boxes(model, batch):
    """Boxes by id: each is a row of its own, so a row without boxes has none."""
    held = {}
    for row in model.query(
        {
            "select": [{"property": "partner_inference_id"}, {"property": "boxes"}],
            "filter": [{"property": "batch_id", "comparator": "eq", "value": batch}],
        }
    ):
        box = [row[f"boxes.{field}"] for field in BOX_FIELDS]
        held.setdefault(row["partner_inference_id"], []).append(box)
    return held


@pytest.mark.parametrize("send", [send_by_json, send_by_parquet])
@pytest.mark.parametrize("frame", [list, pd.DataFrame, as_polars_boxes])
@examples(8, suppress=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.none() | BOXES, min_size=1, max_size=5))
def test_boxes_arrive_one_a_row(box_model, frame, send, values):
    batch = f"batch-{next(_batches)}"
    rows = [
        {"boxes": value, "count": n, "score": 0.5, "partner_inference_id": f"{batch}-{n}"}
        for n, value in enumerate(values)
    ]
    assert send(box_model, frame(rows), batch).accepted == len(rows)
    sent = {row["partner_inference_id"]: row["boxes"] for row in rows if row["boxes"]}
    assert stored_boxes(box_model, batch) == sent
    whole = stored(box_model, "count", batch=batch)
    assert {row_id: row["count"] for row_id, row in whole.items()} == {
        row["partner_inference_id"]: row["count"] for row in rows
    }


@pytest.mark.parametrize("send", [send_by_json, send_by_parquet])
def test_a_single_box_counts_also_with_gaps(box_model, send):
    batch, box = f"batch-{next(_batches)}", [3, None, 0.0, 1.0, 2.0, 3.0]
    row = {"boxes": box, "count": 0, "score": 0.5, "partner_inference_id": batch}
    assert send(box_model, [row], batch).accepted == 1
    assert stored_boxes(box_model, batch) == {batch: [box]}


def test_the_smallest_integer_survives_aggregates_and_filters(arthur):
    model = save_model(arthur, regression(columns={"count": "INTEGER"}))
    lowest, next_one = -(2**63), 1 - 2**63
    model.send_inferences([{"count": lowest, "score": 0.5}, {"count": next_one, "score": 0.5}])
    extremes = [
        {"function": function, "alias": function, "parameters": {"property": "count"}}
        for function in ("min", "max")
    ]
    assert model.query({"select": extremes}) == [{"min": lowest, "max": next_one}]
    equal = [{"property": "count", "comparator": "eq", "value": lowest}]
    assert model.query({"select": [{"property": "count"}], "filter": equal}) == [{"count": lowest}]


def plain(value):
    """Nested values with times as instants."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {
            key: arrived(item) if key == "timestamp" and isinstance(item, str) else expected(item)
            for key, item in value.items()
        }
    return value


@pytest.mark.parametrize("send", [send_by_json, send_by_parquet])
@pytest.mark.parametrize("frame", [list, pd.DataFrame])
@pytest.mark.parametrize("kind", sorted(NESTED))
@examples(6, suppress=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_nested_values_arrive_as_they_were_sent(nested_models, kind, frame, send, data):
    model = nested_models[kind]
    batch = f"batch-{next(_batches)}"
    values = data.draw(st.lists(st.none() | NESTED[kind], min_size=1, max_size=5))
    rows = [
        {"nest": value, "count": n, "score": 0.5, "partner_inference_id": f"{batch}-{n}"}
        for n, value in enumerate(values)
    ]
    send(model, frame(rows), batch)
    held = stored(model, "nest", batch=batch)
    for row in rows:
        assert plain(held[row["partner_inference_id"]]["nest"]) == plain(row["nest"])


def test_every_kind_is_covered():
    assert PLAIN_COLUMNS.keys() < VALUES.keys()
