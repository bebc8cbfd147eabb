"""Modules below `arthurai.model` that other programs import from."""

import datetime as dt
import json
import math

import numpy as np
import pandas as pd
import pytest

from arthurai._compat import attribute_value_checks as checks
from arthurai._compat import inference_rows as inferences
from arthurai._compat import model_helpers
from arthurai._compat import table_helpers as util
from arthurai.common.exceptions import (
    UnexpectedTypeError,
    UnexpectedValueError,
    UserTypeError,
    UserValueError,
)
from arthurai.model.attributes import ArthurAttribute

AWARE = dt.datetime(2024, 1, 2, 3, tzinfo=dt.UTC)
NAIVE = dt.datetime(2024, 1, 2, 3)  # noqa: DTZ001 - without zone on purpose


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (np.int64(3), 3),
        (np.float64("nan"), None),
        (math.nan, None),
        (np.bool_(True), True),
        (np.array([[1, 2]]), [[1, 2]]),
        (np.str_("a"), "a"),
        (pd.NaT, None),
        (pd.NA, None),
        (pd.Timestamp(AWARE), AWARE),
        (np.datetime64("2024-01-02T03:00:00", "s"), NAIVE),
        ("a", "a"),
        ({"a": 1}, {"a": 1}),
    ],
)
def test_numpy_values_become_plain(value, plain):
    found = util.NumpyEncoder.convert_value(value)
    assert found == plain
    assert type(found).__module__ != "numpy"


def test_numpy_encoder_is_an_encoder():
    text = json.dumps({"a": np.int8(1), "b": np.arange(2), "c": AWARE}, cls=util.NumpyEncoder)
    assert json.loads(text) == {"a": 1, "b": [0, 1], "c": AWARE.isoformat()}
    with pytest.raises(TypeError):
        json.dumps(object(), cls=util.NumpyEncoder)


def test_files_are_found_below_a_directory(tmp_path):
    (tmp_path / "b").mkdir()
    for name in ("b/1.parquet", "2.parquet", "b/3.json", "4.txt"):
        (tmp_path / name).touch()
    assert util.retrieve_parquet_files(str(tmp_path)) == [
        tmp_path / "2.parquet",
        tmp_path / "b" / "1.parquet",
    ]
    assert util.retrieve_json_files(str(tmp_path)) == [tmp_path / "b" / "3.json"]


def test_pandas_data_is_standardized():
    frame = pd.DataFrame({"n": [1.0, math.inf, 3.0], "t": [AWARE] * 3})
    found = util.standardize_pd_obj(frame, False, True, {"n": "INTEGER"})
    assert str(found["n"].dtype) == "Int64"
    assert found["n"].isna().tolist() == [False, True, False]
    assert found["t"].tolist() == [AWARE.isoformat()] * 3
    assert np.isinf(frame["n"][1])
    series = util.standardize_pd_obj(frame["n"], True, False)
    assert series.tolist() == [1.0, 3.0]
    with pytest.raises(UserValueError):
        util.standardize_pd_obj(pd.DataFrame({"t": [NAIVE]}), False, True)
    with pytest.raises(UnexpectedValueError):
        util.standardize_pd_obj(frame, True, False)
    with pytest.raises(UnexpectedTypeError):
        util.standardize_pd_obj([1], False, False)


def test_tables_become_rows():
    rows = [{"a": 1, "b": 2}, {"a": 3, "b": 4}]
    for table in (rows, {"a": [1, 3], "b": [2, 4]}, pd.DataFrame(rows)):
        assert util.dataframe_like_to_list_of_dicts(table) == rows
    assert util.dataframe_like_to_list_of_dicts([]) == []
    with pytest.raises(UserTypeError):
        util.dataframe_like_to_list_of_dicts([1])
    with pytest.raises(UserValueError, match="length"):
        util.dataframe_like_to_list_of_dicts({"a": [1], "b": []})


def test_columns_are_set_by_position():
    rows = [{"a": 1}, {"a": 2}]
    util.update_column_in_list_of_dicts(rows, "b", pd.Series(["x", "y"], index=[1, 0]))
    assert rows == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
    with pytest.raises(UserValueError, match="3 values for 2 rows"):
        util.update_column_in_list_of_dicts(rows, "b", [1, 2, 3])
    with pytest.raises(UserTypeError):
        util.update_column_in_list_of_dicts(rows, "b", 5)


@pytest.mark.parametrize(
    ("value", "true_for"),
    [
        (1.5, "float"),
        (np.float32(1), "float"),
        (1, "int"),
        (np.uint8(1), "int"),
        (True, "bool"),
        (np.bool_(False), "bool"),
        ("a", "str"),
        (NAIVE, "date"),
        (pd.Timestamp(AWARE), "date"),
        (np.datetime64("2024-01-01"), "date"),
        ([1], "list"),
        (np.arange(2), "list"),
        ((1,), None),
        (None, None),
    ],
)
def test_kinds_of_values(value, true_for):
    found = [
        kind
        for kind in ("float", "int", "str", "bool", "date", "list")
        if getattr(util, f"is_{kind}_like")(value)
    ]
    assert found == ([true_for] if true_for else [])


@pytest.mark.parametrize(
    ("text", "is_date"),
    [
        ("2024-01-02", True),
        ("Jan 2 2024", True),
        ("Jan 2024", False),
        ("12:30", False),
        ("x", False),
    ],
)
def test_whole_dates(text, is_date):
    assert util.is_valid_datetime_obj(text) is is_date


def test_small_helpers():
    assert util.can_cast(int, "5")
    assert not util.can_cast(int, "x")
    assert util.intersection_is_non_empty([1, 2], [2])
    assert not util.intersection_is_non_empty([1], [])
    assert list(util.series_to_df(pd.Series([1], name="a")).columns) == ["a"]
    with pytest.raises(UserTypeError):
        util.series_to_df([1])


ATTRIBUTES = [
    ArthurAttribute("x", "FLOAT", "PIPELINE_INPUT"),
    ArthurAttribute("n", "STRING", "NON_INPUT_DATA"),
    ArthurAttribute("p", "FLOAT", "PREDICTED_VALUE"),
    ArthurAttribute("q", "FLOAT", "PREDICTED_VALUE", implicit=True),
    ArthurAttribute("g", "FLOAT", "GROUND_TRUTH"),
]


def test_flat_rows_are_nested():
    rows = [{"x": 1, "g": 2, "batch_id": "b"}, {"inference_data": {"x": 1}, "g": 3}]
    assert inferences.nest_inference_and_ground_truth_data(rows, ATTRIBUTES) == [
        {"batch_id": "b", "inference_data": {"x": 1}, "ground_truth_data": {"g": 2}},
        {"inference_data": {"x": 1}, "ground_truth_data": {"g": 3}},
    ]
    for row, error, text in (
        ({"zz": 1}, UserValueError, "row 0 has 'zz'"),
        ({"x": 1, "inference_data": {}}, UserValueError, "nest all or none"),
        ({"inference_data": 5}, UserTypeError, "must be a dict"),
    ):
        with pytest.raises(error, match=text):
            inferences.nest_inference_and_ground_truth_data([row], ATTRIBUTES)


def test_predictions_and_truth_are_merged():
    rows = [{"inference_data": {"x": 1}}, {"inference_data": {"x": 2}}]
    inferences.add_predictions_or_ground_truth(rows, [0.5, 0.25], ATTRIBUTES, "PREDICTED_VALUE")
    inferences.add_predictions_or_ground_truth(rows, {"g": [7, 8]}, ATTRIBUTES, "GROUND_TRUTH")
    assert rows[1] == {"inference_data": {"x": 2, "p": 0.25}, "ground_truth_data": {"g": 8}}
    with pytest.raises(UserValueError, match="1 values"):
        inferences.add_predictions_or_ground_truth(rows, [0.5], ATTRIBUTES, "PREDICTED_VALUE")
    with pytest.raises(UnexpectedValueError):
        inferences.add_predictions_or_ground_truth(rows, [1, 2], ATTRIBUTES, "PIPELINE_INPUT")
    with pytest.raises(UserTypeError):
        inferences.parse_stage_attributes(5, ATTRIBUTES, "GROUND_TRUTH")
    two = [*ATTRIBUTES, ArthurAttribute("h", "FLOAT", "GROUND_TRUTH")]
    with pytest.raises(UserValueError, match="exactly one"):
        inferences.parse_stage_attributes([1, 2], two, "GROUND_TRUTH")


def test_reference_rows_are_wrapped_once():
    wrapped = [{"reference_data": {"x": 1}}]
    assert inferences.nest_reference_data([{"x": 1}], ATTRIBUTES) == wrapped
    assert inferences.nest_reference_data(wrapped, ATTRIBUTES) == wrapped
    with pytest.raises(UserValueError, match="wrap all or none"):
        inferences.nest_reference_data([*wrapped, {"x": 1}], ATTRIBUTES)
    with pytest.raises(UserTypeError):
        inferences.nest_reference_data([{"reference_data": 1}], ATTRIBUTES)
    with pytest.raises(UserValueError):
        inferences.nest_reference_data({"x": 1}, ATTRIBUTES)


def test_metadata_is_filled_in():
    both = pd.DataFrame({"x": [1.0, 2.0], "g": [1.0, 2.0]})
    filled = inferences.add_inference_metadata_to_dataframe(both, ATTRIBUTES)
    assert list(both.columns) == ["x", "g"]
    assert filled["partner_inference_id"].nunique() == 2
    assert filled["inference_timestamp"].equals(filled["ground_truth_timestamp"])
    assert inferences.add_inference_metadata_to_dataframe(filled, ATTRIBUTES) is filled
    for frame in (both[["x"]], both[["g"]]):
        with pytest.raises(UserValueError, match="partner_inference_id"):
            inferences.add_inference_metadata_to_dataframe(frame, ATTRIBUTES)
    alone = inferences.add_inference_metadata_to_dataframe(both[["x"]], ATTRIBUTES, True)
    assert "ground_truth_timestamp" not in alone
    with pytest.raises(UserValueError, match="must have a column that"):
        inferences.add_inference_metadata_to_dataframe(pd.DataFrame({"z": [1]}), ATTRIBUTES)


@pytest.mark.parametrize(
    ("value_type", "good", "bad", "error"),
    [
        ("FLOAT", 1.5, "x", UserTypeError),
        ("FLOAT", 1, True, UserTypeError),
        ("INTEGER", np.int64(1), "1", UserTypeError),
        ("STRING", "2024-01-01", 5, UserTypeError),
        ("BOOLEAN", np.bool_(True), 1, UserTypeError),
        ("TIMESTAMP", AWARE, 5, UserTypeError),
        ("TIMESTAMP", AWARE, NAIVE, UserValueError),
        ("TOKENS", ["a"], ["a", 5], UserTypeError),
        ("TOKEN_LIKELIHOODS", [{"a": 0.5}], [{"a": "b"}], UserTypeError),
        ("BOUNDING_BOX", [[0, 0.5, 1, 1, 2, 2]], "box", UserTypeError),
        ("BOUNDING_BOX", [[0, 0.5, 1, 1, 2, 2]], [[0, 0.5]], UserValueError),
    ],
)
def test_values_are_checked_against_types(value_type, good, bad, error):
    attribute = ArthurAttribute("a", value_type, "PIPELINE_INPUT")
    checks.validate_series_data_type([None, good], attribute)
    with pytest.raises(error, match="a: "):
        checks.validate_series_data_type([good, None, bad], attribute)


def test_other_checks(caplog):
    checks.validate_series_data_type([None], ATTRIBUTES[0])
    assert "has no values" in caplog.text
    with pytest.raises(UnexpectedTypeError):
        checks.ensure_obj_matches_attr_value_type(None, "FLOAT", "a")
    with pytest.raises(UnexpectedValueError, match="'NUMBER'"):
        checks.ensure_obj_matches_attr_value_type(1, "NUMBER", "a")
    assert checks.get_first_elem_if_valid_list([1, 2], "a", "numbers") == 1
    assert checks.get_first_elem_if_valid_list([], "a", "numbers") is None
    with pytest.raises(UserTypeError, match="list of numbers in boxes"):
        checks.get_first_elem_if_valid_list(5, "a", "numbers", "boxes")
    assert str(checks.obj_value_type_mismatch_err("a", "int", "str")).startswith("attribute 'a'")
    checks.validate_token_likelihoods_type([{"a": 1.0}], "a")
    checks.validate_attr_names(["a", "b_1"])
    with pytest.raises(UserValueError, match=r"'1a'.*'b c'"):
        checks.validate_attr_names(["a", "1a", "b c"])
    assert checks.valid_rec_obj({"item_id": "a"})
    assert not checks.valid_rec_obj({"item_id": 1})


def test_likeliest_tokens():
    probabilities = np.array([[0.7, 0.1, 0.2], [0.25, 0.5, 0.25]])
    words = {0: "a", 1: "b", 2: "c"}
    found = model_helpers.tensors_to_arthur_inference(np.log(probabilities), words, 2)
    assert [list(row) for row in found] == [["a", "c"], ["b", "a"]]
    assert found[0] == {"a": pytest.approx(0.7), "c": pytest.approx(0.2)}
    for tensor, vocabulary, count, text in (
        (np.log(probabilities), words, 6, "1 to 5"),
        (np.log(probabilities), words, 0, "1 to 5"),
        (np.log(probabilities[0]), words, 2, "two dimensions"),
        (np.log(probabilities[None]), words, 2, "more than two"),
        (probabilities, words, 2, "add up"),
        (np.log(probabilities), {0: "a"}, 2, "no token"),
    ):
        with pytest.raises(ValueError, match=text):
            model_helpers.tensors_to_arthur_inference(tensor, vocabulary, count)
