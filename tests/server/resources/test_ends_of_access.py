"""Keys, sessions and invitations end with the person, the role or the secret they came from."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import argon2
import httpx
import pytest

from arthurai.server.app import create_app
from arthurai.server.resources.users import invitations
from arthurai.server.secret import SECRET_NAME
from arthurai.server.storage.documents import stored_users as users_module
from arthurai.transport.local import LocalTransport

NEW_ADMINISTRATOR = {
    "email": "mallory@example.com",
    "username": "mallory",
    "password": "a long enough password",
    "roles": ["Administrator"],
}


def new_user(name, role="User"):
    return {
        "email": f"{name}@example.com",
        "username": name,
        "password": f"{name}-secret",
        "roles": [role],
    }


@pytest.fixture
def make(admin, callers):
    """Make a user; give their id and a client of their session."""

    def make(name, role="Administrator"):
        made = admin.post("/users", json=new_user(name, role))
        assert made.status_code == 201, made.text
        client = callers(Origin="http://local")
        body = {"login": name, "password": f"{name}-secret"}
        assert client.post("/login", json=body).status_code == 200
        return made.json()["id"], client

    return make


def make_key(client, role="Administrator"):
    answer = client.post("/service_accounts", json={"description": "k", "role": role})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_keys_that_keys_made_end_with_the_person(make, admin, callers):
    ann_id, ann = make("ann")
    make("bob")
    keys = [make_key(ann)]
    for _ in range(3):
        keys.append(make_key(callers(keys[-1]["token"])))
    # a key in the middle was deleted, by its own means
    assert callers(keys[1]["token"]).delete(f"/service_accounts/{keys[1]['id']}").status_code == 204
    assert callers(keys[2]["token"]).get("/users/me").status_code == 200
    assert admin.delete(f"/users/{ann_id}").status_code == 204
    for key in keys:
        client = callers(key["token"])
        assert client.get("/users/me").status_code == 401
        assert client.post("/users", json=NEW_ADMINISTRATOR).status_code == 401


@pytest.mark.parametrize("way", ["user", "organization"])
def test_keys_end_with_the_role(make, admin, callers, organization_id, way):
    ann_id, ann = make("ann")
    make("bob")
    great = [make_key(ann)]
    great.append(make_key(callers(great[0]["token"])))
    small = make_key(ann, "User")
    if way == "user":
        answer = admin.patch(f"/users/{ann_id}", json={"roles": ["User"]})
    else:
        change = [{"user_id": ann_id, "role": "User"}]
        answer = admin.patch(f"/organizations/{organization_id}/users", json=change)
    assert answer.status_code == 200, answer.text
    for key in great:
        client = callers(key["token"])
        promoted = client.patch(f"/users/{ann_id}", json={"roles": ["Administrator"]})
        assert promoted.status_code == 401
    assert callers(small["token"]).get("/users/me").status_code == 200
    assert ann.get("/users/me").json()["roles"] == ["User"]


def invite(client):
    body = {"invite_emails": ["eve@example.com"], "return_direct_links": True}
    answer = client.post("/users/invite_users", json=body)
    assert answer.status_code == 200, answer.text
    link = answer.json()["user_invite_links"]["eve@example.com"]
    return parse_qs(urlsplit(link).query)["token"][0]


def accept(app, token):
    fields = {"token": token, "username": "eve", "password": "eve-secret"}
    with httpx.Client(transport=LocalTransport(app), base_url="http://local") as browser:
        assert browser.get("/signup", params={"token": token}).status_code in {200, 403}
        return browser.post("/signup", data=fields)


@pytest.mark.parametrize("what", ["deleted", "demoted", "key deleted", "creator of key deleted"])
def test_invitations_end_with_who_invited(make, admin, callers, app, what):
    ann_id, ann = make("ann")
    make("bob")
    key = make_key(ann)
    token = invite(callers(key["token"]) if "key" in what else ann)
    if what == "demoted":
        admin.patch(f"/users/{ann_id}", json={"roles": ["User"]})
    elif what == "key deleted":
        ann.delete(f"/service_accounts/{key['id']}")
    else:
        admin.delete(f"/users/{ann_id}")
    answer = accept(app, token)
    assert answer.status_code == 403
    assert "withdrawn" in answer.json()["error"]


def test_a_new_invitation_takes_the_place_of_the_old_one(make, app):
    _, ann = make("ann")
    old, new = invite(ann), invite(ann)
    assert accept(app, old).status_code == 403
    assert accept(app, new).status_code == 201


def listed(client):
    answer = client.get("/users/invitations")
    assert answer.status_code == 200, answer.text
    return [invitation["email"] for invitation in answer.json()["data"]]


def test_open_invitations_are_listed(make, admin, callers, app, monkeypatch):
    ann_id, ann = make("ann")
    _, reader = make("rita", "User")
    assert listed(ann) == []
    token = invite(ann)
    (invitation,) = ann.get("/users/invitations").json()["data"]
    assert invitation["email"] == "eve@example.com"
    assert invitation["invited_by"] == ann_id
    lasts = dt.datetime.fromisoformat(invitation["expires_at"]) - dt.datetime.fromisoformat(
        invitation["created_at"]
    )
    assert lasts == dt.timedelta(seconds=invitations.VALIDITY_SECONDS)
    assert token not in ann.get("/users/invitations").text
    assert reader.get("/users/invitations").status_code == 403
    elsewhere = app.control.organizations.create("elsewhere")["id"]
    account = app.control.service_accounts.create(elsewhere, "k", "Administrator")
    assert listed(callers(app.control.service_accounts.token(account.id))) == []
    assert listed(admin) == ["eve@example.com"]  # a super administrator sees all organizations
    assert accept(app, token).status_code == 201
    assert listed(ann) == []
    invite(ann)
    assert ann.delete("/users/invitations/eve%40example.com").status_code == 204
    assert listed(ann) == []
    monkeypatch.setattr(invitations, "VALIDITY_SECONDS", -5)
    invite(ann)
    assert listed(ann) == []
    monkeypatch.undo()
    invite(ann)
    assert listed(ann) == ["eve@example.com"]
    admin.delete(f"/users/{ann_id}")
    assert listed(admin) == []  # it ended with who invited


def test_an_invitation_is_withdrawn(make, admin, callers, app):
    _, ann = make("ann")
    path = "/users/invitations/eve%40example.com"
    assert ann.delete(path).status_code == 404
    token = invite(ann)
    _, reader = make("rita", "User")
    assert reader.delete(path).status_code == 403
    elsewhere = app.control.organizations.create("elsewhere")["id"]
    account = app.control.service_accounts.create(elsewhere, "k", "Administrator")
    stranger = callers(app.control.service_accounts.token(account.id))
    assert stranger.delete(path).status_code == 404
    assert ann.delete(path).status_code == 204
    assert ann.delete(path).status_code == 404
    answer = accept(app, token)
    assert answer.status_code == 403
    assert "withdrawn" in answer.json()["error"]
    again = invite(ann)
    assert admin.delete(path).status_code == 204  # a super administrator, in any organization
    assert accept(app, again).status_code == 403
    assert accept(app, invite(ann)).status_code == 201


@pytest.mark.files_of_duckdb  # servers of a lake share their secret, and refuse another
@pytest.mark.parametrize("how", ["deleted", "one bit flipped"])
def test_a_new_secret_ends_all_keys_and_the_printed_one_works(tmp_path, how, caplog):
    with create_app(tmp_path) as app:
        organization = app.control.organizations.list()[0]["id"]
        account = app.control.service_accounts.create(organization, "k", "Administrator")
        old = [app.admin_key, app.control.service_accounts.token(account.id)]
        user = app.control.users.list_members(organization)[0]
        old.append(app.authentication.open_session(user)[0])
    path = tmp_path / SECRET_NAME
    if how == "deleted":
        path.unlink()
    else:
        content = bytearray(path.read_bytes())
        content[3] ^= 1
        path.write_bytes(content)
    for _ in range(2):
        with create_app(tmp_path) as app:
            transport = LocalTransport(app)
            with httpx.Client(transport=transport, base_url="http://local/api/v3") as client:
                for token in old:
                    answer = client.get("/users/me", headers={"Authorization": token})
                    assert answer.status_code == 401
                answer = client.get("/users/me", headers={"Authorization": app.admin_key})
                assert answer.status_code == 200
                shown = client.get("/service_accounts", headers={"Authorization": app.admin_key})
                for shown_account in shown.json()["data"]:
                    headers = {"Authorization": shown_account["token"]}
                    assert client.get("/users/me", headers=headers).status_code == 200
    (warning,) = [r.message for r in caplog.records if "secret.key" in r.message]
    assert "2 API keys" in warning


def log_in(app, login, password, address):
    try:
        return app.control.users.log_in(login, password, address).username
    except Exception as error:  # noqa: BLE001 - its status is what a test asks for
        return error.status


@pytest.fixture
def ann(app):
    users = app.control.users
    made = users.create(
        username="ann", email="ann@example.com", password_hash=users.hash_password("right")
    )
    users.join(made.id, app.control.organizations.list()[0]["id"], "User")
    return users.get(made.id)


def test_nobody_locks_others_out(app, ann):
    for _ in range(8):
        log_in(app, "ann", "wrong", "10.0.0.1")
    assert log_in(app, "ann", "right", "10.0.0.1") == 403
    assert log_in(app, "ann", "right", "10.0.0.2") == "ann"
    app.control.users.check_old_password(ann, "right", "10.0.0.2")


def test_name_and_address_count_together(app, ann):
    logins = ["ann", "ANN", "ann@example.com", "Ann@Example.com", "ann"]
    assert [log_in(app, login, "wrong", "a") for login in logins] == [401] * 5
    assert log_in(app, "ann@example.com", "right", "a") == 403


def test_guesses_at_the_same_time_are_counted_one_by_one(app, ann, monkeypatch):
    verified = []
    barrier = threading.Event()

    class Hasher(argon2.PasswordHasher):
        def verify(self, stored, password):
            verified.append(password)
            barrier.wait(0.05)
            return super().verify(stored, password)

    monkeypatch.setattr(
        app.control.users, "_hasher", Hasher(time_cost=1, memory_cost=64, parallelism=1)
    )
    with ThreadPoolExecutor(40) as pool:
        found = list(pool.map(lambda n: log_in(app, "ann", f"wrong {n}", "a"), range(40)))
    assert sorted(set(found)) == [401, 403]
    assert len(verified) == users_module.MAX_LOGIN_FAILURES


def test_a_lock_outlasts_no_wrong_clock(app, ann, monkeypatch):
    clock = {"now": 2_000_000.0}
    monkeypatch.setattr(users_module.time, "time", lambda: clock["now"])
    clock["now"] += 24 * 3600  # a day ahead
    for _ in range(5):
        log_in(app, "ann", "wrong", "a")
    assert log_in(app, "ann", "right", "a") == 403
    clock["now"] -= 24 * 3600
    clock["now"] += users_module.LOCK_SECONDS + 1
    assert log_in(app, "ann", "right", "a") == "ann"


def test_few_passwords_are_hashed_at_a_time(app, monkeypatch):
    running, most = [], []

    class Hasher(argon2.PasswordHasher):
        def verify(self, stored, password):
            running.append(1)
            most.append(len(running))
            threading.Event().wait(0.01)
            running.pop()
            return super().verify(stored, password)

    monkeypatch.setattr(
        app.control.users, "_hasher", Hasher(time_cost=1, memory_cost=64, parallelism=1)
    )
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: log_in(app, f"user {n}", "wrong", "a"), range(16)))
    assert max(most) <= users_module.MAX_HASHED_PASSWORDS
