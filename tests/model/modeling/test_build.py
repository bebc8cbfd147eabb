import re
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest
from builders import unsaved_model

from arthurai.common.constants import InputType, OutputType, Stage, ValueType
from arthurai.common.exceptions import (
    ArthurUserError,
    MethodNotApplicableError,
    MissingParameterError,
    UserTypeError,
    UserValueError,
)

ROWS = 40
RNG = np.random.default_rng(5)
DATA = pd.DataFrame(
    {
        "x": RNG.normal(size=ROWS),
        "city": ["Oslo", "Lima"] * (ROWS // 2),
        "p0": RNG.random(ROWS),
        "p1": RNG.random(ROWS),
        "p2": RNG.random(ROWS),
        "g0": RNG.integers(0, 2, ROWS),
        "g1": RNG.integers(0, 2, ROWS),
        "g2": RNG.integers(0, 2, ROWS),
        "label": RNG.integers(0, 3, ROWS),
        "amount": RNG.integers(1, 90, ROWS),
        "amount_hat": RNG.normal(40, 9, ROWS),
        "other_hat": RNG.normal(40, 9, ROWS),
    }
)


def shape(described):
    return [
        (a.name, a.stage, a.value_type, a.position, a.attribute_link or a.gt_class_link)
        for a in described.attributes
        if a.stage in {Stage.PredictedValue, Stage.GroundTruth, Stage.GroundTruthClass}
    ]


def test_one_prediction_and_a_class_column():
    described = unsaved_model("MULTICLASS")
    described.build(DATA[["x", "p1", "label"]], {"p1": 1}, ground_truth_column="label")
    assert shape(described) == [
        ("label", "GROUND_TRUTH_CLASS", "INTEGER", 0, None),
        ("p1", "PREDICTED_VALUE", "FLOAT", 1, "1"),
    ]
    assert described.get_attribute("p1").is_positive_predicted_attribute
    label = described.get_attribute("label")
    assert [c.value for c in label.categories] == [
        str(v) for v in DATA["label"].value_counts().index
    ]


def test_three_predictions_and_a_class_column():
    described = unsaved_model("MULTICLASS")
    described.build(
        DATA[["x", "p0", "p1", "p2", "label"]],
        {"p0": 0, "p1": 1, "p2": 2},
        ground_truth_column="label",
    )
    assert [entry[3:] for entry in shape(described)] == [(0, None), (0, "0"), (1, "1"), (2, "2")]


def test_two_predictions_and_two_columns():
    described = unsaved_model("MULTICLASS", classifier_threshold=0.7)
    described.build(
        DATA[["x", "p0", "p1", "g0", "g1"]],
        {"p0": "g0", "p1": "g1"},
        positive_predicted_attr="p1",
    )
    assert shape(described) == [
        ("p0", "PREDICTED_VALUE", "FLOAT", 0, "g0"),
        ("g0", "GROUND_TRUTH", "INTEGER", 0, "p0"),
        ("p1", "PREDICTED_VALUE", "FLOAT", 1, "g1"),
        ("g1", "GROUND_TRUTH", "INTEGER", 1, "p1"),
    ]
    assert described.classifier_threshold == 0.7


def test_missing_negative_prediction():
    described = unsaved_model("MULTICLASS")
    described.build(DATA[["x", "p1", "g0", "g1"]], {"p1": "g1", None: "g0"})
    assert shape(described) == [
        ("p1", "PREDICTED_VALUE", "FLOAT", 0, "g1"),
        ("g1", "GROUND_TRUTH", "INTEGER", 0, "p1"),
        ("g0", "GROUND_TRUTH", "INTEGER", 1, None),
    ]
    assert described.classifier_threshold == 0.5


@pytest.mark.parametrize("output_type", [OutputType.Multiclass, OutputType.Multilabel])
def test_a_column_for_each_class(output_type):
    described = unsaved_model(output_type)
    described.build(
        DATA.drop(columns=["label", "amount", "amount_hat", "other_hat"]),
        {"p0": "g0", "p1": "g1", "p2": "g2"},
        non_input_columns=["city"],
    )
    assert [entry[0] for entry in shape(described)] == ["g0", "p0", "g1", "p1", "g2", "p2"]
    assert described.get_attribute("city").stage == Stage.NonInputData
    assert described.get_attribute_names(Stage.ModelPipelineInput) == ["x"]


def test_regression_gives_each_side_its_own_type():
    described = unsaved_model(OutputType.Regression)
    described.build(DATA[["x", "amount", "amount_hat"]], {"amount_hat": "amount"})
    predicted, truth = described.get_attribute("amount_hat"), described.get_attribute("amount")
    assert (predicted.value_type, truth.value_type) == ("FLOAT", "INTEGER")
    assert (truth.min_range, truth.max_range) == (DATA["amount"].min(), DATA["amount"].max())
    described.validate_reference_data(described.reference_dataframe)


def test_object_detection_can_be_built(caplog):
    data = pd.DataFrame(
        {
            "path": ["a.png", "b.png"],
            "found": [[[0, 0.9, 1, 1, 5, 5]], [[2, 0.8, 1, 1, 5, 5], [1, 0.5, 0, 0, 2, 2]]],
            "there": [[[0, 1, 1, 1, 5, 5]], None],
        }
    )
    named = unsaved_model(
        OutputType.ObjectDetection, InputType.Image, image_class_labels=list("abc")
    )
    named.build(data, {"found": "there"})
    assert named.image_class_labels == ["a", "b", "c"]
    assert shape(named) == [
        ("there", "GROUND_TRUTH", "BOUNDING_BOX", 0, "found"),
        ("found", "PREDICTED_VALUE", "BOUNDING_BOX", 0, "there"),
    ]
    unnamed = unsaved_model(OutputType.ObjectDetection, InputType.Image)
    unnamed.build(data, {"found": "there"})
    assert unnamed.image_class_labels == ["0", "1", "2"]
    assert "image_class_labels is not set" in caplog.text


def ranked(best, good):
    return pd.DataFrame({"user": range(len(best)), "best": best, "good": good})


def test_recommendations():
    described = unsaved_model(OutputType.RankedList)
    odd = [None, [], [{"item_id": 5}], [{"item_id": "a", "score": 1}]]
    described.build(ranked(odd, [["a"], None, [], ["b"]]), {"best": "good"})
    assert shape(described) == [
        ("good", "GROUND_TRUTH", "ARRAY(STRING)", 0, "best"),
        ("best", "PREDICTED_VALUE", "RANKED_LIST", 0, "good"),
    ]


@pytest.mark.parametrize(
    ("best", "good", "text"),
    [
        ([[{"item_id": "a"}] * 101], [["a"]], "row 0 of column 'best' lists 101"),
        ([[{"item_id": "a"}]], [["a"] * 101], "column 'good' lists 101"),
        (
            [[{"item_id": f"i{r}-{i}"} for i in range(100)] for r in range(10)],
            [["one more"]] * 10,
            "1001 different items",
        ),
    ],
)
def test_limits_of_recommendations(best, good, text):
    described = unsaved_model(OutputType.RankedList)
    with pytest.raises(UserValueError, match=text):
        described.build(ranked(best, good), {"best": "good"})
    assert described.attributes is None


def test_time_series_need_one():
    data = DATA[["x", "amount", "amount_hat"]]
    described = unsaved_model(OutputType.Regression, InputType.TimeSeries)
    with pytest.raises(UserValueError, match="time series"):
        described.build(data, {"amount_hat": "amount"})
    series = [[{"timestamp": "2024-01-01T00:00:00Z", "value": 1.0}]] * ROWS
    described.build(data.assign(load=series), {"amount_hat": "amount"})
    assert described.get_attribute("load").value_type == ValueType.TimeSeries


def test_build_keeps_the_data_and_returns_the_review():
    described = unsaved_model(OutputType.Regression)
    data = DATA[["x", "amount", "amount_hat"]]
    table = described.build(data, {"amount_hat": "amount"})
    assert list(table["name"]) == ["x", "amount", "amount_hat"]
    assert described.reference_dataframe is data
    described.reference_dataframe = None
    described.build(data, {"amount_hat": "amount"}, set_reference_data=False)
    assert described.reference_dataframe is None
    assert len(described.attributes) == 3


@pytest.mark.parametrize("convert", [pl.DataFrame, lambda d: d.to_dict(orient="records"), dict])
def test_build_from_other_tables(convert):
    data = DATA[["x", "city", "p1", "label"]]
    expected, described = unsaved_model("MULTICLASS"), unsaved_model("MULTICLASS")
    expected.build(data, {"p1": 1}, ground_truth_column="label")
    described.build(convert(data), {"p1": 1}, ground_truth_column="label")
    assert described == expected


@pytest.mark.parametrize("value", [1.0, True, np.float64(1), np.bool_(True), np.int64(1)])
def test_numbers_equal_to_an_integer_class_stand_for_it(value):
    built = unsaved_model("MULTICLASS")
    built.build(NARROW, {"p1": value}, ground_truth_column="label")
    assert built.get_attribute("p1").gt_class_link == "1"
    added = unsaved_model("MULTICLASS").add_classifier_output_attributes_gtclass(
        {"p1": value}, "label", NARROW
    )
    assert added["p1"].gt_class_link == "1"


NARROW = DATA[["x", "p0", "p1", "g0", "g1", "label"]]
POSITIVE = {"positive_predicted_attr": "p1"}


@pytest.mark.parametrize(
    ("data", "pairs", "more", "error", "text"),
    [
        (NARROW, {None: "g0"}, {}, UserValueError, "at least one predicted column"),
        (NARROW, {"zz": "g0"}, {}, UserValueError, "does not have: 'zz'"),
        (NARROW, {"p0": "zz"}, {}, UserValueError, "ground truth.*: 'zz'"),
        (NARROW, {"p0": "g0"}, {"non_input_columns": ["zz"]}, UserValueError, "non_input_columns"),
        (NARROW, {"p0": "g0"}, {"non_input_columns": "x"}, UserTypeError, "list of column names"),
        (NARROW, {"p0": 7}, {"ground_truth_column": "label"}, UserValueError, "never holds"),
        (NARROW, {"p0": "1"}, {"ground_truth_column": "label"}, UserValueError, "never holds"),
        (NARROW, {"p0": 0.5}, {"ground_truth_column": "label"}, UserValueError, "never holds"),
        (NARROW, {"p0": 1}, {"ground_truth_column": "zz"}, UserValueError, "ground_truth_column"),
        (NARROW, {"p0": "g0"}, {}, UserValueError, "do not identify the two classes"),
        (NARROW, {"p0": "g0", "p1": "g1"}, {}, UserTypeError, "positive_predicted_attr"),
        (NARROW, {"g0": "g1", "p1": "label"}, {}, UserTypeError, "probabilities"),
        (NARROW.rename(columns={"x": "x y"}), {"p0": "g0"}, {}, UserValueError, "such as 'x_y'"),
        (
            NARROW.rename(columns={"x": 3}),
            {"p0": "g0"},
            {},
            UserTypeError,
            "must be strings, got 3",
        ),
        (
            NARROW.rename(columns={"x": "batch_id"}),
            {"p0": "g0"},
            {},
            UserValueError,
            "reserved for the metadata",
        ),
        (NARROW, {"p00": "g0"}, {}, UserValueError, "did you mean 'p0'"),
        (
            NARROW,
            {"p0": "p0", "p1": "g1"},
            POSITIVE,
            UserValueError,
            "'p0' is named more than once",
        ),
        (
            NARROW,
            {"p0": "g1", "p1": "g1"},
            POSITIVE,
            UserValueError,
            "'g1' is named more than once",
        ),
        (NARROW, {"p0": 1}, {"ground_truth_column": "p1"}, ArthurUserError, r"\.astype\(int\)"),
        (
            NARROW.astype({"label": bool}),
            {"p0": True},
            {"ground_truth_column": "label"},
            ArthurUserError,
            r"holds BOOLEAN.*\.astype\(int\)",
        ),
        (
            NARROW.assign(label=NARROW["label"].where(NARROW.index > 0)),
            {"p0": 1},
            {"ground_truth_column": "label"},
            UserValueError,
            r"1 missing values.*dropna\(subset=\['label'\]\)",
        ),
        (NARROW, ["p0"], {}, UserTypeError, "dictionary"),
        (NARROW.head(0), {"p0": "g0", "p1": "g1"}, {}, UserValueError, "no rows"),
    ],
)
def test_what_does_not_fit_is_refused_and_the_attributes_stay(data, pairs, more, error, text):
    described = unsaved_model("MULTICLASS")
    described.build(NARROW, {"p0": 0}, ground_truth_column="label", set_reference_data=False)
    before = described.to_dict()
    with pytest.raises(error, match=text):
        described.build(data, pairs, **more)
    assert described.to_dict() == before
    assert described.reference_dataframe is None


@pytest.mark.parametrize(
    ("pairs", "more", "warned"),
    [
        ({"p0": "a", "p1": "b"}, POSITIVE, "without a predicted column: 'c'"),
        ({"p0": "a"}, {}, "without a predicted column: 'b', 'c'"),
        ({"p0": "a", "p1": "b", "p2": "c"}, {}, None),
    ],
)
def test_classes_without_a_prediction_are_told(caplog, pairs, more, warned):
    count = len(DATA)
    data = pd.DataFrame(
        {
            "x": DATA["x"],
            "p0": DATA["p0"],
            "p1": DATA["p1"] / 2,
            "p2": DATA["p1"] / 2,
            "kind": (["a", "b", "c"] * count)[:count],
        }
    )
    data = data[["x", "kind", *pairs]]
    unsaved_model("MULTICLASS").build(data, pairs, ground_truth_column="kind", **more)
    told = [message for message in caplog.messages if "without a predicted column" in message]
    assert len(told) == (warned is not None)
    assert all(warned in message for message in told)


def test_many_names_that_do_not_fit_make_a_short_message():
    names = [f"mean radius {number}" for number in range(40)]
    data = pd.concat([NARROW, pd.DataFrame(0.5, NARROW.index, names)], axis=1)
    with pytest.raises(UserValueError) as refused:
        unsaved_model("MULTICLASS").build(data, {"p0": 0}, ground_truth_column="label")
    text = str(refused.value)
    assert "such as 'mean_radius_0'" in text
    assert "and 35 more" in text
    assert len(text) < 1_000
    [remedy] = re.findall(r"data\.columns = .*$", text)
    frames = {"data": data}
    exec(remedy, frames)
    unsaved_model("MULTICLASS").build(frames["data"], {"p0": 0}, ground_truth_column="label")


def test_saved_models_cannot_be_built():
    described = unsaved_model(OutputType.Regression, id="saved")
    with pytest.raises(MethodNotApplicableError, match="is saved"):
        described.build(DATA, {"amount_hat": "amount"})


def test_regression_refusals():
    described = unsaved_model(OutputType.Regression)
    with pytest.raises(UserValueError, match="one type"):
        described.build(DATA, {"amount_hat": "g0", "amount": "g1"})
    with pytest.raises(UserValueError, match="must hold numbers"):
        described.build(DATA, {"amount_hat": "city"})
    with pytest.raises(UserValueError, match="MULTICLASS models only"):
        described.build(DATA, {"amount_hat": 1}, ground_truth_column="label")


def test_text_generation_has_its_own_call():
    with pytest.raises(MethodNotApplicableError, match="build_token_sequence_model"):
        unsaved_model(OutputType.TokenSequence).build(DATA, {"p0": "g0"})


def test_positive_class_may_be_named_by_its_ground_truth():
    described = unsaved_model("MULTICLASS")
    described.add_binary_classifier_output_attributes("g1", {"p0": "g0", "p1": "g1"}, 0.3)
    assert described.get_positive_predicted_class() == "p1"
    assert described.classifier_threshold == 0.3
    with pytest.raises(UserValueError, match="'maybe' is neither"):
        unsaved_model("MULTICLASS").add_binary_classifier_output_attributes(
            "maybe", {"p0": "g0", "p1": "g1"}
        )
    with pytest.raises(UserValueError, match="two pairs"):
        unsaved_model("MULTICLASS").add_binary_classifier_output_attributes("p0", {"p0": "g0"})


def test_class_column_helper():
    text = DATA.assign(label=DATA["label"].map({0: "no", 1: "yes", 2: "maybe"}))
    described = unsaved_model("MULTICLASS", input_type=InputType.NLP)
    added = described.add_classifier_output_attributes_gtclass({"p0": "no"}, "label", text, "p0")
    assert added["label"].value_type == ValueType.String
    assert [c.value for c in added["label"].categories]
    assert set(added) == {"label", "p0"}
    call = unsaved_model("MULTICLASS").add_classifier_output_attributes_gtclass
    with pytest.raises(MissingParameterError, match="data"):
        call({"p0": 0}, "label", None)
    with pytest.raises(MissingParameterError, match="data"):
        call({"p0": 0}, "label")
    with pytest.raises(UserValueError, match="missing values"):
        call({"p0": 0}, "label", DATA.assign(label=[None, *range(ROWS - 1)]).convert_dtypes())
    with pytest.raises(ArthurUserError, match="FLOAT"):
        call({"p0": 0}, "x", DATA)
    with pytest.raises(UserValueError, match="no columns"):
        call({"p0": 0}, "zz", DATA)
    with pytest.raises(UserValueError, match="not one of the predicted"):
        call({"p0": 0}, "label", DATA, "p9")


def test_helpers_detect_names_in_use():
    described = unsaved_model("MULTICLASS")
    described.add_multiclass_classifier_output_attributes({"a": "ga", "b": "gb", "c": "gc"})
    with pytest.raises(UserValueError, match="already"):
        described.add_multiclass_classifier_output_attributes({"a": "ga", "b": "gb", "c": "gc"})
    assert len(described.attributes) == 6
    with pytest.raises(UserValueError, match="more than two"):
        unsaved_model("MULTICLASS").add_multiclass_classifier_output_attributes(
            {"a": "ga", "b": "gb"}
        )


def test_second_helper_takes_the_next_positions():
    described = unsaved_model(OutputType.Regression)
    described.add_regression_output_attributes({"a": "ga", "b": "gb"}, ValueType.Float)
    added = described.add_regression_output_attributes({"c": "gc"}, ValueType.Float)
    assert (added["c"].position, added["gc"].position) == (2, 2)


def test_detection_and_recommendation_helpers_check_the_model():
    detection = unsaved_model(OutputType.ObjectDetection, InputType.Image)
    for predicted, truth, labels in (("a", "a", ["x"]), ("a", "b", [])):
        with pytest.raises(UserValueError):
            detection.add_object_detection_output_attributes(predicted, truth, labels)
    with pytest.raises(UserTypeError, match="image_class_labels must be a list of class names"):
        detection.add_object_detection_output_attributes("a", "b", "xyz")
    with pytest.raises(MethodNotApplicableError, match="IMAGE"):
        unsaved_model("MULTICLASS").add_object_detection_output_attributes("a", "b", ["x"])
    with pytest.raises(MethodNotApplicableError, match="RANKED_LIST"):
        unsaved_model("MULTICLASS").add_ranked_list_output_attributes("a", "b")
    with pytest.raises(UserValueError, match="column of its own"):
        unsaved_model(OutputType.RankedList).add_ranked_list_output_attributes("a", "a")


def test_text_generation_from_text():
    described = unsaved_model(OutputType.TokenSequence, InputType.NLP)
    described.build_token_sequence_model(
        "question",
        "answer",
        input_token_column="question_tokens",
        output_token_column="answer_tokens",
        output_likelihood_column="likelihoods",
        ground_truth_text_column="truth",
        ground_truth_tokens_column="truth_tokens",
    )
    assert [
        (a.name, a.stage, a.value_type, a.position, a.token_attribute_link)
        for a in described.attributes
    ] == [
        ("question_tokens", "PREDICT_FUNCTION_INPUT", "TOKENS", 0, "question"),
        ("question", "PIPELINE_INPUT", "UNSTRUCTURED_TEXT", 0, "question_tokens"),
        ("answer_tokens", "PREDICTED_VALUE", "TOKENS", 1, "answer"),
        ("likelihoods", "PREDICTED_VALUE", "TOKEN_LIKELIHOODS", 2, None),
        ("answer", "PREDICTED_VALUE", "UNSTRUCTURED_TEXT", 0, "answer_tokens"),
        ("truth_tokens", "GROUND_TRUTH", "TOKENS", 1, "truth"),
        ("truth", "GROUND_TRUTH", "UNSTRUCTURED_TEXT", 0, "truth_tokens"),
    ]


def test_text_generation_from_tables_and_images(caplog):
    described = unsaved_model(OutputType.TokenSequence)
    described.build_token_sequence_model(["x", "city"], "answer", data=DATA)
    assert described.get_attribute("city").value_type == ValueType.String
    with pytest.raises(UserTypeError, match="data is missing"):
        unsaved_model(OutputType.TokenSequence).build_token_sequence_model("x", "answer")
    with pytest.raises(UserValueError, match="no columns"):
        unsaved_model(OutputType.TokenSequence).build_token_sequence_model(
            "zz", "answer", data=DATA
        )
    image = unsaved_model(OutputType.TokenSequence, InputType.Image)
    image.build_token_sequence_model(
        "picture", "caption", output_likelihood_column="odds", data=DATA
    )
    assert "data is not used" in caplog.text
    assert image.get_attribute("odds").token_attribute_link == "caption"
    with pytest.raises(ValueError, match="one column name"):
        unsaved_model(OutputType.TokenSequence, InputType.NLP).build_token_sequence_model(
            ["a"], "b"
        )


def test_pairs_must_be_whole():
    both = DATA[["x", "p0", "p1", "p2", "g0", "g1", "label"]]
    for output_type, pairs, more, text in (
        (OutputType.Multiclass, {"p0": 0, None: 1}, {"ground_truth_column": "label"}, "None"),
        (OutputType.Multilabel, {"p0": "g0", "p1": None}, {}, "got None"),
        (
            OutputType.RankedList,
            {"p0": "g0", "p1": "g1"},
            {},
            "requires one predicted and one ground-truth column",
        ),
        (OutputType.Regression, {}, {}, "at least one predicted column"),
    ):
        with pytest.raises(UserValueError, match=text):
            unsaved_model(output_type).build(both, pairs, **more)
    with pytest.raises(UserTypeError, match="dictionary"):
        unsaved_model("MULTICLASS").add_multiclass_classifier_output_attributes(["p0"])
    with pytest.raises(UserValueError, match="empty"):
        unsaved_model("MULTICLASS").add_multiclass_classifier_output_attributes({})


def test_boxes_without_labels_need_boxes():
    data = pd.DataFrame({"path": ["a.png"], "found": [[]], "there": [None]})
    with pytest.raises(UserValueError, match="image_class_labels"):
        unsaved_model(OutputType.ObjectDetection, InputType.Image).build(data, {"found": "there"})


@pytest.mark.parametrize("value", [slice(3), bytearray(b"1"), [1], Decimal("sNaN")])
def test_a_class_that_can_be_no_value_of_a_column_is_refused(value):
    with pytest.raises(UserTypeError, match="must map 'p1' to a class of column 'label', got"):
        unsaved_model("MULTICLASS").build(
            DATA[["x", "p1", "label"]], {"p1": value}, ground_truth_column="label"
        )
