"""Each channel in its own form, and every message in the list of deliveries."""

from __future__ import annotations

import email
import email.policy

import pytest
from builders import unique_name

from arthurai.common.webhook_signature import verify_webhook
from arthurai.server.app import create_app
from arthurai.server.delivery.delivery_log import MAX_KEPT, DeliveryLog
from arthurai.server.delivery.mail_and_webhooks import DeliverySettings
from arthurai.server.delivery.message import Message
from arthurai.server.delivery.message_formats import PAGERDUTY_URL, format_post, to_pagerduty_url
from arthurai.server.document_kinds import Kind

pytestmark = pytest.mark.heavy

KEY = "0123456789abcdef0123456789ABCDEF"
PATH = "/alert_notification_configurations"


@pytest.fixture
def app(mail_server, hook_server):
    settings = DeliverySettings(
        smtp_url=f"smtp://{mail_server.address}", webhooks=True, private_webhooks=True
    )
    with create_app(delivery=settings) as made:
        yield made


@pytest.fixture
def model(admin, binary_model):
    named = {**binary_model, "display_name": "Credit <risk>"}
    return admin.post("/models", json=named).json()


@pytest.fixture
def organization(app):
    return app.control.organizations.list()[0]["id"]


def configure(admin, model, kind, destination, **members):
    body = {"model_id": model["id"], "type": kind, "destination": destination, **members}
    answer = admin.post(PATH, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def raise_alert(app, organization, model, message="Accuracy is 0.4, below 0.8 & falling"):
    alert = {
        "id": "a1",
        "model_id": model["id"],
        "timestamp": "2026-01-05T12:00:00Z",
        "message": message,
        "severity": "critical",
    }
    return app.notifications.notify_of_alert(organization, alert)


def test_slack_gets_blocks_in_which_nothing_is_a_link_or_a_mention(
    app, admin, model, hook_server, organization
):
    made = configure(admin, model, "Slack", f"{hook_server.url}/services/T/B/x")
    assert (made["type"], made.get("signing_secret")) == ("slack", None)
    raise_alert(app, organization, model, "<!channel> is low")
    app.delivery.close()
    ((path, content),) = hook_server.posts
    assert path == "/services/T/B/x"
    assert "<" not in content["text"]
    assert content["text"].endswith(": &lt;!channel&gt; is low")
    header, section = content["blocks"]
    assert header["text"]["text"] == "Arthur: critical alert for Credit <risk>"
    assert section["text"]["text"].startswith("&lt;!channel&gt; is low\n")
    assert "Credit &lt;risk&gt;" in section["text"]["text"]
    ((_, headers),) = hook_server.requests
    assert "webhook-signature" not in {name.lower() for name in headers}


def test_teams_gets_a_card(app, admin, model, hook_server, organization):
    configure(admin, model, "teams", f"{hook_server.url}/workflow")
    raise_alert(app, organization, model, "[x](http://evil) is low")
    app.delivery.close()
    ((_, content),) = hook_server.posts
    (attachment,) = content["attachments"]
    assert content["type"] == "message"
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert all(block["wrap"] for block in card["body"])
    assert card["body"][0]["color"] == "Attention"
    assert card["body"][1]["text"] == r"\[x\]\(http://evil\) is low"


def test_pagerduty_gets_an_event_of_its_second_version(
    app, admin, model, hook_server, organization
):
    url = f"{hook_server.url}/v2/enqueue?routing_key={KEY}"
    assert configure(admin, model, "pagerduty", url).get("signing_secret") is None
    raise_alert(app, organization, model)
    app.delivery.close()
    ((path, event),) = hook_server.posts
    assert path == "/v2/enqueue"
    assert (event["routing_key"], event["event_action"]) == (KEY, "trigger")
    assert event["dedup_key"] == "a1"
    payload = event["payload"]
    assert payload["summary"].startswith("Arthur: critical alert for Credit <risk>: Accuracy is")
    assert (payload["severity"], payload["source"]) == ("critical", model["id"])
    assert payload["timestamp"] == "2026-01-05T12:00:00Z"
    assert payload["custom_details"]["alert_priority"] == "critical"


def test_an_incident_of_pagerduty_follows_its_alert(app, admin, model, hook_server):
    """Raised, acknowledged by somebody, resolved by rows that come later, raised again by others."""
    configure(admin, model, "pagerduty", f"{hook_server.url}/v2/enqueue?routing_key={KEY}")
    configure(admin, model, "Slack", f"{hook_server.url}/services/T/B/x")
    path = f"/models/{model['id']}"
    metrics = admin.get(
        f"http://local/api/v4{path}/metrics", params={"metric_name": "Accuracy Rate"}
    )
    rule = {
        "metric_id": metrics.json()["metrics"][0]["id"],
        "bound": "lower",
        "threshold": 0.85,
        "severity": "warning",
        "lookback_period": 10080,
    }
    assert admin.post(f"{path}/alert_rules", json=rule).is_success
    rows = [
        {
            "partner_inference_id": str(number),
            "inference_timestamp": "2026-03-02T12:00:00Z",
            "inference_data": {"income": 1.0, "region": "N", "p": 0.9},
        }
        for number in range(200)
    ]
    assert admin.post(f"{path}/inferences", json=rows).is_success

    def tell(outcome):
        truths = [
            {
                "partner_inference_id": row["partner_inference_id"],
                "ground_truth_timestamp": "2026-03-02T12:00:00Z",
                "ground_truth_data": {"outcome": outcome},
            }
            for row in rows
        ]
        assert admin.patch(f"{path}/inferences", json=truths).is_success
        assert app.alerts.drain(60)

    tell("no")
    (alert,) = admin.get("/alerts", params={"model_id": model["id"]}).json()["data"]
    for status in ("acknowledged", "acknowledged"):
        assert admin.patch(f"/alerts/{alert['id']}", json={"status": status}).is_success
    tell("yes")
    tell("no")
    app.delivery.close()
    events = [content for url, content in hook_server.posts if url == "/v2/enqueue"]
    assert [event["event_action"] for event in events] == [
        *("trigger", "acknowledge", "resolve", "trigger")
    ]
    assert {(event["dedup_key"], event["routing_key"]) for event in events} == {(alert["id"], KEY)}
    assert len(hook_server.posts) - len(events) == 2  # people hear of new alerts only


def test_a_routing_key_stands_for_the_address_of_pagerduty(admin, model):
    assert to_pagerduty_url(KEY) == f"{PAGERDUTY_URL}?routing_key={KEY}"
    made = configure(admin, model, "pagerduty", KEY)
    assert made["destination"] == f"{PAGERDUTY_URL}?routing_key={KEY}"
    assert configure(admin, model, "pagerduty", "on-call@example.com")["type"] == "pagerduty"
    long = Message("https://x/v2/enqueue?routing_key=k", "s", "x" * 5000, type="pagerduty")
    assert len(format_post(long).body) < 7000


def test_a_plain_webhook_is_signed(app, admin, model, hook_server, organization):
    made = configure(admin, model, "webhook", f"{hook_server.url}/own")
    raise_alert(app, organization, model)
    app.delivery.close()
    ((body, headers),) = hook_server.requests
    content = verify_webhook(body, headers, made["signing_secret"])
    assert content["subject"] == "Arthur: critical alert for Credit <risk>"
    assert content["text"].splitlines()[0] == "Accuracy is 0.4, below 0.8 & falling"


def test_a_mail_is_readable_as_text_and_as_one_column(app, admin, model, mail_server, organization):
    name = unique_name()
    user = {"email": f"{name}@example.com", "username": name, "password": "p", "roles": ["User"]}
    ann = admin.post("/users", json=user).json()
    configure(admin, model, "email", None, user_id=ann["id"])
    raise_alert(app, organization, model)
    app.delivery.close()
    (sent,) = mail_server.mails
    mail = email.message_from_string(sent, policy=email.policy.default)
    text = mail.get_body(("plain",)).get_content()
    assert text.splitlines()[0] == "Accuracy is 0.4, below 0.8 & falling"
    assert f"Model: Credit <risk> ({model['id']})" in text
    page = mail.get_body(("html",)).get_content()
    assert "width=device-width" in page
    assert "below 0.8 &amp; falling" in page
    assert "Credit &lt;risk&gt;" in page


@pytest.mark.parametrize("kind", ["slack", "teams", "webhook"])
def test_channels_of_the_web_need_a_url(admin, model, kind):
    body = {"model_id": model["id"], "type": kind, "destination": "ann@example.com"}
    answer = admin.post(PATH, json=body)
    assert answer.status_code == 400
    assert "must be a url" in answer.text
    assert admin.post(PATH, json=body | {"type": "fax"}).status_code == 400


def listed(admin, **params):
    return admin.get("/notification_deliveries", params=params).json()["data"]


def test_every_message_is_listed_with_what_became_of_it(
    app, admin, model, hook_server, organization
):
    fine = configure(admin, model, "webhook", f"{hook_server.url}/fine/secret-path")
    broken = configure(admin, model, "webhook", f"{hook_server.url}/broken")
    raise_alert(app, organization, model)
    for future in set(app.delivery._waiting):
        future.result(30)
    by_configuration = {d["configuration_id"]: d for d in listed(admin)}
    done, waiting = by_configuration[fine["id"]], by_configuration[broken["id"]]
    assert (done["status"], done["attempts"], done["problem"]) == ("delivered", 1, None)
    assert done["destination"] == hook_server.url
    assert "secret-path" not in str(listed(admin))
    assert (waiting["status"], waiting["attempts"]) == ("waiting", 1)
    assert waiting["problem"] == "responded 500"
    assert waiting["next_attempt_at"] > waiting["updated_at"]
    assert [d["id"] for d in listed(admin, status="waiting")] == [waiting["id"]]
    assert [d["id"] for d in listed(admin, configuration_id=fine["id"])] == [done["id"]]
    assert listed(admin, model_id="other") == []
    hook_server.repaired = True
    app.delivery._retry(waiting["id"])
    for future in set(app.delivery._waiting):
        future.result(30)
    (again,) = listed(admin, configuration_id=broken["id"])
    assert (again["status"], again["attempts"], again["next_attempt_at"]) == ("delivered", 2, None)


def test_what_is_refused_for_good_says_so(admin, binary_model):
    del admin
    settings = DeliverySettings(webhooks=True)
    with create_app(delivery=settings) as app:
        organization = app.control.organizations.list()[0]["id"]
        message = Message(
            "http://127.0.0.1:9/x", "s", "t", type="webhook", organization_id=organization
        )
        app.delivery.deliver(message).result(30)
        mail = Message("ann@example.com", "s", "t", organization_id=organization)
        app.delivery.deliver(mail).result(30)
        kept = app.control.documents(Kind.NOTIFICATION_DELIVERY)
        found = {d["id"]: d for d in kept.list(organization)}
    assert found[message.id]["status"] == "failed"
    assert "private" in found[message.id]["problem"]
    assert found[mail.id]["status"] == "skipped"


def test_only_the_latest_messages_of_an_organization_are_kept(app, organization, monkeypatch):
    del monkeypatch
    log = DeliveryLog(app.control)
    kept = app.control.documents(Kind.NOTIFICATION_DELIVERY)
    messages = [
        Message("a@example.com", str(n), "t", organization_id=organization)
        for n in range(MAX_KEPT + 5)
    ]
    for message in messages:
        log.note(message, "delivered", attempts=1)
    found = kept.list(organization)
    assert len(found) == MAX_KEPT
    assert [d["subject"] for d in found] == [m.subject for m in messages[5:]]
    log.note(Message("a@example.com", "s", "t"), "delivered", attempts=1)  # of no organization
    secret = Message("a@example.com", "s", "t", organization_id=organization, confidential=True)
    log.note(secret, "delivered", attempts=1)
    assert kept.count(organization) == MAX_KEPT
