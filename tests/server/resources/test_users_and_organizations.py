"""Users, invitations, organisations, service accounts and custom roles over the API."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from arthurai.server.storage.documents import stored_users as users_module
from arthurai.transport.local import LocalTransport


def new_user(name="ann", role="User", **members):
    return {
        "email": f"{name}@example.com",
        "username": name,
        "password": f"{name}-secret",
        "roles": [role],
        **members,
    }


@pytest.fixture
def log_in(callers):
    """Log a user in; give a client that carries the session's cookie."""

    def log_in(login, password):
        client = callers(Origin="http://local")
        answer = client.post("/login", json={"login": login, "password": password})
        assert answer.status_code == 200, answer.text
        return client

    return log_in


def test_a_created_user_can_log_in_by_name_or_address(admin, log_in, organization_id):
    made = admin.post("/users", json=new_user(first_name="Ann"))
    assert made.status_code == 201
    assert made.json()["roles"] == ["User"]
    for login in ("ann", "ANN", "ann@example.com"):
        me = log_in(login, "ann-secret").get("/users/me").json()
        assert me["id"] == made.json()["id"]
        assert me["organization_id"] == organization_id
        assert me["roles"] == ["User"]
        assert [context["id"] for context in me["contexts"]] == [organization_id]


def test_a_session_token_works_in_the_header_with_and_without_bearer(admin, log_in, callers):
    admin.post("/users", json=new_user())
    token = log_in("ann", "ann-secret").cookies["Authorization"]
    for value in (token, f"Bearer {token}", f"bearer  {token}"):
        assert callers(value).get("/users/me").json()["username"] == "ann"


def test_a_wrong_password_and_an_unknown_user_look_alike(admin, callers):
    admin.post("/users", json=new_user())
    answers = [
        callers().post("/login", json={"login": login, "password": "wrong"})
        for login in ("ann", "nobody")
    ]
    assert [a.status_code for a in answers] == [401, 401]
    assert [a.json() for a in answers] == [{"error": "unauthorized"}] * 2
    assert not any("set-cookie" in a.headers for a in answers)


def test_failures_of_logins_nobody_has_do_not_pile_up(app, callers, monkeypatch):
    clock = {"now": 1_000_000.0}
    monkeypatch.setattr(users_module.time, "time", lambda: clock["now"])
    client = callers()

    def known():
        for _ in range(5):
            body = {"login": f"{clock['now']} " + "x" * 10_000, "password": "p" * 10_000}
            client.post("/login", json=body)
            clock["now"] += 1
        return app.control.database.scalar("SELECT count(*) FROM login_failures")

    assert known() == 5
    clock["now"] += users_module.FAILURE_EXPIRY_SECONDS
    assert known() == 5


@pytest.mark.parametrize("login", ["ann", "nobody"])
def test_repeated_failures_lock_a_login_for_a_while(admin, callers, log_in, monkeypatch, login):
    admin.post("/users", json=new_user())
    clock = {"now": 1_000_000.0}
    monkeypatch.setattr(users_module.time, "time", lambda: clock["now"])
    client = callers()

    def attempt(password):
        return client.post("/login", json={"login": login, "password": password})

    for _ in range(users_module.MAX_LOGIN_FAILURES):
        assert attempt("wrong").status_code == 401
    locked = attempt("ann-secret")
    assert locked.status_code == 403
    assert "10 minutes" in locked.json()["error"]
    clock["now"] += users_module.LOCK_SECONDS + 1
    assert attempt("ann-secret").status_code == (200 if login == "ann" else 401)


def test_a_success_forgets_earlier_failures(admin, callers):
    admin.post("/users", json=new_user())
    client = callers()
    for _ in range(3):
        for _ in range(users_module.MAX_LOGIN_FAILURES - 1):
            wrong = client.post("/login", json={"login": "ann", "password": "wrong"})
            assert wrong.status_code == 401
        right = client.post("/login", json={"login": "ann", "password": "ann-secret"})
        assert right.status_code == 200


def test_the_password_is_stored_as_an_argon2_hash_only(app, admin):
    admin.post("/users", json=new_user())
    stored = [dict(row) for row in app.control.database.rows("SELECT * FROM users")]
    assert "ann-secret" not in repr(stored)
    assert "$argon2id$" in repr(stored)


def test_changing_the_own_password_needs_the_old_one_and_ends_sessions(admin, log_in, callers):
    admin.post("/users", json=new_user())
    ann, elsewhere = log_in("ann", "ann-secret"), log_in("ann", "ann-secret")
    assert ann.patch("/users/me", json={"new_password": "next"}).status_code == 400
    wrong = ann.patch("/users/me", json={"new_password": "next", "old_password": "x"})
    assert wrong.status_code == 403
    right = ann.patch("/users/me", json={"new_password": "next", "old_password": "ann-secret"})
    assert right.status_code == 200
    assert elsewhere.get("/users/me").status_code == 401
    assert log_in("ann", "next").get("/users/me").status_code == 200
    old = callers().post("/login", json={"login": "ann", "password": "ann-secret"})
    assert old.status_code == 401


def test_the_own_profile_can_be_changed(admin, log_in):
    admin.post("/users", json=new_user())
    ann = log_in("ann", "ann-secret")
    changes = {"first_name": "Ann", "help_mode_enabled": True, "email": "a@example.org"}
    assert changes.items() <= ann.patch("/users/me", json=changes).json().items()
    assert changes.items() <= ann.get("/users/me").json().items()


def test_names_and_addresses_are_taken_once(admin):
    admin.post("/users", json=new_user())
    for taken in (new_user(email="b@example.com"), new_user("bob", email="ANN@example.com")):
        assert admin.post("/users", json=taken).status_code == 409
    assert admin.get("/users").json()["total_count"] == 2


@pytest.mark.parametrize(
    "members",
    [
        {"email": "no-address"},
        {"email": "a@b\r\nBcc: c@d"},
        {"username": " ann"},
        {"username": "a\nb"},
        {"username": "somebody@example.com"},
        {"username": "x" * 256},
        {"email": "x" * 250 + "@b.org"},
        {"password": ""},
        {"password": "x" * 1025},
        {"roles": []},
        {"roles": ["User", "Administrator"]},
        {"roles": ["Emperor"]},
    ],
)
def test_impossible_users_are_refused(admin, members):
    assert admin.post("/users", json=new_user() | members).status_code == 400


def test_users_can_be_listed_shown_and_changed_by_administrators(admin, callers):
    made = admin.post("/users", json=new_user()).json()
    administrator = callers.role("Administrator")
    listed = administrator.get("/users", params={"sort": "-username"}).json()
    assert [u["username"] for u in listed["data"]] == ["ann", "admin"]
    path = f"/users/{made['id']}"
    assert administrator.get(path).json() == made
    changed = administrator.patch(path, json={"roles": ["Model Owner"], "last_name": "L"}).json()
    assert (changed["roles"], changed["last_name"]) == (["Model Owner"], "L")
    assert administrator.patch(path, json={"new_password": "x"}).status_code == 400
    assert admin.patch(path, json={"new_password": "x"}).status_code == 200
    assert administrator.get("/users/nonsense").status_code == 404


def test_nobody_hands_out_more_than_they_have(admin, callers):
    administrator = callers.role("Administrator")
    assert administrator.post("/users", json=new_user(role="Super Admin")).status_code == 403
    boss = admin.post("/users", json=new_user("boss", "Super Admin")).json()
    assert administrator.patch(f"/users/{boss['id']}", json={"email": "x@y"}).status_code == 403
    assert administrator.delete(f"/users/{boss['id']}").status_code == 403
    organization = administrator.get("/organizations/current").json()["id"]
    demotion = [{"user_id": boss["id"], "role": "User"}]
    assert (
        administrator.patch(f"/organizations/{organization}/users", json=demotion).status_code
        == 403
    )
    assert admin.get(f"/users/{boss['id']}").json()["roles"] == ["Super Admin"]


def test_managers_of_people_give_rights_over_data_but_not_over_more_people(admin, callers):
    manager = callers.role("Org Manager")
    for role in ("User", "Model Owner", "Org Manager", "Administrator"):
        assert manager.post("/users", json=new_user(role.replace(" ", ""), role)).status_code == 201
    for role in ("Super Admin", "Org Creator"):
        answer = manager.post("/users", json=new_user(role.replace(" ", ""), role))
        assert answer.status_code == 403


def test_deleting_a_user_ends_their_sessions_and_keys(admin, log_in, callers):
    made = admin.post("/users", json=new_user(role="Model Owner")).json()
    ann = log_in("ann", "ann-secret")
    key = ann.post("/service_accounts", json={"description": "k", "role": "User"}).json()["token"]
    assert callers(key).get("/users/me").status_code == 200
    assert ann.delete(f"/users/{made['id']}").status_code == 403
    assert admin.delete(f"/users/{made['id']}").status_code == 204
    assert ann.get("/users/me").status_code == 401
    assert callers(key).get("/users/me").status_code == 401
    login = callers().post("/login", json={"login": "ann", "password": "ann-secret"})
    assert login.status_code == 401
    assert admin.get(f"/users/{made['id']}").json()["active"] is False


def test_nobody_deletes_their_own_account(admin, log_in):
    made = admin.post("/users", json=new_user(role="Administrator")).json()
    assert log_in("ann", "ann-secret").delete(f"/users/{made['id']}").status_code == 400


def test_invitations_lead_to_an_account(app, admin, callers, log_in, organization_id):
    administrator = callers.role("Administrator")
    body = {"invite_emails": ["eve@example.com"], "return_direct_links": True}
    assert admin.post("/users/invite_users", json=body).status_code == 400
    answer = administrator.post("/users/invite_users", json=body)
    link = answer.json()["user_invite_links"]["eve@example.com"]
    assert administrator.post("/users/invite_users", json={"invite_emails": []}).json() is None
    without_links = {"invite_emails": ["eve@example.com"]}
    refused = administrator.post("/users/invite_users", json=without_links)
    assert refused.status_code == 400
    assert "return_direct_links" in refused.json()["error"]
    token = parse_qs(urlsplit(link).query)["token"][0]
    fields = {"token": token, "username": "eve", "password": "p<w"}
    with httpx.Client(transport=LocalTransport(app), base_url="http://local") as browser:
        assert browser.get(link).status_code == 200
        assert browser.post("/signup", data=fields | {"password": ""}).status_code == 400
        assert browser.post("/signup", data=fields | {"token": token + "x"}).status_code == 403
        assert browser.post("/signup", data=fields).status_code == 201
        assert browser.post("/signup", data=fields).status_code == 403
        assert browser.get("/signup").status_code == 403
    me = log_in("eve", "p<w").get("/users/me").json()
    assert (me["email"], me["roles"]) == ("eve@example.com", ["User"])
    assert me["organization_id"] == organization_id


def test_an_invitation_is_not_a_session(callers):
    administrator = callers.role("Administrator")
    body = {"invite_emails": ["eve@example.com"], "return_direct_links": True}
    links = administrator.post("/users/invite_users", json=body).json()["user_invite_links"]
    token = parse_qs(urlsplit(links["eve@example.com"]).query)["token"][0]
    assert callers(token).get("/users/me").status_code == 401


def test_the_host_of_an_invitation_cannot_carry_anything_else(callers):
    administrator = callers.role("Administrator")
    body = {"invite_emails": ["eve@example.com"], "return_direct_links": True}

    def link(**members):
        headers = {"Host": "evil.example/path?"}
        answer = administrator.post("/users/invite_users", json=body | members, headers=headers)
        return answer.status_code, answer.json().get("user_invite_links", {}).get("eve@example.com")

    assert link()[1].startswith("http://localhost/signup?token=")
    assert link(custom_dashboard_url="https://a.example")[1].startswith("https://a.example/signup?")
    assert link(custom_dashboard_url="javascript:alert(1)")[0] == 400
    assert link(custom_dashboard_url="https://a.example@b.example")[0] == 400
    assert link(custom_dashboard_url="https://[")[0] == 400
    assert "\n" not in link(custom_dashboard_url="https://a.example/b\r\nx")[1]


def test_organizations_are_walled_off(admin, callers, model, app):
    other = admin.post("/organizations", json={"name": "Other"}).json()
    account = app.control.service_accounts.create(other["id"], "k", "Administrator")
    stranger = callers(app.control.service_accounts.token(account.id))
    assert stranger.get("/organizations/current").json()["id"] == other["id"]
    assert stranger.get("/models").json()["data"] == []
    for path in (
        f"/models/{model['id']}",
        f"/models/{model['id']}/attributes",
        f"/models/{model['id']}/insights",
        f"/model_groups/{model['model_group_id']}",
    ):
        assert stranger.get(path).status_code == 404
    assert stranger.get("/tags").json()["data"] == []
    assert stranger.delete(f"/models/{model['id']}").status_code == 404
    group = {"model_group_id": model["model_group_id"]}
    created = stranger.post("/models", json=model | group | {"partner_model_id": "x"})
    assert created.status_code == 404
    first = model["organization_id"]
    assert stranger.get(f"/organizations/{first}/limits").status_code == 404
    entered = stranger.put("/organizations/current", json={"organization_id": first})
    assert entered.status_code == 403
    headers = {"Arthur-Organization-ID": first}
    assert stranger.get("/models", headers=headers).status_code == 403


def test_the_organization_comes_from_the_header_then_the_cookie(admin, callers, log_in):
    other = admin.post("/organizations", json={"name": "Other"}).json()["id"]
    made = admin.post("/users", json=new_user()).json()
    change = [{"user_id": made["id"], "role": "Model Owner"}]
    joined = admin.patch(f"/organizations/{other}/users", json=change)
    assert joined.json() == {"updated_user_count": 1}
    ann = log_in("ann", "ann-secret")
    first = ann.get("/users/me").json()["organization_id"]
    assert first != other
    assert {o["id"] for o in ann.get("/organizations/me").json()} == {first, other}
    answer = ann.put("/organizations/current", json={"organization_id": other})
    assert answer.json() == {"organization_id": other}
    me = ann.get("/users/me").json()
    assert (me["organization_id"], me["roles"]) == (other, ["Model Owner"])
    by_header = ann.get("/users/me", headers={"Arthur-Organization-ID": first}).json()
    assert by_header["organization_id"] == first
    undecided = ann.get("/users/me", headers={"Arthur-Organization-ID": "unknown"}).json()
    assert undecided["organization_id"] == other


def test_organizations_can_be_made_changed_and_deleted(app, admin, binary_model, inference):
    role = {"role_name": "Watcher", "permissions": [{"resource": "alert", "action": "read"}]}
    made = admin.post("/organizations", json={"name": "Other", "roles": [role]}).json()
    assert admin.post("/organizations", json={"name": "Other"}).status_code == 409
    path = f"/organizations/{made['id']}"
    assert admin.patch(path, json={"plan": "paidSaas"}).json()["plan"] == "paidSaas"
    params = {"name": "Other", "expand": ["license_plan", "roles"]}
    shown = admin.get("/organizations", params=params).json()["data"]
    assert [o["id"] for o in shown] == [made["id"]]
    assert shown[0]["roles"] == [role]
    assert shown[0]["license_plan"]["plan"] == "paidSaas"
    assert admin.get(path).json()["name"] == "Other"
    assert admin.get(f"{path}/limits").json()["organization_id"] == made["id"]
    headers = {"Arthur-Organization-ID": made["id"]}
    key = admin.post(
        "/service_accounts", json={"description": "k", "role": "User"}, headers=headers
    )
    assert admin.delete(path).status_code == 409
    admin.delete(f"/service_accounts/{key.json()['id']}", headers=headers)
    user = admin.post("/users", params={"organization_id": made["id"]}, json=new_user()).json()
    assert admin.delete(path).status_code == 409
    admin.delete(f"/users/{user['id']}", headers=headers)
    sent = admin.post("/models", json=binary_model, headers=headers).json()["id"]
    rows = [inference("1")]
    assert admin.post(f"/models/{sent}/inferences", json=rows, headers=headers).status_code == 207
    assert admin.delete(path).status_code == 409
    assert app.data.counts(sent)["inference"] == 1
    admin.delete(f"/models/{sent}", headers=headers)
    for nameless in (" ", "a\nb"):
        assert admin.patch(path, json={"name": nameless}).status_code == 400
    assert admin.delete(path).status_code == 204
    assert app.data.counts(sent)["inference"] == 0
    assert admin.get(path).status_code == 404


def test_usage_counts_rows_and_bytes(admin, model, inference):
    rows = [inference("1"), inference("2"), {"partner_inference_id": "bad"}]
    answer = admin.post(f"/models/{model['id']}/inferences", json=rows)
    params = {"metric_category": ["inferences", "ground_truth"]}
    usage = admin.get("/usage/model", params=params).json()
    amounts = {m["name"]: m["value"] for m in usage["data"][0]["inferences"]}
    assert amounts == {"record_count": 2, "bytes": len(answer.request.content)}
    truth = {m["name"]: m["value"] for m in usage["data"][0]["ground_truth"]}
    assert truth == {"record_count": 0, "bytes": 0}
    whole = admin.get("/usage/organization", params={"metric_category": "organization"}).json()
    counts = {m["name"]: m["value"] for m in whole["data"][0]["organization"]}
    assert counts == {"user_count": 1, "model_count": 1}
    month = admin.get(f"/organizations/{model['organization_id']}/usage").json()
    assert month["inference_count_monthly_total_limit"] == 2
    assert (month["active_models"], month["users"]) == (1, 1)


@pytest.mark.parametrize(
    "params",
    [
        {"metric_category": "organization"},
        {"metric_category": "nonsense"},
        {},
        {
            "metric_category": "inferences",
            "start_time": "2026-01-02T00:00:00Z",
            "end_time": "2026-01-01T00:00:00Z",
        },
        {"metric_category": "inferences", "start_time": "2026-12-31T23:59:60Z"},
        {"metric_category": "inferences", "start_time": "yesterday"},
    ],
)
def test_impossible_usage_requests_are_refused(admin, params):
    assert admin.get("/usage/model", params=params).status_code == 400


@pytest.mark.parametrize("end", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
def test_usage_of_extreme_intervals(admin, end):
    params = {"metric_category": "inferences", "end_time": end}
    assert admin.get("/usage/model", params=params).status_code == 200


def test_service_accounts_show_their_key_again_and_store_its_hash_only(app, admin, callers):
    made = admin.post("/service_accounts", json={"description": "d", "role": "User"}).json()
    assert callers(made["token"]).get("/users/me").json() == {
        "organization_id": made["organization_id"],
        "roles": ["User"],
    }
    info = callers(made["token"]).get("/users/me/auth_info").json()
    assert info["service_account_id"] == made["id"]
    assert info["email"] == ""
    assert admin.get("/service_accounts", params={"description": "d"}).json()["data"] == [made]
    assert admin.get("/service_accounts", params={"description": "D"}).json()["data"] == []
    assert admin.get(f"/service_accounts/{made['id']}").json() == made
    stored = [dict(row) for row in app.control.database.rows("SELECT * FROM service_accounts")]
    assert made["token"] not in repr(stored)
    assert admin.delete(f"/service_accounts/{made['id']}").status_code == 204
    assert callers(made["token"]).get("/users/me").status_code == 401


def test_keys_of_greater_roles_stay_hidden(admin, callers):
    made = admin.post(
        "/service_accounts", json={"description": "d", "role": "Administrator"}
    ).json()
    owner = callers.role("Model Owner")
    shown = owner.get("/service_accounts").json()["data"]
    assert {account["role"] for account in shown} == {"Model Owner"}
    assert owner.get(f"/service_accounts/{made['id']}").status_code == 404
    assert owner.delete(f"/service_accounts/{made['id']}").status_code == 404
    greater = {"description": "x", "role": "Administrator"}
    assert owner.post("/service_accounts", json=greater).status_code == 403


def test_custom_roles_grant_what_they_list_and_inherit(admin, callers):
    roles = [
        {"role_name": "Tagger", "permissions": [{"resource": "tag", "action": "write"}]},
        {"role_name": "Chief", "inherited_role_names": ["Tagger", "Alert Manager"]},
    ]
    assert admin.post("/authorization/custom_roles", json={"roles": roles}).json() == {
        "roles": roles
    }
    permissions = callers.role("Chief").get("/authorization/permissions").json()
    assert {"resource": "tag", "action": "write"} in permissions
    assert {"resource": "alert_rule", "action": "write"} in permissions
    assert {"resource": "user", "action": "write"} not in permissions
    assert callers.role("Nobody").get("/authorization/permissions").json() == []
    chief = callers.role("Chief")
    allowed = {"resource": "tag", "action": "write"}
    refused = {"resource": "user", "action": "write"}
    assert chief.post("/authorization/authorize", json=allowed).status_code == 200
    assert chief.post("/authorization/authorize", json=refused).status_code == 403
    named = admin.get("/authorization/custom_roles", params={"roles": "Chief"})
    assert named.json() == {"roles": roles[1:]}


def test_custom_roles_can_be_deleted_when_nobody_has_them(admin, callers):
    def delete(*names):
        return admin.request("DELETE", "/authorization/custom_roles", json={"roles": names})

    roles = [
        {"role_name": "Tagger", "permissions": [{"resource": "tag", "action": "write"}]},
        {"role_name": "Chief", "inherited_role_names": ["Tagger"]},
    ]
    admin.post("/authorization/custom_roles", json={"roles": roles})
    ann = admin.post("/users", json=new_user(role="Chief")).json()
    for names in (["Chief"], ["Tagger"], ["*"]):
        refused = delete(*names)
        assert refused.status_code == 400
        assert "still used by" in refused.json()["error"]
    assert admin.get("/authorization/custom_roles").json() == {"roles": roles}
    admin.patch(f"/users/{ann['id']}", json={"roles": ["User"]})
    chief = callers.role("Chief")
    assert delete("Chief").status_code == 400
    admin.delete(
        f"/service_accounts/{chief.get('/users/me/auth_info').json()['service_account_id']}"
    )
    assert delete("Tagger").status_code == 400
    assert delete("*").json() == {"roles": roles}
    assert admin.get("/authorization/custom_roles").json() == {"roles": []}


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ({"role_name": "User"}, 400),
        ({"role_name": " "}, 400),
        ({"role_name": "*"}, 400),
        ({"role_name": "X", "permissions": [{"resource": "moon", "action": "read"}]}, 400),
        (
            {
                "role_name": "X",
                "permissions": [{"resource": "organization_global", "action": "read"}],
            },
            400,
        ),
        ({"role_name": "X", "inherited_role_names": ["Super Admin"]}, 400),
        ({"role_name": "X", "inherited_role_names": ["Unknown"]}, 400),
        ({"role_name": "Taken"}, 409),
    ],
)
def test_impossible_custom_roles_are_refused(admin, role, status):
    admin.post("/authorization/custom_roles", json={"roles": [{"role_name": "Taken"}]})
    good = {"role_name": "Good"}
    answer = admin.post("/authorization/custom_roles", json={"roles": [good, role]})
    assert answer.status_code == status
    assert admin.get("/authorization/custom_roles").json() == {"roles": [{"role_name": "Taken"}]}


def test_roles_that_inherit_each_other_end(admin, callers):
    roles = [
        {"role_name": "A", "inherited_role_names": ["B"]},
        {"role_name": "B", "inherited_role_names": ["A", "Model Reader"]},
    ]
    assert admin.post("/authorization/custom_roles", json={"roles": roles}).status_code == 200
    permissions = callers.role("A").get("/authorization/permissions").json()
    assert {"resource": "model", "action": "read"} in permissions
