import datetime as dt
import math
import subprocess
import sys

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from builders import unsaved_model
from hypothesis import given
from hypothesis import strategies as st
from hypothesis_profiles import examples
from thread_warnings import warns

from arthurai.common.constants import InputType, Stage, ValueType
from arthurai.common.exceptions import MethodNotApplicableError, UserTypeError, UserValueError

ROWS = 60


def inferred(data, stage=Stage.ModelPipelineInput, input_type=InputType.Tabular):
    described = unsaved_model(input_type=input_type)
    described.infer_schema(data, stage)
    return {attribute.name: attribute for attribute in described.attributes}


def one(values, **context):
    frame = values if isinstance(values, pd.DataFrame) else pd.DataFrame({"col": values})
    return inferred(frame, **context)["col"]


def cycle(distinct, rows=ROWS):
    return [distinct[i % len(distinct)] for i in range(rows)]


@pytest.mark.parametrize(
    ("values", "value_type", "categorical", "unique"),
    [
        (cycle(range(20)), "INTEGER", True, False),
        (cycle(range(21)), "INTEGER", False, False),
        (list(range(20)), "INTEGER", True, True),
        (list(range(10)), "INTEGER", True, False),
        (cycle([float(i) for i in range(25)]), "FLOAT", True, False),
        (cycle([float(i) for i in range(26)]), "FLOAT", False, False),
        (cycle([0.5, 1.0]), "FLOAT", False, False),
        (cycle([1, None, 2]), "FLOAT", True, False),
        (cycle([f"s{i}" for i in range(25)]), "STRING", True, False),
        (cycle([f"s{i}" for i in range(26)]), "STRING", True, True),
        ([f"s{i}" for i in range(11)], "STRING", True, True),
        ([f"s{i}" for i in range(10)], "STRING", True, False),
        (cycle([True, False]), "BOOLEAN", True, False),
        ([None] * ROWS, "STRING", True, False),
        ([math.nan] * ROWS, "FLOAT", False, False),
        (pd.date_range("2020", periods=ROWS, tz="UTC"), "TIMESTAMP", False, True),
        (cycle(["2020-01-01T00:00:00+00:00", "later"]), "STRING", True, False),
        (np.arange(ROWS, dtype="uint8"), "INTEGER", False, True),
        (np.arange(ROWS, dtype="uint64"), "INTEGER", False, True),
        (np.linspace(0, 1, ROWS, dtype="float32"), "FLOAT", False, True),
    ],
)
def test_type_category_and_uniqueness(values, value_type, categorical, unique):
    found = one(values)
    assert (found.value_type, found.categorical, found.is_unique) == (
        value_type,
        categorical,
        unique,
    )
    assert (found.categories is None) == (unique or not categorical)


@pytest.mark.parametrize("zone", ["America/Indiana/Knox", "Indian/Maldives", "Asia/Kolkata"])
def test_zone_names_do_not_make_times_integers(zone):
    assert one(pd.date_range("2020", periods=3, tz=zone)).value_type == "TIMESTAMP"


def test_ranges_leave_out_missing_and_infinite_values():
    found = one([0.5, math.nan, math.inf, -math.inf, 7.25])
    assert (found.min_range, found.max_range) == (0.5, 7.25)
    integer = one(list(range(-5, 40)))
    assert (integer.min_range, integer.max_range) == (-5, 39)
    assert type(integer.min_range) is int


@given(
    st.lists(
        st.one_of(
            st.sampled_from(["a", "b", "c", "dd"]), st.sampled_from(["é", "日", ""]), st.none()
        ),
        min_size=1,
        max_size=40,
    )
)
def test_categories_are_ordered_as_pandas_counts_them(values):
    series = pd.Series(values, dtype=object)
    counts = series.value_counts(sort=False).sort_values(ascending=False, kind="stable")
    expected = [str(value) for value in counts.index]
    found = one(values)
    if found.is_unique:
        assert found.categories is None
    else:
        assert [category.value for category in found.categories] == expected


def test_pandas_categories_keep_their_order_and_the_unused():
    column = pd.Categorical(["x", "y", "x", "z", "z"], categories=["w", "z", "y", "x"])
    found = one(pd.DataFrame({"col": column}))
    assert [category.value for category in found.categories] == ["z", "x", "y", "w"]


def test_texts_of_categories():
    assert [c.value for c in one([1.0, 2.0, 1.0]).categories] == ["1.0", "2.0"]
    assert [c.value for c in one([True, False, True]).categories] == ["True", "False"]
    assert [c.value for c in one([3, 3, 1]).categories] == ["3", "1"]


def test_language_and_image_models():
    words = {"col": cycle(["a b", "c d"])}
    for stage in (Stage.ModelPipelineInput, Stage.NonInputData):
        text = inferred(words, stage, InputType.NLP)["col"]
        assert (text.value_type, text.categorical, text.categories) == (
            "UNSTRUCTURED_TEXT",
            True,
            None,
        )
    image = inferred(words, Stage.ModelPipelineInput, InputType.Image)["col"]
    assert (image.value_type, image.categorical, image.categories) == ("IMAGE", False, None)
    assert inferred(words, Stage.NonInputData, InputType.Image)["col"].value_type == "STRING"


def test_lists_are_time_series_only_as_input_of_time_series_models():
    data = pd.DataFrame({"col": [[{"timestamp": "2020-01-01T00:00:00Z", "value": 1}]] * 3, "n": 1})
    found = inferred(data, Stage.ModelPipelineInput, InputType.TimeSeries)
    assert (found["col"].value_type, found["col"].is_unique) == ("TIME_SERIES", True)
    assert found["n"].position == 1
    assert set(inferred(data, Stage.NonInputData, InputType.TimeSeries)) == {"n"}
    arrow = pa.table({"col": pa.array([[1.0], [2.0]])})
    series = inferred(arrow, Stage.ModelPipelineInput, InputType.TimeSeries)["col"]
    assert series.value_type == "TIME_SERIES"


@pytest.mark.parametrize(
    "column",
    [
        [[1, 2]] * 3,
        [b"x"] * 3,
        [dt.date(2020, 1, 1)] * 3,
        [1j, 2j, 3j],
        pd.to_timedelta([1, 2, 3], unit="s"),
        pd.period_range("2020", periods=3, freq="D"),
        [{"a": 1}] * 3,
        [dt.time(1)] * 3,
    ],
)
def test_columns_no_attribute_can_hold_are_left_out_with_a_warning(column, caplog):
    found = inferred(pd.DataFrame({"odd": column, "fine": [1, 2, 3]}))
    assert set(found) == {"fine"}
    assert found["fine"].position == 1
    assert "'odd'" in caplog.text
    assert "numbers, strings or times with a zone" in caplog.text


def test_columns_without_values_are_told(caplog):
    inferred(pd.DataFrame({"bare": [None, None], "fine": ["a", None]}))
    told = [message for message in caplog.messages if "holds no values" in message]
    assert len(told) == 1
    assert "'bare'" in told[0]


def test_positions_follow_those_in_use():
    described = unsaved_model()
    described.infer_schema(pd.DataFrame({"a": [1], "b": [2]}), Stage.ModelPipelineInput)
    described.infer_schema(pd.DataFrame({"c": [1]}), Stage.ModelPipelineInput)
    described.infer_schema(pd.DataFrame({"d": [1]}), Stage.NonInputData)
    assert [a.position for a in described.attributes] == [0, 1, 2, 0]


def test_categorical_columns_are_pointed_out_once(caplog):
    inferred(pd.DataFrame({"a": ["x", "y"], "b": [1, 1], "c": [True, False]}))
    records = [r for r in caplog.records if "categorical" in r.message]
    told = {r.levelname: r.getMessage() for r in records}
    assert len(records) == len(told) == 2
    assert ": b. " in told["WARNING"]  # numbers that count as categories
    assert ": a. " in told["INFO"]


@pytest.mark.parametrize(
    ("data", "error", "text"),
    [
        (pd.DataFrame({"when": pd.date_range("2020", periods=2)}), UserValueError, "tz_localize"),
        (pd.DataFrame({"big": np.array([2**63], dtype="uint64")}), UserValueError, "64 bits"),
        ({"big": [2**63]}, UserValueError, "64 bits"),
        (pd.DataFrame({"mixed": ["a", 1]}), UserTypeError, r"'mixed'.*mixes types"),
        (pd.DataFrame({"mixed": ["a", True]}), UserTypeError, "mixes types"),
        ([{"mixed": 1}, {"mixed": "b"}], UserTypeError, "mixes types"),
        (pd.DataFrame({"a": []}), UserValueError, "no rows"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), UserValueError, r"duplicate columns .*'a'"),
        (pd.DataFrame({1: [2]}), UserTypeError, "must be strings, got 1"),
        (pd.DataFrame({"a b": [2]}), UserValueError, "such as 'a_b'"),
        (pd.DataFrame({"9a": [2]}), UserValueError, "such as '_9a'"),
        (5, UserTypeError, "table"),
        ("a,b", UserTypeError, "table"),
        (None, UserTypeError, "table"),
    ],
)
def test_what_cannot_be_described_is_refused_by_name(data, error, text):
    described = unsaved_model()
    with pytest.raises(error, match=text):
        described.infer_schema(data, Stage.ModelPipelineInput)
    assert described.attributes is None


def test_repeated_names_are_refused():
    described = unsaved_model()
    described.infer_schema(pd.DataFrame({"a": [1]}), Stage.ModelPipelineInput)
    with pytest.raises(UserValueError, match="already has attributes named 'a'"):
        described.infer_schema(pd.DataFrame({"b": [1], "a": [1]}), Stage.NonInputData)
    assert described.get_attribute_names() == ["a"]


@pytest.mark.parametrize("stage", [Stage.PredictedValue, Stage.GroundTruth, Stage.GroundTruthClass])
def test_linked_stages_have_their_own_calls(stage):
    with pytest.raises(MethodNotApplicableError, match=r"build\(\)"):
        unsaved_model().infer_schema(pd.DataFrame({"a": [1]}), stage)
    with pytest.raises(UserValueError, match="stage must be one of"):
        unsaved_model().infer_schema(pd.DataFrame({"a": [1]}), "INPUT")


def test_from_dataframe_is_infer_schema():
    described = unsaved_model()
    with warns(DeprecationWarning, match="use infer_schema"):
        described.from_dataframe(pd.Series([1, 2, 3], name="a"), Stage.ModelPipelineInput)
    assert described.get_attribute("a").value_type == ValueType.Integer


COLUMNS = {
    "number": [1.5, None, 3.0, 4.25, 1.5, 2.0],
    "count": [1, 2, 2, 3, 5, 5],
    "word": ["a", None, "b", "a", "b", "b"],
    "flag": [True, False, None, True, True, True],
    "when": [dt.datetime(2024, 1, day, tzinfo=dt.UTC) for day in range(1, 7)],
}


def as_rows(columns):
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def nullable(columns):
    types = {"number": "Float64", "count": "Int64", "word": "string", "flag": "boolean"}
    frame = {k: pd.array(v, dtype=types[k]) for k, v in columns.items() if k in types}
    return pd.DataFrame({**frame, "when": columns["when"]})


SOURCES = {
    "dict of lists": lambda c: c,
    "list of dicts": as_rows,
    "pandas": pd.DataFrame,
    "pandas nullable": nullable,
    "pandas arrow": lambda c: pa.table(c).to_pandas(types_mapper=pd.ArrowDtype),
    "pandas object": lambda c: pd.DataFrame(c, dtype=object),
    "pandas shuffled index": lambda c: pd.DataFrame(c, index=[5, 3, 3, 1, 0, 2]),
    "polars": pl.DataFrame,
    "polars lazy": lambda c: pl.DataFrame(c).lazy(),
    "pyarrow": pa.table,
    "pyarrow chunks": lambda c: pa.concat_tables([pa.table(c).slice(0, 2), pa.table(c).slice(2)]),
    "pyarrow dictionary": lambda c: pa.table(
        {k: pa.array(v).dictionary_encode() if k == "word" else pa.array(v) for k, v in c.items()}
    ),
}


@pytest.mark.parametrize("source", SOURCES)
def test_every_kind_of_table_says_the_same(source):
    found = inferred(SOURCES[source](COLUMNS))
    expected = inferred(pa.table(COLUMNS))
    assert {name: a.to_dict() for name, a in found.items()} == {
        name: a.to_dict() for name, a in expected.items()
    }


@pytest.mark.heavy
def test_neither_pandas_nor_numpy_is_needed():
    program = """
import sys
sys.modules["pandas"] = sys.modules["numpy"] = None
from arthurai.model.model import ArthurModel
model = ArthurModel("m", "TABULAR", "REGRESSION")
rows = [{"x": i / 7, "word": "ab"[i % 2], "hat": i / 2, "y": i} for i in range(50)]
table = model.build(rows, {"hat": "y"})
assert table["name"] == ["x", "word", "y", "hat"], table["name"]
assert model.get_attribute("x").is_unique
assert type(table).__name__ == "AttributeTable"
model.validate_reference_data(rows)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_caller_data_stays_as_it_is():
    frame = pd.DataFrame({"a": [1.0, math.inf], "b": ["x", None]})
    before = frame.copy(deep=True)
    inferred(frame)
    pd.testing.assert_frame_equal(frame, before)


SCALARS = {
    "ints": st.integers(-(2**40), 2**40),
    "few": st.integers(0, 5),
    "floats": st.floats(allow_nan=True, allow_infinity=True),
    "whole": st.integers(0, 40).map(float),
    "text": st.text(max_size=6),
    "flags": st.booleans(),
    "times": st.datetimes(
        dt.datetime(1970, 1, 1),  # noqa: DTZ001 - bounds have no zone
        dt.datetime(2100, 1, 1),  # noqa: DTZ001 - bounds have no zone
        timezones=st.just(dt.UTC),
    ),
    "nothing": st.none(),
}


@st.composite
def frames(draw):
    rows = draw(st.integers(1, 30))
    kinds = draw(st.lists(st.sampled_from(sorted(SCALARS)), min_size=1, max_size=4))
    gaps = draw(st.booleans())
    columns = {}
    for number, kind in enumerate(kinds):
        cell = SCALARS[kind] | st.none() if gaps else SCALARS[kind]
        columns[f"c{number}"] = draw(st.lists(cell, min_size=rows, max_size=rows))
    container = draw(st.sampled_from(["pandas", "polars", "arrow", "dict", "rows"]))
    if container == "pandas":
        return pd.DataFrame(columns)
    if container == "polars":
        return pl.DataFrame(columns, strict=False)
    if container == "arrow":
        return pa.table(columns)
    return columns if container == "dict" else as_rows(columns)


@examples(60)
@given(
    frames(),
    st.sampled_from(InputType.list()),
    st.sampled_from([Stage.ModelPipelineInput, Stage.NonInputData, Stage.PredictFunctionInput]),
)
def test_what_is_inferred_accepts_the_frame_it_saw(frame, input_type, stage):
    described = unsaved_model(input_type=input_type)
    described.infer_schema(frame, stage)
    for attribute in described.attributes:
        assert attribute.stage == stage
        assert not (attribute.categories and attribute.min_range is not None)
        assert attribute.set(label="checked").label == "checked"
    described.validate_reference_data(frame)


def test_large_tables_are_described_exactly():
    rows = 40_000
    unique = np.arange(rows) + 0.5
    late_repeat = unique.copy()
    late_repeat[-1] = late_repeat[-2]
    keys = [f"key-{i}" for i in range(rows)]
    frame = pd.DataFrame(
        {
            "unique": unique,
            "late_repeat": late_repeat,
            "early_repeat": np.repeat(unique[: rows // 2], 2),
            "key": keys,
            "late_word": ["a"] * (rows - 1) + ["b"],
            "late_fraction": [1.0] * (rows - 1) + [1.5],
            "whole": [float(i % 3) for i in range(rows)],
            **{f"n{i}": np.arange(rows) for i in range(8)},
        }
    )
    found = inferred(frame)
    assert [name for name, a in found.items() if a.is_unique] == [
        "unique",
        "key",
        *(f"n{i}" for i in range(8)),
    ]
    assert [c.value for c in found["late_word"].categories] == ["a", "b"]
    assert (found["late_fraction"].categorical, found["late_fraction"].max_range) == (False, 1.5)
    assert [c.value for c in found["whole"].categories] == ["0.0", "1.0", "2.0"]
    assert [a.position for a in found.values()] == list(range(15))


def test_a_large_table_with_a_fault_is_refused():
    rows = 60_000
    frame = pd.DataFrame({f"n{i}": np.arange(rows) for i in range(9)})
    frame["when"] = pd.date_range("2000", periods=rows, freq="min")
    with pytest.raises(UserValueError, match="'when' holds times without time zone"):
        inferred(frame)


def test_categories_of_the_data_are_pointed_out_once(arthur, name, caplog):
    model = arthur.model(name, "TABULAR", "REGRESSION")
    data = pd.DataFrame(
        {"a": ["x", "y"], "b": [1, 2], "c": ["u", "v"], "p": [0.5, 1.5], "y": [1.0, 2.0]}
    )
    model.build(data, {"p": "y"}, non_input_columns=["c"])
    told = [(r.levelname, r.getMessage()) for r in caplog.records if "categorical" in r.message]
    assert [level for level, _ in told] == ["WARNING", "INFO"]
    assert ": b. " in told[0][1]
    assert ": a, c. " in told[1][1]
