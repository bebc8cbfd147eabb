"""In the style of the guide to ranked lists: recommendations, relevant items, rank metrics.

Reads ARTHUR_ENDPOINT_URL and ARTHUR_API_KEY from the environment; prints one JSON object.
"""

import json

import pandas as pd

from arthurai import ArthurAI
from arthurai.common.constants import InputType, OutputType

ITEMS = ["tea", "rice", "milk", "salt", "soap"]
frame = pd.DataFrame(
    {
        "visits": [n % 30 for n in range(50)],
        "city": [["Oslo", "Lima"][n % 2] for n in range(50)],
        "recommended": [
            [
                {
                    "item_id": ITEMS[(n + k) % 5],
                    "label": ITEMS[(n + k) % 5].title(),
                    "score": 1 - k / 4,
                }
                for k in range(3)
            ]
            for n in range(50)
        ],
        "bought": [[ITEMS[n % 5], ITEMS[(n + 3) % 5]] for n in range(50)],
    }
)
arthur = ArthurAI(allow_insecure=True)
model = arthur.model(
    partner_model_id="Recommender-guide",
    input_type=InputType.Tabular,
    output_type=OutputType.RankedList,
)
model.build(frame, pred_to_ground_truth_map={"recommended": "bought"})
model.save()
sent = model.send_inferences(
    frame.drop(columns=["bought"]),
    inference_timestamps=list(pd.date_range("2026-01-01", periods=50, freq="h", tz="UTC")),
    partner_inference_ids=[f"basket-{n}" for n in range(50)],
)
labelled = model.update_inference_ground_truths(
    frame[["bought"]].to_dict(orient="records"),
    partner_inference_ids=[f"basket-{n}" for n in range(50)],
)
rows = model.query(
    {
        "select": [{"property": "recommended"}, {"property": "bought"}, {"property": "visits"}],
        "filter": [{"property": "partner_inference_id", "comparator": "eq", "value": "basket-7"}],
    }
)
print(
    json.dumps(
        {
            "sent": sent["counts"],
            "labelled": labelled["counts"],
            "attributes": [[a.name, a.value_type, a.position] for a in model.attributes],
            "rows": rows,
            "count": model.query({"select": [{"function": "count"}]}),
        }
    )
)
