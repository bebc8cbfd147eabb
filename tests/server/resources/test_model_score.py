"""The health score against computations by hand and by scikit-learn."""

from __future__ import annotations

import statistics
from datetime import UTC, datetime, timedelta

import pytest
from sklearn.metrics import accuracy_score, f1_score, mean_absolute_error

from arthurai.server.timestamps import format_timestamp

NOW = format_timestamp(datetime.now(UTC) - timedelta(days=1))
LONG_AGO = format_timestamp(datetime.now(UTC) - timedelta(days=40))

SHARES_SERVER = True


def rows(values, timestamp=NOW, first=0):
    return [
        {
            "partner_inference_id": str(first + number),
            "inference_timestamp": timestamp,
            "inference_data": data,
            "ground_truth_timestamp": timestamp,
            "ground_truth_data": truth,
        }
        for number, (data, truth) in enumerate(values)
    ]


def health_of(admin, model):
    params = {"include_archived": True, "expand": "health_scores"}
    shown = admin.get("/models", params=params).json()["data"][0]
    answer = admin.get("/models/health", params={"model_id": model["id"]}).json()
    assert answer["results"][0]["health_score"] == shown["health_score"]
    return shown


def test_a_model_without_data_has_no_score(admin, model):
    assert health_of(admin, model)["health_score"] is None


def test_a_binary_classifier_is_judged_by_f1_of_the_last_month(admin, model):
    predictions = [0.9, 0.8, 0.4, 0.2, 0.7, 0.1]
    outcomes = ["yes", "no", "yes", "no", "yes", "no"]
    values = [
        ({"income": 1.0, "region": "N", "p": p}, {"outcome": outcome})
        for p, outcome in zip(predictions, outcomes, strict=True)
    ]
    path = f"/models/{model['id']}/inferences"
    assert admin.post(path, json=rows(values)).json()["counts"]["failure"] == 0
    old = [({"income": 1.0, "region": "N", "p": 0.9}, {"outcome": "no"})] * 5
    admin.post(path, json=rows(old, LONG_AGO, first=100))
    shown = health_of(admin, model)
    expected = f1_score([o == "yes" for o in outcomes], [p >= 0.5 for p in predictions])
    assert shown["accuracy_health_score"] == pytest.approx(100 * expected)
    parts = [shown["accuracy_health_score"], shown["ingestion_health_score"]]
    if shown["drift_health_score"] is not None:
        parts.append(shown["drift_health_score"])
    assert shown["health_score"] == pytest.approx(statistics.fmean(parts))


def test_a_regression_is_judged_by_its_error_over_the_range(admin):
    body = {
        "partner_model_id": "r",
        "input_type": "TABULAR",
        "output_type": "REGRESSION",
        "attributes": [
            {"name": "x", "stage": "PIPELINE_INPUT", "value_type": "FLOAT", "position": 0},
            {
                "name": "y",
                "stage": "PREDICTED_VALUE",
                "value_type": "FLOAT",
                "attribute_link": "t",
            },
            {"name": "t", "stage": "GROUND_TRUTH", "value_type": "FLOAT", "attribute_link": "y"},
        ],
    }
    model = admin.post("/models", json=body).json()
    predicted, true = [1.0, 2.0, 4.0], [1.5, 2.0, 9.5]
    values = [({"x": 0.0, "y": y}, {"t": t}) for y, t in zip(predicted, true, strict=True)]
    admin.post(f"/models/{model['id']}/inferences", json=rows(values))
    expected = 1 - mean_absolute_error(true, predicted) / (max(true) - min(true))
    assert health_of(admin, model)["accuracy_health_score"] == pytest.approx(100 * expected)


def test_a_multiclass_model_is_judged_by_its_accuracy(admin):
    classes = ["a", "b", "c"]
    attributes = [
        {"name": "x", "stage": "PIPELINE_INPUT", "value_type": "FLOAT", "position": 0},
        {
            "name": "truth",
            "stage": "GROUND_TRUTH_CLASS",
            "value_type": "STRING",
            "categorical": True,
            "categories": [{"value": c} for c in classes],
        },
    ]
    attributes += [
        {"name": f"p_{c}", "stage": "PREDICTED_VALUE", "value_type": "FLOAT", "gt_class_link": c}
        for c in classes
    ]
    body = {"partner_model_id": "c", "input_type": "TABULAR", "output_type": "MULTICLASS"}
    model = admin.post("/models", json=body | {"attributes": attributes}).json()
    scores = [(0.7, 0.2, 0.1), (0.1, 0.8, 0.1), (0.3, 0.3, 0.4), (0.5, 0.4, 0.1)]
    true = ["a", "b", "a", "b"]
    values = [
        ({"x": 0.0, **{f"p_{c}": s for c, s in zip(classes, row, strict=True)}}, {"truth": t})
        for row, t in zip(scores, true, strict=True)
    ]
    admin.post(f"/models/{model['id']}/inferences", json=rows(values))
    predicted = [classes[row.index(max(row))] for row in scores]
    expected = accuracy_score(true, predicted)
    assert health_of(admin, model)["accuracy_health_score"] == pytest.approx(100 * expected)
