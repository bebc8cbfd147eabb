"""What a proxy says about a request is believed from the proxy that the operator named."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import httpx
import pytest

from arthurai.server.serving.waitress_server import Server, listen


@contextmanager
def running(app, proxy):
    server = Server(app, listen(port=0), max_body_bytes=2**30, trusted_proxy=proxy)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server.url
    finally:
        server.stop()
        thread.join()


@pytest.fixture
def ann(app):
    users = app.control.users
    made = users.create(
        username="ann", email="ann@example.com", password_hash=users.hash_password("right")
    )
    users.join(made.id, app.control.organizations.list()[0]["id"], "Administrator")


FORWARDED = {
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "arthur.example.com",
    "X-Forwarded-For": "203.0.113.7",
}


@pytest.mark.parametrize(
    ("proxy", "believed"), [("127.0.0.1", True), ("192.0.2.1", False), (None, False)]
)
def test_headers_are_believed_from_the_named_proxy_only(app, ann, proxy, believed):
    with running(app, proxy) as url, httpx.Client(base_url=url, headers=FORWARDED) as client:
        body = {"login": "ann", "password": "right"}
        cookie = client.post("/api/v3/login", json=body).headers["Set-Cookie"]
        assert ("Secure" in cookie) == believed
        token = cookie.partition("=")[2].partition(";")[0]
        invited = client.post(
            "/api/v3/users/invite_users",
            json={"invite_emails": ["eve@example.com"], "return_direct_links": True},
            headers={"Authorization": token},
        )
        link = invited.json()["user_invite_links"]["eve@example.com"]
        assert link.startswith("https://arthur.example.com/") == believed
        for _ in range(5):
            client.post("/api/v3/login", json={"login": "ann", "password": "wrong"})
        locked = client.post("/api/v3/login", json=body)
        assert locked.status_code == 403
        elsewhere = {**FORWARDED, "X-Forwarded-For": "203.0.113.8"}
        other = client.post("/api/v3/login", json=body, headers=elsewhere)
        assert other.status_code == (200 if believed else 403)
