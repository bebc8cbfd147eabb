"""Deviations that were not written together with the probes: a few here, all in the slow tests."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "deviations"))  # helper modules of these tests

import independent_runs
from deviating_server import OPERATIONS

pytestmark = [pytest.mark.heavy, pytest.mark.faults]
BAR = 0.98
SAMPLE = (
    "list_tags: HEAD has a body",
    "get_pinned_columns: readable from another organization",
    "list_my_permissions: permissions of a user miss the last",
    "get_auth_info: roles of the caller are empty",
    "update_model_group: a change without description resets it",
    "update_tag: renaming a tag forgets its models",
    "delete_alert_rule: deleting a rule deletes all",
)


@pytest.mark.parametrize("name", SAMPLE)
def test_a_deviation_is_noticed(name):
    case = next(case for case in independent_runs.cases() if case.name == name)
    assert independent_runs.outcome_of(case).mark == "found"


def test_the_tables_are_large_and_cover_all_groups():
    every = independent_runs.cases()
    assert len({case.name for case in every}) >= 500
    tags = {OPERATIONS[case.operation_id].tag for case in every}
    assert tags == {operation.tag for operation in OPERATIONS.values()}


@pytest.mark.slow
def test_nearly_all_deviations_of_all_tables_are_noticed():
    logging.disable(logging.CRITICAL)
    outcomes = [independent_runs.outcome_of(case) for case in independent_runs.cases()]
    logging.disable(logging.NOTSET)
    missed = [str(outcome) for outcome in outcomes if outcome.mark != "found"]
    print("\n".join([*independent_runs.shares(outcomes), *missed]))
    assert len(missed) <= (1 - BAR) * len(outcomes)
