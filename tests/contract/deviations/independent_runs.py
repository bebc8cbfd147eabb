"""Measures which share of the deviations written without a look at the probes a contract run notices.

python tests/contract/deviations/independent_runs.py [--table first|second|third] [--only TEXT] [--missed LOG]
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # helper modules of these tests

import independent_deviations
import independent_deviations_second
import independent_deviations_third
from argon2 import PasswordHasher
from deviating_server import DeviatingServer
from seeded_runs import findings

from arthurai.contract import run_names
from arthurai.contract.checked_client import BoundReachedError
from arthurai.contract.findings import Findings
from arthurai.contract.workspace import Workspace
from arthurai.server.app import create_app

TABLES = {
    "first": independent_deviations.FIRST,
    "second": independent_deviations_second.SECOND,
    "third": independent_deviations_third.THIRD,
}


class NoticedError(BoundReachedError):
    """The deviation was noticed, which ends the run: nothing else is of interest."""


@contextmanager
def ending_at_first_finding():
    """Let runs end with their first finding, without a clean-up."""
    add, close = Findings.add, Workspace.close

    def add_and_end(self, finding):
        add(self, finding)
        raise NoticedError(finding.kind)

    Findings.add = add_and_end
    Workspace.close = lambda self: run_names.end(self._mark) or []
    try:
        yield
    finally:
        Findings.add, Workspace.close = add, close


def try_out(case) -> tuple[list[str], int]:
    """Run the contract check against a server with one deviation: findings, responses changed."""
    with create_app() as app:
        app.control.users._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        server = DeviatingServer(app, case.operation_id, case.rule)
        found = findings(server, app.admin_key, case.operation_id)
    if server.error is not None:
        raise AssertionError(f"the rule itself failed: {case.name}") from server.error
    return found, server.changed


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--table", choices=TABLES, default="first")
    parser.add_argument("--only")
    parser.add_argument("--missed", type=Path, help="try only what this log calls missed")
    parser.add_argument("--part", default="1/1", help="i/n: only every n-th deviation")
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    cases = TABLES[given.table]
    if given.only:
        cases = [case for case in cases if given.only in case.name]
    if given.missed:
        lines = given.missed.read_text().splitlines()
        names = {
            line.split("s ", 1)[1].partition(" | ")[0]
            for line in lines
            if line[:5] in ("MISSE", "ERROR")
        }
        cases = [case for case in cases if case.name in names]
    part, parts = map(int, given.part.split("/"))
    tried = caught = 0
    for case in cases[part - 1 :: parts]:
        started = time.monotonic()
        try:
            with ending_at_first_finding():
                found, changed = try_out(case)
        except AssertionError as error:
            print(
                f"ERROR {time.monotonic() - started:5.1f}s {case.name} | {error.__cause__!r}",
                flush=True,
            )
            continue
        tried += 1
        caught += bool(found)
        mark, why = (
            ("found ", found[0][:110]) if found else ("MISSED", f"{changed} responses changed")
        )
        print(f"{mark} {time.monotonic() - started:5.1f}s {case.name} | {why}", flush=True)
    print(f"{caught} of {tried} noticed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
