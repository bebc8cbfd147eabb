"""Rows as numbers and back, and outputs as a matrix."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arthurai.common.exceptions import UserValueError
from arthurai.common.predict_functions import LabelEncoding, output_matrix


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.floats(allow_nan=False))))
def test_rows_there_and_back(rows):
    encoding = LabelEncoding([{"a": 0, "b": 1}, None])
    encoded = encoding.encode(rows)
    assert encoded.shape == (len(rows), 2)
    assert encoding.decode(encoded) == [list(row) for row in rows]


def test_missing_values_are_nan_and_numbers_between_categories_the_nearest_one():
    encoding = LabelEncoding([{"a": 0, "b": 4}, None])
    assert np.isnan(encoding.encode([[None, None]])).all()
    decoded = encoding.decode(np.array([[1.0, 7.5], [3.9, -1.0], [np.nan, 0.0]]))
    assert decoded == [["a", 7.5], ["b", -1.0], [None, 0.0]]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (["a"], "row 0 must have 2 values, got 1"),
        (["a", "x"], "input 1 must be a number, got 'x'; declare the attribute as categorical"),
    ],
)
def test_rows_that_cannot_be_numbers(row, message):
    with pytest.raises(UserValueError, match=message):
        LabelEncoding([{}, None]).encode([row])


@pytest.mark.parametrize(
    ("outputs", "columns", "positive", "expected"),
    [
        ([1, 2], 1, None, [[1], [2]]),
        ([[1, 2], [3, 4]], 2, None, [[1, 2], [3, 4]]),
        ([0.25, 1], 2, 1, [[0.75, 0.25], [0, 1]]),
        ([[0.25], [1]], 2, 0, [[0.25, 0.75], [1, 0]]),
    ],
)
def test_outputs_have_a_row_per_input_and_a_column_per_attribute(
    outputs, columns, positive, expected
):
    assert output_matrix(outputs, 2, columns, positive).tolist() == expected


@pytest.mark.parametrize(
    ("outputs", "columns", "positive"),
    [
        ([1, 2, 3], 1, None),
        ([1, 2], 2, None),  # two outputs that are not those of a binary classifier
        ([1, 2], 3, 1),
        ([[1, 2, 3], [1, 2, 3]], 2, 1),
        (5, 1, None),
    ],
)
def test_outputs_of_another_shape_are_refused(outputs, columns, positive):
    with pytest.raises(UserValueError, match=rf"shape \(2, {columns}\), with"):
        output_matrix(outputs, 2, columns, positive)
