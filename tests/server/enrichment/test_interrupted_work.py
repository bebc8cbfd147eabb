"""Enrichments that failed for a passing reason, or were interrupted, are taken up again."""

import errno
import subprocess
import sys

import numpy as np
import pytest
from builders import administrator

from arthurai.server.app import create_app
from arthurai.server.enrichment import manager
from arthurai.server.enrichment import state_store as states

PROGRAM = """
import sys
import numpy as np
import pandas as pd
from arthurai import ArthurAI, InputType, OutputType

table = pd.DataFrame({"c": np.arange(40) / 3, "p": np.linspace(0, 1, 40)})
table["y"] = table["p"] * 2
times = pd.date_range("2026-01-01", periods=40, freq="h", tz="UTC")
kept = []
for number in range(4):
    arthur = ArthurAI(url=f"local://{sys.argv[1]}/{number}")
    if sys.argv[2] == "fill":
        model = arthur.model(
            display_name="m", input_type=InputType.Tabular, output_type=OutputType.Regression
        )
        model.build(table, pred_to_ground_truth_map={"p": "y"})
        model.save()
        model.send_inferences(table, inference_timestamps=times)
        kept.append(model)
    else:
        (model,) = arthur.list_models()
        model.await_enrichments("anomaly_detection")
        print("status", model.get_enrichment("anomaly_detection")["status"])
"""


class FullDisk:
    """Lets nothing be stored while it is full."""

    def __init__(self, data, monkeypatch):
        self.full, self.refused, self._store = True, 0, data.store_enrichment
        monkeypatch.setattr(data, "store_enrichment", self.store_enrichment)

    def store_enrichment(self, *arguments):
        if self.full:
            self.refused += 1
            raise OSError(errno.ENOSPC, "No space left on device")
        self._store(*arguments)


def wait_for_retry(app):
    """Have the retry that waits made now."""
    worker = app.enrichments._others
    later, worker._later = worker._later, []
    assert later
    for _, item in later:
        worker.put(item)
    app.enrichments.drain(60)


@pytest.fixture
def detecting(enriched, regression):
    """Give a model whose anomaly detection is trained, and columns to send."""
    random = np.random.default_rng(1)
    columns = {
        "a": random.normal(size=60).tolist(),
        "b": random.normal(size=60).tolist(),
        "c": ["x", "y"] * 30,
        "price": [1.0] * 60,
    }
    model = enriched(regression)
    model.reference({**columns, "paid": columns["price"]})
    assert model.status("anomaly_detection") == "Ready"
    model.columns = columns
    return model


def test_scores_that_could_not_be_stored_are_made_later(app, detecting, monkeypatch):
    disk = FullDisk(app.data, monkeypatch)
    detecting.send(detecting.columns)
    assert detecting.status("anomaly_detection") == "Failed"
    wait_for_retry(app)
    assert (detecting.status("anomaly_detection"), disk.refused) == ("Failed", 2)
    disk.full = False
    wait_for_retry(app)
    assert detecting.state("anomaly_detection") == {
        "enabled": True,
        "status": "Ready",
        "config": {},
    }
    assert None not in detecting.scores().values()


def test_new_data_are_a_reason_to_try_again(app, detecting, monkeypatch):
    disk = FullDisk(app.data, monkeypatch)
    detecting.send(detecting.columns)
    disk.full = False
    detecting.send(detecting.columns, start=60)
    assert detecting.status("anomaly_detection") == "Failed"  # just failed
    monkeypatch.setattr(manager, "_FIRST_RETRY_SECONDS", 0.0)
    detecting.send(detecting.columns, start=120)
    assert detecting.status("anomaly_detection") == "Ready"
    scores = detecting.scores()
    assert (len(scores), None in scores.values()) == (180, False)


@pytest.mark.heavy
@pytest.mark.parametrize("is_old", [False, True])
def test_a_restart_is_a_reason_to_try_again(tmp_path, enriched_on, regression, monkeypatch, is_old):
    columns = {"a": [1.0, 2.0] * 20, "b": [0.5, 1.5] * 20, "c": ["x", "y"] * 20}
    columns["price"] = [1.0] * 40
    with create_app(tmp_path) as app:
        model = enriched_on(app, regression)
        model.reference({**columns, "paid": columns["price"]})
        with monkeypatch.context() as patch:
            FullDisk(app.data, patch)
            model.send(columns)
        assert model.status("anomaly_detection") == "Failed"
        if is_old:  # as releases stored it that did not try again
            state = app.enrichments.states.list_enabled(model.id)[0]
            app.enrichments.states.change(state, failures=None, failed_at=None)
    with create_app(tmp_path) as app:
        model.app, model.client = app, administrator(app)
        model.settle()
        assert model.status("anomaly_detection") == "Ready"
        assert None not in model.scores().values()


def test_what_follows_from_the_model_is_not_tried_again(app, detecting, monkeypatch):
    def fail(*_arguments):
        raise states.EnrichmentError("no input can be used")

    monkeypatch.setattr(app.enrichments._by_name[states.ANOMALY], "advance", fail)
    detecting.send(detecting.columns)
    assert detecting.status("anomaly_detection") == "Failed"
    assert app.enrichments._others._later == []


@pytest.mark.heavy
def test_a_program_that_ends_with_open_servers_leaves_nothing_failed(tmp_path):
    program = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    ended = subprocess.run([*program, "fill"], capture_output=True, text=True, check=True)
    for word in ("Traceback", "ERROR", "shutting down"):
        assert word not in ended.stderr
    reopened = subprocess.run([*program, "read"], capture_output=True, text=True, check=True)
    found = [line for line in reopened.stdout.splitlines() if line.startswith("status ")]
    assert found == ["status Ready"] * 4
