r"""How fast rows arrive and queries are answered on each engine, with one, two and four servers.

Each engine is a name and the options of `arthurai serve` for it. `{directory}` is a new directory,
`{run}` counts the runs from 1, as each needs an empty database or schema:

    python benchmarks/scale.py --rows 1000000 --servers 1 2 4 \\
        --engine "one file" "--data-dir {directory}" \\
        --engine "shared directory" \\
            "--control postgresql://arthur@/scale{run}?host=/run/postgresql \\
             --warehouse ducklake:postgresql://arthur@/scale{run}?host=/run/postgresql \\
             --storage {directory}"

It also works with `--storage s3://bucket/prefix{run}`; keys and endpoint come from the variables of
AWS.

The rows have 26 columns and arrive as Parquet files over HTTP, from a process for each server and
at least two, which take the servers in turns. Then each query is asked of each server, and all of
them by twice as many readers as there are servers. An engine of one file has one server.
"""

import argparse
import concurrent.futures
import contextlib
import io
import itertools
import multiprocessing
import os
import shlex
import statistics
import tempfile
import time
from collections.abc import Iterator
from typing import Any

import httpx
import ingest_side as side
import pyarrow as pa
import pyarrow.parquet as pq
from ingest import new_model
from server_process import Served, serving

FILE_ROWS = 122_880
DAY = {"property": "inference_timestamp", "time_interval": "day"}
BY_DAY = {"function": "roundTimestamp", "alias": "day", "parameters": DAY}
LEVELS = (0.05, 0.5, 0.95)
QUERIES: dict[str, tuple[str, dict[str, Any]]] = {
    "mean by day": (
        "query",
        {
            "select": [
                {
                    "function": "avg",
                    "alias": "v",
                    "parameters": {"property": "prediction"},
                },
                BY_DAY,
            ],
            "group_by": [{"alias": "day"}],
            "order_by": [{"alias": "day"}],
        },
    ),
    "counts by group": (
        "query",
        {
            "select": [{"property": "s15"}, {"function": "count", "alias": "n"}],
            "group_by": [{"property": "s15"}],
            "order_by": [{"property": "s15"}],
        },
    ),
    "histogram": (
        "query",
        {
            "select": [
                {
                    "function": "distribution",
                    "alias": "h",
                    "parameters": {"property": "f3", "num_bins": 50},
                }
            ]
        },
    ),
    "quantiles": (
        "query",
        {
            "select": [
                {
                    "function": "quantile",
                    "alias": f"q{place}",
                    "parameters": {"property": "f5", "level": level},
                }
                for place, level in enumerate(LEVELS)
            ]
        },
    ),
    "PSI by day": (
        "data_drift",
        {
            "properties": [f"f{place}" for place in range(side.FLOATS)],
            "metric": "PSI",
            "num_bins": 20,
            "base": {"source": "inference"},
            "target": {"source": "inference"},
            "rollup": "day",
        },
    ),
}


@contextlib.contextmanager
def serving_together(options: str, count: int, places: dict[str, str]) -> Iterator[list[Served]]:
    """Servers over one store; the first one prints the administrator's key."""
    words = [word.format(**places) for word in shlex.split(options)]
    servers: list[Served] = []
    with contextlib.ExitStack() as running:
        for _ in range(count):
            key = servers[0].key if servers else None
            servers.append(running.enter_context(serving(*words, "--log-level", "error", key=key)))
        yield servers


def encode(rows: int, first: int) -> bytes:
    """A Parquet file of rows with ids of their own."""
    frame = side.frame(rows, "send_inferences")
    frame["partner_inference_id"] = [f"row-{first + row:09d}" for row in range(rows)]
    target = io.BytesIO()
    table = pa.Table.from_pandas(frame, preserve_index=False)
    pq.write_table(table, target, row_group_size=FILE_ROWS)
    return target.getvalue()


def upload(servers: list[Served], model_id: str, first: int, sizes: list[int]) -> float:
    """Send files to the servers in turns; return the seconds of the clock that requests took."""
    spent = 0.0
    with httpx.Client(timeout=600) as client:
        for served, rows in zip(itertools.cycle(servers), sizes, strict=False):
            content = encode(rows, first)
            first += rows
            started = time.perf_counter()
            answer = client.post(
                f"{served.url}/api/v3/models/{model_id}/inferences/file",
                files={"inference_data": ("rows.parquet", content, "application/octet-stream")},
                headers={"Authorization": served.key},
            )
            spent += time.perf_counter() - started
            if answer.status_code != 207 or answer.json()["counts"]["success"] != rows:
                raise RuntimeError(f"{answer.status_code}: {answer.text[:300]}")
    return spent


def send(servers: list[Served], model_id: str, rows: int) -> float:
    """Send all rows from several processes; return rows a second of the slowest process."""
    writers = max(2, len(servers))
    files = [min(FILE_ROWS, rows - start) for start in range(0, rows, FILE_ROWS)]
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(writers, mp_context=context) as pool:
        shares = [files[writer::writers] for writer in range(writers)]
        firsts = itertools.accumulate(map(sum, shares), initial=0)
        jobs = [
            pool.submit(upload, servers[w % len(servers) :] + servers[: w % len(servers)], *rest)
            for w, rest in enumerate(zip(itertools.repeat(model_id), firsts, shares, strict=False))
        ]
        return rows / max(job.result() for job in jobs)


def ask(client: httpx.Client, served: Served, model_id: str, name: str) -> float:
    """Ask a query; return its seconds."""
    kind, body = QUERIES[name]
    path = f"{served.url}/api/v3/models/{model_id}/inferences/query"
    if kind != "query":
        path += f"/{kind}"
    started = time.perf_counter()
    answer = client.post(path, json=body, headers={"Authorization": served.key})
    if answer.status_code != 200 or not answer.json()["query_result"]:
        raise RuntimeError(f"{name}: {answer.status_code} {answer.text[:300]}")
    return time.perf_counter() - started


def measure(servers: list[Served], rows: int, asked: int, rounds: int) -> list[str]:
    """One line of the table: rows a second, seconds of each query, queries a second."""
    _, model_id = new_model(servers[0].url, servers[0].key)
    cells = [f"{send(servers, model_id, rows):12,.0f}"]
    with httpx.Client(timeout=600) as client:
        for name in QUERIES:
            seconds = [ask(client, s, model_id, name) for s in servers for _ in range(asked)]
            cells.append(f"{statistics.median(seconds):10.3f} s")

        def read(reader: int) -> None:
            for name in QUERIES:
                ask(client, servers[reader % len(servers)], model_id, name)

        readers = 2 * len(servers)
        started = time.perf_counter()
        with concurrent.futures.ThreadPoolExecutor(readers) as pool:
            list(pool.map(read, range(rounds * readers)))
        took = time.perf_counter() - started
    cells.append(f"{rounds * readers * len(QUERIES) / took:10.1f}" if rounds else "-")
    return cells


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--servers", type=int, nargs="+", default=[1])
    parser.add_argument(
        "--asked", type=int, default=5, help="how often each query is asked of each server"
    )
    parser.add_argument(
        "--rounds", type=int, default=2, help="how often all readers ask all queries at once"
    )
    parser.add_argument(
        "--engine", nargs=2, action="append", metavar=("NAME", "OPTIONS"), dest="engines"
    )
    given = parser.parse_args()
    engines = given.engines or [["one file", "--data-dir {directory}"]]
    print(f"{os.cpu_count()} processors; rows/s, seconds of each query, queries/s of all readers")
    print(f"{'engine':24}{'servers':>8}{'rows':>12}{'rows/s':>12}", end="")
    print("".join(f"{name:>16}" for name in QUERIES), f"{'queries/s':>11}")
    runs = itertools.product(given.rows, engines, given.servers)
    for run, (rows, (name, options), count) in enumerate(runs, 1):
        if count > 1 and "--data-dir" in options:
            continue
        with (
            tempfile.TemporaryDirectory() as directory,
            serving_together(options, count, {"directory": directory, "run": str(run)}) as servers,
        ):
            cells = measure(servers, rows, given.asked, given.rounds)
        print(f"{name:24}{count:>8}{rows:>12,}{cells[0]}", end="")
        print("".join(f"{cell:>16}" for cell in cells[1:-1]), f"{cells[-1]:>11}", flush=True)


if __name__ == "__main__":
    main()
