"""Servers that are killed right after a commit: what was to follow it is not lost."""

from __future__ import annotations

import pytest
from builders import administrator
from dying_server import die_after

from arthurai.server.app import create_app

pytestmark = pytest.mark.heavy

RULE = {"bound": "upper", "threshold": 0, "severity": "warning", "lookback_period": 60}


@pytest.fixture(params=["directory", "lake"])
def options(request, tmp_path):
    """Give the arguments of a server alone, and of servers that share a lake."""
    alone = {"data_dir": tmp_path / "data"}
    if request.param == "directory":
        return alone
    lake_address = request.getfixturevalue("lake_address")
    cluster = request.getfixturevalue("postgresql_cluster")
    return {**alone, "control": cluster.location(), "warehouse": lake_address()}


def take_over(app):
    """Go on with what was left, as if the killed server had been silent for long enough."""
    if app.control.database.is_shared:
        for server in app.control.servers.list_alive():
            if server.id != app.control.leases.holder:
                app.control.servers.remove(server.id)
    app.alerts.take_over()
    assert app.alerts.drain(60)


def test_a_batch_is_completed_by_the_commit_of_its_last_rows(options, binary_model, inference):
    rows = [{**inference(str(n)), "batch_id": "b"} for n in range(2)]
    with create_app(**options) as app, administrator(app) as client:
        model_id = client.post("/models", json={**binary_model, "is_batch": True}).json()["id"]
        path = f"/models/{model_id}"
        found = client.get(
            f"http://local/api/v4{path}/metrics", params={"metric_name": "Inference Count"}
        )
        rule = {**RULE, "metric_id": found.json()["metrics"][0]["id"], "min_rows": 1}
        client.post(f"{path}/alert_rules", json=rule).raise_for_status()
        client.post(f"{path}/inferences", json=rows[:1]).raise_for_status()
        body = {"status": "uploaded", "total_record_count": 2}
        client.patch(f"{path}/batches/b", json=body).raise_for_status()
        waits = "waiting_for_data_load_to_finish"
        assert client.get(f"{path}/batches/b").json()["status"] == waits
    die_after("data.database.write", options, ("POST", f"{path}/inferences", rows[1:]))
    with create_app(**options) as app, administrator(app) as client:
        batch = client.get(f"{path}/batches/b").json()
        assert (batch["status"], batch["records"]) == ("completed", 2)
        take_over(app)
        (alert,) = client.get("/alerts", params={"model_id": model_id}).json()["data"]
        assert (alert["batch_id"], alert["metric_value"]) == ("b", 2)
