import numpy as np
import pytest

from arthurai.common.constants import Stage, ValueType
from arthurai.common.exceptions import MissingParameterError, UserTypeError, UserValueError
from arthurai.model.attributes import (
    ArthurAttribute,
    AttributeBin,
    AttributeCategory,
    get_attribute_order_stage,
)


def attribute(**fields):
    defaults = {
        "name": "age",
        "value_type": ValueType.Integer,
        "stage": Stage.ModelPipelineInput,
        "position": 2,
    }
    return ArthurAttribute(**{**defaults, **fields})


def colours():
    return attribute(
        name="colour", value_type=ValueType.String, categorical=True, categories=["red", "blue"]
    )


def test_categories_take_values_dictionaries_and_objects():
    found = attribute(
        categorical=True,
        categories=[1, {"value": 2, "label": "two"}, AttributeCategory("3", "three")],
    ).categories
    assert found == [
        AttributeCategory("1"),
        AttributeCategory("2", "two"),
        AttributeCategory("3", "three"),
    ]


def test_set_keeps_labels_of_categories():
    changed = colours().set(categories=[{"value": "red", "label": "Red"}, "green"])
    assert changed.categories == [AttributeCategory("red", "Red"), AttributeCategory("green")]


def test_bins_take_cut_points_and_objects():
    cut = [AttributeBin(None, 1.5), AttributeBin(1.5, 4), AttributeBin(4, None)]
    assert attribute().set(bins=[None, 1.5, 4, None]).bins == cut
    assert attribute().set(bins=cut).bins == cut
    assert attribute(bins=np.array([0.0, 1.5])).bins == [AttributeBin(0.0, 1.5)]
    assert attribute(bins=cut).set(bins=None).bins is None


@pytest.mark.parametrize("bins", [[1], [2, 1], [1, None, 2], [1, 1]])
def test_cut_points_must_ascend(bins):
    with pytest.raises(UserValueError, match="ascending"):
        attribute().set(bins=bins)


@pytest.mark.parametrize("bins", [["a", "b"], "ab", [1, AttributeBin(1, 2)], [True, 2], 3])
def test_cut_points_must_be_numbers(bins):
    with pytest.raises(UserTypeError, match="bins"):
        attribute().set(bins=bins)


@pytest.mark.parametrize("categories", ["red", {"red": "Red"}, 5])
def test_categories_must_be_a_list(categories):
    with pytest.raises(UserTypeError, match="categories"):
        colours().set(categories=categories)


def test_turning_categorical_off_drops_the_categories():
    changed = colours().set(categorical=False)
    assert (changed.categorical, changed.categories) == (False, None)
    assert "categories" not in changed.to_dict()


def test_categories_can_be_set_to_none_with_unique_values():
    assert colours().set(categories=None, is_unique=True).categories is None


def test_raw_texts_assigned_as_categories_become_categories():
    changed = colours()
    changed.categories = ["a", "b"]
    changed.categories.append("c")
    assert changed.to_dict()["categories"] == [{"value": "a"}, {"value": "b"}, {"value": "c"}]


def test_unique_is_another_name_of_is_unique():
    changed = attribute()
    changed.unique = True
    assert changed.is_unique
    assert changed.unique
    assert changed.set(unique=False).is_unique is False


def test_range_sets_both_ends():
    changed = attribute().set(range=[0, 5])
    assert (changed.min_range, changed.max_range) == (0, 5)


def test_zero_is_an_end_of_a_range():
    assert attribute().set(min_range=0, max_range=3).min_range == 0
    with pytest.raises(MissingParameterError, match="max_range"):
        attribute().set(min_range=0)
    with pytest.raises(UserValueError, match="above"):
        attribute().set(min_range=0, max_range=-1)


@pytest.mark.parametrize(
    ("fields", "error", "text"),
    [
        ({"colour": "red"}, UserValueError, "unknown field 'colour'"),
        ({"categorical": True}, MissingParameterError, "must have categories"),
        ({"categories": ["a"]}, UserValueError, "categorical=True"),
        ({"categorical": False, "categories": ["a"]}, UserValueError, "Leave categories out"),
        ({"max_range": 4}, MissingParameterError, "min_range"),
        ({"min_range": 5, "max_range": 4}, UserValueError, "above"),
        ({"range": 4}, UserValueError, "range"),
    ],
)
def test_set_refuses_what_does_not_fit_and_changes_nothing(fields, error, text):
    target = attribute()
    before = target.to_dict()
    with pytest.raises(error, match=text):
        target.set(label="new", **fields)
    assert target.to_dict() == before


def test_unique_attribute_needs_no_categories():
    assert attribute().set(categorical=True, is_unique=True).categorical
    with pytest.raises(MissingParameterError):
        attribute(categorical=True, is_unique=True).set(is_unique=False)


def test_free_text_needs_no_categories():
    text = attribute(value_type=ValueType.Unstructured_Text)
    assert text.set(categorical=True).categorical


def test_text_of_attributes():
    assert str(attribute(label="Age")) == "PIPELINE_INPUT[2]:age (Age)\n\tRange: [None, None]"
    many = attribute(categorical=True, categories=list("abcdefg"), attribute_link="other")
    assert str(many).endswith("Categorical: [a, b, c, d, e...and 2 more]\n\tLink: other")
    assert str(attribute(categorical=True)).endswith("\tCategorical")
    assert str(attribute(categorical=True, categories=[])).endswith("\tCategorical")


def test_order_of_stages():
    order = [
        Stage.ModelPipelineInput,
        Stage.NonInputData,
        Stage.PredictedValue,
        Stage.GroundTruth,
        Stage.GroundTruthClass,
        Stage.PredictFunctionInput,
    ]
    assert [get_attribute_order_stage(stage) for stage in order] == [0, 1, 2, 3, 4, 5]


def test_wire_form_has_the_fields_in_order():
    full = attribute(
        id="i",
        label="l",
        min_range=np.float64(0.5),
        max_range=np.int64(2),
        bins=[0, 1],
        attribute_link="a",
        gt_class_link="1",
        token_attribute_link="t",
    )
    assert list(full.to_dict()) == [
        "name",
        "value_type",
        "stage",
        "id",
        "label",
        "position",
        "categorical",
        "min_range",
        "max_range",
        "monitor_for_bias",
        "bins",
        "is_unique",
        "is_positive_predicted_attribute",
        "attribute_link",
        "gt_class_link",
        "token_attribute_link",
        "implicit",
    ]
    assert type(full.to_dict()["min_range"]) is float
    assert full.to_dict()["bins"] == [{"continuous_start": 0, "continuous_end": 1}]
    assert ArthurAttribute.from_dict(full.to_dict()) == full
