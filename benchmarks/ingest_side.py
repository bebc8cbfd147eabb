"""One measurement of sending rows, with whichever `arthurai` the running interpreter has.

Run by `benchmarks/ingest.py`; prints one line of JSON. Runs on ours and on arthurai 3.33.3 alike,
so it uses only what both have.
"""

import argparse
import gc
import json
import logging
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

CALLS = (
    "send_inferences",
    "update_inference_ground_truths",
    "send_bulk_inferences",
    "set_reference_data",
)
FLOATS, INTEGERS, TEXTS, FLAGS = 9, 6, 5, 2
WORDS = ("alpha", "beta", "gamma", "delta", "épsilon")
REPEATS = {10_000: 5, 100_000: 3}


def attribute(name: str, value_type: str, stage: str, position: int) -> dict:
    """One attribute as the API describes it."""
    values = {"STRING": WORDS, "BOOLEAN": ("True", "False")}.get(value_type)
    return {
        "name": name,
        "value_type": value_type,
        "stage": stage,
        "position": position,
        "categorical": value_type in {"STRING", "BOOLEAN"},
        "is_unique": False,
        "monitor_for_bias": False,
        "implicit": False,
        "is_positive_predicted_attribute": False,
        **({"categories": [{"value": value} for value in values]} if values else {}),
    }


def model() -> dict:
    """A regression model of 24 attributes (26 columns with timestamp and id)."""
    kinds = (
        [("f", "FLOAT")] * FLOATS
        + [("i", "INTEGER")] * INTEGERS
        + [("s", "STRING")] * TEXTS
        + [("b", "BOOLEAN")] * FLAGS
    )
    attributes = [
        attribute(f"{letter}{place}", kind, "PIPELINE_INPUT", place)
        for place, (letter, kind) in enumerate(kinds)
    ]
    predicted = attribute("prediction", "FLOAT", "PREDICTED_VALUE", 0)
    truth = attribute("truth", "FLOAT", "GROUND_TRUTH", 0)
    predicted["attribute_link"], truth["attribute_link"] = "truth", "prediction"
    return {
        "id": "11111111-1111-4111-8111-111111111111",
        "partner_model_id": "benchmark",
        "display_name": "benchmark",
        "input_type": "TABULAR",
        "output_type": "REGRESSION",
        "is_batch": False,
        "archived": False,
        "status": "Ready",
        "created_at": "2024-01-01T00:00:00Z",
        "updated_at": "2024-01-01T00:00:00Z",
        "attributes": [*attributes, predicted, truth],
    }


def frame(rows: int, call: str) -> pd.DataFrame:
    """The rows as a pandas frame: floats with gaps, integers, text, flags, times and ids."""
    draw = np.random.default_rng(7)
    columns = {}
    for item in model()["attributes"]:
        name, kind = item["name"], item["value_type"]
        if kind == "FLOAT":
            columns[name] = draw.normal(size=rows)
        elif kind == "INTEGER":
            columns[name] = draw.integers(0, 100_000, rows)
        elif kind == "STRING":
            columns[name] = np.array(WORDS, dtype=object)[draw.integers(0, len(WORDS), rows)]
        else:
            columns[name] = draw.random(rows) > 0.5
    columns["f0"][::10] = np.nan
    if call != "set_reference_data":
        start = pd.Timestamp("2024-01-01", tz="UTC")
        times = start + pd.to_timedelta(np.arange(rows), unit="s")
        columns["inference_timestamp"] = times
        columns["partner_inference_id"] = [f"inference-{row:08d}" for row in range(rows)]
        columns["ground_truth_timestamp"] = times
    table = pd.DataFrame(columns)
    truth = ["partner_inference_id", "ground_truth_timestamp", "truth"]
    if call == "update_inference_ground_truths":
        return table[truth]
    if call in {"send_inferences", "send_bulk_inferences"}:
        return table.drop(columns=["truth", "ground_truth_timestamp"])
    return table


def resident(what: str) -> float:
    """Megabytes of this process: `VmRSS` now, or `VmHWM` at its peak."""
    found = re.search(rf"{what}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found.group(1)) / 1024


def forget_peak() -> None:
    """Makes the peak start over from here."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")


def connect(given: argparse.Namespace) -> "ArthurAI":  # noqa: F821 - whichever is installed
    """The connection of the measured SDK."""
    from arthurai import ArthurAI

    logging.getLogger("arthurai").setLevel(logging.ERROR)
    return ArthurAI(
        url=given.url, access_key=given.key, allow_insecure=True, organization_id=given.organization
    )


def measure(send: Callable[[], object], rows: int, repeats: int) -> dict:
    """Times a call; the best of several, and the peak memory of the first."""
    seconds, effort, extra = [], [], 0.0
    for number in range(repeats):
        forget_peak()
        before = resident("VmRSS")
        started, working = time.perf_counter(), time.process_time()
        send()
        seconds.append(time.perf_counter() - started)
        effort.append(time.process_time() - working)
        if number == 0:
            extra = resident("VmHWM") - before
    return {
        "rows_per_second": rows / min(seconds),
        "rows_per_cpu_second": rows / min(effort),
        "extra_mb": extra,
    }


def run(given: argparse.Namespace) -> dict:
    """Measures one call on a frame in memory."""
    method = getattr(connect(given).get_model(given.model), given.call)
    data = frame(given.rows, given.call)
    keyword = "data" if given.call.startswith(("send_bulk", "set_")) else None
    warm = data.head(10)
    if given.fresh:
        # A server that keeps rows refuses other rows of the same ids, so none are sent twice.
        warm = warm.assign(partner_inference_id=[f"warm-{n}" for n in range(len(warm))])
    if given.frame == "polars":
        import polars as pl

        data, warm = pl.from_pandas(data), pl.from_pandas(warm)

    def send(table: pd.DataFrame) -> None:
        method(**{keyword: table}) if keyword else method(table)

    if not (given.fresh and given.call == "set_reference_data"):  # a closed set takes no more
        send(warm)
    repeats = 1 if given.fresh else REPEATS.get(given.rows, 1)
    return measure(lambda: send(data), given.rows, repeats)


def run_stream(given: argparse.Namespace) -> dict:
    """Measures bulk sending of a Parquet dataset that is much larger than memory may grow."""
    import pyarrow as pa
    import pyarrow.dataset as ds
    import pyarrow.parquet as pq

    model_ = connect(given).get_model(given.model)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "part.parquet")
        part = 500_000
        pq.write_table(
            pa.Table.from_pandas(frame(part, "send_bulk_inferences"), preserve_index=False), path
        )
        paths = [str(path)] * (given.rows // part)
        model_.send_bulk_inferences(data=ds.dataset(paths[:1]).head(1000))
        return measure(
            lambda: model_.send_bulk_inferences(data=ds.dataset(paths)), part * len(paths), 1
        )


def main() -> None:
    """Prints the measurement."""
    parser = argparse.ArgumentParser()
    parser.add_argument("call", choices=[*CALLS, "stream"])
    parser.add_argument("rows", type=int)
    parser.add_argument("url")
    parser.add_argument("--key", default="key")
    parser.add_argument("--organization", default="o")
    parser.add_argument("--model", default=model()["id"])
    parser.add_argument("--frame", choices=["pandas", "polars"], default="pandas")
    parser.add_argument("--fresh", action="store_true", help="the server keeps what it gets")
    given = parser.parse_args()
    print(json.dumps(run_stream(given) if given.call == "stream" else run(given)))


if __name__ == "__main__":
    main()
