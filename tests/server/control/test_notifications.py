"""Who is told about alerts: configurations, summaries, mail and webhooks."""

from __future__ import annotations

import http.server
import logging
import socketserver
import threading
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from arthurai.server import times
from arthurai.server.app import create_app
from arthurai.server.delivery import Delivery, DeliverySettings, Message
from arthurai.server.notifications import WEEKDAYS, last_due


class MailHandler(socketserver.StreamRequestHandler):
    """Speaks just enough SMTP to take mails."""

    def handle(self):
        self.say(b"220 ready")
        while line := self.rfile.readline():
            command = line[:4].upper()
            if command == b"DATA":
                self.say(b"354 go on")
                content = b""
                while (line := self.rfile.readline()) != b".\r\n":
                    content += line
                self.server.mails.append(content.decode())
            elif command == b"QUIT":
                return self.say(b"221 bye")
            self.say(b"250 ok")
        return None

    def say(self, text):
        self.wfile.write(text + b"\r\n")


class HookHandler(http.server.BaseHTTPRequestHandler):
    """Takes what is posted."""

    def do_POST(self):
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append((self.path, orjson.loads(content)))
        self.send_response(500 if "broken" in self.path else 200)
        self.end_headers()

    def log_message(self, *arguments):
        """Stay quiet."""


@pytest.fixture
def mail_server():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), MailHandler) as server:
        server.daemon_threads = True
        server.mails = []
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def hook_server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), HookHandler) as server:
        server.posts = []
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def app(mail_server):
    settings = DeliverySettings(
        smtp_url=f"smtp://127.0.0.1:{mail_server.server_address[1]}", webhooks=True
    )
    with create_app(delivery=settings) as made:
        yield made


@pytest.fixture
def ann(admin):
    body = {"email": "ann@example.com", "username": "ann", "password": "p", "roles": ["User"]}
    return admin.post("/users", json=body).json()


def alert(model, **members):
    return {
        "id": "a",
        "model_id": model["id"],
        "timestamp": times.shown(datetime.now(UTC) - timedelta(minutes=1)),
        "message": "too high",
        "severity": "critical",
        "status": "new",
        "metric_value": 1.0,
        "alert_rule": {"name": "Rule", "threshold": 0.5, "bound": "upper"},
    } | members


def test_mails_and_webhooks_are_sent_when_an_alert_fires(
    app, admin, ann, model, mail_server, hook_server, organization_id
):
    base = f"http://127.0.0.1:{hook_server.server_address[1]}"
    path = "/alert_notification_configurations"
    mail = {"model_id": model["id"], "type": "Email", "user_id": ann["id"]}
    hook = {"model_id": model["id"], "type": "PagerDuty", "destination": f"{base}/x?y=1"}
    made = [admin.post(path, json=body).json() for body in (mail, hook)]
    assert [c["type"] for c in made] == ["email", "pagerduty"]
    assert made[0]["destination"] == "ann@example.com"
    off = admin.post(path, json=hook | {"enabled": False, "destination": f"{base}/off"}).json()
    assert app.notifications.alert_fired(organization_id, alert(model)) == 2
    app.delivery.close()
    (sent,) = mail_server.mails
    assert "To: ann@example.com" in sent
    assert "too high" in sent
    ((posted, content),) = hook_server.posts
    assert posted == "/x?y=1"
    assert content["payload"]["alert_description"] == "too high"
    assert admin.get(f"{path}/{off['id']}").json()["enabled"] is False


def test_configurations_can_be_listed_switched_and_deleted(admin, ann, model):
    path = "/alert_notification_configurations"
    body = {"model_id": model["id"], "type": "email", "user_id": ann["id"]}
    made = admin.post(path, json=body).json()
    hook = {"model_id": model["id"], "type": "servicenow", "destination": "s@example.com"}
    other = admin.post(path, json=hook).json()
    assert admin.get(path).json()["data"] == [made, other]
    assert admin.get(path, params={"user_id": ann["id"]}).json()["data"] == [made]
    assert admin.get(path, params={"model_id": "x"}).json()["data"] == []
    off = admin.patch(f"{path}/{made['id']}", json={"enabled": False})
    assert off.json() == made | {"enabled": False}
    assert admin.delete(f"{path}/{made['id']}").status_code == 204
    assert admin.get(f"{path}/{made['id']}").status_code == 404
    assert admin.get(path).json()["data"] == [other]


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({"type": "email"}, 400),
        ({"type": "email", "user_id": "nobody"}, 404),
        ({"type": "email", "destination": "another@example.com"}, 400),
        ({"type": "pagerduty"}, 400),
        ({"type": "pagerduty", "destination": "not an address"}, 400),
        ({"type": "pagerduty", "destination": "http://"}, 400),
        ({"type": "pagerduty", "destination": "http://a/\r\nx"}, 400),
        ({"type": "pagerduty", "destination": "file:///etc/passwd"}, 400),
        ({"type": "pagerduty", "destination": "a@b", "model_id": "nonsense"}, 404),
        ({"type": "pigeon"}, 400),
    ],
)
def test_impossible_configurations_are_refused(admin, ann, model, members, status):
    body = {"model_id": model["id"]} | members
    if body.get("destination") == "another@example.com":
        body["user_id"] = ann["id"]
    answer = admin.post("/alert_notification_configurations", json=body)
    assert answer.status_code == status


def summary(**members):
    return {"name": "S", "frequency": "daily", "send_time_of_day": "09:30"} | members


def test_a_summary_reaches_its_subscribers(app, admin, ann, model, mail_server, organization_id):
    app.control.documents("alert").put(organization_id, "a", alert(model), model_id=model["id"])
    late = alert(model, timestamp=times.shown(datetime.now(UTC) - timedelta(days=2)))
    app.control.documents("alert").put(organization_id, "b", late, model_id=model["id"])
    subscriber = {"type": "email", "user_id": ann["id"]}
    body = summary(models=[model["id"]], subscribers=[subscriber])
    made = admin.post("/alert_summary_configurations", json=body).json()
    assert made["owner_user_id"] is None
    path = f"/alert_summary_configurations/{made['id']}"
    assert admin.post(f"{path}/notifications").json() == {"message": "sent to 1 subscriber"}
    app.delivery.close()
    (sent,) = mail_server.mails
    assert "1 alerts of Rule" in sent


def test_summaries_are_sent_once_when_they_are_due(app, admin, ann, model):
    body = summary(models=[model["id"]], subscribers=[{"type": "email", "user_id": ann["id"]}])
    admin.post("/alert_summary_configurations", json=body)
    tomorrow = datetime.now(UTC).replace(hour=9, minute=29, second=0) + timedelta(days=1)
    app.notifications.send_due(tomorrow)
    assert app.notifications.send_due(tomorrow) == 0
    assert app.notifications.send_due(tomorrow + timedelta(minutes=2)) == 1
    assert app.notifications.send_due(tomorrow + timedelta(minutes=3)) == 0
    assert app.notifications.send_due(tomorrow + timedelta(days=1, minutes=2)) == 1


@pytest.mark.parametrize("weekday", WEEKDAYS)
def test_weekly_summaries_are_due_on_their_day(weekday):
    weekly = summary(frequency="weekly", send_day_of_week=weekday)
    for hours in range(0, 24 * 15, 5):
        moment = datetime(2026, 3, 1, 3, tzinfo=UTC) + timedelta(hours=hours)
        due = last_due(weekly, moment)
        assert due <= moment < due + timedelta(days=7)
        assert f"{due:%A %H:%M}" == f"{weekday} 09:30"


def test_summaries_can_be_changed_by_owner_and_administrators_only(
    admin, callers, ann, organization_id
):
    path = "/alert_summary_configurations"
    user = callers()
    user.post("/login", json={"login": "ann", "password": "p"})
    mine = user.post(path, json=summary()).json()
    assert mine["owner_user_id"] == ann["id"]
    assert mine["organization_id"] == organization_id
    stranger = callers.role("User")
    assert stranger.patch(f"{path}/{mine['id']}", json={"name": "T"}).status_code == 403
    assert stranger.delete(f"{path}/{mine['id']}").status_code == 403
    assert user.patch(f"{path}/{mine['id']}", json={"name": "T"}).json()["name"] == "T"
    weekly = {"frequency": "weekly"}
    assert user.patch(f"{path}/{mine['id']}", json=weekly).status_code == 400
    weekly["send_day_of_week"] = "Friday"
    assert user.patch(f"{path}/{mine['id']}", json=weekly).json()["frequency"] == "weekly"
    assert admin.post(path, json=summary(name="T")).status_code == 409
    assert callers.role("Administrator").delete(f"{path}/{mine['id']}").status_code == 204
    assert admin.get(path).json()["data"] == []


def test_subscribers_can_come_and_go(admin, ann, callers):
    made = admin.post("/alert_summary_configurations", json=summary()).json()
    path = f"/alert_summary_configurations/{made['id']}/subscribers"
    wrong = {"type": "email", "user_id": ann["id"], "destination": "x@example.com"}
    assert admin.post(path, json=wrong).status_code == 400
    added = admin.post(path, json={"type": "email", "user_id": ann["id"]})
    assert added.status_code == 201
    subscriber = added.json()
    assert subscriber["destination"] == "ann@example.com"
    assert admin.post(path, json={"type": "email", "user_id": ann["id"]}).status_code == 409
    assert admin.get(path).json()["data"] == [subscriber]
    one = f"{path}/{subscriber['id']}"
    assert admin.get(one).json() == subscriber
    assert callers.role("User").patch(one, json={"enabled": False}).status_code == 403
    user = callers()
    user.post("/login", json={"login": "ann", "password": "p"})
    assert user.patch(one, json={"enabled": False}).json()["enabled"] is False
    assert user.delete(one).status_code == 204
    assert admin.get(one).status_code == 404


def test_inactive_users_get_nothing(app, admin, ann, model, organization_id):
    body = {"model_id": model["id"], "type": "email", "user_id": ann["id"]}
    admin.post("/alert_notification_configurations", json=body)
    assert app.notifications.alert_fired(organization_id, alert(model)) == 1
    admin.delete(f"/users/{ann['id']}")
    assert app.notifications.alert_fired(organization_id, alert(model)) == 0


def test_without_settings_messages_go_to_the_log_only(hook_server, caplog):
    delivery = Delivery(DeliverySettings())
    url = f"http://127.0.0.1:{hook_server.server_address[1]}/x"
    with caplog.at_level(logging.INFO, logger="arthurai"):
        results = [delivery.send(Message(to, "s", "t")) for to in (url, "a@b")]
        delivery.close()
    assert [result.result() for result in results] == [False, False]
    assert hook_server.posts == []
    assert [record.destination for record in caplog.records] == [url, "a@b"]


def test_failed_deliveries_are_logged_and_harm_nobody(hook_server, caplog):
    settings = DeliverySettings(smtp_url="smtp://127.0.0.1:1", webhooks=True)
    delivery = Delivery(settings)
    base = f"http://127.0.0.1:{hook_server.server_address[1]}"
    with caplog.at_level(logging.INFO, logger="arthurai"):
        results = [
            delivery.send(Message(to, "s", "t"))
            for to in ("a@b", f"{base}/broken", "http://127.0.0.1:1/", f"{base}/fine")
        ]
        delivery.close()
    assert [result.result() for result in results] == [False, False, False, True]


def test_a_subject_cannot_carry_headers(mail_server):
    settings = DeliverySettings(smtp_url=f"smtp://127.0.0.1:{mail_server.server_address[1]}")
    delivery = Delivery(settings)
    sent = delivery.send(Message("a@b", "s\r\nBcc: evil@example.com", "t"))
    delivery.close()
    assert sent.result()
    assert "\nBcc" not in mail_server.mails[0]


@pytest.mark.parametrize("url", ["http://host", "smtp://", "host:25"])
def test_impossible_mail_servers_are_refused(url):
    with pytest.raises(ValueError, match="ARTHUR_SMTP_URL"):
        DeliverySettings.from_environment({"ARTHUR_SMTP_URL": url})


def test_settings_come_from_the_environment_and_hide_the_password():
    settings = DeliverySettings.from_environment(
        {"ARTHUR_SMTP_URL": "smtps://u:secret@host", "ARTHUR_WEBHOOKS": "true"}
    )
    assert settings.webhooks
    assert settings.sender == "arthur@localhost"
    assert "secret" not in repr(settings)
