import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from builders import attribute, unsaved_model

from arthurai.common.exceptions import UserTypeError
from arthurai.model.attributes import ArthurAttribute

TYPES = {
    "FLOAT": ([0.5, None], ["a", "b"]),
    "INTEGER": ([1, 2], [0.5, 1.0]),
    "STRING": (["2024-01-01", "12"], [1, 2]),
    "BOOLEAN": ([True, None], [1, 0]),
    "TIMESTAMP": (
        [dt.datetime(2024, 1, 1, tzinfo=dt.UTC), None],
        [dt.datetime(2024, 1, 1)] * 2,  # noqa: DTZ001 - without zone on purpose
    ),
    "TOKENS": ([["a", "b"], []], [[1], [2]]),
    "TOKEN_LIKELIHOODS": ([[{"a": 0.5}], None], [["a"], ["b"]]),
    "BOUNDING_BOX": ([[[0.0, 0.5, 1.0, 1.0, 2.0, 2.0]], []], [[[0.0, 0.5]], []]),
    "RANKED_LIST": ([[{"item_id": "a", "score": 1}], None], [["a"], ["b"]]),
    "ARRAY(STRING)": ([["a"], None], [[{"a": 1}], None]),
    "TIME_SERIES": (
        [[{"timestamp": "2024-01-01T00:00:00Z", "value": 1}], None],
        [[{"value": 1}], None],
    ),
}


def model(**types):
    return unsaved_model(attributes=[attribute(name, kind) for name, kind in types.items()])


@pytest.mark.parametrize("value_type", TYPES)
@pytest.mark.parametrize("container", [pd.DataFrame, dict, pl.DataFrame])
def test_columns_are_checked_as_a_whole(value_type, container):
    good, bad = TYPES[value_type]
    described = model(a=value_type)
    assert described.validate_reference_data(container({"a": good})) is None
    with pytest.raises(UserTypeError, match="column 'a'"):
        described.validate_reference_data(container({"a": bad}))


def test_whole_numbers_are_floats_and_gaps_make_no_floats():
    model(a="FLOAT").validate_reference_data(pd.DataFrame({"a": [1, 2]}))
    model(a="INTEGER").validate_reference_data(pd.DataFrame({"a": [1.0, np.nan, 2.0]}))


def test_a_late_wrong_value_is_found_with_its_row():
    data = pd.DataFrame({"a": [1.0] * 500 + [1.5]})
    with pytest.raises(UserTypeError, match=r"1\.5 in row 500"):
        model(a="INTEGER").validate_reference_data(data)


def test_every_problem_is_listed():
    data = pd.DataFrame({"b": ["x"], "c d": [1], "e": [1j], "f": [["x", 1]], "g": ["x"]})
    described = model(a="FLOAT", b="FLOAT", e="FLOAT", f="TOKENS", g="STRING")
    described.add_attribute(
        arthur_attribute=ArthurAttribute("made", "FLOAT", "PREDICTED_VALUE", implicit=True)
    )
    with pytest.raises(UserTypeError) as caught:
        described.validate_reference_data(data)
    text = str(caught.value)
    assert [
        name for name in ("'a'", "'b'", "'c d'", "'e'", "'f'", "'g'", "made") if name in text
    ] == [
        "'a'",
        "'b'",
        "'c d'",
        "'e'",
        "'f'",
    ]
    assert text.count("\n") == 6


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (5, "table"),
        (pd.DataFrame({"a": []}), "no rows"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), r"duplicate columns .*'a'"),
        ([{"a": 1}, {"a": "x"}], "mixes types"),
    ],
)
def test_what_is_no_data_is_said_at_once(data, text):
    with pytest.raises(UserTypeError, match=text):
        model(a="FLOAT").validate_reference_data(data)


def test_a_series_can_be_reference_data(arthur, name):
    described = arthur.model(name, "TABULAR", "REGRESSION")
    described.set_reference_data(data=pd.Series([1.0, 2.0], name="a"))
    described.attributes = model(a="FLOAT").attributes
    described.validate_reference_data(described.reference_dataframe)


def test_a_stream_is_read_once_and_kept(arthur, name):
    table = pa.table({"x": [1.5, 2.5, 3.5], "hat": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 3.0]})
    described = arthur.model(name, "TABULAR", "REGRESSION")
    described.build(table.to_reader(), {"hat": "y"})
    described.save()
    count = {"select": [{"function": "count"}], "from": "reference"}
    assert described.query(count) == [{"count": 3}]
