"""Servers that are killed right after a commit: what was to follow it is not lost."""

from __future__ import annotations

import io
import os
import zipfile
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from builders import administrator, attribute, ground_truth, prediction
from dying_server import die_after

from arthurai.server.app import create_app
from arthurai.server.delivery.notifications import Notifications
from arthurai.server.document_kinds import Kind
from arthurai.server.storage.retention_job import RetentionJob
from arthurai.server.storage.warehouse.stored_images import image_folder

pytestmark = [pytest.mark.heavy, pytest.mark.usefixtures("stores_in_files")]

RULE = {"bound": "upper", "threshold": 0, "severity": "warning", "lookback_period": 60}

PICTURES = {
    "partner_model_id": "pictures",
    "input_type": "IMAGE",
    "output_type": "REGRESSION",
    "pixel_height": 8,
    "pixel_width": 8,
    "attributes": [attribute("photo", "IMAGE"), prediction("p"), ground_truth("g")],
}


def picture_row(number):
    return {
        "partner_inference_id": f"i{number}",
        "inference_timestamp": "2026-01-05T12:00:00Z",
        "inference_data": {"photo": f"{number}.png", "p": 0.5},
    }


def zipped(numbers):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number in numbers:
            archive.writestr(f"{number}.png", b"\x89PNG\r\n\x1a\n" + bytes([number]))
    return target.getvalue()


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


def send_picture(client, path, number):
    rows = orjson.dumps([picture_row(number)])
    files = {"inference_data": ("rows.json", rows), "image_data": ("images.zip", zipped([number]))}
    answer = client.post(f"{path}/inferences/file", files=files)
    assert answer.json()["counts"]["success"] == 1, answer.text


@pytest.mark.parametrize(
    "place", ["data._models.get", "data.database.files.delete_folder", "data._models.delete"]
)
def test_the_deletion_of_an_organization_is_completed(options, place):
    with create_app(**options) as app, administrator(app) as client:
        organization_id = client.post("/organizations", json={"name": "other"}).json()["id"]
        headers = {"Arthur-Organization-ID": organization_id}
        with administrator(app) as inside:
            inside.headers.update(headers)
            model_id = inside.post("/models", json=PICTURES).json()["id"]
            send_picture(inside, f"/models/{model_id}", 1)
            inside.delete(f"/models/{model_id}").raise_for_status()
        kept = client.post("/models", json=PICTURES).json()["id"]
        send_picture(client, f"/models/{kept}", 1)
    project = options["data_dir"] / "explainers" / model_id / "p" / "project"
    project.mkdir(parents=True)
    die_after(place, options, ("DELETE", f"/organizations/{organization_id}", None))
    with create_app(**options) as app, administrator(app) as client:
        assert client.get(f"/organizations/{organization_id}").status_code == 404
        assert app.data._models.get(model_id) is None
        assert not project.exists()
        assert app.control.documents(Kind.MODEL_DELETION).count(None) == 0
        images = [name for name, _ in app.data.database.files.find("images")]
        folder = image_folder(app.data._models.get_known(kept).slot)
        assert [name.startswith(f"{folder}/") for name in images] == [True]
        assert app.data.counts(kept)["inference"] == 1


def test_images_of_a_deleted_inference_are_deleted_later(options):
    with create_app(**options) as app, administrator(app) as client:
        path = f"/models/{client.post('/models', json=PICTURES).json()['id']}"
        for number in range(2):
            send_picture(client, path, number)
    die_after("data.database.write", options, ("DELETE", f"{path}/inferences/query/i0", None))
    now = datetime.now(UTC)
    with create_app(**options) as app, administrator(app) as client:
        found = client.delete(f"{path}/inferences/query/i0").json()
        assert found["inferences"] == 0
        files = [options["data_dir"] / name for name, _ in app.data.database.files.find("images")]
        assert len(files) == 2
        RetentionJob(app.stores, None).run(now)
        assert all(file.exists() for file in files)  # they may belong to a request under way
        for file in files:
            os.utime(file, (now.timestamp() - 4000,) * 2)
        RetentionJob(app.stores, None).run(now + timedelta(days=1))
        assert sum(file.exists() for file in files) == 1


def test_a_status_that_somebody_has_set_is_announced_later(
    options, binary_model, inference, monkeypatch
):
    with create_app(**options) as app, administrator(app) as client:
        model_id = client.post("/models", json=binary_model).json()["id"]
        path = f"/models/{model_id}"
        found = client.get(
            f"http://local/api/v4{path}/metrics", params={"metric_name": "Inference Count"}
        )
        rule = {**RULE, "metric_id": found.json()["metrics"][0]["id"], "min_rows": 1}
        client.post(f"{path}/alert_rules", json=rule).raise_for_status()
        organization_id = app.control.organizations.list()[0]["id"]
        user = app.control.users.list_members(organization_id)[0]
        channel = {"model_id": model_id, "type": "email", "destination": None, "user_id": user.id}
        client.post("/alert_notification_configurations", json=channel).raise_for_status()
        client.post(f"{path}/inferences", json=[inference("0")]).raise_for_status()
        assert app.alerts.drain(60)
        (alert,) = client.get("/alerts", params={"model_id": model_id}).json()["data"]
    body = {"status": "acknowledged"}
    place = "notifications._configurations"  # looked up before anybody is told
    die_after(place, options, ("PATCH", f"/alerts/{alert['id']}", body))
    told = []

    def note(self, organization_id, alert, claim):
        if claim():
            told.append((alert["id"], alert["status"]))

    monkeypatch.setattr(Notifications, "notify_of_status", note)
    with create_app(**options) as app:
        take_over(app)
        assert told == [(alert["id"], "acknowledged")]
