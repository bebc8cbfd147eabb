"""Requests with the cookie of a session must come from the server's own pages."""

from __future__ import annotations

import pytest

SHARES_SERVER = True

NEW_USER = {
    "email": "mallory@example.com",
    "username": "mallory",
    "password": "a long enough password",
    "roles": ["Administrator"],
}


@pytest.fixture
def session_cookie(app, organization_id):
    """Give the cookie of an administrator's session."""
    users = app.control.users
    user = users.create(
        username=f"ann {organization_id}", email=f"{organization_id}@example.com", password_hash="x"
    )
    users.join(user.id, organization_id, "Administrator")
    token, _ = app.authentication.open_session(users.get(user.id))
    return token


@pytest.fixture
def browser(callers, session_cookie):
    """Give a client that sends the cookie of a session, and headers."""

    def browser(**headers):
        client = callers(**headers)
        client.cookies.set("Authorization", session_cookie)
        return client

    return browser


FOREIGN = [
    {},
    {"Origin": "http://local:8080"},
    {"Origin": "http://evil.local"},
    {"Origin": "http://local.evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "local"},
    {"Origin": "http://local:99999999"},
    {"Origin": "file://local"},
    {"Origin": "http://local@evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://local"},
]
OWN = [
    {"Origin": "http://local"},
    {"Origin": "http://local:80"},
    {"Origin": "HTTP://LOCAL"},
    {"Origin": "https://local"},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_other_pages_change_nothing_with_the_cookie(browser, app, headers):
    answer = browser(**headers).post("/users", json=NEW_USER)
    assert answer.status_code == 403
    assert "origin" in answer.json()["error"].lower()
    client = browser(**headers)
    for method in ("PUT", "PATCH", "DELETE"):
        assert client.request(method, "/users/me", json={}).status_code in {403, 405}
    assert client.patch("/users/me", json={"first_name": "Eve"}).status_code == 403
    assert client.get("/users/me").status_code == 200


@pytest.mark.parametrize("headers", OWN, ids=str)
def test_own_pages_work_with_the_cookie(browser, headers):
    answer = browser(**headers).patch("/users/me", json={"first_name": "Ann"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["first_name"] == "Ann"


def test_a_body_with_the_cookie_states_its_type(browser):
    client = browser(Origin="http://local")
    answer = client.patch("/users/me", content=b'{"first_name": "Eve"}')
    assert answer.status_code == 415
    headers = {"Content-Type": "text/plain"}
    answer = client.patch("/users/me", content=b'{"first_name": "Eve"}', headers=headers)
    assert answer.status_code == 415
    assert client.get("/users/me").json()["first_name"] != "Eve"


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_requests_by_key_need_no_proof(callers, session_cookie, app, organization_id, headers):
    client = callers(session_cookie, **headers)
    answer = client.patch("/users/me", json={"first_name": "Ann"})
    assert answer.status_code == 200, answer.text


def test_a_login_from_another_page_opens_no_session(callers, app, organization_id):
    users = app.control.users
    login = f"bob {organization_id}"
    user = users.create(
        username=login,
        email=f"bob-{organization_id}@example.com",
        password_hash=users.hash_password("bob-secret"),
    )
    users.join(user.id, organization_id, "User")
    body = {"login": login, "password": "bob-secret"}
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = callers(**headers).post("/login", json=body)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
    for headers in ({}, {"Origin": "http://local"}, {"Sec-Fetch-Site": "same-origin"}):
        assert callers(**headers).post("/login", json=body).status_code == 200
