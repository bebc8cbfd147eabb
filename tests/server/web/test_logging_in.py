"""Logging in to the dashboard, staying logged in, and what other sites cannot do."""

from __future__ import annotations

import re

import httpx
import pytest

from arthurai.server.app import create_app
from arthurai.server.web.web_sessions import (
    IDLE_SECONDS,
    LINK_SECONDS,
    SESSION_SECONDS,
    Login,
    WebSessions,
)
from arthurai.transport.local import LocalTransport

BASE = "http://local"
SITE = {"Sec-Fetch-Site": "same-origin", "Origin": BASE}
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


@pytest.fixture
def browser(app):
    with httpx.Client(
        transport=LocalTransport(app), base_url=BASE, follow_redirects=False
    ) as client:
        yield client


@pytest.fixture
def password(app):
    app.make_login()
    return app.first_login.password


def form_token(text):
    return re.search(r'name="form_token" value="([0-9a-f]{64})"', text)[1]


def log_in(browser, password, **more):
    token = form_token(browser.get("/ui/login").text)
    fields = {"login": "admin", "password": password, "form_token": token, **more}
    return browser.post("/ui/login", data=fields, headers=SITE)


def session_cookie(browser):
    return browser.cookies.get("arthur_dashboard")


def test_the_root_leads_to_the_log_in(browser):
    assert browser.get("/").headers["location"] == "/ui/"
    assert browser.get("/ui/").headers["location"] == "/ui/login"
    assert (
        browser.get("/ui/models?q=x").headers["location"] == "/ui/login?next=%2Fui%2Fmodels%3Fq%3Dx"
    )
    assert browser.get("/ui/login").status_code == 200


def test_a_user_logs_in_and_out(browser, password):
    answer = log_in(browser, password, next="/ui/models?q=a+b")
    assert (answer.status_code, answer.headers["location"]) == (303, "/ui/models?q=a+b")
    page = browser.get("/ui/models")
    assert page.status_code == 200
    assert "admin" in page.text
    held = session_cookie(browser)
    assert (
        browser.post(
            "/ui/logout", data={"form_token": form_token(page.text)}, headers=SITE
        ).status_code
        == 303
    )
    assert browser.get("/ui/models").status_code == 303
    stolen = {"Cookie": f"arthur_dashboard={held}"}
    assert browser.get("/ui/models", headers=stolen).headers["location"].startswith("/ui/login")


def test_a_wrong_password_opens_nothing(browser, password):
    answer = log_in(browser, password + "x")
    assert answer.status_code == 401
    assert "Name or password is wrong." in answer.text
    assert browser.get("/ui/models").status_code == 303


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/ui/x",
        "//evil.example/ui/",
        "/api/v3/login",
        "/ui/\\evil",
        "javascript:alert(1)",
        "/ui/a\nb",
    ],
)
def test_a_log_in_leads_nowhere_else(browser, password, target):
    assert log_in(browser, password, next=target).headers["location"] == "/ui/"


def test_the_id_of_a_session_is_new_after_the_log_in(browser, password):
    planted = {"Cookie": f"arthur_dashboard={'A' * 43}"}
    token = form_token(browser.get("/ui/login", headers=planted).text)
    fields = {"login": "admin", "password": password, "form_token": token}
    browser.cookies.clear()
    answer = browser.post("/ui/login", data=fields, headers={**SITE, **planted})
    assert answer.status_code == 303
    fresh = re.match(r"arthur_dashboard=([^;]+)", answer.headers["set-cookie"])[1]
    browser.cookies.clear()
    assert browser.get("/ui/models", headers=planted).status_code == 303
    browser.cookies.clear()
    mine = {"Cookie": f"arthur_dashboard={fresh}"}
    page = browser.get("/ui/models", headers=mine)
    assert page.status_code == 200
    again = {"login": "admin", "password": password, "form_token": form_token(page.text)}
    browser.cookies.clear()
    later = browser.post("/ui/login", data=again, headers={**SITE, **mine})
    assert fresh not in later.headers["set-cookie"]
    browser.cookies.clear()
    assert browser.get("/ui/models", headers=mine).status_code == 303


def test_a_link_logs_in_once(app, browser):
    link = app.make_dashboard_link(BASE)
    assert link.startswith(f"{BASE}/ui/link?ticket=")
    assert browser.get(link).headers["location"] == "/ui/"
    assert browser.get("/ui/models").status_code == 200
    browser.cookies.clear()
    again = browser.get(link)
    assert again.status_code == 403
    assert "used already" in again.text


def test_links_and_sessions_end():
    now = [0.0]
    sessions = WebSessions(b"secret", clock=lambda: now[0])
    login = Login("key")
    late = sessions.make_ticket(login)
    assert sessions.use_ticket(sessions.make_ticket(login)) == login
    now[0] = LINK_SECONDS
    assert sessions.use_ticket(late) is None
    idle = sessions.open(login)
    now[0] += IDLE_SECONDS - 1
    assert sessions.find(idle.id) is idle
    now[0] += IDLE_SECONDS
    assert sessions.find(idle.id) is None
    watched = sessions.open(login)
    now[0] += IDLE_SECONDS - 1
    assert sessions.find(watched.id, is_use=False) is watched
    now[0] += 1
    assert sessions.find(watched.id, is_use=False) is None
    busy = sessions.open(login)
    for _ in range(int(SESSION_SECONDS / IDLE_SECONDS * 2) - 1):
        now[0] += IDLE_SECONDS / 2
        assert sessions.find(busy.id) is busy
    now[0] += IDLE_SECONDS / 2
    assert sessions.find(busy.id) is None


def test_a_changed_password_ends_the_session(app, browser, password):
    log_in(browser, password)
    assert browser.get("/ui/models").status_code == 200
    user = app.control.users.list_members(app.control.organizations.list()[0]["id"])[0]
    app.control.users.set_password(user, app.control.users.hash_password("another long one"))
    assert browser.get("/ui/models").status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://evil.example"},
        {"Origin": "http://local:8081"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": BASE},
    ],
)
def test_forms_of_other_sites_are_refused(browser, password, headers):
    log_in(browser, password)
    token = form_token(browser.get("/ui/models").text)
    answer = browser.post("/ui/logout", data={"form_token": token}, headers=headers)
    assert answer.status_code == 403
    assert browser.get("/ui/models").status_code == 200


@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
def test_forms_need_the_token_of_the_session(browser, password, token):
    log_in(browser, password)
    assert browser.post("/ui/logout", data={"form_token": token}, headers=SITE).status_code == 403
    assert browser.get("/ui/models").status_code == 200


def test_the_cookie_is_for_the_dashboard_alone(browser, password):
    token = form_token(browser.get("/ui/login").text)
    answer = browser.post(
        "/ui/login",
        data={"login": "admin", "password": password, "form_token": token},
        headers=SITE,
    )
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/ui" in cookie
    value = re.match(r"arthur_dashboard=([^;]+)", answer.headers["set-cookie"])[1]
    api = browser.get("/api/v3/users/me", headers={"Cookie": f"arthur_dashboard={value}"})
    assert api.status_code == 401


@pytest.mark.parametrize(
    "path",
    ["/ui/login", "/ui/models", "/ui/nothing", "/ui/models/none", "/ui/static/dashboard.css", "/"],
)
def test_every_answer_has_the_headers_of_security(app, browser, path):
    browser.get(app.make_dashboard_link(BASE))
    headers = browser.get(path).headers
    assert headers["content-security-policy"] == CSP
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    cached = "no-cache" if "static" in path else "no-store"
    assert headers["cache-control"] == cached


def test_static_files_are_cached_under_their_hash_only(browser):
    page = browser.get("/ui/login").text
    (address,) = re.findall(r'href="(/ui/static/dashboard.css\?v=[0-9a-f]+)"', page)
    answer = browser.get(address)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert browser.get("/ui/static/../dashboard.py").status_code == 404
    assert browser.get("/ui/static/vendored/vendored.json").status_code == 404


def test_the_api_is_where_it_was(browser, app):
    headers = {"Authorization": app.admin_key}
    assert browser.get("/api/v3/users/me", headers=headers).status_code == 200
    assert browser.get("/health").json()["status"] == "ok"
    assert browser.get("/uix").status_code == 404
    assert browser.post("/ui/models", headers=SITE).status_code == 405


def test_a_large_form_is_refused(browser):
    token = form_token(browser.get("/ui/login").text)
    fields = {"login": "a", "password": "b" * 300_000, "form_token": token}
    assert browser.post("/ui/login", data=fields, headers=SITE).status_code == 413


def test_a_restart_ends_sessions_and_leads_back_to_the_page(tmp_path):
    def open_browser(app, cookies=None):
        return httpx.Client(transport=LocalTransport(app), base_url=BASE, cookies=cookies)

    with create_app(tmp_path) as app:
        app.make_login()
        password = app.first_login.password
        with open_browser(app) as browser:
            log_in(browser, password)
            page = browser.get("/ui/people")
            cookies, token = browser.cookies, form_token(page.text)
        link = app.make_dashboard_link(BASE)
    with create_app(tmp_path) as app, open_browser(app, cookies) as browser:
        fields = {"description": "x", "role": "User", "form_token": token}
        sent = browser.post("/ui/people/keys", data=fields, headers=SITE)
        assert (sent.status_code, sent.headers["location"]) == (303, "/ui/login")
        organization_id = app.control.organizations.list()[0]["id"]
        made = app.control.service_accounts.list(organization_id)
        assert "x" not in {account.description for account in made}  # nothing is done half
        news = browser.get("/ui/models/m/news", headers={"HX-Request": "true"})
        assert (news.status_code, news.headers["hx-refresh"]) == (204, "true")
        wanted = browser.get("/ui/models?q=a+b")
        assert wanted.headers["location"] == "/ui/login?next=%2Fui%2Fmodels%3Fq%3Da%2Bb"
        assert browser.get(link).status_code == 403  # links of the server before, too
        again = log_in(browser, password, next="/ui/models?q=a+b")
        assert again.headers["location"] == "/ui/models?q=a+b"
        assert browser.get("/ui/models?q=a+b").status_code == 200


def test_a_session_shows_the_organization_of_its_principal():
    with create_app() as app:
        other = app.control.organizations.create("Other")
        accounts = app.control.service_accounts
        account = accounts.create(other["id"], "reader", "Model Reader")
        with httpx.Client(
            transport=LocalTransport(app), base_url=BASE, follow_redirects=True
        ) as client:
            page = client.get(app.make_dashboard_link(BASE, accounts.token(account.id)))
            assert page.url.path == "/ui/models"
            account_page = client.get("/ui/account").text
        assert other["id"] in account_page
        assert "Model Reader" in account_page
