"""Onboarding programs that run unchanged on the official SDK and on this one.

Each program gets a connected client and a name for its model. They use only what both offer, on
data both can read, and are run by `onboarding_wire.py`, which compares what they send.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from arthurai.common.constants import InputType, OutputType, Stage, ValueType
from arthurai.core.attributes import ArthurAttribute, AttributeBin, AttributeCategory

if TYPE_CHECKING:
    from arthurai import ArthurAI, ArthurModel

ROWS = 120


def frame() -> pd.DataFrame:
    """A table of inputs, predictions and ground truth."""
    rng = np.random.default_rng(7)
    p = rng.random(ROWS).round(3)
    return pd.DataFrame(
        {
            "age": rng.integers(18, 90, ROWS),
            "income": rng.normal(50_000, 9_000, ROWS).round(2),
            "sex": rng.choice(["f", "m"], ROWS),
            "member": rng.random(ROWS) > 0.5,
            "visits": rng.integers(0, 5, ROWS),
            "rating": [None if i % 9 == 0 else float(i % 4) for i in range(ROWS)],
            "seen": pd.date_range("2024-01-01", periods=ROWS, freq="h", tz="UTC"),
            "city": rng.choice(["Oslo", "Lima", "Rome"], ROWS, p=[0.5, 0.3, 0.2]),
            "p1": p,
            "p0": (1 - p).round(3),
            "p2": rng.random(ROWS).round(3),
            "label": rng.choice(["no", "yes"], ROWS),
            "flag": rng.integers(0, 2, ROWS),
            "g0": rng.integers(0, 2, ROWS),
            "g1": rng.integers(0, 2, ROWS),
            "g2": rng.integers(0, 2, ROWS),
            "amount": rng.normal(10, 3, ROWS).round(3),
            "amount_hat": rng.normal(10, 3, ROWS).round(3),
        }
    )


INPUTS = ["age", "income", "sex", "member", "visits", "rating", "seen", "city"]


def model(
    arthur: ArthurAI,
    name: str,
    input_type: str = InputType.Tabular,
    output_type: str = OutputType.Multiclass,
    **more: Any,
) -> ArthurModel:
    """A new model."""
    return arthur.model(
        partner_model_id=name,
        display_name=name,
        input_type=input_type,
        output_type=output_type,
        **more,
    )


def binary_one_prediction_class_column(arthur: ArthurAI, name: str) -> None:
    m = model(arthur, name)
    data = frame()[[*INPUTS, "p1", "label"]]
    m.build(data, {"p1": "yes"}, ground_truth_column="label")
    m.save()


def binary_two_predictions_class_column(arthur: ArthurAI, name: str) -> None:
    m = model(arthur, name)
    data = frame()[[*INPUTS, "p0", "p1", "flag"]]
    m.build(data, {"p0": 0, "p1": 1}, positive_predicted_attr="p1", ground_truth_column="flag")
    m.save()


def binary_two_columns(arthur: ArthurAI, name: str) -> None:
    m = model(arthur, name, classifier_threshold=0.65)
    data = frame()[[*INPUTS, "p0", "p1", "g0", "g1"]]
    m.build(data, {"p0": "g0", "p1": "g1"}, positive_predicted_attr="p1")
    m.save()


def binary_without_negative_prediction(arthur: ArthurAI, name: str) -> None:
    m = model(arthur, name)
    data = frame()[["age", "city", "p1", "g0", "g1"]]
    m.build(data, {"p1": "g1", None: "g0"}, positive_predicted_attr="p1")
    m.save()


def multiclass_columns(arthur: ArthurAI, name: str) -> None:
    m = model(arthur, name, is_batch=True, tags=["a", "b"], description="three classes")
    data = frame()[[*INPUTS, "p0", "p1", "p2", "g0", "g1", "g2"]]
    m.build(data, {"p0": "g0", "p1": "g1", "p2": "g2"}, non_input_columns=["sex", "seen"])
    m.save()


def multiclass_class_column(arthur: ArthurAI, name: str) -> None:
    m = model(arthur, name)
    data = frame()[["age", "income", "p0", "p1", "p2", "city"]]
    m.build(data, {"p0": "Oslo", "p1": "Lima", "p2": "Rome"}, ground_truth_column="city")
    m.save()


def regression(arthur: ArthurAI, name: str) -> None:
    m = model(arthur, name, output_type=OutputType.Regression)
    data = frame()[[*INPUTS, "amount", "amount_hat"]]
    m.build(data, {"amount_hat": "amount"}, non_input_columns=["city"])
    m.save()


def regression_without_reference(arthur: ArthurAI, name: str) -> None:
    m = model(arthur, name, output_type=OutputType.Regression, expected_throughput_gb_per_day=2)
    m.build(
        frame()[["age", "amount", "amount_hat"]], {"amount_hat": "amount"}, set_reference_data=False
    )
    m.save()


def step_by_step_regression(arthur: ArthurAI, name: str) -> None:
    m = model(arthur, name, output_type=OutputType.Regression)
    data = frame()
    m.infer_schema(data[INPUTS[:4]], Stage.ModelPipelineInput)
    m.infer_schema(data[["city"]], Stage.NonInputData)
    m.add_regression_output_attributes({"amount_hat": "amount"}, ValueType.Float, data)
    m.get_attribute("age").set(bins=[None, 18, 40, 65, None])
    m.get_attribute("income").set(min_range=0, max_range=200_000)
    m.set_attribute_labels("sex", {"f": "female", "m": "male"})
    m.set_attribute_as_sensitive("sex")
    m.save()


def attributes_by_hand(arthur: ArthurAI, name: str) -> None:
    m = model(arthur, name)
    m.add_attribute(
        name="age",
        value_type=ValueType.Integer,
        stage=Stage.ModelPipelineInput,
        position=0,
        min_range=0,
        max_range=120,
        label="Age in years",
    )
    m.add_attribute(
        name="sex",
        value_type=ValueType.String,
        stage=Stage.ModelPipelineInput,
        position=1,
        categorical=True,
        categories=["f", AttributeCategory("m", "male")],
        monitor_for_bias=True,
    )
    m.add_attribute(
        name="income",
        value_type=ValueType.Float,
        stage=Stage.ModelPipelineInput,
        position=2,
        bins=[AttributeBin(None, 1000), AttributeBin(1000, None)],
        min_range=0.5,
        max_range=9e6,
    )
    m.add_attribute(
        arthur_attribute=ArthurAttribute(
            name="note",
            value_type=ValueType.String,
            stage=Stage.NonInputData,
            position=0,
            categorical=True,
            is_unique=True,
        )
    )
    m.add_binary_classifier_output_attributes(
        positive_predicted_attr="p1",
        pred_to_ground_truth_map={"p0": "g0", "p1": "g1"},
        threshold=0.4,
    )
    m.save()


def edited_schema(arthur: ArthurAI, name: str) -> None:
    m = model(arthur, name)
    data = frame()[["age", "visits", "city", "p0", "p1", "flag"]]
    m.build(
        data,
        {"p0": 0, "p1": 1},
        positive_predicted_attr="p1",
        ground_truth_column="flag",
        set_reference_data=False,
    )
    m.rename_attribute("age", "years", Stage.ModelPipelineInput)
    m.remove_attribute("city")
    m.set_predict_function_input_order(["visits", "years"])
    m.swap_predicted_attribute_positions()
    m.get_attribute("visits").set(label="Number of visits")
    m.save()


def language_classifier(arthur: ArthurAI, name: str) -> None:
    m = model(arthur, name, input_type=InputType.NLP, text_delimiter=r"\s+")
    data = frame()[["p0", "p1", "label", "city"]].assign(
        text=[f"row {i} says hello" for i in range(ROWS)]
    )
    m.build(
        data,
        {"p0": "no", "p1": "yes"},
        positive_predicted_attr="p1",
        ground_truth_column="label",
        non_input_columns=["city"],
    )
    m.save()


def image_classifier(arthur: ArthurAI, name: str) -> None:
    m = model(arthur, name, input_type=InputType.Image, pixel_height=20, pixel_width=30)
    m.add_image_attribute("picture")
    m.add_multiclass_classifier_output_attributes({"p0": "g0", "p1": "g1", "p2": "g2"})
    m.save()


def object_detection(arthur: ArthurAI, name: str) -> None:
    m = model(
        arthur,
        name,
        input_type=InputType.Image,
        output_type=OutputType.ObjectDetection,
        pixel_height=20,
        pixel_width=30,
    )
    m.add_image_attribute("picture")
    m.add_object_detection_output_attributes("found", "there", ["cat", "dog"])
    m.save()


def recommendations(arthur: ArthurAI, name: str) -> None:
    m = model(arthur, name, output_type=OutputType.RankedList)
    data = frame()[["age", "city"]].assign(
        best=[[{"item_id": f"i{i % 5}", "score": 0.5}] for i in range(ROWS)],
        good=[[f"i{i % 7}"] for i in range(ROWS)],
    )
    m.build(data, {"best": "good"})
    m.save()


def text_generation(arthur: ArthurAI, name: str) -> None:
    m = model(arthur, name, input_type=InputType.NLP, output_type=OutputType.TokenSequence)
    m.build_token_sequence_model(
        "question",
        "answer",
        input_token_column="question_tokens",  # noqa: S106 - the name of a column
        output_token_column="answer_tokens",  # noqa: S106 - the name of a column
        output_likelihood_column="answer_likelihoods",
        ground_truth_text_column="truth",
        ground_truth_tokens_column="truth_tokens",
    )
    m.save()


def captions(arthur: ArthurAI, name: str) -> None:
    m = model(
        arthur,
        name,
        input_type=InputType.Image,
        output_type=OutputType.TokenSequence,
        pixel_height=20,
        pixel_width=30,
    )
    m.build_token_sequence_model("picture", "caption", output_likelihood_column="likelihoods")
    m.save()


def time_series(arthur: ArthurAI, name: str) -> None:
    m = model(arthur, name, input_type=InputType.TimeSeries, output_type=OutputType.Regression)
    data = frame()[["age", "amount", "amount_hat"]].assign(
        load=[
            [{"timestamp": f"2024-01-{d:02}T00:00:00+00:00", "value": d / 2} for d in (1, 2, 3)]
            for _ in range(ROWS)
        ]
    )
    m.build(data, {"amount_hat": "amount"}, non_input_columns=["age"])
    m.save()


def update_and_archive(arthur: ArthurAI, name: str) -> None:
    m = model(arthur, name, output_type=OutputType.Regression)
    m.build(
        frame()[["age", "amount", "amount_hat"]], {"amount_hat": "amount"}, set_reference_data=False
    )
    m.save()
    m.display_name = "new name"
    m.update()
    m.archive()


def next_version(arthur: ArthurAI, name: str) -> None:
    group = arthur.get_model_group("group-1")
    m = model(arthur, name, output_type=OutputType.Regression)
    m.build(
        frame()[["age", "amount", "amount_hat"]], {"amount_hat": "amount"}, set_reference_data=False
    )
    group.add_version(m, label="second")
    m.save()


PROGRAMS = [
    binary_one_prediction_class_column,
    binary_two_predictions_class_column,
    binary_two_columns,
    binary_without_negative_prediction,
    multiclass_columns,
    multiclass_class_column,
    regression,
    regression_without_reference,
    step_by_step_regression,
    attributes_by_hand,
    edited_schema,
    language_classifier,
    image_classifier,
    object_detection,
    recommendations,
    text_generation,
    captions,
    time_series,
    update_and_archive,
    next_version,
]
