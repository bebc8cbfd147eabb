"""Arguments that take a list take any iterable of its entries."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from builders import unsaved_model

from arthurai import ArthurAI
from arthurai.common.checks import read_list
from arthurai.common.exceptions import UserTypeError

MAKERS = [
    list,
    tuple,
    iter,
    pd.Index,
    pd.Series,
    np.array,
    pl.Series,
    pa.array,
    lambda names: pd.DataFrame(columns=names),
]
FRAME = pd.DataFrame(
    {
        "x": [1.5, 2.5, 3.5],
        "y": [2.5, 1.5, 3.5],
        "z": [0.5, 2.0, 3.5],
        "p": [0.25, 0.75, 0.5],
        "label": [0, 1, 1],
    }
)


@pytest.mark.parametrize("make", MAKERS)
def test_any_iterable_is_read(make):
    assert read_list("names", make(["b", "a"])) == ["b", "a"]
    assert read_list("names", make([])) == []


def test_sets_are_sorted_where_order_does_not_matter():
    assert read_list("names", {"b", "a", "c"}) == ["a", "b", "c"]
    assert read_list("names", dict.fromkeys("ba").keys()) == ["a", "b"]
    with pytest.raises(UserTypeError, match="names must be a list of names in order, got a set"):
        read_list("names", {"b", "a"}, ordered=True)


def test_a_string_is_one_entry_or_an_error():
    assert read_list("names", "ab", single=True) == ["ab"]
    for wrong in ("ab", b"ab", {"a": 1}, 5, None, np.array("ab")):
        with pytest.raises(UserTypeError, match="names must be a list of columns, got"):
            read_list("names", wrong, "columns")


@pytest.mark.parametrize("make", [tuple, iter, set, pd.Index, pd.Series, np.array])
def test_build_takes_any_iterable_of_columns(make):
    built = unsaved_model("MULTICLASS")
    built.build(FRAME, {"p": 1}, ground_truth_column="label", non_input_columns=make(["y", "z"]))
    assert built.get_attribute_names(stage="NON_INPUT_DATA") == ["y", "z"]
    assert built.get_attribute_names(stage="PIPELINE_INPUT") == ["x"]
    none = unsaved_model("MULTICLASS")
    none.build(FRAME, {"p": 1}, ground_truth_column="label", non_input_columns=make([]))
    assert none.get_attribute_names(stage="PIPELINE_INPUT") == ["x", "y", "z"]


@pytest.mark.parametrize("make", [tuple, iter, pd.Index, pd.Series, np.array])
def test_other_calls_take_any_iterable(make):
    tagged = ArthurAI(offline=True).model("m", "TABULAR", "REGRESSION", tags=make(["a", "b"]))
    assert tagged.tags == ["a", "b"]
    boxes = unsaved_model("OBJECT_DETECTION", input_type="IMAGE")
    boxes.add_object_detection_output_attributes("p", "g", make(["cat", "dog"]))
    assert boxes.image_class_labels == ["cat", "dog"]
    built = unsaved_model("MULTICLASS")
    built.build(FRAME, {"p": 1}, ground_truth_column="label")
    built.set_predict_function_input_order(make(["z", "x", "y"]))
    assert [built.get_attribute(name).position for name in "zxy"] == [0, 1, 2]
    assert list(built.review(props=make(["position"])).columns) == ["name", "stage", "position"]
    built.get_attribute("x").set(bins=make([1.0, 2.0, 3.0]))
    assert [b.continuous_end for b in built.get_attribute("x").bins] == [2.0, 3.0]
    texts = unsaved_model("TOKEN_SEQUENCE")
    texts.build_token_sequence_model(make(["x", "y"]), "out", data=FRAME)
    assert texts.get_attribute_names(stage="PIPELINE_INPUT") == ["x", "y"]


def test_a_string_where_a_list_is_meant_is_one_clear_error():
    with pytest.raises(UserTypeError, match="tags must be a list of strings, got str 'ab'"):
        ArthurAI(offline=True).model("m", "TABULAR", "REGRESSION", tags="ab")
    with pytest.raises(UserTypeError, match="attributes must be a list of names, got str 'x'"):
        unsaved_model("REGRESSION").set_predict_function_input_order("x")
