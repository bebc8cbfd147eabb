"""Any table becomes the same Arrow table."""

from __future__ import annotations

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arthurai.common.exceptions import UserTypeError, UserValueError
from arthurai.upload.arrow_types import coerce_array
from arthurai.upload.local_times import LocalTimes
from arthurai.upload.table import to_arrow
from arthurai.upload.table_batches import iter_tables

ROWS = [
    {"number": 1.5, "whole": 3, "text": "a", "flag": True},
    {"number": None, "whole": None, "text": None, "flag": None},
    {"number": -2.0, "whole": -4, "text": "ü", "flag": False},
]
FRAME = pl.DataFrame(ROWS)

TABLES = {
    "list of dicts": ROWS,
    "dict of lists": {name: [row[name] for row in ROWS] for name in ROWS[0]},
    "dict of polars series": FRAME.to_dict(),
    "polars": FRAME,
    "polars lazy": FRAME.lazy(),
    "arrow table": FRAME.to_arrow(),
    "arrow batch": FRAME.to_arrow().to_batches()[0],
    "pandas of objects": pd.DataFrame(ROWS, dtype=object),
    "pandas of nullable types": pd.DataFrame(ROWS).convert_dtypes(),
    "pandas of Arrow types": FRAME.to_pandas(use_pyarrow_extension_array=True),
    "pandas with an index": pd.DataFrame(ROWS, dtype=object, index=[2, 0, 1]),
    "pandas categories": pd.DataFrame(ROWS, dtype=object).astype({"text": "category"}),
    "polars categories": FRAME.with_columns(pl.col("text").cast(pl.Categorical)),
    "dictionary array": pa.table(
        {name: FRAME.to_arrow()[name] for name in ("number", "whole")}
        | {"text": pa.array(["a", None, "ü"]).dictionary_encode(), "flag": FRAME.to_arrow()["flag"]}
    ),
}


@pytest.mark.parametrize("kind", TABLES)
def test_every_kind_of_table_reads_alike(kind):
    assert to_arrow(TABLES[kind], name="data").to_pylist() == ROWS


@pytest.mark.parametrize("kind", ["reader", "dataset", "stream capsule"])
def test_streaming_sources_read_alike(kind):
    table = pa.Table.from_pylist(ROWS)

    class Capsule:
        def __arrow_c_stream__(self, requested_schema=None):
            return table.__arrow_c_stream__(requested_schema)

    source = {
        "reader": table.to_reader(),
        "dataset": ds.dataset(table),
        "stream capsule": Capsule(),
    }
    assert to_arrow(source[kind], name="data").to_pylist() == ROWS


@pytest.mark.parametrize(
    "missing", [None, float("nan"), np.nan, np.float32("nan"), pd.NA, pd.NaT], ids=str
)
@pytest.mark.parametrize("other", ["text", 1.5, dt.datetime(2024, 1, 1, tzinfo=dt.UTC), [1.0]])
def test_missing_values_of_every_kind_are_null(missing, other):
    column = to_arrow([{"x": other}, {"x": missing}], name="data").column("x")
    assert column.null_count == 1
    assert column[0].as_py() == other


def test_nan_is_null_at_every_depth():
    nan = float("nan")
    table = pa.table(
        {
            "flat": pa.array([1.0, nan]),
            "list": pa.array([[1.0, nan], None]),
            "struct": pa.array([{"a": nan}, {"a": 2.0}]),
            "map": pa.array([[("k", nan)], []], pa.map_(pa.string(), pa.float64())),
        }
    )
    found = to_arrow(table, name="data").to_pylist(maps_as_pydicts="strict")
    assert found == [
        {"flat": 1.0, "list": [1.0, None], "struct": {"a": None}, "map": {"k": None}},
        {"flat": None, "list": None, "struct": {"a": 2.0}, "map": {}},
    ]


def test_infinities_become_null_only_when_asked():
    table = pa.table({"x": pa.array([float("inf"), 1.0])})
    assert to_arrow(table, name="data").column("x").null_count == 0
    assert to_arrow(table, name="data", infinities_to_null=True).column("x").null_count == 1


def test_likelihoods_are_maps_and_records_are_structs():
    table = to_arrow(
        {"likely": [[{"a": 0.5}, {"b": 0.25}]], "ranked": [[{"item_id": "x", "score": 1.0}]]},
        name="data",
    )
    assert pa.types.is_map(table.schema.field("likely").type.value_type)
    assert pa.types.is_struct(table.schema.field("ranked").type.value_type)


def test_uuids_are_text():
    one = uuid.uuid4()
    assert to_arrow([{"id": one}, {"id": None}], name="data").to_pylist() == [
        {"id": str(one)},
        {"id": None},
    ]


def test_a_two_dimensional_array_in_a_dict_is_a_column_of_lists():
    table = to_arrow({"x": np.array([[1, 2], [3, 4]])}, name="data")
    assert table.column("x").to_pylist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (5, UserTypeError, ["`data`", "int", "pandas"]),
        ("text", UserTypeError, ["`data`", "str"]),
        ([1, 2], UserTypeError, ["item 0", "int"]),
        (np.zeros((2, 2)), UserTypeError, ["`data`", "ndarray"]),
        ({"a": 1}, UserTypeError, ["'a'", "single row"]),
        ({"a": [1], "b": [1, 2]}, UserValueError, ["'a' 1", "'b' 2"]),
        (
            pd.DataFrame([[1, 2]], columns=["a", "a"]),
            UserValueError,
            ["'a'", "duplicate", "`data`"],
        ),
        (pd.DataFrame([[1, 2]]), UserTypeError, ["0", "rename"]),
        (pd.Series([1]), UserValueError, ["`data`", "with a name"]),
        ([{"a": 1}, {"a": "x"}, {"a": 2}], UserTypeError, ["'a'", "row 1", "'x'"]),
        ([{"a": True}, {"a": 2}], UserTypeError, ["'a'", "mixes"]),
        ([{"a": 2**70}], UserValueError, ["'a'", "64 bits", "row 0"]),
        ([{"a": object()}], UserTypeError, ["'a'"]),
        ([{"a": "\ud800"}], UserValueError, ["'a'", "Unicode"]),
        (pd.DataFrame({"a": [1 + 2j]}), UserTypeError, ["'a'", "complex"]),
        (pd.DataFrame({"a": pd.period_range("2020", periods=2)}), UserTypeError, ["'a'", "period"]),
    ],
)
def test_what_is_no_table_is_named(data, error, words):
    with pytest.raises(error) as caught:
        to_arrow(data, name="data")
    for word in words:
        assert word in str(caught.value)


def test_objects_in_polars_are_read_as_their_values():
    column = pl.Series("a", ["x", None, "y"], dtype=pl.Object)
    for frame in (column.to_frame(), column.to_frame().lazy()):
        assert to_arrow(frame, name="data").to_pydict() == {"a": ["x", None, "y"]}
    with pytest.raises(UserTypeError, match=r"'a' of `data` mixes types.*row 2"):
        to_arrow(pl.DataFrame({"a": pl.Series(["x", "y", 1], dtype=pl.Object)}), name="data")


def test_mixed_rows_are_counted():
    rows = [{"a": 1}] * 50 + [{"a": "x"}] * 10
    with pytest.raises(UserTypeError, match=r"rows 50, 51, 52 and 7 more"):
        to_arrow(rows, name="data")


@given(st.lists(st.integers(-5, 5), max_size=40), st.integers(1, 7))
def test_pieces_add_up_to_the_whole(values, rows):
    table = pa.table({"x": pa.array(values, pa.int64())})
    for source in (table, table.to_reader(), pl.from_arrow(table).lazy(), iter([table, table[:0]])):
        pieces = list(iter_tables(source, name="data", rows=rows))
        assert all(0 < piece.num_rows <= rows for piece in pieces)
        assert [value for piece in pieces for value in piece.column("x").to_pylist()] == values


@pytest.mark.parametrize("layout", ["plain", "partitioned", "of another type", "filtered", "csv"])
def test_datasets_are_read_whole_and_in_order(tmp_path, layout):
    first = pa.table({"x": pa.array([1, 2, 3]), "y": ["a", "b", "c"]})
    second = pa.table({"x": pa.array([4, 5], pa.int32()), "y": ["d", "e"]})
    expected = list(zip([1, 2, 3, 4, 5], "abcde", strict=True))
    if layout == "partitioned":
        whole = pa.concat_tables([first, second.cast(first.schema)])
        ds.write_dataset(
            whole,
            tmp_path,
            format="parquet",
            partitioning=ds.partitioning(pa.schema([("y", pa.string())]), flavor="hive"),
        )
        source = ds.dataset(tmp_path, partitioning="hive")
    elif layout == "csv":
        pl.from_arrow(pa.concat_tables([first, second.cast(first.schema)])).write_csv(
            tmp_path / "a.csv"
        )
        source = ds.dataset(tmp_path, format="csv")
    else:
        pd.DataFrame(first.to_pydict()).astype({"x": "int64"}).to_parquet(tmp_path / "a.parquet")
        kind = "int32" if layout == "of another type" else "int64"
        pd.DataFrame(second.to_pydict()).astype({"x": kind}).to_parquet(tmp_path / "b.parquet")
        source = ds.dataset(tmp_path)
    if layout == "filtered":
        source = source.filter(ds.field("x") > 2)
        expected = expected[2:]
    pieces = list(iter_tables(source, name="data", rows=2))
    assert all(piece.num_rows <= 2 for piece in pieces)
    found = [(row["x"], row["y"]) for piece in pieces for row in piece.to_pylist()]
    assert found == expected


@pytest.mark.parametrize("value_type", ["TIMESTAMP", "INTEGER", "FLOAT", "BOOLEAN", "STRING"])
@pytest.mark.parametrize(
    "kind",
    [pa.timestamp("us"), pa.timestamp("s", "UTC"), pa.date32(), pa.int8(), pa.string(), pa.null()],
)
def test_columns_without_chunks_are_empty_columns(value_type, kind):
    """Some releases of pyarrow end the process where masks have no chunks."""
    for zone in (None, LocalTimes(ZoneInfo("Europe/Vienna"))):
        column, invalid = coerce_array(pa.chunked_array([], kind), value_type, zone, 0)
        assert len(column) == 0
        assert not any(invalid.values())
