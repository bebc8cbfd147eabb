"""In the style of the sentiment notebook: a text classifier with `predict_proba` rows.

Reads ARTHUR_ENDPOINT_URL and ARTHUR_API_KEY from the environment; prints one JSON object.
"""

import json
import uuid

import numpy as np
import pandas as pd

from arthurai import ArthurAI
from arthurai.common.constants import InputType, OutputType, Stage, TextDelimiter

WORDS = ["awful", "boring", "fine", "lovely", "great"]
random = np.random.RandomState(4)
texts = [" ".join(random.choice(WORDS, 6)) for _ in range(120)]
score = np.array([np.mean([WORDS.index(w) for w in t.split()]) / 4 for t in texts])
frame = pd.DataFrame({"input_text": texts, "positive": score, "negative": 1 - score})
frame["positive_label"] = (score + random.normal(0, 0.1, 120) > 0.5).astype(int)
frame["negative_label"] = 1 - frame["positive_label"]

arthur = ArthurAI(allow_insecure=True)
model = arthur.model(
    partner_model_id="Sentiment-notebook",
    display_name="Sentiment",
    input_type=InputType.NLP,
    output_type=OutputType.Multiclass,
    text_delimiter=TextDelimiter.NOT_WORD,
)
model.build(
    frame,
    pred_to_ground_truth_map={"positive": "positive_label", "negative": "negative_label"},
    positive_predicted_attr="positive",
)
model.save()
inferences, ids = [], []
for position, row in frame.head(60).iterrows():
    ids.append(str(uuid.UUID(int=position)))
    inferences.append(
        {
            "inference_timestamp": pd.Timestamp("2026-02-01", tz="UTC")
            + pd.Timedelta(hours=position),
            "partner_inference_id": ids[-1],
            "inference_data": {
                "input_text": row["input_text"],
                "positive": row["positive"],
                "negative": row["negative"],
            },
        }
    )
sent = model.send_inferences(inferences)
truths = [
    {
        "partner_inference_id": ids[position],
        "ground_truth_timestamp": "2026-02-08T00:00:00Z",
        "ground_truth_data": {
            "positive_label": int(frame["positive_label"][position]),
            "negative_label": int(frame["negative_label"][position]),
        },
    }
    for position in range(60)
]
labelled = model.update_inference_ground_truths(truths)
lengths = model.query(
    {
        "select": [
            {"property": "input_text"},
            {"property": "positive"},
            {"property": "partner_inference_id"},
        ],
        "filter": [{"property": "positive", "comparator": "gt", "value": 0.6}],
        "order_by": [{"property": "partner_inference_id", "direction": "asc"}],
    }
)
matrix = model.query(
    {"select": [{"function": "confusionMatrix", "alias": "m", "parameters": {"threshold": 0.5}}]}
)
print(
    json.dumps(
        {
            "sent": sent["counts"],
            "ids": [r["partner_inference_id"] for r in sent["results"]][:3],
            "labelled": labelled["counts"],
            "high": lengths[:5],
            "matrix": matrix,
            "inputs": model.get_attribute_names(stage=Stage.ModelPipelineInput),
        }
    )
)
