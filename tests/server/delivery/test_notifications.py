"""Who is told about alerts: configurations, summaries, mail and webhooks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from arthurai.server.app import create_app
from arthurai.server.delivery.mail_and_webhooks import DeliverySettings
from arthurai.server.delivery.notifications import WEEKDAYS, find_last_due
from arthurai.server.document_kinds import Kind
from arthurai.server.timestamps import format_timestamp


@pytest.fixture
def app(mail_server):
    settings = DeliverySettings(
        smtp_url=f"smtp://{mail_server.address}", webhooks=True, private_webhooks=True
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
        "timestamp": format_timestamp(datetime.now(UTC) - timedelta(minutes=1)),
        "message": "too high",
        "severity": "critical",
        "status": "new",
        "metric_value": 1.0,
        "alert_rule": {"name": "Rule", "threshold": 0.5, "bound": "upper"},
    } | members


def test_mails_and_webhooks_are_sent_when_an_alert_fires(
    app, admin, ann, model, mail_server, hook_server, organization_id
):
    base = hook_server.url
    path = "/alert_notification_configurations"
    mail = {"model_id": model["id"], "type": "Email", "user_id": ann["id"]}
    hook = {"model_id": model["id"], "type": "PagerDuty", "destination": f"{base}/x?y=1"}
    made = [admin.post(path, json=body).json() for body in (mail, hook)]
    assert [c["type"] for c in made] == ["email", "pagerduty"]
    assert made[0]["destination"] == "ann@example.com"
    off = admin.post(path, json=hook | {"enabled": False, "destination": f"{base}/off"}).json()
    assert app.notifications.notify_of_alert(organization_id, alert(model)) == 2
    app.delivery.close()
    (sent,) = mail_server.mails
    assert "To: ann@example.com" in sent
    assert "too high" in sent
    ((posted, content),) = hook_server.posts
    assert posted == "/x?y=1"
    assert content["payload"]["alert_description"] == "too high"
    assert admin.get(f"{path}/{off['id']}").json()["enabled"] is False


def test_alerts_go_out_by_themselves_and_harm_no_request(
    app, admin, ann, model, inference, mail_server, hook_server
):
    url = f"http://local/api/v4/models/{model['id']}/metrics"
    metrics = admin.get(url, params={"metric_name": "Inference Count"}).json()["metrics"]
    rule = {"metric_id": metrics[0]["id"], "bound": "upper", "threshold": 1, "severity": "warning"}
    assert admin.post(f"/models/{model['id']}/alert_rules", json=rule).status_code == 200
    path = "/alert_notification_configurations"
    destinations = ("http://127.0.0.1:1/", f"{hook_server.url}/broken", f"{hook_server.url}/fine")
    for destination in destinations:
        hook = {"model_id": model["id"], "type": "pagerduty", "destination": destination}
        assert admin.post(path, json=hook).status_code == 201
    mail = {"model_id": model["id"], "type": "email", "user_id": ann["id"]}
    assert admin.post(path, json=mail).status_code == 201
    mail_server.gate.clear()  # whoever waited for the mail would wait here
    rows = [inference(str(number)) for number in range(3)]
    assert admin.post(f"/models/{model['id']}/inferences", json=rows).status_code == 207
    assert app.alerts.drain(60)
    (fired,) = admin.get("/alerts").json()["data"]
    assert not mail_server.mails
    mail_server.gate.set()
    app.delivery.close(60)
    assert len(mail_server.mails) == 1
    assert sorted(path for path, _ in hook_server.posts) == ["/broken", "/fine"]
    assert hook_server.posts[0][1]["payload"] == {
        "model_id": model["id"],
        "alert_timestamp": fired["timestamp"],
        "alert_description": fired["message"],
        "alert_priority": "warning",
    }


def test_a_notification_can_be_sent_by_hand_through_one_configuration(
    app, admin, ann, model, hook_server, organization_id
):
    app.control.documents(Kind.ALERT).put(organization_id, "a", alert(model), model_id=model["id"])
    path = "/alert_notification_configurations"
    made = [
        admin.post(
            path,
            json={
                "model_id": model["id"],
                "type": "servicenow",
                "destination": f"{hook_server.url}/{number}",
            },
        ).json()
        for number in range(2)
    ]
    body = {
        "model_id": model["id"],
        "alert_timestamp": "2026-01-05T12:00:00Z",
        "alert_description": "by hand",
        "alert_priority": "critical",
    }

    def send(**params):
        return admin.post("/alerts/a/notifications", json=body, params=params)

    assert send(configuration_id=made[1]["id"]).json() == {"message": "sent to 1"}
    assert send(configuration_id="nonsense").status_code == 404
    assert send().json() == {"message": "sent to 2"}
    app.delivery.close()
    assert sorted(path for path, _ in hook_server.posts) == ["/0", "/1", "/1"]


def test_mails_follow_the_address_of_their_user(
    app, admin, ann, model, mail_server, organization_id
):
    path = "/alert_notification_configurations"
    mail = {"model_id": model["id"], "type": "email", "user_id": ann["id"]}
    made = admin.post(path, json=mail).json()
    body = summary(models=[model["id"]], subscribers=[{"type": "email", "user_id": ann["id"]}])
    summaries = "/alert_summary_configurations"
    sent = admin.post(summaries, json=body).json()
    admin.patch(f"/users/{ann['id']}", json={"email": "new@example.com"})
    app.notifications.notify_of_alert(organization_id, alert(model))
    admin.post(f"{summaries}/{sent['id']}/notifications")
    app.delivery.close()
    assert mail_server.recipients == ["TO:<new@example.com>"] * 2
    assert admin.get(f"{path}/{made['id']}").json()["destination"] == "new@example.com"
    (subscriber,) = admin.get(f"{summaries}/{sent['id']}").json()["subscribers"]
    assert subscriber["destination"] == "new@example.com"


def test_an_address_is_never_taken_for_a_url(admin, ann):
    for address in (
        "http://a@169.254.169.254/x",
        "http://a@b",
        "x://[@b",
        "a@[::1]",
        "g:a@b",
        "a\x01@b",
    ):
        answer = admin.patch(f"/users/{ann['id']}", json={"email": address})
        assert answer.status_code == 400, address


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
        ({"type": "pagerduty", "destination": "http://[::1"}, 400),
        ({"type": "pagerduty", "destination": "x://[@b"}, 400),
        ({"type": "pagerduty", "destination": "http://a:99999/"}, 400),
        ({"type": "pagerduty", "destination": "http://a/ä"}, 400),
        ({"type": "pagerduty", "destination": "https://user:secret@a/"}, 400),
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
    other = {"name": "Other", "threshold": 1, "bound": "upper"}
    early, late = (format_timestamp(datetime.now(UTC) + timedelta(days=days)) for days in (-2, 1))
    for number, members in enumerate(
        ({}, {}, {"alert_rule": other}, {"timestamp": early}, {"timestamp": late})
    ):
        app.control.documents(Kind.ALERT).put(
            organization_id, str(number), alert(model, **members), model_id=model["id"]
        )
    subscriber = {"type": "email", "user_id": ann["id"]}
    body = summary(models=[model["id"]], subscribers=[subscriber])
    made = admin.post("/alert_summary_configurations", json=body).json()
    assert made["owner_user_id"] is None
    path = f"/alert_summary_configurations/{made['id']}"
    assert admin.post(f"{path}/notifications").json() == {"message": "sent to 1 subscriber"}
    app.delivery.close()
    (sent,) = mail_server.mails
    said = [line for line in sent.splitlines() if " of " in line and "<" not in line]
    assert said == ["1 alert of Other (model Loan risk)", "2 alerts of Rule (model Loan risk)"]


def test_summaries_are_sent_once_when_they_are_due(app, admin, ann, model):
    body = summary(models=[model["id"]], subscribers=[{"type": "email", "user_id": ann["id"]}])
    admin.post("/alert_summary_configurations", json=body)
    tomorrow = datetime.now(UTC).replace(hour=9, minute=29, second=0) + timedelta(days=1)
    app.notifications.send_due(tomorrow)
    assert app.notifications.send_due(tomorrow) == 0
    assert app.notifications.send_due(tomorrow + timedelta(minutes=2)) == 1
    assert app.notifications.send_due(tomorrow + timedelta(minutes=3)) == 0
    assert app.notifications.send_due(tomorrow + timedelta(days=1, minutes=2)) == 1


def test_a_changed_schedule_counts_from_the_change_on(app, admin, ann):
    path = "/alert_summary_configurations"
    body = summary(subscribers=[{"type": "email", "user_id": ann["id"]}])
    made = admin.post(path, json=body | {"send_day_of_week": "Monday"}).json()
    assert made["send_day_of_week"] is None
    moment = datetime.now(UTC)
    earlier = f"{moment - timedelta(minutes=2):%H:%M}"
    for change in ({"send_time_of_day": earlier}, {"enabled": False}, {"enabled": True}):
        assert admin.patch(f"{path}/{made['id']}", json=change).status_code == 200
        assert app.notifications.send_due(datetime.now(UTC)) == 0
    assert app.notifications.send_due(moment + timedelta(days=1)) == 1
    weekly = {"frequency": "weekly", "send_day_of_week": "Friday"}
    assert admin.patch(f"{path}/{made['id']}", json=weekly).json()["send_day_of_week"] == "Friday"
    daily = admin.patch(f"{path}/{made['id']}", json={"frequency": "daily"}).json()
    assert daily["send_day_of_week"] is None


@pytest.mark.parametrize("weekday", WEEKDAYS)
def test_weekly_summaries_are_due_on_their_day(weekday):
    weekly = summary(frequency="weekly", send_day_of_week=weekday)
    for hours in range(0, 24 * 15, 5):
        moment = datetime(2026, 3, 1, 3, tzinfo=UTC) + timedelta(hours=hours)
        due = find_last_due(weekly, moment)
        assert due <= moment < due + timedelta(days=7)
        assert f"{due:%A %H:%M}" == f"{weekday} 09:30"


def test_summaries_can_be_changed_by_owner_and_administrators_only(
    admin, callers, ann, organization_id
):
    path = "/alert_summary_configurations"
    user = callers(**{"Sec-Fetch-Site": "same-origin"})
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
    user = callers(**{"Sec-Fetch-Site": "same-origin"})
    user.post("/login", json={"login": "ann", "password": "p"})
    assert user.patch(one, json={"enabled": False}).json()["enabled"] is False
    assert user.delete(one).status_code == 204
    assert admin.get(one).status_code == 404


def test_inactive_users_get_nothing(app, admin, ann, model, organization_id):
    body = {"model_id": model["id"], "type": "email", "user_id": ann["id"]}
    admin.post("/alert_notification_configurations", json=body)
    assert app.notifications.notify_of_alert(organization_id, alert(model)) == 1
    admin.delete(f"/users/{ann['id']}")
    assert app.notifications.notify_of_alert(organization_id, alert(model)) == 0
