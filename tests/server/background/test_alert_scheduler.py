"""Alert rules and what they raise when data arrive."""

import datetime as dt

import pytest
from builders import administrator

from arthurai.server.app import create_app
from arthurai.server.background import alert_scheduler
from arthurai.server.background.alert_evaluation import AlertEvaluator
from arthurai.server.document_kinds import Kind
from arthurai.server.timestamps import utc_now


@pytest.fixture
def watched(app, admin, binary_model):
    """Give a maker of models: their id, and functions that make rules and send rows."""

    class Watched:
        def __init__(self, is_batch):
            body = {**binary_model, "is_batch": is_batch, "partner_model_id": f"m-{is_batch}"}
            created = admin.post("/models", json=body)
            assert created.status_code == 201, created.text
            self.id = created.json()["id"]
            self.sent = 0

        def metric(self, name):
            url = f"http://local/api/v4/models/{self.id}/metrics"
            (found,) = admin.get(url, params={"metric_name": name}).json()["metrics"]
            return found["id"]

        def rule(self, metric="Inference Count", **more):
            body = {
                "metric_id": self.metric(metric),
                "bound": "upper",
                "threshold": 2,
                "severity": "warning",
                **more,
            }
            made = admin.post(f"/models/{self.id}/alert_rules", json=body)
            assert made.status_code == 200, made.text
            return made.json()

        def send(self, moments, *, batch=None, income=1.0, region="N"):
            rows = []
            for moment in moments:
                self.sent += 1
                row = {
                    "partner_inference_id": f"{self.id}-{self.sent}",
                    "inference_timestamp": moment,
                    "inference_data": {"income": income, "region": region, "p": 0.7},
                }
                if batch:
                    row["batch_id"] = batch
                rows.append(row)
            answer = admin.post(f"/models/{self.id}/inferences", json=rows)
            assert answer.json()["counts"]["failure"] == 0, answer.text
            assert app.alerts.drain(30)
            return [row["partner_inference_id"] for row in rows]

        def close(self, batch):
            answer = admin.patch(f"/models/{self.id}/batches/{batch}", json={"status": "uploaded"})
            assert answer.status_code == 200, answer.text
            assert app.alerts.drain(30)

        def alerts(self, **params):
            answer = admin.get("/alerts", params={"model_id": self.id, **params})
            assert answer.status_code == 200, answer.text
            return answer.json()["data"]

    return Watched


def minutes_ago(*ages):
    now = dt.datetime.now(dt.UTC)
    return [(now - dt.timedelta(minutes=age)).isoformat() for age in ages]


def test_rule_defaults_and_name(watched):
    rule = watched(is_batch=False).rule("Accuracy Rate", bound="lower", threshold=0.8)
    assert rule["name"] == "Accuracy Rate lower bound"
    assert (rule["lookback_period"], rule["subsequent_alert_wait_time"]) == (1440, 1440)
    assert (rule["min_rows"], rule["min_truth_share"], rule["confidence"]) == (100, 0.5, 0.95)
    assert rule["enabled"] is True
    assert rule["metric_name"] == "Accuracy Rate"
    assert rule["metric_type"] == "model_performance_metric"
    assert rule["metric_query"]["select"][0]["function"] == "accuracyRate"


def test_upper_bound_fires_once_within_the_wait_time(watched):
    model = watched(is_batch=False)
    rule = model.rule()
    model.send(minutes_ago(0.1, 0.2))
    assert model.alerts() == []  # equal to the threshold
    model.send(minutes_ago(0.1))
    (alert,) = model.alerts()
    assert alert["metric_value"] == 3
    assert (alert["status"], alert["severity"]) == ("new", "warning")
    assert alert["alert_rule"]["id"] == rule["id"]
    assert alert["window_start"] < alert["window_end"]
    assert "Inference Count" in alert["message"]
    model.send(minutes_ago(0.1))
    assert len(model.alerts()) == 1


def test_without_wait_time_every_window_may_fire(watched):
    model = watched(is_batch=False)
    model.rule(subsequent_alert_wait_time=0, threshold=0)
    model.send(minutes_ago(0.1))
    model.send(minutes_ago(0.1))
    assert len(model.alerts()) == 2


def test_old_data_raise_the_alerts_they_would_have_raised(watched):
    model = watched(is_batch=False)
    model.rule(threshold=1, lookback_period=60, subsequent_alert_wait_time=90)
    model.send(
        [
            *(f"2024-03-01T00:{minute}:00Z" for minute in (10, 20)),
            "2024-03-01T01:10:00Z",
            *(f"2024-03-01T02:{minute}:00Z" for minute in (10, 20)),
        ]
    )
    found = [(a["window_start"], a["timestamp"], a["metric_value"]) for a in model.alerts()]
    assert found == [
        ("2024-03-01T00:00:00Z", "2024-03-01T01:00:00Z", 2),
        ("2024-03-01T02:00:00Z", "2024-03-01T03:00:00Z", 2),
    ]


def test_lower_bound_filters_and_parameters(watched):
    model = watched(is_batch=False)
    model.rule(
        "Total Inference Count By Class",
        bound="lower",
        threshold=1,
        metric_parameters={"predicted_class": "p", "classifier_threshold": 0.9},
        filters=[{"property": "region", "comparator": "eq", "value": "S"}],
    )
    model.send(minutes_ago(0.1), region="N")
    (alert,) = model.alerts()
    assert alert["metric_value"] == 0


def test_no_alert_without_a_value(watched):
    model = watched(is_batch=False)
    model.rule("Accuracy Rate", bound="lower", threshold=0.99)
    model.send(minutes_ago(0.1))  # no ground truth
    assert model.alerts() == []


def test_batch_rules_fire_when_the_batch_closes(watched):
    model = watched(is_batch=True)
    model.rule(threshold=1)
    model.send(["2024-03-01T00:00:00Z"] * 3, batch="b1")
    model.send(["2024-03-02T00:00:00Z"], batch="b2")
    assert model.alerts() == []
    model.close("b1")
    model.close("b2")
    (alert,) = model.alerts()
    assert (alert["batch_id"], alert["metric_value"]) == ("b1", 3)
    assert alert.get("window_start") is None


def test_late_ground_truth_of_a_closed_batch(watched, admin):
    model = watched(is_batch=True)
    model.rule("Accuracy Rate", bound="lower", threshold=0.9, min_rows=2, confidence=0)
    ids = model.send(["2024-03-01T00:00:00Z"] * 2, batch="b1")
    model.close("b1")
    assert model.alerts() == []
    truth = [
        {
            "partner_inference_id": name,
            "ground_truth_timestamp": "2024-03-02T00:00:00Z",
            "ground_truth_data": {"outcome": "no"},
        }
        for name in ids
    ]
    for _ in range(2):
        answer = admin.patch(f"/models/{model.id}/inferences", json=truth)
        assert answer.json()["counts"]["failure"] == 0, answer.text
        model.send(["2024-03-03T00:00:00Z"], batch="b2")
    (alert,) = model.alerts()
    assert (alert["batch_id"], alert["metric_value"]) == ("b1", 0)


def test_disabled_and_archived_rules_are_silent(watched, admin):
    model = watched(is_batch=False)
    rule = model.rule(threshold=0)
    path = f"/models/{model.id}/alert_rules/{rule['id']}"
    changed = admin.patch(path, json={"enabled": False, "metric_id": "other", "threshold": 0.5})
    assert changed.status_code == 200
    assert changed.json()["enabled"] is False
    assert changed.json()["metric_id"] == rule["metric_id"]
    model.send(minutes_ago(0.1))
    assert model.alerts() == []
    assert admin.delete(path).status_code == 204
    assert admin.patch(path, json={"enabled": True}).status_code == 404
    assert admin.get(f"/models/{model.id}/alert_rules").json()["data"] == []


def test_deleting_a_metric_switches_its_rules_off(watched, admin):
    model = watched(is_batch=False)
    url = f"http://local/api/v4/models/{model.id}/metrics"
    metric = admin.post(
        url,
        json={
            "name": "Rows",
            "endpoint": f"/api/v3/models/{model.id}/inferences/query",
            "query": {"select": [{"function": "count"}]},
        },
    ).json()
    rule = model.rule("Rows", threshold=0)
    assert admin.delete(f"{url}/{metric['id']}").status_code == 204
    rules = f"/models/{model.id}/alert_rules"
    (left,) = admin.get(rules).json()["data"]
    assert (left["id"], left["enabled"]) == (rule["id"], False)
    refused = admin.patch(f"{rules}/{rule['id']}", json={"enabled": True})
    assert refused.status_code == 400
    assert metric["id"] in refused.json()["error"]
    assert admin.patch(f"{rules}/{rule['id']}", json={"threshold": 3}).status_code == 200


def test_rules_tell_the_present_name_and_query_of_their_metric(watched, admin):
    model = watched(is_batch=False)
    url = f"http://local/api/v4/models/{model.id}/metrics"
    body = {
        "name": "Rows",
        "endpoint": f"/api/v3/models/{model.id}/inferences/query",
        "query": {"select": [{"function": "count"}]},
    }
    metric = admin.post(url, json=body).json()
    model.rule("Rows", name="Many", threshold=0)
    body["name"] = "Top income"
    body["query"] = {"select": [{"function": "max", "parameters": {"property": "income"}}]}
    assert admin.put(f"{url}/{metric['id']}", json=body).status_code == 200
    (rule,) = admin.get(f"/models/{model.id}/alert_rules").json()["data"]
    assert (rule["name"], rule["metric_name"]) == ("Many", "Top income")
    assert rule["metric_query"] == body["query"]


def test_an_empty_name_changes_nothing(watched, admin):
    model = watched(is_batch=False)
    rule = model.rule(name="Many")
    changed = admin.patch(f"/models/{model.id}/alert_rules/{rule['id']}", json={"name": ""})
    assert changed.json()["name"] == "Many"


def test_statuses_counts_and_bulk_update(watched, admin):
    model = watched(is_batch=False)
    rule = model.rule(threshold=0, lookback_period=60, subsequent_alert_wait_time=0)
    model.send(["2024-03-01T00:10:00Z", "2024-03-01T05:10:00Z", "2024-03-02T05:10:00Z"])
    first, second, third = model.alerts()
    path = f"/alerts/{first['id']}"
    updated = admin.patch(path, json={"status": "acknowledged"})
    assert (updated.status_code, updated.json()["status"]) == (200, "acknowledged")
    assert admin.get(path).json()["status"] == "acknowledged"
    assert [a["id"] for a in model.alerts(status="new")] == [second["id"], third["id"]]
    assert model.alerts(sort="-timestamp")[0]["id"] == third["id"]
    assert model.alerts(metric="TOTAL inference count") == model.alerts()
    assert [a["id"] for a in model.alerts(start_time="2024-03-02T00:00:00Z")] == [third["id"]]
    counts = admin.get("/alerts/model_counts", params={"group_by_date": True}).json()
    assert counts == [
        {"model_id": model.id, "count": 2, "date": "2024-03-01"},
        {"model_id": model.id, "count": 1, "date": "2024-03-02"},
    ]
    assert admin.get("/alerts/model_counts").json() == [{"model_id": model.id, "count": 3}]
    rules = f"/models/{model.id}/alert_rules"
    (shown,) = admin.get(rules, params={"include_alert_metadata": True}).json()["data"]
    assert shown["alert_counts"] == {"new": 2, "acknowledged": 1, "resolved": 0}
    assert shown["last_metric_value"] == 1
    assert shown["last_triggered"] == third["timestamp"]
    bulk = admin.patch(f"{rules}/{rule['id']}/bulk_alerts", json={"status": "resolved"})
    assert bulk.json() == {"updated_alerts": 3}
    assert {a["status"] for a in model.alerts()} == {"resolved"}


@pytest.mark.parametrize(
    "change",
    [
        {"metric_id": "unknown"},
        {"lookback_period": 0},
        {"lookback_period": -5},
        {"metric_parameters": {"nothing": 1}},
        {"metric_parameters": {"classifier_threshold": [0.1, 0.2]}},
        {"metric_parameters": {"classifier_threshold": "high"}},
        {"filters": [{"property": "nonsense", "comparator": "eq", "value": 1}]},
        {"filters": [{"property": "income", "comparator": "nonsense", "value": 1}]},
    ],
)
def test_refused_rules(watched, admin, change):
    model = watched(is_batch=False)
    body = {
        "metric_id": model.metric("Recall"),
        "bound": "upper",
        "threshold": 1,
        "severity": "critical",
        **change,
    }
    assert admin.post(f"/models/{model.id}/alert_rules", json=body).status_code == 400


def test_object_metrics_have_no_rules(watched, admin):
    model = watched(is_batch=False)
    body = {
        "metric_id": model.metric("Confusion Matrix Rates"),
        "bound": "upper",
        "threshold": 1,
        "severity": "critical",
    }
    answer = admin.post(f"/models/{model.id}/alert_rules", json=body)
    assert answer.status_code == 400
    assert "number" in answer.json()["error"]


def test_the_clock_evaluates_the_window_that_ends_now(watched, app):
    model = watched(is_batch=False)
    model.rule("Inference Count", bound="lower", threshold=1)
    record = app.control.models.get(None, model.id)
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    assert AlertEvaluator(app.stores, app.notifications, record).evaluate_current_window(now) == 1
    assert (
        AlertEvaluator(app.stores, app.notifications, record).evaluate_current_window(
            now + dt.timedelta(minutes=30)
        )
        == 0
    )
    assert (
        AlertEvaluator(app.stores, app.notifications, record).evaluate_current_window(
            now + dt.timedelta(days=2)
        )
        == 1
    )


def test_no_data_raise_one_alert_until_data_arrive(watched, app):
    model = watched(is_batch=False)
    model.rule("Inference Count", bound="lower", threshold=1)
    for _ in range(3):  # minutes of silence
        app.alerts.check_current_windows()
        assert app.alerts.drain(30)
    (alert,) = model.alerts()
    assert alert["metric_value"] == 0
    assert "(0 rows" in alert["message"]


def test_rules_and_alerts_survive_a_restart(tmp_path, binary_model):
    with create_app(tmp_path) as app, administrator(app) as admin:
        model_id = admin.post("/models", json=binary_model).json()["id"]
        url = f"http://local/api/v4/models/{model_id}/metrics"
        (metric,) = admin.get(url, params={"metric_name": "Inference Count"}).json()["metrics"]
        body = {"metric_id": metric["id"], "bound": "upper", "threshold": 0, "severity": "critical"}
        rule = admin.post(f"/models/{model_id}/alert_rules", json=body).json()
        row = {
            "partner_inference_id": "a",
            "inference_timestamp": "2024-03-01T00:00:00Z",
            "inference_data": {"income": 1.0, "region": "N", "p": 0.7},
        }
        admin.post(f"/models/{model_id}/inferences", json=[row])
        assert app.alerts.drain(30)
        before = admin.get("/alerts").json()["data"]
        assert len(before) == 1
    with create_app(tmp_path) as app, administrator(app) as admin:
        assert admin.get("/alerts").json()["data"] == before
        (kept,) = admin.get(f"/models/{model_id}/alert_rules").json()["data"]
        assert kept == rule
        admin.post(f"/models/{model_id}/inferences", json=[{**row, "partner_inference_id": "b"}])
        assert app.alerts.drain(30)
        assert len(admin.get("/alerts").json()["data"]) == 1  # still within the wait time


def test_changes_that_come_while_a_model_is_taken_are_evaluated_once(
    watched, app, monkeypatch, caplog
):
    model = watched(is_batch=False)
    model.rule()
    last = dt.datetime(2024, 3, 1, 0, 30)  # noqa: DTZ001 - UTC without zone
    again = iter([True])

    def now():
        # Called after the worker took the model, and before it takes the changes.
        if next(again, False):
            app.alerts.schedule(model.id, (), last, last)
        return utc_now()

    monkeypatch.setattr(alert_scheduler, "utc_now", now)
    model.send(["2024-03-01T00:00:00Z"] * 3)
    assert next(again, None) is None
    assert len(model.alerts()) == 1
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_a_model_that_is_archived_while_its_rules_are_evaluated(
    watched, app, admin, monkeypatch, caplog
):
    model = watched(is_batch=False)
    model.rule()
    again = iter([True])

    def now():
        if next(again, False):
            assert admin.delete(f"/models/{model.id}").is_success
        return utc_now()

    monkeypatch.setattr(alert_scheduler, "utc_now", now)
    model.send(["2024-03-01T00:00:00Z"] * 3)
    assert next(again, None) is None
    assert app.control.models.get(None, model.id).archived
    assert app.control.documents(Kind.ALERT_WORK).list(None) == []
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_unknown_alert(admin):
    assert admin.get("/alerts/nothing").status_code == 404
    assert admin.patch("/alerts/nothing", json={"status": "resolved"}).status_code == 404


@pytest.mark.heavy
@pytest.mark.parametrize("is_batch", [False, True])
def test_alerts_still_due_at_the_end_are_raised_after_the_next_start(
    tmp_path, binary_model, inference, is_batch
):
    moments = [f"2024-03-01T{hour:02}:00:00Z" for hour in range(8)]

    def model(admin, name, rules):
        body = {**binary_model, "partner_model_id": name, "is_batch": is_batch}
        path = f"/models/{admin.post('/models', json=body).json()['id']}"
        params = {"metric_name": "Inference Count"}
        (metric,) = admin.get(f"{path}/metrics", params=params).json()["metrics"]
        rule = {"metric_id": metric["id"], "bound": "upper", "threshold": 0, "severity": "warning"}
        rule["subsequent_alert_wait_time"] = 0
        for _ in range(rules):
            assert admin.post(f"{path}/alert_rules", json=rule).is_success
        return path

    def send(admin, path):
        rows = [
            {**inference(moment), "inference_timestamp": moment, "batch_id": moment}
            for moment in moments
        ]
        counts = admin.post(f"{path}/inferences", json=rows).json()["counts"]
        assert counts["success"] == len(moments)
        for moment in moments if is_batch else ():
            admin.patch(f"{path}/batches/{moment}", json={"status": "uploaded"})

    with create_app(tmp_path) as app, administrator(app) as admin:
        slow, quick = model(admin, "slow", rules=20), model(admin, "quick", rules=1)
        for path in (slow, quick):
            send(admin, path)

    with create_app(tmp_path) as app, administrator(app) as admin:
        assert app.alerts.drain(60)
        for path, rules in ((slow, 20), (quick, 1)):
            params = {"model_id": path.removeprefix("/models/")}
            found = admin.get("/alerts", params=params).json()["total_count"]
            assert found == rules * len(moments)
