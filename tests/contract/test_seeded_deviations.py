"""A server that breaks one rule is noticed: a few kinds here, a sample of all in the slow tests."""

from __future__ import annotations

import logging
import sys
from collections import defaultdict
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "deviations"))  # helper modules of these tests

import seeded_runs

pytestmark = [pytest.mark.slow, pytest.mark.faults]
BARS = {"structural": 0.95, "semantic": 0.85}


def test_there_are_enough_kinds_spread_over_the_operations():
    cases = seeded_runs.candidates()
    assert len({case.kind for case in cases}) >= 40
    sample = seeded_runs.sample(200, seed=1)
    assert len({case.operation_id for case in sample}) >= 90
    assert {case.kind for case in sample} == {case.kind for case in cases}


def test_an_honest_wrapper_is_not_noticed():
    from arthurai.server.app import create_app

    names = ("list_models", "create_alert_rule", "query", "update_user")
    for name in names:
        with create_app() as app:
            honest = seeded_runs.DeviatingServer(
                app, name, lambda server, request, forward: forward()
            )
            assert seeded_runs.findings(honest, app.admin_key, name) == []


def test_an_answer_that_conforms_and_lacks_its_rows_is_reported():
    from arthurai.server.app import create_app

    def without_rows(server, request, forward):
        response = forward()
        return (
            response.with_json({**response.json, "query_result": []}) if response.ok else response
        )

    with create_app() as app:
        empty = seeded_runs.DeviatingServer(app, "query", without_rows)
        found = seeded_runs.findings(empty, app.admin_key, "query")
    assert any("unexpected answer" in line for line in found), found


@pytest.mark.parametrize("case", seeded_runs.sample(10, seed=4), ids=str)
def test_a_deviation_is_noticed(case):
    assert seeded_runs.try_out(case).found


def test_nearly_all_of_a_stratified_sample_are_noticed():
    logging.disable(logging.CRITICAL)
    hits: dict[str, list[bool]] = defaultdict(list)
    missed = []
    for case in seeded_runs.sample(200, seed=1):
        found = bool(seeded_runs.try_out(case).found)
        hits[case.level].append(found)
        if not found:
            missed.append(str(case))
    logging.disable(logging.NOTSET)
    for level, bar in BARS.items():
        assert sum(hits[level]) / len(hits[level]) >= bar, missed
