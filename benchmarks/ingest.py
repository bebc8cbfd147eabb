"""How fast rows leave: ours beside the official SDK, against the same servers, in one run.

Usage:
    python benchmarks/ingest.py --official-python /path/to/python-with-arthurai-3.33.3
    python benchmarks/ingest.py --rows 100000 --calls send_inferences --no-embedded

Prints rows per second, rows per second of the client's CPU time (steadier on a busy machine), peak
memory above the state with the frame loaded, and ratios; then the embedded server end to end, the
distance to the floor (what encoding alone costs), and the memory of streaming a dataset. Each
measurement runs in a process of its own.
"""

import argparse
import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import ingest_side as side
from server_process import serving

HERE = Path(__file__).resolve().parent
BARS = {
    "send_inferences": (6.0, 10.0),
    "update_inference_ground_truths": (2.5, 5.0),
    "send_bulk_inferences": (5.0, 8.0),
    "set_reference_data": (2.5, 5.0),
}
"""Least and hoped-for speed as a multiple of the official SDK's, at 100 000 rows."""


def measured(python: str, *words: str) -> dict | None:
    """One measurement in its own process; `None` when it fails."""
    command = [python, str(HERE / "ingest_side.py"), *words]
    # Paths meant for this interpreter must not leak into the other one.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env=None if python == sys.executable else env,
    )
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        print(f"  failed: {' '.join(words)}: {done.stderr.strip().splitlines()[-1:]}")
        return None
    return json.loads(lines[-1])


@contextlib.contextmanager
def null_server() -> Iterator[str]:
    """The server that keeps nothing; its address."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "model.json")
        path.write_text(json.dumps(side.model()))
        command = [sys.executable, str(HERE / "null_server.py"), str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                yield process.stdout.readline().strip()
            finally:
                process.terminate()


@contextlib.contextmanager
def embedded_server() -> Iterator[tuple[str, str]]:
    """A persistent embedded server over HTTP; its address and a key."""
    with (
        tempfile.TemporaryDirectory() as directory,
        serving("--data-dir", str(Path(directory, "data"))) as served,
    ):
        yield served.url, served.key


def new_model(url: str, key: str) -> tuple[str, str]:
    """Save the benchmark's model on a server; return organization and model id."""
    from arthurai import ArthurAI
    from arthurai.model.model import ArthurModel

    with ArthurAI(url=url, access_key=key, allow_insecure=True) as arthur:
        model = ArthurModel.from_dict({**side.model(), "id": None, "status": None})
        model.partner_model_id = f"benchmark-{time.time_ns()}"
        return arthur.organization_id, model.attach(arthur.session).save(skip_validation=True)


def shown(name: str, found: dict | None) -> str:
    """One side of a line."""
    if found is None:
        return f"{name} failed"
    return (
        f"{name} {found['rows_per_second']:>9,.0f} rows/s {found['rows_per_cpu_second']:>9,.0f} a"
        f" CPU second {found['extra_mb']:>6.1f} MB"
    )


def compare(
    call: str, rows: int, official: str | None, ours: dict | None, *words: str
) -> dict | None:
    """Prints one line of the comparison; gives what the official SDK reached."""
    theirs = measured(official, call, str(rows), *words) if official else None
    line = f"{call:31} {rows:>9,}  {shown('ours', ours)}"
    if official:
        line += f"   {shown('official', theirs)}"
    if ours and theirs:
        speed = ours["rows_per_second"] / theirs["rows_per_second"]
        effort = ours["rows_per_cpu_second"] / theirs["rows_per_cpu_second"]
        memory = ours["extra_mb"] / max(theirs["extra_mb"], 0.1)
        least, hoped = BARS[call]
        line += f"   {speed:5.1f}x (bar {least:g}, goal {hoped:g})"
        line += f", by CPU {effort:.1f}x, memory {memory:.2f}"
    print(line, flush=True)
    return theirs


def against_null(given: argparse.Namespace) -> None:
    """The comparison on the server that costs nothing."""
    print("Against a server that keeps nothing (26 mixed columns)")
    with null_server() as url:
        for call in given.calls:
            for rows in given.rows:
                ours = measured(sys.executable, call, str(rows), url)
                theirs = compare(call, rows, given.official_python, ours, url)
                frame = measured(sys.executable, call, str(rows), url, "--frame", "polars")
                if frame:
                    line = f"{'':31} {'':>9}  {shown('same from polars', frame)}"
                    if theirs:
                        line += f" {frame['rows_per_second'] / theirs['rows_per_second']:.1f}x"
                    print(line, flush=True)


def against_embedded(given: argparse.Namespace) -> None:
    """The comparison on a persistent embedded server over HTTP."""
    print("\nAgainst a persistent embedded server over HTTP")
    with embedded_server() as (url, key):
        for call in ("send_inferences", "send_bulk_inferences", "set_reference_data"):
            for rows in given.rows:
                words = []
                for _ in range(2):
                    organization, model_id = new_model(url, key)
                    words.append(
                        (url, "--key", key, "--organization", organization, "--model", model_id)
                    )
                ours = measured(sys.executable, call, str(rows), *words[0], "--fresh")
                compare(call, rows, given.official_python, ours, *words[1], "--fresh")


def best(work: Callable[[], object], rows: int) -> float:
    """Rows per second of the best of three runs."""
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return rows / min(seconds)


def floor(rows: int) -> None:
    """What encoding alone costs: orjson on records built before, pyarrow writing Parquet."""
    import orjson
    import pyarrow as pa
    import pyarrow.parquet as pq

    from arthurai.model.model import ArthurModel
    from arthurai.model.sending import upload_schema
    from arthurai.upload.diagnostics import ValidationErrors
    from arthurai.upload.encode_json import json_bodies
    from arthurai.upload.encode_parquet import parquet_file, to_table
    from arthurai.upload.table_batches import read_table
    from arthurai.upload.validate import Validator
    from arthurai.upload.validated_table import INFERENCES, ValidatedTable

    schema = upload_schema(ArthurModel.from_dict(side.model()))
    data = side.frame(rows, "send_inferences")

    def validated() -> ValidatedTable:
        table = read_table(data, schema, ValidationErrors("inferences"))
        return Validator(schema, INFERENCES, name="inferences").validate(table)

    def as_json() -> list[bytes]:
        parts = validated().split(5_000)
        return [body.content for part in parts for body in json_bodies(part, max_bytes=10**8)]

    def as_parquet() -> None:
        for part in validated().split(rows // 8):
            parquet_file(to_table(part, schema), schema)

    records = [row for body in as_json() for row in orjson.loads(body)]
    table = pa.Table.from_pandas(data, preserve_index=False)
    pairs = {
        "JSON": (best(as_json, rows), best(lambda: orjson.dumps(records), rows)),
        "Parquet": (
            best(as_parquet, rows),
            best(lambda: pq.write_table(table, io.BytesIO()), rows),
        ),
    }
    print(f"\nDistance to the floor, {rows:,} rows (check, convert and encode; no sending)")
    for name, (ours, least) in pairs.items():
        print(f"  {name:8} {ours:>10,.0f} rows/s, floor {least:>10,.0f}: {ours / least:.2f} of it")


def stream(rows: int) -> None:
    """Print the memory of sending a dataset in batches."""
    print(f"\nStreaming a Parquet dataset of {rows:,} rows to a server that keeps nothing")
    with null_server() as url:
        print(f"  {shown('ours', measured(sys.executable, 'stream', str(rows), url))}")


def main() -> None:
    """Runs what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--official-python", help="interpreter that has arthurai 3.33.3")
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--calls", nargs="+", choices=side.CALLS, default=list(side.CALLS))
    parser.add_argument("--stream-rows", type=int, default=10_000_000)
    for part in ("null", "embedded", "floor", "stream"):
        parser.add_argument(f"--no-{part}", action="store_true", help=f"leave {part} out")
    given = parser.parse_args()
    if not given.no_null:
        against_null(given)
    if not given.no_embedded:
        against_embedded(given)
    if not given.no_floor:
        floor(100_000)
    if not given.no_stream:
        stream(given.stream_rows)


if __name__ == "__main__":
    main()
