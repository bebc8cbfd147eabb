"""Sequences of requests: an answer is used by the next request, and what that shows is noticed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "deviations"))  # helper modules of these tests

import seeded_runs
from deviating_server import OPERATIONS, DeviatingServer, Response

from arthurai.contract.run_plan import make_plan
from arthurai.contract.runner import ContractRun
from arthurai.server.app import create_app

pytestmark = [pytest.mark.faults, pytest.mark.heavy]


@pytest.fixture
def only_sequences(monkeypatch):
    """Leave all else out of a run: other probes notice the same faults."""

    def work(run):
        for tag, operations in run.plan.by_tag().items():
            run._sequence_step(tag, operations)

    monkeypatch.setattr(ContractRun, "_work", work)


def sequences(app, tag, examples=15):
    plan = make_plan("local://", OPERATIONS, write=True, tags=(tag,), max_examples=examples)
    return seeded_runs.check_app(app, plan)


def kinds(result):
    return {(finding.operation_id, finding.kind) for finding, _ in result.findings}


def test_what_one_answer_gives_is_used_by_the_next_request(only_sequences):
    with create_app() as app:
        result = sequences(app, "service_accounts")
    assert kinds(result) == set()
    assert result.sequences["service_accounts"] >= 15
    answered = {
        name for (name, status), count in result.tally.statuses.items() if status < 300 and count
    }
    assert {"create_service_account", "get_service_account", "delete_service_account"} <= answered
    assert result.tally.statuses["get_service_account", 404] > 0  # after the removal


def test_an_object_that_vanishes_is_noticed(only_sequences):
    def vanish(server, request, forward):
        return Response(404).with_json({"error": "record not found"})

    with create_app() as app:
        result = sequences(DeviatingServer(app, "get_service_account", vanish), "service_accounts")
    assert ("get_service_account", "created resource not found") in kinds(result)


def test_an_object_that_outlives_its_removal_is_noticed(only_sequences):
    def stay(server, request, forward):
        return Response(204)

    with create_app() as app:
        server = DeviatingServer(app, "delete_service_account", stay)
        result = sequences(server, "service_accounts", examples=25)
    assert ("get_service_account", "deleted resource still available") in kinds(result)


def test_models_that_the_run_needs_are_not_archived(monkeypatch):
    """Sequences that begin with a list of models meet those that other checks stand on."""
    archived = []

    def work(run):
        path = {"model_id": run.fixtures.require("model")}
        operations = [OPERATIONS["list_models"], OPERATIONS["archive_model"]]
        run.sequences.run("models", operations, run.fixtures)
        archived.append(run.context.call("get_model", path).get("archived"))

    monkeypatch.setattr(ContractRun, "_work", work)
    with create_app() as app:
        result = sequences(app, "models", examples=12)
    assert archived == [False]
    assert result.tally.statuses["list_models", 200] > 0
    assert result.tally.statuses["archive_model", 204] > 0


def test_a_run_that_hypothesis_gives_up_is_taken_up_again(only_sequences):
    """What the server holds, and so what can be drawn, changes within a run."""
    with create_app() as app:
        result = sequences(app, "model_groups")
    assert result.sequences["model_groups"] >= 15
    assert result.to_json()["sequences"] == result.sequences
