"""Attempts to get at more than one's own: races, guessing, other organisations, greater roles."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import argon2
import pytest

from arthurai.server.storage.documents import stored_users as users_module

THREADS = 8


class WatchedHasher(argon2.PasswordHasher):
    """Calls ``on_verify`` in the middle of each check of a password."""

    def __init__(self):
        super().__init__(time_cost=1, memory_cost=64, parallelism=1)

    @staticmethod
    def on_verify():
        """Do nothing unless a test says otherwise."""

    def verify(self, stored, password):
        self.on_verify()
        return super().verify(stored, password)


@pytest.fixture(autouse=True)
def watched_hasher(monkeypatch):
    monkeypatch.setattr(users_module, "PasswordHasher", WatchedHasher)


def new_user(name, role="User", **members):
    return {
        "email": f"{name}@example.com",
        "username": name,
        "password": f"{name}-secret",
        "roles": [role],
        **members,
    }


@pytest.fixture
def make(admin, callers):
    """Make a user; give their id and a client of their session."""

    def make(name, role="User"):
        made = admin.post("/users", json=new_user(name, role))
        assert made.status_code == 201, made.text
        client = callers(Origin="http://local")
        body = {"login": name, "password": f"{name}-secret"}
        assert client.post("/login", json=body).status_code == 200
        return made.json()["id"], client

    return make


def together(work, arguments):
    with ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(work, arguments))


def test_guesses_in_flight_do_not_open_a_locked_login(make, callers):
    make("ann")

    def guess(client):
        return client.post("/login", json={"login": "ann", "password": "wrong"}).status_code

    statuses = together(guess, [callers() for _ in range(THREADS)])
    allowed = users_module.MAX_LOGIN_FAILURES
    assert sorted(statuses) == [401] * allowed + [403] * (THREADS - allowed)
    right = callers().post("/login", json={"login": "ann", "password": "ann-secret"})
    assert right.status_code == 403


def test_guesses_of_an_old_password_lock_the_login_too(make, callers):
    ann_id, ann = make("ann")
    guess = {"new_password": "mine", "old_password": "guess"}
    administrator = callers.role("Administrator")
    for number in range(users_module.MAX_LOGIN_FAILURES):
        answer = (
            administrator.patch(f"/users/{ann_id}", json=guess)
            if number % 2
            else ann.patch("/users/me", json=guess)
        )
        assert (answer.status_code, answer.json()["error"]) == (403, "old_password is wrong")
    right = callers().post("/login", json={"login": "ann", "password": "ann-secret"})
    assert right.status_code == 403


def test_one_of_many_creations_of_a_name_succeeds(admin, callers):
    clients = [callers.role("Administrator") for _ in range(THREADS)]

    def create(client):
        return client.post("/users", json=new_user("ann")).status_code

    assert sorted(together(create, clients)) == [201] + [409] * (THREADS - 1)
    assert [u["username"] for u in admin.get("/users").json()["data"]] == ["admin", "ann"]


@pytest.mark.parametrize("change", ["deletion", "new password"])
def test_a_login_that_overlaps_a_change_opens_nothing(make, admin, callers, monkeypatch, change):
    ann_id, _ = make("ann")

    def in_the_middle(_):
        monkeypatch.undo()
        if change == "deletion":
            assert admin.delete(f"/users/{ann_id}").status_code == 204
        else:
            body = {"new_password": "next"}
            assert admin.patch(f"/users/{ann_id}", json=body).status_code == 200

    monkeypatch.setattr(WatchedHasher, "on_verify", in_the_middle)
    client = callers()
    client.post("/login", json={"login": "ann", "password": "ann-secret"})
    assert client.get("/users/me").status_code == 401


def test_changes_of_one_profile_at_a_time_all_hold(make, callers):
    ann_id, _ = make("ann")
    changes = [{"first_name": "A"}, {"last_name": "B"}, {"help_mode_enabled": True}]
    clients = [callers.role("Administrator") for _ in changes]
    for _ in range(5):
        together(lambda i: clients[i].patch(f"/users/{ann_id}", json=changes[i]), range(3))
    shown = clients[0].get(f"/users/{ann_id}").json()
    assert [shown[name] for change in changes for name in change] == ["A", "B", True]


def test_the_last_administrator_stays(app, make, admin, organization_id):
    first = app.control.users.list_members(organization_id)[0]
    ann_id, ann = make("ann", "Administrator")
    assert ann.delete(f"/users/{first.id}").status_code == 204
    refused = [
        ann.patch(f"/users/{ann_id}", json={"roles": ["User"]}),
        ann.patch(
            f"/organizations/{organization_id}/users", json=[{"user_id": ann_id, "role": "User"}]
        ),
    ]
    assert [answer.status_code for answer in refused] == [400, 400]
    assert "last" in refused[0].json()["error"]
    assert ann.get("/users/me").json()["roles"] == ["Administrator"]
    _, bob = make("bob", "Administrator")
    assert ann.patch(f"/users/{ann_id}", json={"roles": ["User"]}).status_code == 200
    assert bob.get("/users/me").json()["roles"] == ["Administrator"]
    assert ann.patch(f"/users/{ann_id}", json={"roles": ["Administrator"]}).status_code == 403
    bob_id = bob.get("/users/me").json()["id"]
    # who has all rights everywhere can make another administrator at any time
    assert admin.delete(f"/users/{bob_id}").status_code == 204


def test_administrators_who_delete_each_other_do_not_both_succeed(
    app, make, admin, organization_id
):
    first = app.control.users.list_members(organization_id)[0]
    admin.delete(f"/users/{first.id}")
    for number in range(5):
        pair = [make(f"{name}{number}", "Administrator") for name in ("ann", "bob")]
        (ann_id, ann), (bob_id, bob) = pair
        statuses = together(
            lambda step: step[0].delete(f"/users/{step[1]}").status_code,
            [(ann, bob_id), (bob, ann_id)],
        )
        # the one who comes second has lost the session already, or would be the last to go
        assert statuses.count(204) == 1
        assert set(statuses) <= {204, 400, 401}
        left = [u for u in admin.get("/users").json()["data"] if u["active"]]
        assert len(left) == 1
        admin.delete(f"/users/{left[0]['id']}")


def test_an_administrator_of_one_organization_cannot_touch_those_of_another(make, admin):
    other = admin.post("/organizations", json={"name": "Other"}).json()["id"]
    boss_id, boss = make("boss")
    ann_id, ann = make("ann", "Administrator")
    roles = [
        {"user_id": boss_id, "role": "Administrator"},
        {"user_id": ann_id, "role": "User"},
    ]
    assert admin.patch(f"/organizations/{other}/users", json=roles).status_code == 200
    assert ann.patch(f"/users/{boss_id}", json={"email": "a@b"}).status_code == 403
    assert ann.delete(f"/users/{boss_id}").status_code == 403
    assert boss.get("/users/me").json()["email"] == "boss@example.com"
    headers = {"Arthur-Organization-ID": other}
    own = ann.patch(f"/users/{ann_id}", json={"roles": ["Administrator"]}, headers=headers)
    assert own.status_code == 403
    greater = [{"user_id": ann_id, "role": "Administrator"}]
    for sent in ({}, headers):
        answer = ann.patch(f"/organizations/{other}/users", json=greater, headers=sent)
        assert answer.status_code in {403, 404}
    assert ann.get("/users/me", headers=headers).json()["roles"] == ["User"]


@pytest.mark.parametrize("way", ["header", "cookie", "body", "parameter", "path"])
def test_no_way_leads_into_another_organization(make, admin, callers, way):
    other = admin.post("/organizations", json={"name": "Other"}).json()["id"]
    _, ann = make("ann", "Administrator")
    if way == "header":
        answer = ann.get("/users", headers={"Arthur-Organization-ID": other})
    elif way == "cookie":
        ann.cookies.set("Arthur-Organization-ID", other)
        answer = ann.get("/users")
    elif way == "body":
        answer = ann.put("/organizations/current", json={"organization_id": other})
    elif way == "parameter":
        answer = ann.post("/users", params={"organization_id": other}, json=new_user("bob"))
    else:
        answer = ann.get(f"/organizations/{other}/limits")
    assert answer.status_code == (404 if way == "path" else 403)


@pytest.mark.faults
@pytest.mark.parametrize("role", ["Super Admin", "Org Manager", "Org Creator"])
def test_an_administrator_gets_no_greater_role(make, role):
    ann_id, ann = make("ann", "Administrator")
    organization = ann.get("/users/me").json()["organization_id"]
    answers = [
        ann.patch(f"/users/{ann_id}", json={"roles": [role]}),
        ann.patch(f"/organizations/{organization}/users", json=[{"user_id": ann_id, "role": role}]),
        ann.post("/service_accounts", json={"description": "k", "role": role}),
        ann.post("/users", json=new_user("bob", role)),
    ]
    # the document knows no such role of keys and of members who join
    assert [answer.status_code for answer in answers] == [403, 400, 400, 403]
    own = ann.patch("/users/me", json={"roles": [role]})
    assert own.json()["roles"] == ["Administrator"]


def test_a_name_that_is_an_address_is_always_the_users_own(make, admin):
    ann_id, ann = make("ann")
    own = {"username": "ann@example.com"}
    assert ann.patch("/users/me", json=own).json()["username"] == "ann@example.com"
    refused = ann.patch("/users/me", json={"email": "ann@example.org"})
    assert refused.status_code == 400
    assert "together" in refused.json()["error"]
    both = {"email": "ann@example.org", "username": "ann@example.org"}
    assert admin.patch(f"/users/{ann_id}", json=both).json()["email"] == "ann@example.org"
