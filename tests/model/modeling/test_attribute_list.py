import pytest
from builders import unsaved_model

from arthurai.common.constants import InputType, OutputType, Stage, ValueType
from arthurai.common.exceptions import (
    MethodNotApplicableError,
    MissingParameterError,
    UserTypeError,
    UserValueError,
)
from arthurai.model.attributes import ArthurAttribute, AttributeBin, AttributeCategory


def binary():
    described = unsaved_model("MULTICLASS")
    described.add_attribute("age", ValueType.Integer, Stage.ModelPipelineInput, position=0)
    described.add_attribute("sex", ValueType.String, Stage.ModelPipelineInput, position=1)
    described.add_binary_classifier_output_attributes("p1", {"p0": "g0", "p1": "g1"})
    return described


def test_add_attribute_takes_everything():
    [added] = unsaved_model("MULTICLASS").add_attribute(
        name="größe_1",
        value_type=ValueType.Float,
        stage=Stage.NonInputData,
        label="Size",
        position=3,
        min_range=1,
        max_range=2,
        monitor_for_bias=True,
        categories=["a", AttributeCategory("b", "B")],
        bins=[AttributeBin(None, 1), AttributeBin(1, None)],
        is_unique=True,
        attribute_link="other",
    )
    assert added == ArthurAttribute(
        "größe_1",
        "FLOAT",
        "NON_INPUT_DATA",
        label="Size",
        position=3,
        min_range=1,
        max_range=2,
        monitor_for_bias=True,
        categories=[AttributeCategory("a"), AttributeCategory("b", "B")],
        bins=[AttributeBin(None, 1), AttributeBin(1, None)],
        is_unique=True,
        attribute_link="other",
    )


def test_add_attribute_appends_whole_attributes():
    described = unsaved_model("MULTICLASS")
    whole = ArthurAttribute("x", "FLOAT", "PIPELINE_INPUT")
    assert described.add_attribute(arthur_attribute=whole) == [whole]
    assert described.attributes[0] is whole


@pytest.mark.parametrize("name", ["", "1a", "a b", "a-b", "a.b", "a" * 256])
def test_bad_names_are_refused_without_printing(name, capsys):
    described = unsaved_model("MULTICLASS")
    for arguments in (
        {"name": name, "value_type": "FLOAT", "stage": "PIPELINE_INPUT"},
        {"arthur_attribute": ArthurAttribute(name, "FLOAT", "PIPELINE_INPUT")},
    ):
        with pytest.raises(UserValueError, match="not allowed"):
            described.add_attribute(**arguments)
    assert described.attributes is None
    assert capsys.readouterr().out == ""


def test_other_refusals_of_add_attribute():
    described = binary()
    with pytest.raises(MissingParameterError, match="value_type, stage"):
        described.add_attribute(name="x")
    with pytest.raises(UserTypeError, match="must be a string"):
        described.add_attribute(name=5, value_type="FLOAT", stage="PIPELINE_INPUT")
    for stage in (Stage.PredictedValue, Stage.GroundTruth):
        with pytest.raises(MethodNotApplicableError, match=r"build\(\)"):
            described.add_attribute(name="x", value_type="FLOAT", stage=stage)
    with pytest.raises(MethodNotApplicableError):
        described.add_attribute(
            name="x", value_type="FLOAT", stage="PIPELINE_INPUT", gt_pred_attrs_map={}
        )
    with pytest.raises(UserValueError, match=r"'age' \(in stage PIPELINE_INPUT"):
        described.add_attribute(name="age", value_type="FLOAT", stage="NON_INPUT_DATA")
    with pytest.raises(
        UserTypeError, match="unexpected keyword argument 'lable'; did you mean 'label'"
    ):
        described.add_attribute(lable="red")


def test_images_get_the_next_free_position():
    described = unsaved_model("MULTICLASS", input_type=InputType.Image)
    [first] = described.add_image_attribute("picture")
    [second] = described.add_image_attribute("mask")
    assert (first.value_type, first.position, first.is_unique, first.categorical) == (
        "IMAGE",
        0,
        True,
        False,
    )
    assert second.position == 1
    assert described.get_image_attribute() is first
    with pytest.raises(MissingParameterError, match="name"):
        described.add_image_attribute()
    with pytest.raises(UserValueError, match="no image"):
        unsaved_model("MULTICLASS").get_image_attribute()


def test_looking_up_attributes():
    described = binary()
    assert described.get_attribute("age") is described.attributes[0]
    assert described.get(name="age") is described.attributes[0]
    assert described.get_attributes(Stage.PredictedValue)[1].name == "p1"
    assert described.get_attribute_names(value_type=ValueType.Integer) == ["age", "g0", "g1"]
    assert described.get_attribute_names(Stage.GroundTruth, ValueType.Float) == []
    assert unsaved_model("MULTICLASS").get_attributes() == []
    with pytest.raises(UserValueError, match="no attribute 'x'; it has 'age', 'sex', 'p0'"):
        described.get_attribute("x")
    with pytest.raises(UserValueError, match="in stage GROUND_TRUTH"):
        described.get_attribute("age", Stage.GroundTruth)
    with pytest.raises(UserValueError, match="did you mean 'age'"):
        described.get_attribute("agee")
    with pytest.raises(
        UserValueError, match=r"stage must be one of .*'PIPELINE_INPUT'.* got 'INPUTS'"
    ):
        described.get_attributes("INPUTS")
    with pytest.raises(
        UserValueError, match=r"value_type must be one of .*got 'int'; did you mean 'INTEGER'"
    ):
        described.get_attribute_names(value_type="int")
    for call in (
        lambda: unsaved_model("MULTICLASS").get_attribute("x"),
        lambda: unsaved_model("MULTICLASS").get_attribute_names(),
    ):
        with pytest.raises(MethodNotApplicableError, match="no attributes yet"):
            call()


def test_links_follow_a_new_name():
    described = binary()
    renamed = described.rename_attribute("g1", "truth", Stage.GroundTruth)
    assert renamed.name == "truth"
    assert described.get_attribute("p1").attribute_link == "truth"
    assert described.attributes_type_dict["truth"] == "INTEGER"
    assert "g1" not in described.attributes_type_dict
    for new_name, text in (("9", "not allowed"), ("p0", "already")):
        with pytest.raises(UserValueError, match=text):
            described.rename_attribute("truth", new_name, Stage.GroundTruth)


def test_removing_attributes():
    described = binary()
    described.remove_attribute("age")
    described.remove_attribute(attribute=described.get_attribute("p0"))
    described.remove_attribute("g0", Stage.GroundTruth)
    assert described.get_attribute_names() == ["sex", "p1", "g1"]
    described.remove_attribute("g1")
    assert described.get_attribute("p1").attribute_link is None
    described.add_attribute("g1", ValueType.Integer, Stage.GroundTruthClass)
    assert set(described.attributes_type_dict) == {"sex", "p1", "g1"}
    for arguments in ({"name": "age"}, {"name": "sex", "stage": Stage.NonInputData}, {}):
        with pytest.raises(UserValueError):
            described.remove_attribute(**arguments)
    described.id = "saved"
    with pytest.raises(MethodNotApplicableError, match="is saved"):
        described.remove_attribute("sex")


def test_labels_and_sensitivity():
    described = binary()
    described.set_attribute_labels("sex", {0: "male", 1: "female"})
    assert described.get_attribute("sex").categories == [
        AttributeCategory("0", "male"),
        AttributeCategory("1", "female"),
    ]
    assert not described.check_has_bias_attrs()
    described.set_attribute_as_sensitive("sex", Stage.ModelPipelineInput)
    assert described.check_has_bias_attrs()
    assert described.check_attr_is_bias("sex")
    assert not described.check_attr_is_bias("age")
    with pytest.raises(UserTypeError, match="dictionary"):
        described.set_attribute_labels("sex", ["male"])


def test_order_of_inputs_and_predictions():
    described = binary()
    described.set_predict_function_input_order(["sex", "age"])
    assert [described.get_attribute(n).position for n in ("sex", "age")] == [0, 1]
    described.swap_predicted_attribute_positions()
    assert [described.get_attribute(n).position for n in ("p0", "p1")] == [1, 0]
    with pytest.raises(UserValueError, match="p0"):
        described.set_predict_function_input_order(["age", "p0"])
    described.remove_attribute("p0")
    with pytest.raises(
        MethodNotApplicableError, match=r"requires two predicted attributes; model .* has 1"
    ):
        described.swap_predicted_attribute_positions()


def test_binarize_leaves_its_argument_alone():
    described = binary()
    given = {"p0": 0.25}
    assert described.binarize(given) == {"p0": 0.25, "p1": 0.75}
    assert given == {"p0": 0.25}
    for bad in ({"p9": 0.5}, {"p0": 0.5, "p1": 0.5}, {}, 0.5):
        with pytest.raises(UserValueError):
            described.binarize(bad)
    described.get_attribute("p0").max_range = 2
    with pytest.raises(MethodNotApplicableError):
        described.binarize(given)


def test_one_hot_encode():
    described = binary()
    assert described.one_hot_encode("g1") == {"g0": 0, "g1": 1}
    with pytest.raises(UserValueError, match="'p1' is not one of"):
        described.one_hot_encode("p1")
    described.output_type = OutputType.Regression
    with pytest.raises(MethodNotApplicableError):
        described.one_hot_encode("g1")


def test_positive_class_is_none_where_there_is_none():
    described = binary()
    assert described.get_positive_predicted_class() == "p1"
    described.get_attribute("p1").is_positive_predicted_attribute = False
    assert described.get_positive_predicted_class() is None
    three = unsaved_model("MULTICLASS")
    three.add_multiclass_classifier_output_attributes({"a": "ga", "b": "gb", "c": "gc"})
    assert three.get_positive_predicted_class() == "Not a binary classifier."
    regression = unsaved_model("REGRESSION")
    assert regression.get_positive_predicted_class() == "Not a classifier model."


def test_stage_of_ground_truth_follows_the_attributes():
    described = unsaved_model("MULTICLASS")
    assert described.ground_truth_type is None
    described.add_binary_classifier_output_attributes("p1", {"p0": "g0", "p1": "g1"})
    assert described.ground_truth_type == Stage.GroundTruth
    described.add_attribute("klass", ValueType.Integer, Stage.GroundTruthClass)
    assert described.ground_truth_type == Stage.GroundTruthClass


def test_text_of_models():
    assert str(unsaved_model("MULTICLASS", display_name="Credit")) == (
        "Tabular Multiclass Model\n\tCredit:m\n\tStage: Local\n\tAttributes: []"
    )
    described = binary()
    for number in range(7):
        described.add_attribute(f"x{number}", "FLOAT", "NON_INPUT_DATA")
    described.model_group_id, described.version_label = "group", "v1"
    described.id = "saved"
    lines = str(described).splitlines()
    assert lines[1].endswith("@group:v1")
    assert lines[2] == "\tStage: Production"
    assert lines[3].endswith("]... and 3 more")


def test_foreign_errors_are_wrapped_with_their_cause():
    broken = binary()
    broken.attributes = [None]
    with pytest.raises(UserValueError, match="`attributes` of ArthurModel") as caught:
        broken.get_image_attribute()
    assert isinstance(caught.value.__cause__, AttributeError)
