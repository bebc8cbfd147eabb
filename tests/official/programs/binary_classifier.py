"""A program written for the official SDK: onboard with `build` and `save`, send, label, query.

Reads ARTHUR_ENDPOINT_URL and ARTHUR_API_KEY from the environment; prints one JSON object.
"""

import json

import numpy as np
import pandas as pd

from arthurai import ArthurAI
from arthurai.common.constants import InputType, OutputType, Stage

ROWS = 400

random = np.random.default_rng(3)
income = random.normal(4000, 1500, ROWS).round(2)
region = random.choice(["north", "south", "west"], ROWS)
probability = 1 / (1 + np.exp((income - 4000) / 900))
defaulted = (random.random(ROWS) < probability).astype(int)
frame = pd.DataFrame(
    {
        "income": income,
        "age": random.integers(18, 90, ROWS),
        "region": region,
        "p_default": probability,
        "p_repaid": 1 - probability,
        "defaulted": defaulted,
        "repaid": 1 - defaulted,
    }
)

arthur = ArthurAI(allow_insecure=True)
model = arthur.model(
    display_name="Official program",
    input_type=InputType.Tabular,
    output_type=OutputType.Multiclass,
    is_batch=False,
)
model.build(
    frame,
    pred_to_ground_truth_map={"p_default": "defaulted", "p_repaid": "repaid"},
    positive_predicted_attr="p_default",
    non_input_columns=["age"],
)
model.get_attribute("region", stage=Stage.ModelPipelineInput).set(monitor_for_bias=True)
model_id = model.save()

ids = [f"loan-{number}" for number in range(ROWS)]
times = pd.date_range("2026-01-01", periods=ROWS, freq="1h", tz="UTC")
inferences = frame[["income", "age", "region", "p_default", "p_repaid"]]
sent = model.send_inferences(
    inferences.to_dict(orient="records"),
    inference_timestamps=list(times),
    partner_inference_ids=ids,
)
labelled = model.update_inference_ground_truths(
    frame[["defaulted", "repaid"]].to_dict(orient="records"),
    ground_truth_timestamps=list(times),
    partner_inference_ids=ids,
)
model.await_inferences(min_count=ROWS)

accuracy = model.query(
    {
        "select": [
            {"function": "accuracyRate", "alias": "accuracy", "parameters": {"threshold": 0.5}},
            {"function": "count", "alias": "count"},
        ]
    }
)
matrix = model.query({"select": [{"function": "confusionMatrix", "alias": "matrix"}]})
by_region = model.query(
    {
        "select": [
            {"property": "region"},
            {"function": "avg", "alias": "mean_income", "parameters": {"property": "income"}},
        ],
        "group_by": [{"property": "region"}],
        "order_by": [{"property": "region"}],
    }
)
again = arthur.get_model(model_id)
predicted = probability >= 0.5
print(
    json.dumps(
        {
            "sent": sent["counts"],
            "labelled": labelled["counts"],
            "accuracy": accuracy,
            "matrix": matrix,
            "by_region": by_region,
            "attributes": sorted((a.stage, a.name) for a in again.get_attributes()),
            "organization": sorted(arthur.get_current_org()),
            "expected_accuracy": float((predicted == (defaulted == 1)).mean()),
            "expected_income": frame.groupby("region")["income"].mean().to_dict(),
        }
    )
)
