"""Servers that share a control database: each alert, message and summary goes out once."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from builders import administrator
from several_servers import ServerProcess

from arthurai.server import app as application
from arthurai.server.app import create_app
from arthurai.server.background.alert_scheduler import AlertScheduler
from arthurai.server.context import Stores
from arthurai.server.delivery.mail_and_webhooks import Delivery, DeliverySettings
from arthurai.server.delivery.message import Message
from arthurai.server.delivery.notifications import Notifications
from arthurai.server.document_kinds import Kind
from arthurai.server.storage.documents import ControlStore
from arthurai.server.timestamps import format_timestamp

HOURS = [f"2026-01-05T{hour:02}:30:00Z" for hour in range(12)]
RULE = {
    "bound": "upper",
    "threshold": 0,
    "severity": "warning",
    "lookback_period": 60,
    "subsequent_alert_wait_time": 0,
    "min_rows": 1,
}


def share(patch):
    """Let servers of this process open control data that others have open."""
    patch.setattr(
        application, "check_pair", lambda control, *_: control.database.claim(alone=False)
    )


@pytest.fixture
def address(postgresql_cluster):
    return postgresql_cluster.location()


@pytest.fixture
def secret(tmp_path):
    """Give what makes a data directory with the secret that all servers share."""
    (tmp_path / "first").mkdir()
    (tmp_path / "first" / "secret.key").write_bytes(b"s" * 32)

    def make(name):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        (folder / "secret.key").write_bytes(b"s" * 32)
        return folder

    return make


@pytest.fixture
def control(address):
    """Give a look into the control database."""
    store = ControlStore(address, b"s" * 32)
    yield store
    store.close()


def make_model(app, body, hook_server):
    """Make a model whose rule breaks in each hour with rows; a webhook is told of its alerts."""
    with administrator(app) as client:
        made = client.post("/models", json=body).json()
        url = f"http://local/api/v4/models/{made['id']}/metrics"
        found = client.get(url, params={"metric_name": "Inference Count"}).json()["metrics"]
        rule = {**RULE, "metric_id": found[0]["id"]}
        answer = client.post(f"/models/{made['id']}/alert_rules", json=rule)
        assert answer.status_code == 200, answer.text
        channel = {"model_id": made["id"], "type": "pagerduty", "destination": hook_server.url}
        answer = client.post("/alert_notification_configurations", json=channel)
        assert answer.status_code == 201, answer.text
    return made


@pytest.fixture
def model(address, secret, binary_model, hook_server, monkeypatch):
    """Give a model that all servers know; each gets its rows."""
    with monkeypatch.context() as patch:
        share(patch)
        with create_app(secret("maker"), control=address) as app:
            return make_model(app, binary_model, hook_server)


@pytest.fixture
def settings(mail_server):
    """Give how servers deliver."""
    settings = {
        "smtp_url": f"smtp://{mail_server.address}",
        "webhooks": True,
        "private_webhooks": True,
    }
    return orjson.dumps(settings).decode()


@pytest.fixture
def start(address, secret, settings):
    """Give what starts servers in processes of their own."""
    started = []

    def start(number, rows=()):
        made = [
            ServerProcess(
                address,
                secret(f"server {len(started) + n}"),
                settings,
                orjson.dumps(list(rows)).decode(),
            )
            for n in range(number)
        ]
        started.extend(made)
        for server in made:
            server.wait_until_started()
        return made

    yield start
    for server in started:
        server.kill()


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert found
    return found


def holder_of(control, name):
    row = control.database.row("SELECT holder FROM leases WHERE name LIKE ?", (name,))
    return None if row is None else row["holder"]


def put_messages(control, number, wait=-1.0):
    """Leave messages as a server does that died before it sent them."""
    for n in range(number):
        message = {"destination": f"a{n}@example.com", "subject": "s", "text": f"text {n}"}
        control.outbox.add(str(n), "mail", {**message, "id": str(n)}, wait)


def list_texts(mail_server):
    lines = [line for mail in list(mail_server.mails) for line in mail.splitlines()]
    return Counter(line.strip() for line in lines if line.startswith("text "))


@pytest.mark.heavy
@pytest.mark.parametrize("number", [2, pytest.param(4, marks=pytest.mark.slow)])
def test_each_message_is_sent_once(start, control, mail_server, number):
    put_messages(control, 30)
    servers = start(number)
    for server in servers:
        server.begin()
    wait_for(lambda: control.outbox.count() == 0)
    for server in servers:
        server.stop()
    assert list_texts(mail_server) == Counter(f"text {n}" for n in range(30))
    assert control.database.scalar("SELECT count(*) FROM leases WHERE name LIKE 'message%'") == 0
    assert control.servers.list_alive() == []


@pytest.mark.heavy
def test_the_message_of_a_killed_server_is_sent_by_another_once(start, control, mail_server):
    put_messages(control, 5)
    mail_server.gate.clear()
    servers = start(2)
    for server in servers:
        server.begin()
    wait_for(lambda: mail_server.recipients)
    holder = wait_for(lambda: holder_of(control, "message%"))
    (killed,) = [server for server in servers if server.id == holder]
    (other,) = [server for server in servers if server.id != holder]
    killed.kill()
    mail_server.gate.set()
    wait_for(lambda: control.outbox.count() == 0)
    other.stop()
    assert list_texts(mail_server) == Counter(f"text {n}" for n in range(5))


@pytest.mark.heavy
@pytest.mark.parametrize("number", [2, pytest.param(4, marks=pytest.mark.slow)])
def test_each_summary_is_sent_once(start, control, mail_server, number):
    organization = control.organizations.create("o")["id"]
    user = control.users.create(username="ann", email="ann@example.com", password_hash=None)
    control.users.join(user.id, organization, "User")
    summary = {
        "id": "s1",
        "name": "text of a summary",
        "organization_id": organization,
        "owner_id": user.id,
        "enabled": True,
        "frequency": "daily",
        "send_time_of_day": "00:00",
        "send_day_of_week": None,
        "models": [],
        "subscribers": [{"id": "1", "type": "email", "user_id": user.id, "enabled": True}],
        "last_sent": format_timestamp(datetime.now(UTC) - timedelta(days=3)),
    }
    control.documents(Kind.ALERT_SUMMARY_CONFIGURATION).put(organization, "s1", summary)
    servers = start(number)
    for server in servers:
        server.begin()
    wait_for(lambda: mail_server.mails)
    time.sleep(2)  # several turns of the clock of each server
    for server in servers:
        server.stop()
    assert len(mail_server.mails) == 1


def list_incidents(hook_server):
    """Count the alerts that a webhook was told of, by the window that they are about."""
    return Counter(post["payload"]["alert_description"] for _, post in list(hook_server.posts))


@pytest.mark.heavy
@pytest.mark.parametrize("number", [2, pytest.param(4, marks=pytest.mark.slow)])
def test_each_alert_is_announced_once(start, control, model, hook_server, inference, number):
    rows = [{**inference(hour), "inference_timestamp": hour} for hour in HOURS]
    servers = start(number, rows)
    for server in servers:
        server.begin()
    wait_for(lambda: len(hook_server.posts) >= len(HOURS))
    for server in servers:
        server.stop()
    assert sorted(list_incidents(hook_server).values()) == [1] * len(HOURS)
    assert control.documents(Kind.ALERT).count(None, model_id=model["id"]) == len(HOURS)
    for kind in (Kind.ALERT_ANNOUNCEMENT, Kind.ALERT_WORK):
        assert control.documents(kind).count(None) == 0


@pytest.mark.heavy
@pytest.mark.parametrize("seconds", [0.3, pytest.param(0.6, marks=pytest.mark.slow)])
def test_the_alerts_of_a_killed_server_are_announced_by_another_once(
    start, control, model, hook_server, inference, seconds
):
    rows = [{**inference(hour), "inference_timestamp": hour} for hour in HOURS]
    first, second = start(2, rows)
    first.begin()
    wait_for(lambda: control.documents(Kind.ALERT).count(None))
    time.sleep(seconds - 0.3)
    first.kill()
    second.begin()
    wait_for(lambda: len(list_incidents(hook_server)) == len(HOURS))
    second.stop()
    counts = list_incidents(hook_server)
    # What had left when the server was killed, but was not noted as sent, is sent again with its id.
    ids = Counter((headers["webhook-id"], body) for body, headers in hook_server.requests)
    assert len(ids) == len(counts) == len(HOURS)
    assert sum(counts.values()) <= len(HOURS) + 4  # as many as are sent at the same time
    for kind in (Kind.ALERT_ANNOUNCEMENT, Kind.ALERT_WORK):
        assert control.documents(kind).count(None) == 0


@pytest.mark.slow
@pytest.mark.parametrize("is_killed", [False, True])
def test_servers_of_one_lake_announce_each_alert_once(
    address,
    lake_address,
    tmp_path,
    settings,
    control,
    binary_model,
    hook_server,
    inference,
    is_killed,
):
    place = {"control": address, "warehouse": lake_address()}
    with create_app(tmp_path / "shared", **place) as app:
        model = make_model(app, binary_model, hook_server)
    servers = []
    for number in range(4):
        rows = [
            {**inference(f"{number} {hour}"), "inference_timestamp": hour}
            for hour in HOURS[number::2]  # two servers get rows of each hour but the first ones
        ]
        text = orjson.dumps(rows).decode()
        servers.append(
            ServerProcess(address, tmp_path / "shared", settings, text, place["warehouse"])
        )
    try:
        for server in servers:
            server.wait_until_started()
        assert len(control.servers.list_alive()) == 4
        for server in servers:
            server.begin()
        if is_killed:
            servers[0].wait_until_begun()
            servers[0].kill()
        works = (Kind.ALERT_ANNOUNCEMENT, Kind.ALERT_WORK)
        wait_for(lambda: len(list_incidents(hook_server)) >= len(HOURS), 120)
        wait_for(lambda: not any(control.documents(kind).count(None) for kind in works))
        wait_for(lambda: control.outbox.count() == 0)
        for server in servers:
            server.stop()
    finally:
        for server in servers:
            server.kill()
    assert control.documents(Kind.ALERT).count(None, model_id=model["id"]) == len(HOURS)
    told = Counter(headers["webhook-id"] for _, headers in hook_server.requests)
    assert len(told) == len(HOURS)
    assert sum(told.values()) <= len(HOURS) + (4 if is_killed else 0)


@pytest.mark.heavy
def test_two_servers_evaluate_the_rows_of_one_warehouse_once(
    address, secret, model, hook_server, inference, monkeypatch
):
    share(monkeypatch)
    settings = DeliverySettings(webhooks=True, private_webhooks=True)
    with create_app(secret("maker"), control=address, delivery=settings) as app:
        other = ControlStore(address, b"s" * 32)
        delivery = Delivery(settings, outbox=other.outbox, secret=app.secret)
        stores = Stores(other, app.data)
        scheduler = AlertScheduler(stores, Notifications(stores, delivery))
        with administrator(app) as client:
            for hour in HOURS:
                row = {**inference(hour), "inference_timestamp": hour}
                client.post(f"/models/{model['id']}/inferences", json=[row]).raise_for_status()
        for _ in range(3):
            assert app.alerts.drain(60)
            assert scheduler.drain(60)
        assert other.documents(Kind.ALERT_WORK).count(None) == 0
        scheduler.close()
        delivery.close()
        other.close()
    assert sorted(list_incidents(hook_server).values()) == [1] * len(HOURS)


def test_a_server_that_lost_a_message_leaves_it_to_the_other(address, hook_server, caplog):
    first, second = (ControlStore(address, b"s" * 32) for _ in range(2))
    settings = DeliverySettings(webhooks=True, private_webhooks=True)
    deliveries = [Delivery(settings, outbox=store.outbox, secret=b"s") for store in (first, second)]
    reached = threading.Event()
    go_on = threading.Event()

    def post_slowly(message):
        reached.set()
        go_on.wait(30)
        return True

    deliveries[0]._post = post_slowly
    message = Message(f"{hook_server.url}/x", "s", "t", type="webhook")
    sent = deliveries[0].deliver(message)
    assert reached.wait(30)
    name = f"message {message.id}"
    assert second.database.execute("UPDATE leases SET expires = 0 WHERE name = ?", (name,)) == 1
    with second.outbox.claim(message.id, 0) as is_ours:
        assert is_ours
        go_on.set()
        assert sent.result(30) is False
        assert second.outbox.count() == 1  # the one that was late has not touched it
        second.outbox.remove(message.id)
    assert "another server may have delivered it, too" in caplog.text
    for each in (*deliveries, first, second):
        each.close()
