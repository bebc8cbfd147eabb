"""In the style of a callback handler for chains of language models: url and key, one row an answer.

Reads ARTHUR_ENDPOINT_URL and ARTHUR_API_KEY from the environment; prints one JSON object.
"""

import json
import os
import uuid
from datetime import UTC, datetime

import numpy as np

import arthurai
from arthurai.common.constants import InputType, OutputType
from arthurai.common.exceptions import ResponseClientError


class Handler:
    """Logs prompts, answers and likelihoods of tokens to a model that exists."""

    def __init__(self, model_id, url, key):
        client = arthurai.ArthurAI(url=url, access_key=key, allow_insecure=True)
        try:
            self.model = client.get_model(model_id)
        except ResponseClientError as error:
            raise ValueError(f"unknown model {model_id}") from error
        stages, types = arthurai.common.constants.Stage, arthurai.common.constants.ValueType
        self.names = {a.name for a in self.model.get_attributes()}
        for attribute in self.model.get_attributes():
            if attribute.stage == stages.ModelPipelineInput:
                self.prompt = attribute.name
            elif attribute.stage == stages.PredictedValue:
                if attribute.value_type == types.Unstructured_Text:
                    self.answer = attribute.name
                elif attribute.value_type == types.TokenLikelihoods:
                    self.likelihoods = attribute.name

    def on_end(self, prompt, answer):
        steps = [
            {"a": np.float64(0.75), "b": np.float64(0.25)},
            {"c": np.float64(1.0)},
        ]
        row = {
            self.prompt: prompt,
            self.answer: answer,
            self.likelihoods: steps,
            "partner_inference_id": str(uuid.uuid4()),
            "inference_timestamp": datetime.now(UTC),
        }
        extra = {"duration": np.float64(1.5), "tokens": 7, "undeclared": 1}
        row.update({name: value for name, value in extra.items() if name in self.names})
        return self.model.send_inferences([row])


setup = arthurai.ArthurAI(allow_insecure=True)
model = setup.model(
    partner_model_id="Handler-guide", input_type=InputType.NLP, output_type=OutputType.TokenSequence
)
model.build_token_sequence_model("prompt", "answer", output_likelihood_column="likelihoods")
model.add_attribute(
    name="duration",
    value_type=arthurai.common.constants.ValueType.Float,
    stage=arthurai.common.constants.Stage.NonInputData,
)
model.add_attribute(
    name="tokens",
    value_type=arthurai.common.constants.ValueType.Integer,
    stage=arthurai.common.constants.Stage.NonInputData,
)
model.save()
url, key = os.environ["ARTHUR_ENDPOINT_URL"], os.environ["ARTHUR_API_KEY"]
handler = Handler(model.id, url, key)
answers = [handler.on_end(f"question {n}", f"answer {n}")["counts"] for n in range(3)]
try:
    Handler(str(uuid.uuid4()), url, key)
    unknown = None
except ValueError as error:
    unknown = isinstance(error.__cause__, ResponseClientError)
rows = model.query(
    {
        "select": [
            {"property": "prompt"},
            {"property": "likelihoods"},
            {"property": "duration"},
            {"property": "tokens"},
        ],
        "order_by": [{"property": "prompt"}],
    }
)
print(json.dumps({"answers": answers, "unknown": unknown, "rows": rows}))
