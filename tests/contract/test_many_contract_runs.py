"""Whole runs with the settings of the command, each with another seed: none finds anything.

    python -m pytest tests/contract/test_many_contract_runs.py -m slow -s -n 2

prints how long each took when it ends; on two cores it should be less than three minutes.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "deviations"))  # helper modules of these tests

import seeded_runs
from deviating_server import OPERATIONS

from arthurai.contract.run_plan import Bounds, make_plan
from arthurai.server.app import create_app

pytestmark = [pytest.mark.faults, pytest.mark.slow]
RUNS = 20
MAX_CPU_SECONDS = 180.0


@pytest.mark.parametrize("seed", range(1, RUNS + 1))
def test_a_whole_run_finds_nothing_and_leaves_nothing(seed):
    bounds = Bounds(max_requests=100_000, max_seconds=3600.0)  # a busy machine takes longer
    plan = make_plan("local://", OPERATIONS, write=True, seed=seed, bounds=bounds)
    with create_app() as app:
        seeded_runs.hash_cheaply(app)
        started, worked = time.perf_counter(), time.process_time()
        result = seeded_runs.check_app(app, plan)
        took, worked = time.perf_counter() - started, time.process_time() - worked
    # To the errors: workers of pytest-xdist keep what is printed for themselves.
    print(
        f"seed {seed}: {took:.0f} s, {worked:.0f} s of CPU, {result.tally.requests} requests, "
        f"{len(result.findings)} findings, {len(result.left_behind)} left behind",
        file=sys.stderr,
        flush=True,
    )
    assert [str(finding) for finding, _ in result.findings] == []
    assert not result.stopped
    assert result.left_behind == []
    assert worked < MAX_CPU_SECONDS
