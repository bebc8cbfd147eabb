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
# Not to be noticed: the embedded server has nothing there that they could change.
WITHOUT_EFFECT = frozenset(
    {
        "get_organization_limits: limits are missing",
        "get_inference: an inference lacks its predictions",
        "list_metrics: lists the rows of every organization",
        "explain_inference: scores have no sign",
    }
)
SAMPLE = (
    "list_tags: HEAD has a body",
    "get_pinned_columns: readable from another organization",
    "list_my_permissions: permissions of a user miss the last",
    "get_auth_info: roles of the caller are empty",
    "update_model_group: a change without description resets it",
    "update_tag: renaming a tag forgets its models",
)


def cases(table):
    return [case for case in independent_runs.TABLES[table] if case.name not in WITHOUT_EFFECT]


@pytest.mark.parametrize("name", SAMPLE)
def test_a_deviation_is_noticed(name):
    case = next(case for case in cases("first") if case.name == name)
    with independent_runs.ending_at_first_finding():
        assert independent_runs.try_out(case)[0]


def test_the_tables_are_large_and_cover_all_groups():
    names = {case.name for table in independent_runs.TABLES for case in cases(table)}
    assert len(names) >= 400
    every = [case for table in independent_runs.TABLES for case in cases(table)]
    tags = {OPERATIONS[case.operation_id].tag for case in every}
    assert tags == {operation.tag for operation in OPERATIONS.values()}


@pytest.mark.slow
@pytest.mark.parametrize("table", independent_runs.TABLES)
def test_nearly_all_deviations_are_noticed(table):
    logging.disable(logging.CRITICAL)
    missed = []
    for case in cases(table):
        with independent_runs.ending_at_first_finding():
            if not independent_runs.try_out(case)[0]:
                missed.append(case.name)
    logging.disable(logging.NOTSET)
    assert len(missed) <= (1 - BAR) * len(cases(table)), missed
