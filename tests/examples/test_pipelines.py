"""The nightly job: its steps as plain functions, and with the real schedulers where they are installed."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from arthurai import ArthurAI

FOLDER = Path(__file__).parents[2] / "examples" / "pipelines"
DAY = "2026-03-02"
ROWS = 200


def table(seed, shift=0.0):
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {"income": random.normal(50 + shift, 9, ROWS), "debts": random.integers(0, 9, ROWS)}
    )
    truth = (frame.income - 3 * frame.debts + random.normal(0, 4, ROWS) > 38).astype(int)
    return frame, truth.rename("repaid")


@pytest.fixture
def world(tmp_path, monkeypatch):
    """Give the address of a server with the model, and the folder with the files of a day."""
    monkeypatch.syspath_prepend(str(FOLDER))
    for name in ("nightly", "prefect_flow", "airflow_dag"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    url = f"local://{tmp_path}/server"
    inputs, truth = table(1)
    estimator = LogisticRegression().fit(inputs, truth)
    with ArthurAI(url=url) as arthur:
        arthur.monitor(estimator, inputs, truth, partner_model_id="loans")

    def write(shift=0.0):
        inputs, truth = table(2, shift)
        chances = pd.DataFrame(estimator.predict_proba(inputs), columns=["p_0", "p_1"])
        beside = pd.DataFrame({"partner_inference_id": [f"loan-{n}" for n in range(ROWS)]})
        times = pd.date_range(DAY, periods=ROWS, freq="5min", tz="UTC")
        rows = pd.concat([inputs, chances, beside], axis=1).assign(inference_timestamp=times)
        rows.to_parquet(tmp_path / f"{DAY}.parquet")
        beside.assign(repaid=truth).to_parquet(tmp_path / f"{DAY}-truth.parquet")
        return str(tmp_path)

    return url, write


def test_a_good_day_passes_and_may_be_sent_again(world):
    import nightly

    url, write = world
    folder = write()
    for _ in range(2):
        assert nightly.send_predictions(folder, DAY, url) == ROWS
        assert nightly.send_truths(folder, DAY, url) == ROWS
    assert nightly.hold_gates(DAY, url).startswith(DAY)
    with ArthurAI(url=url) as arthur:
        model = arthur.get_model("loans", id_type="partner_model_id")
        assert model.query({"select": [{"function": "count"}]}) == [{"count": ROWS}]


def test_a_day_of_other_customers_fails_at_the_gate(world):
    import nightly

    url, write = world
    nightly.send_predictions(write(shift=25), DAY, url)
    with pytest.raises(AssertionError, match=r"income: \d+\.\d+ \(200 inferences"):
        nightly.hold_gates(DAY, url)


def test_a_day_without_rows_fails_at_the_gate(world):
    import nightly

    with pytest.raises(AssertionError, match="fewer than 50"):
        nightly.hold_gates("2026-03-03", world[0])


@pytest.mark.slow
@pytest.mark.faults  # Prefect talks to a server of its own with the same HTTP library
def test_the_flow_runs_in_prefect(world):
    pytest.importorskip("prefect", reason="Prefect is not a part of the dev extra")
    from prefect.testing.utilities import prefect_test_harness
    from prefect_flow import monitor_loans

    url, write = world
    with prefect_test_harness(server_startup_timeout=300):  # a busy machine takes its time
        assert monitor_loans(write(), DAY, url).startswith(DAY)


@pytest.mark.slow
def test_the_dag_is_one_of_airflow(world):
    pytest.importorskip("airflow.sdk", reason="Airflow is not a part of the dev extra")
    from airflow_dag import monitor_loans

    dag = monitor_loans()
    assert {task.task_id for task in dag.tasks} == {
        "send_predictions",
        "send_truths",
        "hold_gates",
    }
    assert dag.get_task("hold_gates").upstream_task_ids == {"send_predictions", "send_truths"}
