"""In the style of the guide to bias: sensitive attributes, group metrics, mitigation thresholds.

Reads ARTHUR_ENDPOINT_URL and ARTHUR_API_KEY from the environment; prints one JSON object.
"""

import json
import time

import numpy as np
import pandas as pd

from arthurai import ArthurAI
from arthurai.common.constants import Enrichment, InputType, OutputType

random = np.random.RandomState(12)
ROWS = 600
frame = pd.DataFrame(
    {"hours": random.randint(10, 60, ROWS), "sex": random.choice(["f", "m"], ROWS)}
)
score = 1 / (1 + np.exp(-(frame["hours"] - 35) / 9 - (frame["sex"] == "m") * 0.8))
frame["rich"] = score
frame["poor"] = 1 - score
frame["rich_gt"] = (random.uniform(size=ROWS) < score).astype(int)
frame["poor_gt"] = 1 - frame["rich_gt"]

arthur = ArthurAI(allow_insecure=True)
model = arthur.model(
    partner_model_id="Bias-guide", input_type=InputType.Tabular, output_type=OutputType.Multiclass
)
model.build(frame, {"rich": "rich_gt", "poor": "poor_gt"}, positive_predicted_attr="rich")
model.get_attribute("sex").set(monitor_for_bias=True)
model.save()
stamps = list(pd.date_range("2026-04-01", periods=ROWS, freq="1h", tz="UTC"))
model.send_inferences(
    frame,
    inference_timestamps=stamps,
    ground_truth_timestamps=stamps,
    partner_inference_ids=[f"bias-{i}" for i in range(ROWS)],
)
metrics = model.bias.metrics
by_metric = metrics.group_confusion_matrices("sex")
by_group = pd.DataFrame(metrics.group_confusion_matrices("sex", return_by_metric=False))
parity = metrics.demographic_parity("sex")
model.enable_bias_mitigation()
for _ in range(240):
    status = model.get_enrichment(Enrichment.BiasMitigation)["status"]
    if status in ("Ready", "Failed"):
        break
    time.sleep(0.25)
mitigation = arthur.get_model(model.id).bias.mitigation_threshold
found = {}
for constraint in ("demographic_parity", "equal_opportunity", "equalized_odds"):
    curves = mitigation.get_curves("sex", constraint)
    found[constraint] = [
        curves.max_acc_idx,
        {g: list(t.columns) for g, t in curves.attr_val_to_threshold.items()},
        mitigation.get_thresholds_for_idx(curves),
        mitigation.get_thresholds_for_idx(curves, 10),
    ]
print(
    json.dumps(
        {
            "metrics": list(by_metric),
            "by metric": by_metric,
            "groups": [list(by_group.columns), list(by_group.index)],
            "parity": parity,
            "status": status,
            "found": found,
            "flags": [model.check_has_bias_attrs(), model.check_attr_is_bias("hours")],
        }
    )
)
