"""Webhooks are signed, kept until they are delivered, and go to public addresses only."""

import base64
import hashlib
import hmac
import socket
import time
from functools import partial

import pytest
from builders import administrator

from arthurai import verify_webhook
from arthurai.common.exceptions import UserTypeError, UserValueError
from arthurai.common.webhook_signature import sign_webhook
from arthurai.server.app import create_app
from arthurai.server.delivery import webhook_connection
from arthurai.server.delivery.mail_and_webhooks import Delivery, DeliverySettings
from arthurai.server.delivery.message import Message
from arthurai.server.delivery.webhook_connection import ForbiddenTargetError, post

OPEN = DeliverySettings(webhooks=True, private_webhooks=True)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_signatures_are_those_of_the_standard():
    # the example of the specification of Standard Webhooks
    body = b'{"test": 2432232314}'
    headers = sign_webhook(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def signed(body=b'{"a": 1}', *, age=0, secret=SECRET):
    moment = int(time.time()) - age
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = b".".join((b"m", str(moment).encode(), body))
    signature = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return {
        "Webhook-Id": "m",
        "Webhook-Timestamp": str(moment),
        "Webhook-Signature": f"v1,b2xk v1,{signature}",
    }


def test_genuine_webhooks_are_read():
    assert verify_webhook(b'{"a": 1}', signed(), SECRET) == {"a": 1}
    assert verify_webhook('{"a": 1}', signed(age=200), SECRET) == {"a": 1}


@pytest.mark.parametrize(
    ("body", "make_headers", "secret", "message"),
    [
        (b'{"a": 2}', signed, SECRET, "signature of the webhook is wrong"),
        (b'{"a": 1}', signed, "whsec_AAAA", "signature of the webhook is wrong"),
        (b'{"a": 1}', partial(signed, age=900), SECRET, "more than 300 s from now"),
        (b'{"a": 1}', partial(signed, age=-900), SECRET, "more than 300 s from now"),
        (b'{"a": 1}', dict, SECRET, "no header webhook-id"),
        (b"{", partial(signed, b"{"), SECRET, "must be JSON"),
        (b'{"a": 1}', signed, "whsec_?", "must be whsec_ and base64"),
    ],
)
def test_forged_webhooks_are_refused(body, make_headers, secret, message):
    with pytest.raises(UserValueError, match=message):
        verify_webhook(body, make_headers(), secret)


def test_a_decoded_body_is_refused():
    with pytest.raises(UserTypeError, match="bytes or text"):
        verify_webhook({"a": 1}, signed(), SECRET)


def configure(admin, binary_model, url):
    model = admin.post("/models", json=binary_model).json()
    body = {"model_id": model["id"], "type": "pagerduty", "destination": url}
    return model, admin.post("/alert_notification_configurations", json=body).json()


def alert(model):
    return {
        "id": "a1",
        "model_id": model["id"],
        "timestamp": "2026-01-05T12:00:00Z",
        "message": "too high",
        "severity": "warning",
    }


def retry_now(delivery):
    """Have all messages that wait for another attempt tried."""
    later, delivery._retries._later = delivery._retries._later, []
    for _, entry_id in later:
        delivery._retry(entry_id)
    for future in set(delivery._waiting):
        future.result(30)


def test_the_secret_of_a_configuration_verifies_its_webhooks(hook_server, binary_model):
    with create_app(delivery=OPEN) as app, administrator(app) as admin:
        model, configuration = configure(admin, binary_model, f"{hook_server.url}/hook")
        organization_id = app.control.organizations.list()[0]["id"]
        assert app.notifications.notify_of_alert(organization_id, alert(model)) == 1
        app.delivery.close()
        ((body, headers),) = hook_server.requests
        content = verify_webhook(body, headers, configuration["signing_secret"])
        assert content["payload"]["alert_description"] == "too high"
        shown = admin.get("/alert_notification_configurations").json()["data"]
        assert "signing_secret" not in shown[0]
        assert app.control.outbox.count() == 0


@pytest.mark.heavy
def test_what_is_not_delivered_survives_a_restart(tmp_path, hook_server, binary_model, caplog):
    with create_app(tmp_path, delivery=OPEN) as app, administrator(app) as admin:
        model, configuration = configure(admin, binary_model, f"{hook_server.url}/broken")
        organization_id = app.control.organizations.list()[0]["id"]
        app.notifications.notify_of_alert(organization_id, alert(model))
        for future in set(app.delivery._waiting):
            future.result(30)
        retry_now(app.delivery)
        assert len(hook_server.posts) == 2
        assert "failed: responded 500; tried again in 30 s" in caplog.text
    hook_server.repaired = True
    with create_app(tmp_path, delivery=OPEN) as app:
        assert app.control.outbox.count() == 1
        retry_now(app.delivery)
        assert app.control.outbox.count() == 0
    assert len(hook_server.posts) == 3
    ids = {headers["webhook-id"] for _, headers in hook_server.requests}
    assert len(ids) == 1
    verify_webhook(*hook_server.requests[-1], configuration["signing_secret"])


def test_hopeless_messages_are_given_up(hook_server, caplog, app):
    delivery = Delivery(OPEN, outbox=app.control.outbox, secret=b"s")
    delivery.deliver(Message(f"{hook_server.url}/broken", "s", "t", type="webhook")).result(30)
    for _ in range(20):
        retry_now(delivery)
    delivery.close()
    assert len(hook_server.posts) == 9
    assert "given up" in caplog.text
    assert app.control.outbox.count() == 0


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "10.1.2.3", "192.168.0.1", "169.254.169.254", "0.0.0.0",
     "[::ffff:127.0.0.1]", "[fd00::1]", "100.64.0.1", "2130706433"],
)  # fmt: skip
def test_private_targets_are_refused(host):
    with pytest.raises(ForbiddenTargetError):
        post(f"http://{host}:9/", b"{}", {}, allow_private=False)


def test_a_name_with_one_private_address_is_refused(monkeypatch):
    def resolve(*_arguments, **_options):
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kind, ("93.184.215.14", 80)), (*kind, ("10.0.0.1", 80))]

    monkeypatch.setattr(webhook_connection.socket, "getaddrinfo", resolve)
    with pytest.raises(ForbiddenTargetError):
        post("http://rebound.example/", b"{}", {}, allow_private=False)


def test_a_server_posts_to_private_targets_only_when_allowed(hook_server, caplog):
    delivery = Delivery(DeliverySettings(webhooks=True))
    assert (
        delivery.deliver(Message(f"{hook_server.url}/x", "s", "t", type="webhook")).result(30)
        is False
    )
    delivery.close()
    assert hook_server.posts == []
    assert "private address" in caplog.text
    variables = {"ARTHUR_WEBHOOKS": "true", "ARTHUR_WEBHOOKS_PRIVATE": "true"}
    assert DeliverySettings.from_environment(variables).private_webhooks
    assert not DeliverySettings.from_environment({"ARTHUR_WEBHOOKS": "true"}).private_webhooks
