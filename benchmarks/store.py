"""How fast the embedded server takes rows: straight into the data store, and over HTTP.

Each figure is for data that are on disk when the call returns. Bars: 1 M rows of 20 columns by
Parquet over HTTP at 150 000 rows/s (goal 250 000), a single row in 5 ms at the 95th percentile.

    python benchmarks/store.py [--rows 1000000] [--file-rows 500000] [--no-http]
"""

from __future__ import annotations

import argparse
import contextlib
import io
import resource
import tempfile
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from server_process import serving

from arthurai.server.model_schema import ModelSchema
from arthurai.server.storage.warehouse.data_store import DataStore
from arthurai.server.storage.warehouse.uploaded_files import read_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FLOATS, INTEGERS, TEXTS = 12, 3, 2
COLUMNS = FLOATS + INTEGERS + TEXTS + 3  # a prediction, a ground truth and the id


def attributes() -> list[dict[str, Any]]:
    def attribute(name: str, value_type: str, stage: str, position: int = 0) -> dict[str, Any]:
        return {
            "name": name,
            "value_type": value_type,
            "stage": stage,
            "position": position,
            "categorical": False,
        }

    kinds = ["FLOAT"] * FLOATS + ["INTEGER"] * INTEGERS + ["STRING"] * TEXTS
    found = [attribute(f"x{n}", kind, "PIPELINE_INPUT", n) for n, kind in enumerate(kinds)]
    found.append({**attribute("p", "FLOAT", "PREDICTED_VALUE"), "attribute_link": "y"})
    found.append({**attribute("y", "FLOAT", "GROUND_TRUTH"), "attribute_link": "p"})
    return found


def make_table(rows: int, seed: int) -> pa.Table:
    chance = np.random.default_rng(seed)
    columns: dict[str, Any] = {
        "partner_inference_id": [str(uuid.UUID(bytes=chance.bytes(16))) for _ in range(rows)],
        "inference_timestamp": pa.array(np.arange(rows) * 1_000_000, pa.timestamp("us", "UTC")),
    }
    for number in range(FLOATS):
        columns[f"x{number}"] = chance.normal(size=rows)
    for number in range(FLOATS, FLOATS + INTEGERS):
        columns[f"x{number}"] = chance.integers(0, 1000, rows)
    for number in range(FLOATS + INTEGERS, FLOATS + INTEGERS + TEXTS):
        columns[f"x{number}"] = np.array(["north", "east", "south", "west"])[
            chance.integers(0, 4, rows)
        ]
    columns["p"], columns["y"] = chance.random(rows), chance.random(rows)
    return pa.table(columns)


def to_parquet(table: pa.Table) -> bytes:
    target = io.BytesIO()
    pq.write_table(table, target, row_group_size=50_000)
    return target.getvalue()


def to_items(table: pa.Table) -> list[dict[str, Any]]:
    names = [name for name in table.column_names if name not in {"partner_inference_id", "y"}]
    return [
        {
            "partner_inference_id": row["partner_inference_id"],
            "inference_timestamp": row["inference_timestamp"].isoformat(),
            "inference_data": {name: row[name] for name in names if name != "inference_timestamp"},
        }
        for row in table.to_pylist()
    ]


def require(counts: dict[str, int]) -> None:
    if counts["failure"]:
        raise SystemExit(f"rows were refused: {counts}")


def timed(label: str, rows: int, work: Callable[[], Any]) -> None:
    started, worked = time.perf_counter(), time.process_time()
    work()
    seconds, worked = time.perf_counter() - started, time.process_time() - worked
    speed = f"{rows / seconds:12,.0f} rows/s"
    print(f"{label:<52} {seconds:7.2f} s {speed}  ({worked:.2f} s of CPU time here)")


def latencies(label: str, work: Callable[[int], Any], times: int = 200) -> None:
    found = []
    for number in range(times):
        started = time.perf_counter()
        work(number)
        found.append((time.perf_counter() - started) * 1000)
    found.sort()
    print(f"{label:<52} p50 {found[times // 2]:.1f} ms  p95 {found[int(times * 0.95)]:.1f} ms")


def straight(files: list[bytes], items: list[dict[str, Any]], rows: int) -> None:
    model = {"id": "m", "input_type": "TABULAR", "output_type": "REGRESSION"}
    schema = ModelSchema.from_model({**model, "attributes": attributes()})

    def send(store: DataStore) -> None:
        for file in files:
            stream = read_rows(schema, "inference_data", io.BytesIO(file))
            require(store.append_inference_stream(schema, stream).status_counts())

    with tempfile.TemporaryDirectory() as folder:
        with DataStore(Path(folder)) as store:
            store.create_model(schema)
            timed("store: Parquet", rows, lambda: send(store))
            timed("store: the same again, nothing changes", rows, lambda: send(store))
            timed("store: JSON objects", len(items), lambda: store.append_inferences(schema, items))
            truths = [
                {
                    "partner_inference_id": item["partner_inference_id"],
                    "ground_truth_timestamp": "2024-01-01T00:00:00Z",
                    "ground_truth_data": {"y": 1.0},
                }
                for item in items
            ]
            timed(
                "store: late ground truth, JSON objects",
                len(truths),
                lambda: store.append_ground_truth(schema, truths),
            )
            one = items[0]
            latencies(
                "store: one row",
                lambda n: store.append_inferences(
                    schema, [{**one, "partner_inference_id": f"one-{n}"}]
                ),
            )
            latencies(
                "store: one ground truth",
                lambda n: store.append_ground_truth(
                    schema, [{**truths[0], "partner_inference_id": f"one-{n}"}]
                ),
            )
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
        print(f"{'store: size on disk':<52} {size / 2**20:7.0f} MiB")
        with DataStore(Path(folder)) as store:
            timed(
                "store: first row after opening (loads the ids)",
                1,
                lambda: store.append_inferences(schema, [{**one, "partner_inference_id": "after"}]),
            )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'store: peak memory, the test data included':<52} {peak:7.0f} MiB")


@contextlib.contextmanager
def connecting(folder: Path) -> Iterator[httpx.Client]:
    options = ("--data-dir", str(folder / "data"), "--log-level", "error")
    with serving(*options) as served:
        headers = {"Authorization": served.key}
        with httpx.Client(base_url=served.url, headers=headers, timeout=600) as client:
            yield client


def over_http(files: list[bytes], items: list[dict[str, Any]], rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder, connecting(Path(folder)) as client:
        model = {"partner_model_id": "m", "input_type": "TABULAR", "output_type": "REGRESSION"}
        answer = client.post("/api/v3/models", json={**model, "attributes": attributes()})
        answer.raise_for_status()
        path = f"/api/v3/models/{answer.json()['id']}/inferences"

        def send() -> None:
            for file in files:
                part = {"inference_data": ("rows.parquet", file, "application/octet-stream")}
                found = client.post(f"{path}/file", files=part).raise_for_status().json()
                require(found["counts"])

        def send_items(some: list[dict[str, Any]]) -> None:
            found = client.post(path, content=orjson.dumps(some), headers=json).json()
            require(found["counts"])

        json = {"Content-Type": "application/json"}
        timed("HTTP: Parquet files", rows, send)
        timed("HTTP: the same again, nothing changes", rows, send)
        chunks = [items[n : n + 10_000] for n in range(0, len(items), 10_000)]
        timed(
            "HTTP: JSON, 10 000 rows a request",
            len(items),
            lambda: [send_items(chunk) for chunk in chunks],
        )
        latencies(
            "HTTP: one row",
            lambda n: send_items([{**items[0], "partner_inference_id": f"one-{n}"}]),
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--file-rows", type=int, default=500_000)
    parser.add_argument("--no-http", action="store_true")
    options = parser.parse_args()
    starts = range(0, options.rows, options.file_rows)
    sizes = [min(options.file_rows, options.rows - start) for start in starts]
    files = [to_parquet(make_table(size, seed)) for seed, size in enumerate(sizes)]
    items = to_items(make_table(min(options.rows, 50_000), 99))
    total = sum(map(len, files)) / 2**20
    print(f"{options.rows:,} rows of {COLUMNS} columns in {len(files)} files, {total:.0f} MiB")
    straight(files, items, options.rows)
    if not options.no_http:
        over_http(files, items, options.rows)


if __name__ == "__main__":
    main()
