"""In the style of the guide to batch models: months in batches, labels afterwards, drift by batch.

Reads ARTHUR_ENDPOINT_URL and ARTHUR_API_KEY from the environment; prints one JSON object.
"""

import json

import numpy as np
import pandas as pd

from arthurai import ArthurAI
from arthurai.common.constants import InputType, OutputType

random = np.random.RandomState(9)
frame = pd.DataFrame(
    {
        "rooms": random.randint(1, 8, 90),
        "area": random.normal(90, 25, 90).round(1),
        "district": random.choice(["a", "b", "c"], 90),
    }
)
frame["price_hat"] = (1000 * frame["area"] + 5000 * frame["rooms"]).round(0)
frame["price"] = frame["price_hat"] + random.normal(0, 4000, 90).round(0)

arthur = ArthurAI(allow_insecure=True)
model = arthur.model(
    partner_model_id="Batch-guide",
    display_name="Batches",
    input_type=InputType.Tabular,
    output_type=OutputType.Regression,
    is_batch=True,
)
model.build(frame, pred_to_ground_truth_map={"price_hat": "price"})
model.save()
answers = []
for month in range(3):
    part = frame.iloc[month * 30 : month * 30 + 30]
    ids = [f"house-{i}" for i in part.index]
    stamps = [pd.Timestamp(f"2026-0{month + 1}-15", tz="UTC")] * 30
    answer = model.send_inferences(
        part.drop(columns=["price"]),
        batch_id=f"month-{month}",
        inference_timestamps=stamps,
        partner_inference_ids=ids,
    )
    labels = part[["price"]].assign(partner_inference_id=ids, ground_truth_timestamp=stamps)
    label = model.send_bulk_ground_truths(data=labels)
    answers.append([answer["counts"], label["counts"]])
more = frame.assign(
    partner_inference_id=[f"more-{i}" for i in frame.index],
    inference_timestamp=pd.Timestamp("2026-05-01", tz="UTC"),
    ground_truth_timestamp=pd.Timestamp("2026-05-02", tz="UTC"),
)
bulk, closed = model.send_bulk_inferences(batch_id="month-4", data=more)
errors = model.query(
    {
        "select": [
            {"property": "batch_id"},
            {
                "function": "rmse",
                "alias": "rmse",
                "parameters": {"ground_truth_property": "price", "predicted_property": "price_hat"},
            },
        ],
        "group_by": [{"property": "batch_id"}],
        "order_by": [{"property": "batch_id"}],
    }
)
drift = model.query(
    {
        "properties": ["area"],
        "num_bins": 5,
        "rollup": "batch_id",
        "base": {"source": "reference"},
        "target": {"source": "inference"},
        "metric": "PSI",
    },
    query_type="drift",
)
print(
    json.dumps(
        {
            "answers": answers,
            "bulk": bulk["counts"],
            "failures": bulk["failures"],
            "closed": closed,
            "errors": errors,
            "drift": sorted(drift, key=str),
        }
    )
)
