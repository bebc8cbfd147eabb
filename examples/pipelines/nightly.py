"""The steps of a nightly job around a model: send a day, send its ground truth, and hold the gates.

They are plain functions, which any scheduler can run: `airflow_dag.py` and `prefect_flow.py` wrap
them. Each opens a connection of its own, and may run again after a failure: rows that were sent
before change nothing. A gate that does not hold raises, which fails the task and what follows it.

Usage: python examples/pipelines/nightly.py FOLDER DAY
with `ARTHUR_ENDPOINT_URL` and `ARTHUR_API_KEY` in the environment, and the files DAY.parquet and
DAY-truth.parquet in FOLDER.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd

from arthurai import ArthurAI
from arthurai.query import col
from arthurai.testing import assert_metric, assert_no_drift

MODEL = "loans"
LEAST_ACCURACY = 0.7
MOST_DRIFT = 0.25
LEAST_ROWS = 50


def send_predictions(folder: str, day: str, url: str | None = None) -> int:
    """Send what the model was asked on a day; return the number of rows."""
    rows = pd.read_parquet(Path(folder) / f"{day}.parquet")
    with ArthurAI(url=url) as arthur:
        model = arthur.get_model(MODEL, id_type="partner_model_id")
        return model.send_inferences(rows, strict=True)["counts"]["success"]


def send_truths(folder: str, day: str, url: str | None = None) -> int:
    """Send what is known by now of a day; return the number of rows."""
    rows = pd.read_parquet(Path(folder) / f"{day}-truth.parquet")
    with ArthurAI(url=url) as arthur:
        model = arthur.get_model(MODEL, id_type="partner_model_id")
        return model.update_inference_ground_truths(rows)["counts"]["success"]


def hold_gates(day: str, url: str | None = None) -> str:
    """Raise when the inputs of a day have drifted, or its predictions were not good enough."""
    start = datetime.fromisoformat(day).replace(tzinfo=UTC)
    on_the_day = [
        col("inference_timestamp") >= start,
        col("inference_timestamp") < start + timedelta(days=1),
    ]
    with ArthurAI(url=url) as arthur:
        model = arthur.get_model(MODEL, id_type="partner_model_id")
        assert_no_drift(model, limit=MOST_DRIFT, where=on_the_day, min_rows=LEAST_ROWS)
        assert_metric(
            model,
            "Accuracy Rate",
            at_least=LEAST_ACCURACY,
            min_rows=LEAST_ROWS,
            filters=on_the_day,
        )
    return f"{day}: inputs and accuracy are as they should be"


if __name__ == "__main__":
    chosen_folder, chosen_day = sys.argv[1:]
    print(send_predictions(chosen_folder, chosen_day), "predictions")
    print(send_truths(chosen_folder, chosen_day), "ground truths")
    print(hold_gates(chosen_day))
