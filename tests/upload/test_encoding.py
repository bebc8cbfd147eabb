"""The JSON written column by column is the JSON a plain encoder writes."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arthurai.common.attribute_spec import AttributeSpec
from arthurai.upload.encode_json import json_bodies
from arthurai.upload.encode_parquet import parquet_file, to_table
from arthurai.upload.json_columns import encode_column
from arthurai.upload.upload_schema import UploadSchema
from arthurai.upload.validate import ValidatedTable


def read_back(column):
    """The values that the JSON texts of a column hold, written in both ways."""
    found = []
    for comma in (False, True):
        written = encode_column(column, comma=comma)
        texts = [
            text.removesuffix(",") if written.with_comma else text
            for text in written.array.to_pylist()
        ]
        found.append([orjson.loads(f'"{text}"' if written.quoted else text) for text in texts])
    assert found[0] == found[1]
    return found[0]


TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.lists(st.none() | TEXT, min_size=1))
def test_text_survives(values):
    assert read_back(pa.array(values, pa.string())) == values


@given(st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_floats_survive_to_the_last_bit(values):
    assert read_back(pa.array(values, pa.float64())) == values


@given(st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), min_size=1))
def test_integers_survive(values):
    assert read_back(pa.array(values, pa.int64())) == values


@given(st.lists(st.datetimes(datetime(1, 1, 2), timezones=st.just(UTC)), min_size=1))  # noqa: DTZ001
def test_times_survive(values):
    assert [
        datetime.fromisoformat(text)
        for text in read_back(pa.array(values, pa.timestamp("us", "UTC")))
    ] == values


COLUMNS = {"number": "FLOAT", 'odd "näme"\n': "STRING", "tokens": "TOKENS", "truth": "FLOAT"}
SCHEMA = UploadSchema(
    "TABULAR",
    "REGRESSION",
    is_batch=False,
    attributes=tuple(
        AttributeSpec(name, kind, "GROUND_TRUTH" if name == "truth" else "PIPELINE_INPUT")
        for name, kind in COLUMNS.items()
    ),
)


def prepared(rows, *, arrow):
    """The same rows with Arrow columns, or with lists."""
    count = len(rows)
    times = [datetime(2024, 1, 1, tzinfo=UTC).isoformat()] * count
    columns = {name: [row[name] for row in rows] for name in COLUMNS}
    if arrow:
        columns["number"] = pa.chunked_array([pa.array(columns["number"], pa.float64())])
        columns['odd "näme"\n'] = pa.chunked_array([pa.array(columns['odd "näme"\n'], pa.string())])
    labeled = [row["truth"] is not None for row in rows]
    truth = {"truth": columns.pop("truth")}
    ids = [f"id-{number}" for number in range(count)]
    return ValidatedTable(
        start=100,
        rows=count,
        inference=columns,
        truth=truth,
        meta={
            "partner_inference_id": ids,
            "inference_timestamp": times,
            "ground_truth_timestamp": times,
            "batch_id": ["b"] * count,
        },
        labeled=None if all(labeled) else labeled,
    )


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "number": st.none() | st.floats(-1e9, 1e9),
            'odd "näme"\n': st.none() | TEXT,
            "tokens": st.none() | st.lists(TEXT, max_size=3),
            "truth": st.none() | st.floats(-1e9, 1e9),
        }
    ),
    min_size=1,
    max_size=20,
)


def as_sent(rows):
    found = []
    for number, row in enumerate(rows):
        item = {
            "partner_inference_id": f"id-{number}",
            "inference_timestamp": "2024-01-01T00:00:00+00:00",
            "batch_id": "b",
            "inference_data": {name: row[name] for name in COLUMNS if name != "truth"},
        }
        if row["truth"] is not None:
            item["ground_truth_timestamp"] = "2024-01-01T00:00:00+00:00"
            item["ground_truth_data"] = {"truth": row["truth"]}
        found.append(item)
    return found


@pytest.mark.parametrize("arrow", [True, False])
@given(rows=ROWS, max_bytes=st.integers(1, 4000))
def test_bodies_hold_every_row_in_order_within_the_size(arrow, rows, max_bytes):
    bodies = list(json_bodies(prepared(rows, arrow=arrow), max_bytes=max_bytes))
    read = [json.loads(body.content) for body in bodies]
    assert [row for items in read for row in items] == as_sent(rows)
    assert [len(items) for items in read] == [body.rows for body in bodies]
    starts = [100 + sum(body.rows for body in bodies[:n]) for n in range(len(bodies))]
    assert [body.start for body in bodies] == starts
    assert all(len(body.content) <= max_bytes + 2 or body.rows == 1 for body in bodies)


@pytest.mark.parametrize("arrow", [True, False])
def test_reference_rows_are_wrapped(arrow):
    rows = [{"number": 1.0, 'odd "näme"\n': "x", "tokens": ["a"], "truth": 2.0}]
    [body] = json_bodies(prepared(rows, arrow=arrow), max_bytes=1000, reference=True)
    assert json.loads(body.content) == [{"reference_data": rows[0]}]


@pytest.mark.parametrize("deltas", [True, False])
@pytest.mark.parametrize("arrow", [True, False])
@given(rows=ROWS)
def test_parquet_holds_the_same(arrow, deltas, rows):
    content = parquet_file(to_table(prepared(rows, arrow=arrow), SCHEMA), SCHEMA, deltas=deltas)
    assert content[:4] == content[-4:] == b"PAR1"
    found = pq.read_table(io.BytesIO(content)).to_pylist()
    for sent, row in zip(rows, found, strict=True):
        assert {name: row[name] for name in COLUMNS} == sent
        moment = datetime(2024, 1, 1, tzinfo=UTC)
        assert row["inference_timestamp"] == moment
        assert row["ground_truth_timestamp"] == (None if sent["truth"] is None else moment)


def test_a_sliced_column_writes_its_own_rows_only():
    text = pa.chunked_array([pa.array(["a", "b"]), pa.array(["c", None])]).slice(1, 3)
    assert read_back(text) == ["b", "c", None]


def test_extreme_floats_survive():
    values = [-0.0, 5e-324, 1.7976931348623157e308, 1e22, 1e21, 123456789012345680.0]
    assert read_back(pa.array(values)) == values
