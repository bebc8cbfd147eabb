"""Measures which share of the deviations of all tables a contract run notices, by group of operations.

python tests/contract/deviations/independent_runs.py [--table first|second|third] [--only TEXT]
    [--sample COUNT [--seed 1]] [--log FILE [--again]]

prints a line for each deviation as it comes, then the shares. With a log, a run that was ended goes on where it was.
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import time
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))  # helper modules of these tests

import independent_deviations
import independent_deviations_second
import independent_deviations_third
from deviating_server import OPERATIONS, DeviatingServer
from seeded_runs import findings, hash_cheaply

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


# Not to be noticed: the embedded server has nothing there that they could change.
WITHOUT_EFFECT = frozenset(
    {
        "get_organization_limits: limits are missing",
        "get_inference: an inference lacks its predictions",
        "list_metrics: lists the rows of every organization",
        "explain_inference: scores have no sign",
    }
)


def cases(*tables):
    """Return the deviations of some tables, or of all, that can have an effect."""
    chosen = tables or tuple(TABLES)
    return [case for table in chosen for case in TABLES[table] if case.name not in WITHOUT_EFFECT]


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
        hash_cheaply(app)
        server = DeviatingServer(app, case.operation_id, case.rule)
        found = findings(server, app.admin_key, case.operation_id)
    if server.error is not None:
        raise AssertionError(f"the rule itself failed: {case.name}") from server.error
    return found, server.changed


class Outcome(NamedTuple):
    """What became of one deviation.

    Attributes:
        mark: `found`, `MISSED`, or `ERROR` if the rule itself failed.
        case: The deviation.
        why: The finding, or what there is to say otherwise.
    """

    mark: str
    case: object
    why: str

    def __str__(self) -> str:
        return f"{self.mark:<6} {self.case.name} | {self.why}"


def outcome_of(case) -> Outcome:
    """Try one deviation; its run ends with the first finding."""
    try:
        with ending_at_first_finding():
            found, changed = try_out(case)
    except AssertionError as error:
        return Outcome("ERROR", case, repr(error.__cause__))
    if found:
        return Outcome("found", case, found[0][:110].replace("\n", " "))
    return Outcome("MISSED", case, f"{changed} responses changed")


def shares(outcomes) -> list[str]:
    """Say how many were noticed, by group of operations and in all."""
    marks = defaultdict(list)
    for outcome in outcomes:
        for group in (OPERATIONS[outcome.case.operation_id].tag, "all"):
            marks[group].append(outcome.mark == "found")
    groups = sorted(marks, key=lambda group: (group == "all", group))
    return [
        f"{group:<36} {sum(marks[group]):>4} of {len(marks[group]):>4} {sum(marks[group]) / len(marks[group]):8.1%}"
        for group in groups
    ]


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--table", choices=TABLES, action="append", default=[])
    parser.add_argument("--only", default="")
    parser.add_argument("--sample", type=int, help="try this many, chosen at random")
    parser.add_argument("--seed", type=int, default=1, help="what the choice depends on")
    parser.add_argument(
        "--log", type=Path, help="add each line to this log; what it has is not tried again"
    )
    parser.add_argument("--again", action="store_true", help="try again what the log calls missed")
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    chosen = [case for case in cases(*given.table) if given.only in case.name]
    if given.sample is not None:
        chosen = random.Random(given.seed).sample(chosen, min(given.sample, len(chosen)))
    known = {}
    for line in (
        given.log.read_text("utf-8").splitlines() if given.log and given.log.exists() else ()
    ):
        mark, _, rest = line.partition(" ")
        name, _, why = rest.strip().partition(" | ")
        known[name] = (mark, why)
    outcomes = []
    for case in chosen:
        mark, why = known.get(case.name, ("", ""))
        if mark == "found" or (mark and not given.again):
            outcomes.append(Outcome(mark, case, why))
            continue
        started = time.monotonic()
        outcomes.append(outcome_of(case))
        print(f"{time.monotonic() - started:5.1f}s {outcomes[-1]}", flush=True)
        if given.log:
            with given.log.open("a", encoding="utf-8") as log:
                log.write(f"{outcomes[-1]}\n")
    print("\n".join(shares(outcomes)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
