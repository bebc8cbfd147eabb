"""Alerts are announced after the transaction that stores them, and once."""

from __future__ import annotations

import threading

import pytest
from builders import administrator

from arthurai.server.app import create_app
from arthurai.server.delivery.notifications import Notifications
from arthurai.server.document_kinds import Kind
from arthurai.server.resources.alerts import handlers

HOURS = [f"2026-01-05T{hour:02}:30:00Z" for hour in range(20)]


class Listener:
    """Hears of alerts; notes whether the control store was free meanwhile."""

    def __init__(self, app):
        self.app = app
        self.heard = []
        self.was_free = []
        self.fails = False

    def notify_of_alert(self, organization_id, alert, claim):
        if self.fails:
            raise RuntimeError("the server was killed")
        if not claim():
            return 0
        self._hear(alert["id"])
        return 1

    def notify_of_status(self, organization_id, alert, claim=lambda: True):
        if not claim():
            return 0
        self._hear((alert["id"], alert["status"]))
        return 1

    def _hear(self, what):
        self.heard.append(what)
        asked = threading.Thread(target=self.app.control.organizations.list)
        asked.start()
        asked.join(2)
        self.was_free.append(not asked.is_alive())


@pytest.fixture
def app():
    with create_app() as made:
        yield made


@pytest.fixture
def listener(app):
    app.alerts._notifier = Listener(app)
    return app.alerts._notifier


@pytest.fixture
def send(app, binary_model, inference):
    """Make a model whose rule each hour with data breaks; give what sends rows to it."""
    client = administrator(app)
    model = client.post("/models", json=binary_model).json()["id"]
    url = f"http://local/api/v4/models/{model}/metrics"
    (metric,) = client.get(url, params={"metric_name": "Inference Count"}).json()["metrics"]
    rule = {
        "metric_id": metric["id"],
        "bound": "upper",
        "threshold": 0,
        "severity": "warning",
        "lookback_period": 60,
        "subsequent_alert_wait_time": 0,
        "min_rows": 1,
    }
    assert client.post(f"/models/{model}/alert_rules", json=rule).status_code == 200
    channel = {"model_id": model, "type": "email", "destination": None}
    channel["user_id"] = app.control.users.list_members(app.control.organizations.list()[0]["id"])[
        0
    ].id
    made = client.post("/alert_notification_configurations", json=channel)
    assert made.status_code == 201, made.text

    def send(moments):
        rows = [{**inference(f"i {moment}"), "inference_timestamp": moment} for moment in moments]
        answer = client.post(f"/models/{model}/inferences", json=rows)
        assert answer.json()["counts"]["failure"] == 0, answer.text
        assert app.alerts.drain(60)

    send.rules = f"/models/{model}/alert_rules"
    send.client = client
    yield send
    client.close()


def count_waiting(app):
    return app.control.documents(Kind.ALERT_ANNOUNCEMENT).count(None)


def test_nobody_waits_for_the_control_store_meanwhile(app, send, listener):
    send(HOURS)
    assert len(listener.heard) == len(set(listener.heard)) == len(HOURS)
    assert all(listener.was_free)
    assert count_waiting(app) == 0


def test_what_was_not_announced_is_announced_later(app, send, listener, caplog):
    listener.fails = True
    send(HOURS[:3])
    assert "the server was killed" in caplog.text
    assert listener.heard == []
    assert count_waiting(app) == 3
    listener.fails = False
    send(HOURS[3:4])
    assert len(listener.heard) == len(set(listener.heard)) == 4
    assert count_waiting(app) == 0


def test_nothing_is_kept_where_nobody_is_to_hear(app, send, listener):
    configurations = app.control.documents(Kind.ALERT_NOTIFICATION_CONFIGURATION)
    for configuration in configurations.list(None):
        configurations.delete(app.control.organizations.list()[0]["id"], configuration["id"])
    send(HOURS[:3])
    assert listener.heard == []
    assert count_waiting(app) == 0


def test_nobody_waits_while_all_alerts_of_a_rule_are_resolved(app, send, listener, monkeypatch):
    monkeypatch.setattr(handlers, "MAX_TOGETHER", 3)
    told = lambda _, *arguments: listener.notify_of_status(*arguments)  # noqa: E731 - short
    monkeypatch.setattr(Notifications, "notify_of_status", told)
    send(HOURS)
    listener.heard.clear()
    (rule,) = send.client.get(send.rules).json()["data"]
    path = f"{send.rules}/{rule['id']}/bulk_alerts"
    answer = send.client.patch(path, json={"status": "resolved"})
    assert answer.json() == {"updated_alerts": len(HOURS)}, answer.text
    assert {status for _, status in listener.heard} == {"resolved"}
    assert len({alert for alert, _ in listener.heard}) == len(listener.heard) == len(HOURS)
    assert all(listener.was_free)
    again = send.client.patch(path, json={"status": "resolved"})
    assert again.json() == {"updated_alerts": 0}
