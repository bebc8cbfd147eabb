"""Mails and webhooks as they leave the server, and what of them gets into the log."""

from __future__ import annotations

import logging
import shutil
import ssl
import subprocess
import time

import pytest

from arthurai.server.delivery import mail_and_webhooks as delivery_module
from arthurai.server.delivery import webhook_connection
from arthurai.server.delivery.mail_and_webhooks import Delivery, DeliverySettings
from arthurai.server.delivery.message import Message, is_url

NOWHERE = "127.0.0.1:1"


def new_message(to, subject, text):
    return Message(to, subject, text, type="webhook" if is_url(to) else "email")


@pytest.fixture
def outcomes(caplog):
    """Deliver messages; give whether each left, and the log."""

    def outcomes(settings, *messages):
        delivery = Delivery(settings)
        with caplog.at_level(logging.DEBUG):
            results = [delivery.deliver(message) for message in messages]
            delivery.close()
        return [result.result(60) for result in results], [r.getMessage() for r in caplog.records]

    return outcomes


def test_without_settings_messages_go_to_the_log_only(hook_server, outcomes):
    messages = [new_message(to, "s", "too high") for to in (f"{hook_server.url}/x", "a@b")]
    left, log = outcomes(DeliverySettings(), *messages)
    assert left == [False, False]
    assert hook_server.posts == []
    assert all("too high" in line and "nothing is configured" in line for line in log)


def test_failed_deliveries_are_logged_with_their_reason(mail_server, hook_server, outcomes):
    settings = DeliverySettings(smtp_url=f"smtp://{NOWHERE}", webhooks=True, private_webhooks=True)
    urls = (f"{hook_server.url}/broken", f"http://{NOWHERE}/", f"{hook_server.url}/fine")
    left, log = outcomes(settings, *(new_message(to, "s", "t") for to in ("a@b", *urls)))
    assert left == [False, False, False, True]
    failed = sorted(line for line in log if "failed" in line)
    assert ["ConnectionRefusedError" in line for line in failed] == [True, True, False]
    assert "responded 500" in failed[2]


@pytest.mark.parametrize("broken", ["a@b\r\nBcc: c@d", "a@[", '"@', "x://[@b", "\ud800@b"])
def test_no_destination_harms_the_next_message(mail_server, outcomes, broken):
    settings = DeliverySettings(smtp_url=f"smtp://{mail_server.address}")
    left, log = outcomes(settings, new_message(broken, "s", "t"), Message("a@b", "s", "t"))
    assert left[1]
    assert len(log) == 2
    assert not any("Bcc" in line for mail in mail_server.mails for line in mail.splitlines())


def test_redirects_are_not_followed(hook_server, outcomes):
    message = new_message(f"{hook_server.url}/moved", "s", "t")
    left, log = outcomes(DeliverySettings(webhooks=True, private_webhooks=True), message)
    assert left == [False]
    assert [path for path, _ in hook_server.posts] == ["/moved"]
    assert "responded 307" in log[0]


def test_an_answer_without_end_is_cut_off(hook_server, outcomes, monkeypatch):
    monkeypatch.setattr(webhook_connection, "RESPONSE_SECONDS", 0.1)
    left, log = outcomes(
        DeliverySettings(webhooks=True, private_webhooks=True),
        new_message(f"{hook_server.url}/drip", "s", "t"),
    )
    assert left == [False]
    assert "failed" in log[0]


def test_slow_webhooks_keep_no_mail_waiting_and_the_other_way_round(mail_server, hook_server):
    settings = DeliverySettings(
        smtp_url=f"smtp://{mail_server.address}", webhooks=True, private_webhooks=True
    )
    delivery = Delivery(settings)
    mail_server.gate.clear()
    mail = delivery.deliver(Message("a@b", "s", "t"))
    assert delivery.deliver(new_message(f"{hook_server.url}/x", "s", "t")).result(60)
    assert not mail.done()
    mail_server.gate.set()
    assert mail.result(60)
    delivery.close()


def test_closing_gives_up_what_does_not_leave_in_time(mail_server, caplog):
    delivery = Delivery(DeliverySettings(smtp_url=f"smtp://{mail_server.address}"))
    mail_server.gate.clear()
    mails = [delivery.deliver(Message("a@b", "s", "t")) for _ in range(3)]
    while not mails[0].running():
        time.sleep(0.01)
    delivery.close(seconds=0)
    assert "3 messages not delivered" in caplog.text
    mail_server.gate.set()
    assert mails[0].result(60)
    assert [mail.cancelled() for mail in mails] == [False, True, True]
    assert delivery.deliver(Message("a@b", "s", "t")).result(60) is False
    assert "stopping" in caplog.text


def test_a_flood_of_messages_is_bounded(mail_server, caplog, monkeypatch):
    monkeypatch.setattr(delivery_module, "MAX_WAITING", 2)
    delivery = Delivery(DeliverySettings(smtp_url=f"smtp://{mail_server.address}"))
    mail_server.gate.clear()
    mails = [delivery.deliver(Message("a@b", "s", "t")) for _ in range(3)]
    assert mails[2].result(60) is False
    assert "too many" in caplog.text
    mail_server.gate.set()
    assert [mail.result(60) for mail in mails[:2]] == [True, True]
    delivery.close()


def test_a_mail_cannot_carry_more_headers_or_recipients(mail_server, outcomes):
    settings = DeliverySettings(
        smtp_url=f"smtp://{mail_server.address}", sender="Arthur <a@example.com>"
    )
    message = Message("b@example.com", "s\r\nBcc: evil@example.com", "t\r\n.\r\nMAIL FROM:<x@y>")
    left, log = outcomes(settings, message)
    assert left == [True]
    assert mail_server.recipients == ["TO:<b@example.com>"]
    (sent,) = mail_server.mails
    assert "\nBcc" not in sent
    assert "From: Arthur <a@example.com>" in sent
    assert "\n" not in log[0]


def test_the_log_shows_neither_secret_paths_of_webhooks_nor_confidential_texts(outcomes, caplog):
    settings = DeliverySettings(webhooks=True, private_webhooks=True)
    hook = new_message(f"http://{NOWHERE}/hook-secret?token=other-secret", "s", "t")
    mail = Message("a@b", "Invitation", "link-secret", confidential=True)
    outcomes(settings, hook, mail)
    assert f"'http://{NOWHERE}'" in caplog.text
    assert "Invitation" in caplog.text
    for record in caplog.records:
        assert "secret" not in repr(vars(record))


@pytest.fixture
def certificate(tmp_path, monkeypatch):
    """Give a TLS context of a server whose certificate this process trusts."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    key, made = str(tmp_path / "key.pem"), str(tmp_path / "certificate.pem")
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        f"-subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout {key} -out {made}"
    )
    subprocess.run(command.split(), check=True, capture_output=True)
    monkeypatch.setenv("SSL_CERT_FILE", made)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    return context


@pytest.mark.parametrize(("password", "left"), [("s%23cret", True), ("wrong", False)])
def test_a_user_logs_in_at_the_mail_server_over_tls(
    mail_server, certificate, outcomes, password, left
):
    mail_server.tls = certificate
    port = mail_server.server_address[1]
    settings = DeliverySettings(smtp_url=f"smtp://u:{password}@localhost:{port}")
    assert outcomes(settings, Message("a@b", "s", "t"))[0] == [left]
    ((user, sent, secret),) = mail_server.logins
    assert (user, sent, secret) == ("u", password.replace("%23", "#"), True)
    assert len(mail_server.mails) == left


def test_tls_from_the_first_byte(mail_server, certificate, outcomes):
    mail_server.socket = certificate.wrap_socket(mail_server.socket, server_side=True)
    port = mail_server.server_address[1]
    settings = DeliverySettings(smtp_url=f"smtps://u:p@localhost:{port}")
    assert outcomes(settings, Message("a@b", "s", "t"))[0] == [True]
    assert mail_server.logins == [("u", "p", True)]


@pytest.mark.parametrize("tls", ["none", "untrusted"])
def test_no_password_goes_to_a_mail_server_without_trusted_tls(
    mail_server, certificate, outcomes, monkeypatch, caplog, tls
):
    if tls == "untrusted":
        mail_server.tls = certificate
        monkeypatch.delenv("SSL_CERT_FILE")
    port = mail_server.server_address[1]
    settings = DeliverySettings(smtp_url=f"smtp://u:hidden@localhost:{port}")
    left, log = outcomes(settings, Message("a@b", "s", "t"))
    assert left == [False]
    assert "failed" in log[0]
    assert mail_server.logins == mail_server.mails == []
    assert all("hidden" not in repr(vars(record)) for record in caplog.records)


@pytest.mark.parametrize(
    "url",
    [
        "http://host",
        "smtp://",
        "host:25",
        "smtp://u:hidden#x@host",
        "smtp://u:hid/den@host",
        "smtp://u:hidden@host:port",
        "smtp://u:hidden@host:99999",
        "smtp://u:hidden@[::1",
    ],
)
def test_impossible_mail_servers_are_refused_without_repeating_them(url):
    with pytest.raises(ValueError, match="ARTHUR_SMTP_URL") as raised:
        DeliverySettings.from_environment({"ARTHUR_SMTP_URL": url})
    assert "hid" not in str(raised.value)
    assert raised.value.__suppress_context__


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ARTHUR_WEBHOOKS", "https://hooks.example.com"),
        ("ARTHUR_SMTP_FROM", "nobody"),
        ("ARTHUR_SMTP_FROM", "a@b\r\nBcc: c@d"),
    ],
)
def test_other_impossible_settings_are_refused(name, value):
    with pytest.raises(ValueError, match=name):
        DeliverySettings.from_environment({name: value})


def test_settings_come_from_the_environment_and_hide_the_password():
    settings = DeliverySettings.from_environment(
        {"ARTHUR_SMTP_URL": "smtps://u:secret@host", "ARTHUR_WEBHOOKS": "True"}
    )
    assert settings.webhooks
    assert settings.sender == "arthur@localhost"
    assert "secret" not in repr(settings)
