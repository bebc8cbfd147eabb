"""Work by the clock: jobs, retention and reports."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from builders import administrator

from arthurai.server.app import create_app
from arthurai.server.background.clock import Clock
from arthurai.server.document_kinds import Kind
from arthurai.server.storage import retention_job
from arthurai.server.storage.retention_job import RetentionJob

START = datetime(2026, 1, 5, 12, tzinfo=UTC)


class Time:
    """A clock face that is moved."""

    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now


def test_jobs_are_called_once_a_period_whatever_others_do(caplog):
    time, called = Time(), []
    clock = Clock(time)

    def fail(moment):
        called.append(("failing", moment))
        raise RuntimeError("broken")

    clock.add_job("failing", fail, seconds=60)
    clock.add_job("slow", lambda moment: called.append(("slow", moment)), seconds=600)
    assert clock.run_due() == 0
    for minute in range(1, 11):
        time.now = START + timedelta(minutes=minute)
        clock.run_due()
        clock.run_due()
    assert [name for name, _ in called] == ["failing"] * 10 + ["slow"]
    assert called[-1][1] == time.now
    assert "failing failed" in caplog.text


def test_a_clock_that_was_set_back_or_far_ahead_keeps_no_job_waiting():
    time, called = Time(), []
    clock = Clock(time)
    clock.add_job("job", called.append, seconds=60)
    time.now = START - timedelta(days=30)
    assert clock.run_due() == 1
    time.now = START + timedelta(days=365)
    assert [clock.run_due(), clock.run_due()] == [1, 0]  # what was missed is not made up for


@pytest.fixture
def filled(admin, binary_model, inference):
    """A model with an inference a day, from the 1st of January on."""
    model = admin.post("/models", json={**binary_model, "display_name": "Loan <b>"}).json()
    rows = [
        {**inference(str(day)), "inference_timestamp": f"2026-01-{day:02}T06:00:00Z"}
        for day in range(1, 6)
    ]
    counts = admin.post(f"/models/{model['id']}/inferences", json=rows).json()["counts"]
    assert counts["success"] == 5
    return model


def count(app, model):
    return app.data.counts(model["id"])["inference"]


def test_retention_deletes_whole_days_once_a_day(app, filled):
    job = RetentionJob(app.stores, 2)
    assert job.run(START) == 2  # those of the 1st and the 2nd
    assert count(app, filled) == 3
    assert job.run(START + timedelta(hours=11)) == 0
    assert job.run(START + timedelta(hours=13)) == 1
    assert count(app, filled) == 2


def test_retention_is_done_once_a_day_by_all_servers_together(app, filled, monkeypatch):
    asked = []
    prune = retention_job.prune

    def note(*arguments):
        asked.append(arguments)
        return prune(*arguments)

    monkeypatch.setattr(retention_job, "prune", note)
    assert [RetentionJob(app.stores, 2).run(START) for _ in range(2)] == [2, 0]
    assert len(asked) == 1
    assert RetentionJob(app.stores, 3).run(START) == 0  # another number of days is another job
    assert len(asked) == 2


@pytest.mark.files_of_duckdb
def test_retention_compacts_a_file_that_is_mostly_unused(tmp_path, binary_model, monkeypatch):
    with create_app(tmp_path, retention_days=2) as app, administrator(app) as admin:
        model = admin.post("/models", json=binary_model).json()
        schema = app.control.models.get(None, model["id"]).schema
        rows = 300_000
        times = pa.array([START - timedelta(days=9)] * rows, pa.timestamp("us", "UTC"))
        ids = pa.array([f"{n:032x}" for n in range(rows)])
        table = pa.table({"partner_inference_id": ids, "inference_timestamp": times})
        assert app.data.append_inferences(schema, table).accepted == rows
        app.data.checkpoint()
        size = (tmp_path / "data.duckdb").stat().st_size
        job = RetentionJob(app.stores, 2)
        assert job.run(START) == rows
        assert (tmp_path / "data.duckdb").stat().st_size > size / 2  # not worth it: a small file
        monkeypatch.setattr(retention_job, "MIN_UNUSED_BYTES", 2**20)
        assert job.run(START + timedelta(days=1)) == 0
        assert (tmp_path / "data.duckdb").stat().st_size < size / 2
        assert app.data.counts(schema)["inference"] == 0


def test_a_server_prunes_and_reports_by_the_clock():
    with create_app() as app:
        app.start_clock()
        names = {job.name for job in app.clock._jobs}
    names.discard("upkeep of the warehouse")  # a lake needs it
    assert names == {
        "evaluation of alert rules",
        "summaries of alerts",
        "deletion of models",
        "retention",
    }


def test_without_retention_only_images_are_looked_at(app, filled, monkeypatch):
    looked = []
    monkeypatch.setattr(app.data, "remove_unused_images", looked.append)
    job = RetentionJob(app.stores, None)
    assert [job.run(START) for _ in range(2)] == [0, 0]
    assert [schema.model_id for schema in looked] == [filled["id"]]
    assert count(app, filled) == 5


def test_a_summary_is_written_to_the_folder_of_reports(app, admin, filled, tmp_path):
    organization = app.control.organizations.list()[0]["id"]
    app.notifications._report_dir = tmp_path / "reports"
    for number in range(2):
        alert = {
            "id": str(number),
            "model_id": filled["id"],
            "timestamp": "2026-01-05T08:00:00Z",
            "message": "too high",
            "severity": "critical",
            "status": "new",
            "alert_rule": {"name": "Rule <i>", "threshold": 0.5, "bound": "upper"},
        }
        app.control.documents(Kind.ALERT).put(
            organization, str(number), alert, model_id=filled["id"]
        )
    body = {
        "name": "Weekly / risk",
        "frequency": "daily",
        "send_time_of_day": "12:00",
        "models": [filled["id"]],
        "subscribers": [],
    }
    made = admin.post("/alert_summary_configurations", json=body).json()
    stored = app.control.documents(Kind.ALERT_SUMMARY_CONFIGURATION).get(None, made["id"])
    app.notifications.send_summary(stored, START)
    stem = f"Weekly-risk-{made['id'][:8]}-2026-01-05"
    names = sorted(path.name for path in (tmp_path / "reports").iterdir())
    assert names == [f"{stem}.html", f"{stem}.json"]
    report = json.loads((tmp_path / "reports" / f"{stem}.json").read_text())
    assert report["models"] == [
        {"model_id": filled["id"], "name": "Loan <b>", "inferences": 1, "alerts": 2}
    ]
    assert report["data"][0]["alert_count"] == 2
    page = (tmp_path / "reports" / f"{stem}.html").read_text()
    assert "Loan &lt;b&gt;" in page
    assert "Rule &lt;i&gt;" in page
    assert "<b>" not in page
    assert "http" not in page


def test_a_folder_that_cannot_be_written_keeps_no_summary_back(app, admin, tmp_path, caplog):
    (tmp_path / "file").write_text("x")
    app.notifications._report_dir = tmp_path / "file"
    body = {"name": "S", "frequency": "daily", "send_time_of_day": "12:00"}
    made = admin.post("/alert_summary_configurations", json=body).json()
    stored = app.control.documents(Kind.ALERT_SUMMARY_CONFIGURATION).get(None, made["id"])
    assert app.notifications.send_summary(stored, START) == 0
    assert "cannot write the report 'S'" in caplog.text
