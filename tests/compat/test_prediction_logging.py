"""Predictions that are sent by the function that makes them."""

from __future__ import annotations

import pandas as pd
import pytest
from builders import attribute, prediction, save_model, unsaved_model
from thread_warnings import warns

from arthurai._compat.prediction_logging import log_prediction
from arthurai.common.exceptions import MethodNotApplicableError, UserValueError


@pytest.fixture
def model(arthur):
    classes = {"categorical": True, "categories": ["0", "1"]}
    attributes = [
        attribute("x"),
        prediction("p0", gt_class_link="0"),
        prediction("p1", position=1, gt_class_link="1", is_positive_predicted_attribute=True),
        attribute("y", "INTEGER", "GROUND_TRUTH_CLASS", **classes),
    ]
    return save_model(arthur, attributes, output_type="MULTICLASS")


def test_logged_predictions_arrive(model):
    def predict(data, *, shift=0.0):
        """Predict."""
        return [[0.25 + shift, 0.75 - shift]]

    with warns(DeprecationWarning, match="call send_inferences"):
        predict = log_prediction(model)(predict)

    assert (predict.__name__, predict.__doc__) == ("predict", "Predict.")
    frame = pd.DataFrame({"x": [3.5]})
    prediction, first = predict(frame, shift=0.125)
    assert prediction == [[0.375, 0.625]]
    _, second = predict(frame, partner_inference_id="mine")
    assert second == "mine"
    model.await_inferences(min_count=2, with_ground_truth=False)
    rows = model.query({"select": [{"property": "x"}, {"property": "p1"}]})
    assert sorted((row["x"], row["p1"]) for row in rows) == [(3.5, 0.625), (3.5, 0.75)]
    assert first != second


@pytest.mark.parametrize("outputs", [[0.25, 0.75], [[0.25, 0.75]], [0.75], 0.75])
def test_both_probabilities_of_one_predicted_attribute_arrive(arthur, outputs):
    frame = pd.DataFrame({"x": [1.5, 2.5], "pred": [0.25, 0.75], "label": [0, 1]})
    model = arthur.model(None, "TABULAR", "MULTICLASS", display_name="one prediction")
    model.build(frame, {"pred": 1}, ground_truth_column="label")
    model.save()
    negative = next(a.name for a in model.get_attributes("PREDICTED_VALUE") if a.implicit)
    with warns(DeprecationWarning, match="call send_inferences"):
        predict = log_prediction(model)(lambda _data: outputs)
    predict(frame[["x"]])
    rows = model.query({"select": [{"property": "pred"}, {"property": negative}]})
    assert rows == [{"pred": 0.75, negative: 0.25}]


def test_values_without_a_counterpart_are_reported(model):
    with warns(DeprecationWarning, match="call send_inferences"):
        predict = log_prediction(model)(lambda _data: [0.5])
    with warns(UserWarning, match=r"1 values .* 2 predicted attributes \['p0', 'p1'\]"):
        predict(pd.DataFrame({"x": [1.5]}))
    assert model.query({"select": [{"property": "p0"}, {"property": "p1"}]}) == [
        {"p0": 0.5, "p1": None}
    ]


def test_logging_refuses_what_it_cannot_log(model):
    with warns(DeprecationWarning, match="call send_inferences"):
        predict = log_prediction(model)(lambda _data: [0.5])

    with pytest.raises(UserValueError, match="data must have at least one row"):
        predict(pd.DataFrame({"x": []}))
    with pytest.raises(MethodNotApplicableError, match="must be called with a table"):
        predict(5)
    with pytest.raises(MethodNotApplicableError, match="RANKED_LIST"):
        log_prediction(unsaved_model("RANKED_LIST"))
