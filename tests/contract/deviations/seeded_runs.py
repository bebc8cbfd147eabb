"""Breaks one rule of the embedded server at a time and asks whether a contract run notices.

    python tests/contract/deviations/seeded_runs.py [--count 200] [--seed 1] [--only KIND]

prints the figures by kind and the deviations that were missed.
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))  # helper modules of these tests

import data_deviations
import object_deviations
import structural_deviations
from argon2 import PasswordHasher
from deviating_server import OPERATIONS, DeviatingServer

from arthurai.contract.run_plan import Bounds, make_plan
from arthurai.contract.runner import check
from arthurai.server.app import create_app
from arthurai.server.http.registry import load_handlers
from arthurai.transport.auth import ApiKey
from arthurai.transport.local import LocalTransport
from arthurai.transport.options import HttpOptions, parse_endpoint
from arthurai.transport.session import Session

LEVELS = {
    "structural": structural_deviations.KINDS,
    "semantic": {**object_deviations.KINDS, **data_deviations.KINDS},
}
# Nothing to observe without a person, an image or minutes of training.
OUT_OF_REACH = {
    "saml_sso", "get_inference_image", "explain_inference",
    "what_if", "get_bias_mitigation_curves", "get_bias_mitigation_curves_legacy", "find_hotspots",
    "update_enrichments", "update_explainability", "update_enrichment_status",
    "delete_explainer", "send_sagemaker_data_capture", "get_model_bias_groups",
}  # fmt: skip


class Case(NamedTuple):
    """One deviation: a kind in one operation; `draw` seeds its choices."""

    level: str
    kind: str
    operation_id: str
    draw: int

    def __str__(self) -> str:
        return f"{self.level}: {self.kind}: {self.operation_id} ({self.draw})"

    def rule(self):
        factory = LEVELS[self.level][self.kind]
        return factory(OPERATIONS[self.operation_id], random.Random(self.draw))


def candidates() -> list[Case]:
    """Return every kind in every served operation that it fits."""
    served = load_handlers()
    found = []
    for level, kinds in LEVELS.items():
        for kind in kinds:
            for number, name in enumerate(sorted(OPERATIONS)):
                if name in served and name not in OUT_OF_REACH:
                    case = Case(level, kind, name, number)
                    if case.rule() is not None:
                        found.append(case)
    return found


def sample(count: int, seed: int) -> list[Case]:
    """Pick deviations so that every kind has its share, and no operation is favoured."""
    draw = random.Random(seed)
    by_kind: dict[str, list[Case]] = defaultdict(list)
    for case in candidates():
        by_kind[case.kind].append(case)
    used: dict[str, int] = defaultdict(int)
    picked: list[Case] = []
    while len(picked) < count and any(by_kind.values()):
        for cases in by_kind.values():
            if cases and len(picked) < count:
                draw.shuffle(cases)
                cases.sort(key=lambda case: used[case.operation_id])
                chosen = cases.pop(0)
                used[chosen.operation_id] += 1
                picked.append(chosen)
    return picked


class InProcess:
    """What a session needs of a local server."""

    def __init__(self, app) -> None:
        self.app = app

    def transport(self) -> LocalTransport:
        return LocalTransport(self.app)

    def release(self) -> None:
        pass


def findings(app, key: str, operation_id: str, examples: int = 12) -> list[str]:
    """Run the contract check of one operation and return what it found."""
    plan = make_plan(
        "local://",
        OPERATIONS,
        names=(operation_id,),
        write=True,
        max_examples=examples,
        bounds=Bounds(max_seconds=180.0),  # also on a busy machine
    )
    result = check_app(app, plan, key)
    return [f"{f.operation_id}: {f.kind}: {f.message}" for f, _ in result.findings]


def hash_cheaply(app) -> None:
    """Let a server store passwords at little cost, which is a quarter of the work of a whole run."""
    app.control.users._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def check_app(app, plan, key: str | None = None):
    """Run a contract check of an application in this process."""

    def connect(credential: str) -> Session:
        return Session(
            parse_endpoint("local://"),
            ApiKey(credential),
            options=HttpOptions(attempts=1),
            local=InProcess(app),
        )

    return check(plan, connect, key or app.admin_key)


class Outcome(NamedTuple):
    """Whether a deviation was noticed, by what, and how often it showed at all."""

    case: Case
    found: list[str]
    changed: int


def try_out(case: Case) -> Outcome:
    """Run the contract check against a server with one deviation."""
    with create_app() as app:
        hash_cheaply(app)
        server = DeviatingServer(app, case.operation_id, case.rule())
        found = findings(server, app.admin_key, case.operation_id)
    if server.error is not None:
        raise AssertionError(f"the rule itself failed: {case}") from server.error
    return Outcome(case, found, server.changed)


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only")
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--to", type=int)
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    cases = sample(given.count, given.seed)
    if given.only:
        cases = [case for case in candidates() if case.kind == given.only]
    kinds: dict[tuple[str, str], list[bool]] = defaultdict(list)
    missed = []
    for case in cases[given.first : given.to]:
        started = time.monotonic()
        outcome = try_out(case)
        kinds[case.level, case.kind].append(bool(outcome.found))
        mark = "found " if outcome.found else "MISSED"
        why = outcome.found[0][:110] if outcome.found else f"{outcome.changed} responses changed"
        print(f"{mark} {time.monotonic() - started:5.1f}s {case}: {why}", flush=True)
        if not outcome.found:
            missed.append(outcome)
    for level in LEVELS:
        of_level = [hit for (of, _), hits in kinds.items() if of == level for hit in hits]
        if of_level:
            share = sum(of_level) / len(of_level)
            print(f"{level}: {sum(of_level)} of {len(of_level)} found, {share:.1%}")
    for (level, kind), hits in kinds.items():
        print(f"  {level:<10} {kind:<40} {sum(hits)}/{len(hits)}")
    for outcome in missed:
        print(f"missed: {outcome.case}, {outcome.changed} responses changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
