"""In the style of the guide to time series: points with times, a forecast, JSON files in bulk.

Reads ARTHUR_ENDPOINT_URL and ARTHUR_API_KEY from the environment; prints one JSON object.
"""

import json
from datetime import UTC, datetime, timedelta

import pandas as pd

from arthurai import ArthurAI
from arthurai.common.constants import InputType, OutputType

START = datetime(2026, 1, 1, tzinfo=UTC)


def history(n):
    return [{"timestamp": START + timedelta(days=d), "value": float(n + d)} for d in range(4)]


frame = pd.DataFrame(
    {
        "load": [history(n) for n in range(30)],
        "holiday": [n % 7 == 0 for n in range(30)],
        "forecast": [n + 4.0 for n in range(30)],
        "measured": [n + 4.5 for n in range(30)],
    }
)
arthur = ArthurAI(allow_insecure=True)
model = arthur.model(
    partner_model_id="Series-guide",
    input_type=InputType.TimeSeries,
    output_type=OutputType.Regression,
)
model.build(frame, {"forecast": "measured"}, non_input_columns=["holiday"])
model.save()
sent = model.send_inferences(
    frame.head(10),
    inference_timestamps=[START + timedelta(days=n) for n in range(10)],
    partner_inference_ids=[f"day-{n}" for n in range(10)],
)
bulk = frame.tail(20).assign(
    partner_inference_id=[f"day-{n}" for n in range(10, 30)],
    inference_timestamp=[START + timedelta(days=n) for n in range(10, 30)],
    ground_truth_timestamp=[START + timedelta(days=n + 1) for n in range(10, 30)],
)
counted, closed = model.send_bulk_inferences(data=bulk)
print(
    json.dumps(
        {
            "sent": sent["counts"],
            "bulk": [counted["counts"], closed],
            "types": [[a.name, a.value_type] for a in model.attributes],
            "error": model.query(
                {
                    "select": [
                        {
                            "function": "rmse",
                            "alias": "rmse",
                            "parameters": {
                                "ground_truth_property": "measured",
                                "predicted_property": "forecast",
                            },
                        },
                        {"function": "count"},
                    ]
                }
            ),
            "days": model.query(
                {
                    "select": [{"property": "load"}],
                    "filter": [
                        {"property": "partner_inference_id", "comparator": "eq", "value": "day-12"}
                    ],
                }
            ),
        }
    )
)
