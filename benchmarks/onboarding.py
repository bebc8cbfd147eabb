"""Time `infer_schema` and `build`, side by side with the official SDK.

    python benchmarks/onboarding.py --official-python /path/to/venv/bin/python

Without `--official-python` only this SDK is measured. Each measurement runs in a process of its
own, after a warm-up on 100 rows; the time is the best of `--repeat` runs, the memory the most any
run grew by (Linux only).
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

SIZES = {"100k x 50": 100_000, "1M x 50": 1_000_000}
GOAL = 5.0


def frame(rows: int) -> pd.DataFrame:
    """A table of 50 columns of all plain types, then a prediction and a label."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(1)
    columns: dict[str, Any] = {f"f{i}": rng.normal(size=rows) for i in range(18)}
    columns |= {
        f"gap{i}": np.where(rng.random(rows) < 0.1, np.nan, rng.random(rows)) for i in range(4)
    }
    columns |= {f"wide{i}": rng.integers(0, 10**6, rows) for i in range(7)}
    columns |= {f"few{i}": rng.integers(0, 10, rows) for i in range(6)}
    columns |= {f"name{i}": rng.choice(["red", "green", "blue", "black"], rows) for i in range(6)}
    words = np.array([f"item-{i}" for i in range(5_000)])
    columns |= {f"item{i}": rng.choice(words, rows) for i in range(2)}
    columns["key"] = [f"row-{i}" for i in range(rows)]
    columns |= {f"yes{i}": rng.random(rows) < 0.5 for i in range(3)}
    columns |= {
        f"time{i}": pd.date_range("2024-01-01", periods=rows, freq="s", tz="UTC") for i in range(2)
    }
    columns["group"] = pd.Categorical(rng.choice(list("abcde"), rows))
    assert len(columns) == 50  # noqa: S101 - the headline says so
    columns["prediction"] = rng.random(rows)
    columns["label"] = rng.integers(0, 2, rows)
    return pd.DataFrame(columns)


class Memory:
    """Watches how far the memory of this process grows, every five milliseconds."""

    def __init__(self) -> None:
        self._start = self._peak = self._now()
        self._done = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def stop(self) -> float:
        """Stop watching; the growth in megabytes."""
        self._done.set()
        self._watcher.join()
        return (self._peak - self._start) / 2**20

    def _watch(self) -> None:
        while not self._done.wait(0.005):
            self._peak = max(self._peak, self._now())

    @staticmethod
    def _now() -> int:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize()


def run(what: str, rows: int, repeat: int) -> None:
    """Measure one call in this process and print the result as JSON."""
    import logging

    from arthurai.model.model import ArthurModel

    logging.disable(logging.CRITICAL)
    ArthurModel("warm up", "TABULAR", "REGRESSION").infer_schema(frame(100), "PIPELINE_INPUT")
    data = frame(rows)
    inputs = data.drop(columns=["prediction", "label"])
    seconds, grown = [], []
    for _ in range(repeat):
        model = ArthurModel("benchmark", "TABULAR", "MULTICLASS")
        memory = Memory()
        start = time.perf_counter()
        if what == "infer_schema":
            model.infer_schema(inputs, "PIPELINE_INPUT")
        else:
            model.build(data, {"prediction": 1}, ground_truth_column="label")
        seconds.append(time.perf_counter() - start)
        grown.append(memory.stop())
    print(json.dumps({"seconds": min(seconds), "grown_mb": max(grown)}))


def measure(python: str, what: str, rows: int, repeat: int) -> dict[str, float]:
    """Measure one call with an interpreter."""
    with tempfile.TemporaryDirectory() as where:
        done = subprocess.run(
            [python, str(Path(__file__).resolve()), "--run", what, str(rows), str(repeat)],
            cwd=where,
            capture_output=True,
            text=True,
            check=True,
        )
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def main() -> int:
    """Print the table; 1 when a ratio on 100k rows is below 3."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--official-python", help="interpreter that has the official SDK")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--sizes", nargs="*", default=list(SIZES), choices=list(SIZES))
    parser.add_argument("--run", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        what, rows, repeat = options.run
        run(what, int(rows), int(repeat))
        return 0
    slow = False
    print(f"{'call':14} {'rows':10} {'ours':>9} {'memory':>9} {'official':>9} {'memory':>9} ratio")
    for size in options.sizes:
        rows = SIZES[size]
        for what in ("infer_schema", "build"):
            repeat = options.repeat if rows < 10**6 else 1
            ours = measure(sys.executable, what, rows, repeat)
            line = f"{what:14} {size:10} {ours['seconds']:8.2f}s {ours['grown_mb']:7.0f}MB"
            if options.official_python:
                theirs = measure(options.official_python, what, rows, repeat)
                ratio = theirs["seconds"] / ours["seconds"]
                slow |= ratio < 3 and rows < 10**6
                mark = "goal reached" if ratio >= GOAL else ""
                line += f" {theirs['seconds']:8.2f}s {theirs['grown_mb']:7.0f}MB"
                line += f" {ratio:5.1f} {mark}"
            print(line, flush=True)
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
