"""How fast the server takes rows, beside another revision of it, in one run.

Usage:
    python benchmarks/writes.py --other-python /path/to/other/checkout/.venv/bin/python
    python benchmarks/writes.py --parts single --rounds 6

Both servers run at the same time, with a data directory each, and are measured in turns: single-row
requests over 32 connections, `send_inferences`, and bulk uploads (Parquet), each side with its own
client. Beside the first stands what the HTTP server takes for an application that does nothing,
beside the others a plain insert of the same Arrow table by DuckDB. Times of the processor are those
of both processes, and steadier than those of the clock where others use the machine.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import ingest_side as side
from ingest import new_model
from server_process import Served, serving

HERE = Path(__file__).resolve().parent
GOALS = {"single": 10.0, "send_inferences": 2.5, "send_bulk_inferences": 2.0}
"""Least speed as a multiple of that of the revision that the goals were set for, 5141b58."""

NOTHING = """
from arthurai.server.serving.waitress_server import Server, listen
BODY = b'{"counts":{"success":1,"failure":0,"total":1},"results":[{"status":200}]}'
class Nothing:
    def __call__(self, environ, start_response):
        environ["wsgi.input"].read()
        start_response("207 Multi-Status", [("Content-Length", str(len(BODY)))])
        return [BODY]
    def find_recent_use(self, credential): return "o", "somebody"
    def defers(self, method, path): return False
    def answers_at_once(self): return False
    def max_body_bytes(self, environ): return 2**20
server = Server(Nothing(), listen(port=0), max_body_bytes=2**20)
print(server.url, flush=True)
server.run()
"""


class Cost(NamedTuple):
    """What some rows took."""

    rows: int
    seconds: float
    cpu_seconds: float

    @classmethod
    def of(cls, costs: "list[Cost]") -> "Cost":
        """The sum of several."""
        return cls(*map(sum, zip(*costs, strict=True)))

    def __str__(self) -> str:
        rate, effort = self.rows / self.seconds, 1e6 * self.cpu_seconds / self.rows
        return f"{rate:>10,.0f}/s {effort:>9,.1f} µs of CPU each"


@contextlib.contextmanager
def serving_revision(python: str) -> Iterator[Served]:
    """A server of the revision that an interpreter has."""
    with tempfile.TemporaryDirectory() as directory:
        data = ("--data-dir", str(Path(directory, "data")))
        with serving(*data, python=python, stderr=subprocess.DEVNULL) as served:
            yield served


@contextlib.contextmanager
def doing_nothing() -> Iterator[Served]:
    """The HTTP server with an application that does nothing."""
    with subprocess.Popen([sys.executable, "-c", NOTHING], stdout=-1, text=True) as process:
        try:
            yield Served(sys.executable, process.stdout.readline().strip(), "k", process.pid)
        finally:
            process.terminate()


def cpu_seconds(process: int) -> float:
    """Time of the processor that a process has taken."""
    words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def load(served: Served, path: str, *words: str) -> tuple[Cost, dict]:
    """Single-row requests for a while."""
    command = [sys.executable, str(HERE / "writes_load.py"), served.url, path, *words]
    before = cpu_seconds(served.process)
    done = subprocess.run(
        [*command, f"--key={served.key}"], capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    if found["refused"]:
        raise RuntimeError(found["refused"])
    cost = Cost(found["requests"], found["seconds"], cpu_seconds(served.process) - before)
    return cost, found


def compare(name: str, costs: dict[str, list[Cost]]) -> None:
    """Prints the sides, and how much faster this revision is."""
    sums = {who: Cost.of(found) for who, found in costs.items()}
    for who, cost in sums.items():
        print(f"  {who:24} {cost}")
    ours, theirs = sums["this revision"], sums.get("the other revision")
    if theirs is not None:
        speed = (ours.rows / ours.seconds) / (theirs.rows / theirs.seconds)
        effort = (theirs.cpu_seconds / theirs.rows) / (ours.cpu_seconds / ours.rows)
        print(f"  {speed:.1f}x by the clock, {effort:.1f}x by CPU (goal {GOALS[name]:g})")
    for who in ("doing nothing", "plain insert by DuckDB"):
        if who in sums:
            floor = sums[who]
            speed = (floor.rows / floor.seconds) / (ours.rows / ours.seconds)
            effort = (ours.cpu_seconds / ours.rows) / (floor.cpu_seconds / floor.rows)
            print(f"  distance to {who}: {speed:.1f}x by the clock, {effort:.1f}x by CPU")


def single(sides: dict[str, Served], given: argparse.Namespace) -> None:
    """Single-row requests over many connections."""
    print(f"\nSingle-row requests of 26 columns over {given.connections} connections")
    paths = {who: f"/api/v3/models/{new_model(s.url, s.key)[1]}" for who, s in sides.items()}
    costs: dict[str, list[Cost]] = defaultdict(list)
    words = ["--connections", str(given.connections), *(["--keyed"] if given.keyed else [])]
    with doing_nothing() as nothing:
        everyone = {**sides, "doing nothing": nothing}
        for who, served in everyone.items():
            load(served, f"{paths.get(who, '')}/inferences", *words, "--seconds", "1")
        for turn in range(given.rounds):
            for who, served in sorted(everyone.items(), reverse=bool(turn % 2)):
                path = f"{paths.get(who, '')}/inferences"
                cost, found = load(served, path, *words, "--seconds", str(given.seconds))
                costs[who].append(cost)
                times = f"p50 {found['p50_ms']:6.1f} ms, p99 {found['p99_ms']:6.1f} ms"
                print(f"    {who:22} {cost}  {times}", flush=True)
    compare("single", costs)


def upload(call: str, sides: dict[str, Served], given: argparse.Namespace) -> None:
    """A frame of rows by a method of the SDK; the CPU is that of client and server."""
    print(f"\n{call}, {given.rows:,} rows of 26 columns")
    costs: dict[str, list[Cost]] = defaultdict(list)
    for turn in range(-1, given.rounds):  # the first one warms up
        for who, served in sorted(sides.items(), reverse=bool(turn % 2)):
            organization, model_id = new_model(served.url, served.key)
            command = [served.python, str(HERE / "ingest_side.py"), call, str(given.rows)]
            command += [served.url, f"--key={served.key}", "--organization", organization]
            command += ["--model", model_id, "--fresh"]
            before = cpu_seconds(served.process)
            done = subprocess.run(command, capture_output=True, text=True, check=True, cwd="/")
            found = json.loads(done.stdout.splitlines()[-1])
            client = given.rows / found["rows_per_cpu_second"]
            server = cpu_seconds(served.process) - before
            cost = Cost(given.rows, given.rows / found["rows_per_second"], client + server)
            if turn >= 0:
                costs[who].append(cost)
            shares = f"client {client:5.2f} s, server {server:5.2f} s"
            print(f"    {who:22} {cost}  {shares}", flush=True)
        costs["plain insert by DuckDB"].append(insert_plainly(given.rows))
    compare(call, costs)


def insert_plainly(rows: int) -> Cost:
    """DuckDB inserts the same rows from an Arrow table into a file."""
    import duckdb
    import pyarrow as pa

    table = pa.Table.from_pandas(side.frame(rows, "send_inferences"), preserve_index=False)
    with (
        tempfile.TemporaryDirectory() as directory,
        duckdb.connect(str(Path(directory, "plain.duckdb"))) as connection,
    ):
        connection.register("incoming", table)
        connection.execute("CREATE TABLE rows AS SELECT * FROM incoming LIMIT 0")
        started, working = time.perf_counter(), time.process_time()
        connection.execute("INSERT INTO rows SELECT * FROM incoming")
        return Cost(rows, time.perf_counter() - started, time.process_time() - working)


def main() -> None:
    """Runs what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--other-python", help="interpreter that has the other revision")
    parser.add_argument("--parts", nargs="+", choices=GOALS, default=list(GOALS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--keyed", action="store_true", help="single requests with a key")
    parser.add_argument("--rows", type=int, default=100_000)
    given = parser.parse_args()
    with contextlib.ExitStack() as stack:
        sides = {"this revision": stack.enter_context(serving_revision(sys.executable))}
        if given.other_python:
            sides["the other revision"] = stack.enter_context(serving_revision(given.other_python))
        for part in given.parts:
            if part == "single":
                single(sides, given)
            else:
                upload(part, sides, given)


if __name__ == "__main__":
    main()
