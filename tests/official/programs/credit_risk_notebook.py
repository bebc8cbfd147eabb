"""In the style of the credit risk notebook: infer a schema, edit it, send with `predict_proba`, watch.

Reads ARTHUR_ENDPOINT_URL and ARTHUR_API_KEY from the environment; prints one JSON object.
"""

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from arthurai import ArthurAI
from arthurai.common.constants import InputType, OutputType, Stage, ValueType
from arthurai.util import generate_timestamps

ROWS = 300
random = np.random.RandomState(2)
X = pd.DataFrame(
    {
        "LIMIT_BAL": random.randint(10, 500, ROWS) * 1000.0,
        "SEX": random.randint(1, 3, ROWS),
        "EDUCATION": random.randint(1, 5, ROWS),
        "AGE": random.randint(21, 70, ROWS),
        "PAY_0": random.randint(-1, 4, ROWS),
        "BILL_AMT1": random.normal(50_000, 20_000, ROWS).round(2),
    }
)
proba = 1 / (1 + np.exp(-(X["PAY_0"] - 1 + (X["AGE"] - 40) / 30)))
Y = (random.uniform(size=ROWS) < proba).astype(int)

arthur = ArthurAI(allow_insecure=True)
model = arthur.model(
    partner_model_id="CreditRisk-notebook",
    display_name="Credit Risk",
    input_type=InputType.Tabular,
    output_type=OutputType.Multiclass,
    is_batch=False,
    tags=["credit", "notebook"],
)
reference = X.copy()
reference["prediction_1"] = proba
reference["gt"] = Y
model.infer_schema(X, stage=Stage.ModelPipelineInput)
model.add_classifier_output_attributes_gtclass(
    {"prediction_1": 1}, "gt", reference, positive_predicted_attr="prediction_1"
)
model.set_attribute_labels("SEX", labels={1: "Male", 2: "Female"})
model.set_attribute_labels(
    "EDUCATION", labels={1: "Graduate School", 2: "University", 3: "High School", 4: "Other"}
)
for name in ("SEX", "EDUCATION", "AGE"):
    model.get_attribute(name, stage=Stage.ModelPipelineInput).monitor_for_bias = True
model.get_attribute("AGE").set(bins=[None, 35, 55, None])
reviewed = model.review()
model.save()
model.set_reference_data(data=reference)

now = datetime(2026, 5, 20, tzinfo=UTC)
stamps = sorted(now - timedelta(days=int(d)) for d in random.randint(0, 7, 100))
batch = X.sample(100, random_state=5)
ids = [f"credit-{i}" for i in batch.index]
sent = model.send_inferences(
    batch.assign(prediction_1=proba[batch.index]),
    inference_timestamps=stamps,
    partner_inference_ids=ids,
)
labelled = model.update_inference_ground_truths(
    Y[batch.index].to_list(), partner_inference_ids=ids, ground_truth_timestamps=stamps
)
model.await_inferences(min_count=90)
rates = model.query(
    {
        "select": [
            {"function": "accuracyRate", "alias": "accuracy", "parameters": {"threshold": 0.5}},
            {"function": "auc", "alias": "auc"},
        ]
    }
)
by_group = arthur.get_model(model.id).bias.metrics.group_positivity_rates("SEX")
drift = model.query(
    {
        "properties": ["AGE", "PAY_0"],
        "num_bins": 10,
        "base": {"source": "reference"},
        "target": {"source": "inference"},
        "metric": "PSI",
    },
    query_type="drift",
)
labels = {
    c.value: c.label for c in arthur.get_model(model.id).get_attribute("EDUCATION").categories
}
print(
    json.dumps(
        {
            "reviewed": [list(reviewed.columns), len(reviewed)],
            "sent": sent["counts"],
            "labelled": labelled["counts"],
            "rates": rates,
            "by group": by_group,
            "drift": drift,
            "labels": labels,
            "stamps": len(generate_timestamps(50, duration="2d")),
            "types": [
                a.value_type == ValueType.Integer
                for a in model.get_attributes(Stage.ModelPipelineInput)
            ],
        }
    )
)
