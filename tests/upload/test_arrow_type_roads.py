"""Values of any Arrow type are stored equal or refused by name, the same on every road."""

from __future__ import annotations

import datetime as dt
import decimal
import io
import itertools
import math
import uuid

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from builders import NOW, attribute, regression, save_model, stored, unique_name
from hypothesis import given
from hypothesis import strategies as st
from hypothesis_profiles import examples

_numbers = itertools.count()

VALUE_TYPES = ["FLOAT", "INTEGER", "STRING", "BOOLEAN", "TIMESTAMP", "UNSTRUCTURED_TEXT"]
DAY = dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
TWO = decimal.Decimal("2.00")
TEXTS = ["a", None, "a text that is too long to stand in a view"]


def extension(kind, storage):
    return pa.ExtensionArray.from_storage(kind, storage)


def union():
    parts = [pa.array([1.5, 2.5, 3.5]), pa.array(["a", "b", "c"])]
    return pa.UnionArray.from_sparse(pa.array([0, 1, 0], pa.int8()), parts)


CASES = {
    "null": pa.nulls(3),
    "int8": pa.array([1, None, -3], pa.int8()),
    "uint16": pa.array([1, None, 3], pa.uint16()),
    "int64": pa.array([2**52, None, -3]),
    "uint64 too large": pa.array([2**63 + 1, None, 3], pa.uint64()),
    "half float": pa.array([np.float16(1.5), None, np.float16(2)], pa.float16()),
    "float32": pa.array([1.5, None, 2.0], pa.float32()),
    "floats": pa.array([1.5, math.nan, 2.0]),
    "infinite": pa.array([math.inf, None, 1.0]),
    "decimal32": pa.array([TWO, None, TWO], pa.decimal32(5, 2)),
    "decimal128": pa.array([decimal.Decimal("1.25"), None, TWO], pa.decimal128(38, 2)),
    "decimal256": pa.array([TWO, None, TWO], pa.decimal256(76, 2)),
    "bool": pa.array([True, None, False]),
    "string": pa.array(TEXTS),
    "large string": pa.array(TEXTS, pa.large_string()),
    "string view": pa.array(TEXTS, pa.string_view()),
    "binary": pa.array([b"a", None, "ü".encode()]),
    "broken binary": pa.array([b"\xff", None, b"b"]),
    "binary view": pa.array([b"a", None, b"b"], pa.binary_view()),
    "fixed size binary": pa.array([b"ab", None, b"cd"], pa.binary(2)),
    "time32": pa.array([dt.time(1, 2), None, dt.time(3)], pa.time32("s")),
    "time64": pa.array([1, None, 3], pa.time64("ns")),
    "timestamp": pa.array([DAY, None, DAY], pa.timestamp("us", "UTC")),
    "timestamp of seconds": pa.array([0, None, 10], pa.timestamp("s", "Europe/Vienna")),
    "timestamp far away": pa.array([2**62, None, 10], pa.timestamp("s", "UTC")),
    "duration": pa.array([1, None, 2], pa.duration("ns")),
    "interval": pa.array([(1, 2, 3), None, (1, 2, 3)], pa.month_day_nano_interval()),
    "dictionary": pa.array(["a", None, "b"]).dictionary_encode(),
    "dictionary of integers": pa.array([1, None, 2]).dictionary_encode(),
    "dictionary of views": pa.DictionaryArray.from_arrays(
        pa.array([0, None, 1]), pa.array(["a", "b"], pa.string_view())
    ),
    "run lengths": pa.RunEndEncodedArray.from_arrays(
        pa.array([1, 2, 3]), pa.array(["a", None, "b"])
    ),
    "run lengths of integers": pa.RunEndEncodedArray.from_arrays(
        pa.array([1, 2, 3]), pa.array([1, None, 2])
    ),
    "list": pa.array([["a"], None, ["b"]]),
    "fixed size list": pa.array([[1.0, 2.0], None, [3.0, 4.0]], pa.list_(pa.float32(), 2)),
    "list view": pa.array([["a"], None, ["b"]], pa.list_view(pa.string())),
    "list of views": pa.array([["a"], None, ["b"]], pa.large_list(pa.string_view())),
    "struct": pa.array([{"a": 1}, None, {"a": 2}]),
    "empty struct": pa.array([{}, None, {}], pa.struct([])),
    "map": pa.array([[("a", 1.0)], None, []], pa.map_(pa.string(), pa.float64())),
    "uuid": extension(
        pa.uuid(), pa.array([uuid.UUID(int=n).bytes for n in range(3)], pa.binary(16))
    ),
    "bool8": extension(pa.bool8(), pa.array([1, None, 0], pa.int8())),
    "json": extension(pa.json_(), pa.array(['{"a": 1}', None, "2"])),
    "union": union(),
}


def file(table):
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    buffer.seek(0)
    return buffer


def by_row(model, data):
    return model.send_inferences(data, fail_silently=True)


def in_bulk(model, data):
    return model.send_bulk_inferences(data=data, fail_silently=True)[0]


ROADS = {
    "rows of a table": (lambda table: table, by_row),
    "table": (lambda table: table, in_bulk),
    "reader": (lambda table: table.to_reader(), in_bulk),
    "rows of a reader": (lambda table: table.to_reader(), by_row),
    "dataset": (ds.dataset, in_bulk),
    "frame": (lambda table: table.to_pandas(types_mapper=pd.ArrowDtype), by_row),
    "file": (
        file,
        lambda model, data: model.send_bulk_inferences(files=[data], fail_silently=True)[0],
    ),
}


@pytest.fixture(scope="module")
def models(arthur):
    """A model for each value type."""
    return {
        kind: save_model(arthur, regression(attribute("column", kind), columns={}))
        for kind in VALUE_TYPES
    }


def send_on_every_road(model, array):
    """What was stored of each row, by road; the text for rows that were refused by name."""
    found = {}
    ids = {}
    for name, (convert, send) in ROADS.items():
        ids[name] = [f"{next(_numbers)}" for _ in range(len(array))]
        table = pa.table(
            {
                "column": array,
                "score": [0.5] * len(array),
                "partner_inference_id": ids[name],
                "inference_timestamp": pa.array([NOW] * len(array), pa.timestamp("us", "UTC")),
            }
        )
        try:
            data = convert(table)
        except (pa.ArrowException, TypeError, ValueError):
            continue  # the other library has no such type
        result = send(model, data)
        assert result.total == len(array)
        for failure in result.failures:
            assert "column" in failure.message
        found[name] = {failure.row for failure in result.failures}
    held = stored(model, "column")
    return {
        name: [
            "refused" if row in refused else held[row_id]["column"]
            for row, row_id in enumerate(ids[name])
        ]
        for name, refused in found.items()
    }


def plain(value):
    """A value of an Arrow array as JSON shows it when it is stored."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, uuid.UUID):
        return str(value)
    return value


def check(model, array):
    by_road = send_on_every_road(model, array)
    assert len(by_road) >= 4
    first = next(iter(by_road.values()))
    for road, found in by_road.items():
        assert found == first, road
    if not any(value not in {None, "refused"} for value in first):
        return
    for scalar, found in zip(array, first, strict=True):
        if found == "refused":
            continue
        given_value = scalar.as_py()
        if found is None:
            assert given_value is None or not math.isfinite(given_value)
        elif isinstance(given_value, dt.datetime):
            assert dt.datetime.fromisoformat(found) == given_value
        elif isinstance(found, float):  # of integers with more digits the client warns
            assert found == float(given_value)
        else:
            assert found == plain(given_value)


@pytest.mark.parametrize("value_type", ["FLOAT", "STRING"])
@pytest.mark.parametrize("case", CASES)
def test_any_type_is_stored_equal_or_refused_alike(models, case, value_type):
    check(models[value_type], CASES[case])


@pytest.mark.slow
@pytest.mark.parametrize("value_type", VALUE_TYPES)
@pytest.mark.parametrize("case", CASES)
def test_any_type_is_stored_equal_or_refused_alike_as_any_value_type(models, case, value_type):
    if case != "union" or value_type != "BOOLEAN":
        check(models[value_type], CASES[case])


BUILT = 20
BUILT_TYPES = {
    "half float": (pa.array(np.arange(BUILT, dtype=np.float16) / 2), "FLOAT"),
    "decimal256": (
        pa.array([decimal.Decimal(row) / 4 for row in range(BUILT)], pa.decimal256(60, 2)),
        "FLOAT",
    ),
    "128-bit integers": (
        pa.array([decimal.Decimal(row) for row in range(BUILT)], pa.decimal128(38, 0)),
        "FLOAT",
    ),
    "run lengths": (
        pa.RunEndEncodedArray.from_arrays(pa.array([8, BUILT]), pa.array([1.5, 2.25])),
        "FLOAT",
    ),
    "string view": (pa.array(["a", "b"] * (BUILT // 2), pa.string_view()), "STRING"),
    "duration": (pa.array(range(BUILT), pa.duration("s")), None),
    "fixed size list": (pa.array([[1.0, 2.0]] * BUILT, pa.list_(pa.float64(), 2)), None),
}


@pytest.mark.parametrize("case", BUILT_TYPES)
def test_a_column_of_any_type_is_built_and_then_sent_or_left_out_everywhere(arthur, case):
    array, value_type = BUILT_TYPES[case]
    numbers = pa.array([float(row) for row in range(BUILT)])
    table = pa.table({"column": array, "x": numbers, "p": numbers, "y": numbers})
    model = arthur.model(unique_name(), "TABULAR", "REGRESSION")
    model.build(table, {"p": "y"})
    assert model.attributes_type_dict.get("column") == value_type
    model.save()
    assert model.get_attributes("PIPELINE_INPUT")
    for name, (convert, send) in ROADS.items():
        if name == "file" and pa.types.is_run_end_encoded(array.type):
            continue  # Parquet has no such type
        ids = [f"{name}-{row}" for row in range(BUILT)]
        result = send(model, convert(table.append_column("partner_inference_id", [ids])))
        assert (result.accepted, result.failures) == (BUILT, []), name
        if value_type is not None:
            found = stored(model, "column")
            expected = [
                float(value) if value_type == "FLOAT" else value for value in array.to_pylist()
            ]
            assert [found[row_id]["column"] for row_id in ids] == expected, name


SCALARS = st.one_of(
    st.lists(st.none() | st.integers(-(2**52), 2**52), min_size=1, max_size=4),
    st.lists(st.none() | st.floats(width=32), min_size=1, max_size=4),
    st.lists(st.none() | st.booleans(), min_size=1, max_size=4),
    st.lists(
        st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
        min_size=1,
        max_size=4,
    ),
    st.lists(
        st.none() | st.binary(max_size=4).filter(lambda b: b"\0" not in b), min_size=1, max_size=4
    ),
    st.lists(st.none() | st.decimals(-1000, 1000, places=2), min_size=1, max_size=4),
)
WRAPPERS = {
    "plain": lambda array: array,
    "dictionary": lambda array: array.dictionary_encode(),
    "runs": lambda array: pa.RunEndEncodedArray.from_arrays(
        pa.array(range(1, len(array) + 1), pa.int32()), array
    ),
    "list": lambda array: pa.ListArray.from_arrays(range(len(array) + 1), array),
    "struct": lambda array: pa.StructArray.from_arrays([array], ["field"]),
    "chunk": lambda array: pa.concat_arrays([array, array])[len(array) :],
}


@given(SCALARS, st.sampled_from(sorted(WRAPPERS)), st.sampled_from(VALUE_TYPES))
@examples(20)
def test_generated_arrays_are_stored_equal_or_refused_alike(models, values, wrapper, value_type):
    try:
        array = WRAPPERS[wrapper](pa.array(values))
    except pa.ArrowNotImplementedError:
        return
    found = send_on_every_road(models[value_type], array)
    first = next(iter(found.values()))
    assert all(stored_values == first for stored_values in found.values()), found
