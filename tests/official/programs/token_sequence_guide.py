"""In the style of the guide to generated text: tokens, likelihoods from tensors, the star query.

Reads ARTHUR_ENDPOINT_URL and ARTHUR_API_KEY from the environment; prints one JSON object.
"""

import json

import numpy as np
import pandas as pd

from arthurai import ArthurAI
from arthurai.common.constants import InputType, OutputType, Stage
from arthurai.core.model_utils import tensors_to_arthur_inference

VOCABULARY = {0: "yes", 1: "no", 2: "maybe", 3: "later"}
random = np.random.RandomState(6)


def likelihoods():
    raw = random.uniform(0.1, 1, (3, 4))
    logs = np.log(raw / raw.sum(axis=1, keepdims=True))
    found = tensors_to_arthur_inference(logs, VOCABULARY, 2)
    return [{token: round(p, 6) for token, p in sorted(step.items())} for step in found]


arthur = ArthurAI(allow_insecure=True)
model = arthur.model(
    partner_model_id="Tokens-guide", input_type=InputType.NLP, output_type=OutputType.TokenSequence
)
schema = model.build_token_sequence_model(
    input_column="prompt",
    output_text_column="answer",
    input_token_column="prompt_tokens",
    output_token_column="answer_tokens",
    output_likelihood_column="answer_likelihoods",
    ground_truth_text_column="wanted",
)
model.save()
rows = [
    {
        "prompt": f"Shall we go {n}?",
        "prompt_tokens": ["Shall", "we", "go", str(n), "?"],
        "answer": "yes maybe later",
        "answer_tokens": ["yes", "maybe", "later"],
        "answer_likelihoods": likelihoods(),
        "partner_inference_id": f"chat-{n}",
        "inference_timestamp": pd.Timestamp("2026-07-01", tz="UTC") + pd.Timedelta(minutes=n),
    }
    for n in range(8)
]
sent = model.send_inferences(rows)
labelled = model.update_inference_ground_truths(
    [{"wanted": "no", "partner_inference_id": f"chat-{n}"} for n in range(8)]
)
[row] = model.query(
    {
        "select": [
            {"property": "prompt"},
            {"property": "answer_tokens"},
            {"property": "answer_likelihoods"},
            {"property": "wanted"},
        ],
        "filter": [{"property": "partner_inference_id", "comparator": "eq", "value": "chat-2"}],
    }
)
print(
    json.dumps(
        {
            "schema": schema[["name", "stage", "value_type"]].to_numpy().tolist(),
            "sent": sent["counts"],
            "labelled": labelled["counts"],
            "row": row,
            "links": [
                [a.name, a.token_attribute_link] for a in model.get_attributes(Stage.PredictedValue)
            ],
        }
    )
)
