"""Predictions, ground truths, times and ids given apart go to rows by position."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from builders import attribute, prediction, save_model, stored

from arthurai.common.exceptions import UserTypeError, UserValueError

IDS = ["a", "b", "c", "d"]
INPUTS = [{"x": number} for number in range(4)]
SCORES = [0.1, 0.2, 0.3, 0.4]
PROBABILITIES = np.array([[1 - score, score] for score in SCORES])
SHUFFLED = [3, 0, 2, 1]


def binary(*, both):
    """A classifier with one or with both of its classes as attributes."""
    positive = {"gt_class_link": "1", "is_positive_predicted_attribute": True}
    predicted = [prediction("yes", position=1, **positive)]
    if both:
        predicted.append(prediction("no", gt_class_link="0"))
    classes = {"categorical": True, "categories": ["0", "1"]}
    truth = attribute("label", "INTEGER", "GROUND_TRUTH_CLASS", **classes)
    return [attribute("x", "INTEGER"), *predicted, truth]


@pytest.fixture(scope="module")
def single(arthur):
    return save_model(arthur, binary(both=False), output_type="MULTICLASS")


@pytest.fixture(scope="module")
def double(arthur):
    return save_model(arthur, binary(both=True), output_type="MULTICLASS")


def fresh_ids(name):
    return [f"{name}-{row_id}" for row_id in IDS]


def held(model, name, column):
    rows = stored(model, column)
    return [rows[row_id][column] for row_id in fresh_ids(name)]


ONE_COLUMN = {
    "list": SCORES,
    "tuple": tuple(SCORES),
    "array": np.array(SCORES),
    "series": pd.Series(SCORES),
    "shuffled series": pd.Series(SCORES, index=SHUFFLED),
    "labelled series": pd.Series(SCORES, index=list("wxyz")),
    "polars series": pl.Series(SCORES),
    "arrow array": pa.array(SCORES),
    "arrow chunks": pa.chunked_array([SCORES[:1], SCORES[1:]]),
    "predict_proba": PROBABILITIES,
    "frame of predict_proba": pd.DataFrame(PROBABILITIES, index=SHUFFLED),
    "column of an array": np.array(SCORES).reshape(4, 1),
    "frame": pd.DataFrame({"yes": SCORES}, index=SHUFFLED),
    "polars frame": pl.DataFrame({"yes": SCORES}),
    "dict of lists": {"yes": SCORES},
    "list of dicts": [{"yes": score} for score in SCORES],
    "generator": (score for score in SCORES),
}


@pytest.mark.parametrize(
    "inputs",
    [INPUTS, pd.DataFrame(INPUTS, index=SHUFFLED), pl.DataFrame(INPUTS)],
    ids=["dicts", "pandas", "polars"],
)
@pytest.mark.parametrize("kind", ONE_COLUMN)
def test_predictions_of_every_shape_land_on_their_rows(single, kind, inputs):
    predictions = ONE_COLUMN[kind]
    if kind == "generator":
        predictions = iter(SCORES)
    name = f"{kind}-{type(inputs).__name__}-{type(inputs).__module__}"
    single.send_inferences(inputs, predictions, partner_inference_ids=fresh_ids(name))
    assert held(single, name, "yes") == SCORES


@pytest.mark.parametrize(
    "predictions",
    [
        PROBABILITIES,
        PROBABILITIES.tolist(),
        pd.DataFrame(PROBABILITIES),
        {"no": 1 - PROBABILITIES[:, 1], "yes": SCORES},
    ],
    ids=["array", "lists", "frame", "dict"],
)
def test_columns_of_probabilities_are_attributes_by_position(double, predictions, request):
    name = request.node.name
    double.send_inferences(INPUTS, predictions, partner_inference_ids=fresh_ids(name))
    assert held(double, name, "yes") == SCORES
    assert held(double, name, "no") == [1 - score for score in SCORES]


def test_everything_apart_is_read_by_position(single):
    start = datetime(2024, 1, 1, tzinfo=UTC)
    times = [start + timedelta(hours=number) for number in range(4)]
    order = {"index": SHUFFLED}
    single.send_inferences(
        pd.DataFrame(INPUTS, index=list("wxyz")),
        predictions=pd.Series(SCORES, **order),
        inference_timestamps=pd.Series(times, **order),
        ground_truths=pd.Series([0, 1, 0, 1], **order),
        ground_truth_timestamps=pd.Series(times[::-1], **order),
        partner_inference_ids=pd.Series(fresh_ids("all"), **order),
        batch_id=pd.Series(["p", "q", "p", "q"], **order),
    )
    assert held(single, "all", "x") == [0, 1, 2, 3]
    assert held(single, "all", "yes") == SCORES
    assert held(single, "all", "label") == [0, 1, 0, 1]
    assert held(single, "all", "batch_id") == ["p", "q", "p", "q"]
    found = [datetime.fromisoformat(text) for text in held(single, "all", "inference_timestamp")]
    assert found == times
    found = [datetime.fromisoformat(text) for text in held(single, "all", "ground_truth_timestamp")]
    assert found == times[::-1]


def test_values_apart_win_over_the_rows(single):
    given = [{**row, "yes": 0.9} for row in INPUTS]
    single.send_inferences(given, SCORES, partner_inference_ids=fresh_ids("win"))
    assert held(single, "win", "yes") == SCORES
    assert given[0]["yes"] == 0.9


@pytest.mark.parametrize(
    "labels",
    [
        [0, 1, 0, 1],
        np.array([0, 1, 0, 1], dtype=np.int8),
        pd.Series([0, 1, 0, 1], index=SHUFFLED),
        pl.Series([0, 1, 0, 1]),
        {"label": [0, 1, 0, 1]},
    ],
    ids=["list", "array", "series", "polars", "dict"],
)
def test_bare_ground_truths_of_every_shape_land_on_their_rows(single, labels, request):
    name = request.node.name
    ids = fresh_ids(name)
    single.send_inferences(INPUTS, SCORES, partner_inference_ids=ids)
    single.update_inference_ground_truths(labels, partner_inference_ids=np.array(ids))
    assert held(single, name, "label") == [0, 1, 0, 1]


@pytest.mark.parametrize(
    ("predictions", "error", "words"),
    [
        (SCORES[:3], UserValueError, "3 values for 4 rows"),
        ([], UserValueError, "0 values for 4 rows"),
        (5, UserTypeError, "`predictions`"),
        ("text", UserTypeError, "`predictions`"),
        (np.zeros((4, 3)), UserValueError, "3 columns for 1 predicted"),
        ({"maybe": SCORES}, UserValueError, "'maybe'"),
    ],
)
def test_predictions_that_do_not_fit_are_refused(single, predictions, error, words):
    with pytest.raises(error, match=words):
        single.send_inferences(INPUTS, predictions)


def test_one_column_for_two_attributes_is_refused(double):
    with pytest.raises(UserValueError, match="2 predicted attributes"):
        double.send_inferences(INPUTS, SCORES)


def test_a_stream_takes_nothing_by_row(single):
    with pytest.raises(UserValueError, match="read in batches"):
        single.send_inferences(iter(INPUTS), SCORES)


def test_numpy_values_inside_rows_are_sent(arthur):
    likely = prediction("likely", "TOKEN_LIKELIHOODS", position=1)
    words = prediction("words", "TOKENS", token_attribute_link="likely")
    model = save_model(
        arthur,
        [attribute("x", "INTEGER"), words, likely],
        input_type="NLP",
        output_type="TOKEN_SEQUENCE",
    )
    row = {
        "x": np.int64(7),
        "words": np.array(["a", "b"]),
        "likely": [{"a": np.float64(0.5)}, {"b": np.float32(0.25)}],
        "partner_inference_id": np.int64(12),
        "inference_timestamp": np.datetime64("2024-01-01T00:00:00"),
    }
    model.send_inferences([row], tz="UTC")
    assert stored(model, "x", "words", "likely") == {
        "12": {"x": 7, "words": ["a", "b"], "likely": [{"a": 0.5}, {"b": 0.25}]}
    }


@pytest.mark.parametrize(
    "labels",
    [
        pd.Series(pd.Categorical(["no", "yes", "no", "yes"])),
        pd.Series(["no", "yes", "no", "yes"], dtype="category", name="label"),
        pd.Categorical(["no", "yes", "no", "yes"]),
        pl.Series(["no", "yes", "no", "yes"], dtype=pl.Categorical),
        pl.Series(["no", "yes", "no", "yes"], dtype=pl.Enum(["no", "yes"])),
        pa.array(["no", "yes", "no", "yes"]).dictionary_encode(),
        pa.array(["no", "yes", "no", "yes"], pa.string_view()),
    ],
    ids=lambda labels: f"{type(labels).__module__.split('.')[0]}-{getattr(labels, 'dtype', '')}",
)
def test_categories_beside_the_rows_are_texts(arthur, caplog, labels):
    classes = {"categorical": True, "categories": ["no", "yes"]}
    truth = attribute("label", "STRING", "GROUND_TRUTH_CLASS", **classes)
    linked = {"gt_class_link": "yes", "is_positive_predicted_attribute": True}
    model = save_model(
        arthur,
        [attribute("x", "INTEGER"), prediction("p", position=1, **linked), truth],
        output_type="MULTICLASS",
    )
    caplog.clear()
    result = model.send_inferences(
        INPUTS, predictions=SCORES, ground_truths=labels, partner_inference_ids=IDS
    )
    assert result.accepted == 4
    assert not [line for line in caplog.messages if "do not fit" in line]
    assert [row["label"] for row in stored(model, "label").values()] == ["no", "yes", "no", "yes"]


@pytest.mark.parametrize(
    "texts",
    [["good", "bad"], ("good", "bad"), np.array(["good", "bad"]), pd.Series(["good", "bad"])],
)
def test_texts_alone_are_the_only_input(arthur, texts):
    columns = [attribute("text", "UNSTRUCTURED_TEXT"), prediction("score")]
    truth = attribute("rating", "FLOAT", "GROUND_TRUTH")
    model = save_model(arthur, [*columns, truth], input_type="NLP", output_type="REGRESSION")
    result = model.send_inferences(texts, predictions=[0.9, 0.1], partner_inference_ids=["a", "b"])
    assert result.accepted == 2
    assert [row["text"] for row in stored(model, "text").values()] == ["good", "bad"]
    with pytest.raises(UserTypeError, match="item 1 is a int"):
        model.send_inferences([{"text": "good"}, 3])
