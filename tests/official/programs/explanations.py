"""A program written for the official SDK: explainability of user code, and explanations by SHAP.

Reads ARTHUR_ENDPOINT_URL and ARTHUR_API_KEY from the environment; prints one JSON object.
"""

import json
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from arthurai import ArthurAI
from arthurai.common.constants import Enrichment, InputType, OutputType

ROWS = 120
PREDICT = """
import numpy as np


def predict(rows):
    values = np.asarray(rows, dtype=float)
    score = np.clip(0.5 + 0.3 * values[:, 0] - 0.1 * values[:, 1], 0, 1)
    return np.column_stack([score, 1 - score])
"""

random = np.random.default_rng(5)
frame = pd.DataFrame({"strong": random.uniform(-1, 1, ROWS), "weak": random.uniform(-1, 1, ROWS)})
score = 0.5 + 0.3 * frame["strong"] - 0.1 * frame["weak"]
frame["p_yes"] = score
frame["p_no"] = 1 - score
frame["yes"] = (random.random(ROWS) < score).astype(int)
frame["no"] = 1 - frame["yes"]

arthur = ArthurAI(allow_insecure=True)
model = arthur.model(
    display_name="Explained", input_type=InputType.Tabular, output_type=OutputType.Multiclass
)
model.build(
    frame,
    pred_to_ground_truth_map={"p_yes": "yes", "p_no": "no"},
    positive_predicted_attr="p_yes",
)
model.save()
with tempfile.TemporaryDirectory() as folder:
    (Path(folder) / "entrypoint.py").write_text(PREDICT)
    requirements = Path(folder) / "requirements.txt"
    requirements.write_text("numpy==1.26.4\n")
    model.enable_explainability(
        df=frame,
        project_directory=folder,
        user_predict_function_import_path="entrypoint",
        requirements_file="requirements.txt",
        python_version="3.8",
        streaming_explainability_enabled=False,
        explanation_algo="shap",
        explanation_nsamples=50,
    )
for _ in range(240):
    status = model.get_enrichment(Enrichment.Explainability)["status"]
    if status in {"Ready", "Failed"}:
        break
    time.sleep(0.5)
model.send_inferences(
    [{"strong": 0.8, "weak": -0.4, "p_yes": 0.78, "p_no": 0.22}],
    inference_timestamps=[pd.Timestamp("2026-01-01", tz="UTC")],
    partner_inference_ids=[f"{model.id}-one"],
)
answer = model.explain_inference(f"{model.id}-one", algorithm="shap")
by_prediction = {part["predicted_attribute_name"]: part for part in answer["explanation"]}
shares = {
    score["attribute_name"]: round(score["explanation_value"], 6)
    for score in by_prediction["p_yes"]["importance_scores"]
}
model.delete_explainer()
print(
    json.dumps(
        {
            "status": status,
            "explained": sorted(by_prediction),
            "algorithm": by_prediction["p_yes"]["algorithm"],
            "shares": shares,
            "strong leads": abs(shares["strong"]) > abs(shares["weak"]),
            "afterwards": model.get_enrichment(Enrichment.Explainability)["status"],
        }
    )
)
