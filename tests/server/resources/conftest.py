"""A loan model with a few inferences, a reference set, and ground truth."""

from __future__ import annotations

import pytest

ROWS = [  # day, region, income, p, outcome
    (1, "N", 10.0, 0.9, "yes"),
    (1, "S", 20.0, 0.8, "no"),
    (1, "N", 30.0, 0.35, "yes"),
    (2, "N", 40.0, 0.6, "yes"),
    (2, "S", 50.0, 0.1, "no"),
    (2, "S", 60.0, 0.5, None),
]


@pytest.fixture
def metric_url():
    """Give the path of metrics below the base of the current version."""
    return "http://local/api/v4/models/{}/metrics"


@pytest.fixture
def loans(admin, binary_model):
    """Give the id of a loan model with data."""
    binary_model["attributes"][0]["bins"] = [
        {"continuous_start": None, "continuous_end": 20},
        {"continuous_start": 20, "continuous_end": None},
    ]
    created = admin.post("/models", json=binary_model)
    assert created.status_code == 201, created.text
    model_id = created.json()["id"]
    inferences = []
    for index, (day, region, income, p, outcome) in enumerate(ROWS):
        row = {
            "partner_inference_id": f"i{index}",
            "inference_timestamp": f"2024-03-0{day}T10:00:00Z",
            "inference_data": {"income": income, "region": region, "p": p},
        }
        if outcome:
            row |= {
                "ground_truth_data": {"outcome": outcome},
                "ground_truth_timestamp": f"2024-03-0{day}T11:00:00Z",
            }
        inferences.append(row)
    sent = admin.post(f"/models/{model_id}/inferences", json=inferences)
    assert sent.json()["counts"]["failure"] == 0, sent.text
    return model_id


@pytest.fixture
def with_reference(app, loans):
    """Give the loan model after a reference set was stored and closed."""
    schema = app.control.models.get(None, loans).schema
    rows = [
        {"reference_data": {"income": float(10 * i), "region": "NS"[i % 2], "p": i / 10}}
        for i in range(10)
    ]
    assert app.data.append_reference(schema, rows).accepted == len(rows)
    app.data.close_reference(schema, len(rows))
    return loans
