"""In the style of the guide to logging predictions: a decorated predict function, plots, an empty hour.

Reads ARTHUR_ENDPOINT_URL and ARTHUR_API_KEY from the environment; prints one JSON object.
"""

import json
import os

import numpy as np
import pandas as pd

from arthurai import ArthurAI
from arthurai.common.constants import InputType, OutputType
from arthurai.core.decorators import log_prediction

os.environ.setdefault("MPLBACKEND", "agg")
frame = pd.DataFrame({"age": range(20, 80), "kind": ["a", "b", "c"] * 20})
frame["pred"] = (frame["age"] - 20) / 60
frame["label"] = (frame["pred"] > 0.4).astype(int)

arthur = ArthurAI(allow_insecure=True)
model = arthur.model(
    partner_model_id="Decorated-guide",
    input_type=InputType.Tabular,
    output_type=OutputType.Multiclass,
)
model.build(
    frame, {"pred": 1}, ground_truth_column="label", non_input_columns=frame[["kind"]].columns
)
model.save()


@log_prediction(model)
def predict(rows):
    """Predict both probabilities."""
    p = (rows["age"].iloc[0] - 20) / 60
    return np.array([p, 1 - p])


shown, ids = [], []
for n in range(5):
    prediction, inference_id = predict(
        frame[["age", "kind"]].iloc[n * 10 : n * 10 + 1],
        inference_timestamp=pd.Timestamp("2026-08-01", tz="UTC") + pd.Timedelta(days=n),
    )
    shown.append([round(float(v), 6) for v in prediction])
    ids.append(inference_id)
quiet = model.send_inferences(frame[["age", "kind", "pred"]].head(0))
labelled = model.update_inference_ground_truths([0, 0, 1, 1, 1], partner_inference_ids=ids)
model.viz.metric_series(["accuracyRate"])
model.viz.drift_series(["age", "pred"])
stored = model.query(
    {
        "select": [{"property": "age"}, {"property": "pred"}, {"property": "predicted_negative"}],
        "order_by": [{"property": "age"}],
    }
)
print(
    json.dumps({"shown": shown, "quiet": quiet, "labelled": labelled["counts"], "stored": stored})
)
