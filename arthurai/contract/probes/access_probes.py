"""Probes of who may do what: logins, organizations, permissions."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from arthurai.contract import run_names, sample_data
from arthurai.contract.operation_client import ProbeStoppedError
from arthurai.contract.operation_facts import ALL_ROWS
from arthurai.contract.probe_context import ProbeList
from arthurai.contract.run_names import PREFIX

if TYPE_CHECKING:
    from arthurai.contract.checked_client import Credential, Response
    from arthurai.contract.probe_context import ProbeContext

PROBES: Final = ProbeList()
_ORGANIZATION_HEADER: Final = "Arthur-Organization-ID"
_COOKIE: Final = re.compile(r"(?:^|[,;]\s*)Authorization=(?P<token>[^;,\s]+)")
_DASHBOARD: Final = "https://dashboard.example.invalid"
_FOREIGN: Final = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST)


@PROBES.probe("login", "login", "update_current_user")
def check_login(context: ProbeContext) -> None:
    """A login opens the account; a wrong password, or a wrong name, answers 401."""
    body = sample_data.user()
    user = context.fixtures.create("create_user", body)
    login = {"login": body["username"], "password": body["password"]}
    for name in (body["username"], body["email"]):
        response = context.call_ok("login", json={**login, "login": name}, credential="none")
        context.expect_members({"id": user.get("id")}, "other user", response)
        found, expected = (sorted(one.get("roles") or []) for one in (response.json or {}, user))
        context.expect_equal(found, expected, "other user", response, what="roles")
    match = _COOKIE.search(response.headers.get("set-cookie", ""))
    context.expect(match, "cookie", "no cookie Authorization was set", response)
    if match is None:
        raise ProbeStoppedError("login")
    context.client.add_key("login", match["token"])
    me = context.call("get_current_user", credential="login")
    context.expect(
        me.get("id") == user.get("id") or me.get("email") == body["email"],
        "token of another user",
        f"the token of {body['username']} opens {me.get('username')}: {me.status}",
        me,
        operation_id="login",
    )
    changed = context.call("update_current_user", json={"first_name": "New"}, credential="login")
    seen = context.call("get_current_user", credential="login")
    if changed.ok:
        context.expect_members(
            {"first_name": "New"}, "update not visible", seen, operation_id="update_current_user"
        )
    for wrong in ({"password": "not this one"}, {"login": f"{PREFIX}-nobody"}):
        response = context.call("login", json={**login, **wrong}, credential="none")
        context.expect_status(response, HTTPStatus.UNAUTHORIZED, "wrong login accepted")


@PROBES.probe(
    "organizations of the caller",
    *("get_current_user", "get_auth_info", "list_my_organizations"),
    *("get_current_organization", "authorize", "list_my_permissions"),
    writes=False,
)
def check_caller(context: ProbeContext) -> None:
    """The operations that describe the caller agree with each other."""
    info = context.call("get_auth_info")
    me = context.call("get_current_user")
    here = context.call("get_current_organization")
    if me.ok and here.ok:
        context.expect_members({"organization_id": here.get("id")}, "other organization", me)
        named = me.get("organization_name")
        text = f"{named} is the name of {here.get('name')}"
        context.expect(named in {None, here.get("name")}, "other organization", text, me)
    mine = context.call("list_my_organizations")
    listed = {str(row.get("id")) for row in mine.rows}
    if info.ok and mine.ok:
        opened = set(info.get("organization_ids") or ())
        text = f"the key opens {sorted(opened)}, the list shows {sorted(listed)}"
        context.expect(opened <= listed, "organizations missing", text, mine)
    granted = context.call("list_my_permissions")
    for permission in granted.rows[:3]:
        context.call_ok("authorize", json={n: permission.get(n) for n in ("resource", "action")})


@PROBES.probe(
    "foreign organization",
    *("get_current_organization", "set_current_organization", "get_current_user", "list_models"),
    writes=False,
)
def check_foreign_organization(context: ProbeContext) -> None:
    """The header does not open an organization of which the caller is not a member."""
    headers = {_ORGANIZATION_HEADER: context.guard.unknown_id()}
    why = "for an organization that does not exist"
    for name in ("get_current_organization", "get_current_user", "list_models"):
        if name in context.selected:
            response = context.call(name, headers=headers)
            context.expect_status(response, _FOREIGN, "foreign organization", why=why)
    if context.writes and context.fixtures.get("organization") is not None:
        body = {"organization_id": context.fixtures.require("organization")}
        response = context.call_ok("set_current_organization", json=body)
        context.expect_members(body, "response differs from request", response)
        context.expect(
            "set-cookie" in response.headers,
            "response differs from request",
            "a cookie was expected",
            response,
        )
        body = {"organization_id": context.guard.unknown_id()}
        response = context.call("set_current_organization", json=body)
        text = f"expected 403 or 404, got {response.status}"
        context.expect(not response.ok, "foreign organization", text, response)


@PROBES.probe("invitations", "invite_users", "list_invitations", "withdraw_invitation")
def check_invitations(context: ProbeContext) -> None:
    """An invitation is answered with a link if asked for, and listed until it is withdrawn."""
    address = f"{run_names.name('guest')}@example.invalid"
    organization = context.fixtures.require("organization")
    body = {
        "invite_emails": [address],
        "return_direct_links": True,
        "custom_dashboard_url": _DASHBOARD,
        "organization_id": organization,
    }
    response = context.call_ok("invite_users", json=body)
    links = response.get("user_invite_links")
    text = f"expected a link for {address}, got {links}"
    known = isinstance(links, dict) and set(links) == {address}
    if context.expect(known, "links", text, response):
        link = str(links[address])
        text = f"expected a link below {_DASHBOARD}, got {link.partition('?')[0]}"
        context.expect(link.startswith(_DASHBOARD), "links", text, response)

    def listed() -> tuple[list[object], Response]:
        response = context.call_ok("list_invitations", query={"page_size": ALL_ROWS})
        rows = [row for row in response.rows if row.get("email") == address]
        return [row.get("organization_id") for row in rows], response

    found, response = listed()
    context.expect_equal(found, [organization], "object not listed", response, what=address)
    context.guard.register(address)
    context.call_ok("withdraw_invitation", {"email": address})
    found, response = listed()
    context.expect_equal(found, [], "removed object listed", response, what=address)


@PROBES.probe("custom roles", "create_custom_roles", "list_custom_roles", "delete_custom_roles")
def check_custom_roles(context: ProbeContext) -> None:
    """Created roles are listed, names of standard roles are refused, removed ones disappear."""
    name = run_names.name("role")
    role = {
        "role_name": name,
        "permissions": [{"resource": "model", "action": "read"}],
        "inherited_role_names": [],
    }

    def listed(query: dict[str, str]) -> tuple[list[Any], Any]:
        response = context.call_ok("list_custom_roles", query=query)
        roles = response.get("roles") or []
        return [r.get("permissions") for r in roles if r.get("role_name") == name], response

    created = context.call_ok("create_custom_roles", json={"roles": [role]})
    shown = [row.get("role_name") for row in created.get("roles") or []]
    context.expect(name in shown, "response differs from request", f"roles: {shown}", created)
    for query in ({}, {"roles": name}, {"roles": "*"}):
        found, response = listed(query)
        context.expect_equal(
            found, [role["permissions"]], "object not listed", response, what=f"{name} for {query}"
        )
    narrowed = context.call("list_custom_roles", query={"roles": f"{PREFIX}-nobody"})
    context.expect(
        narrowed.status == HTTPStatus.NOT_FOUND or narrowed.get("roles") == [],
        "filter",
        f"no role has the requested name, got {narrowed.get('roles')}",
        narrowed,
    )
    standard = {**role, "role_name": "Administrator"}
    response = context.call("create_custom_roles", json={"roles": [standard]})
    text = f"the name of a standard role was accepted: {response.status}"
    context.expect(not response.ok, "taken name accepted", text, response)
    context.call_ok("delete_custom_roles", json={"roles": [name]})
    found, response = listed({})
    context.expect_equal(
        found, [], "removed object listed", response, operation_id="delete_custom_roles"
    )


def _create_key(context: ProbeContext, credential: Credential) -> str:
    """Make the key of a new service account usable and return the id of the account."""
    created = context.fixtures.create("create_service_account", sample_data.service_account())
    if not isinstance(created.get("token"), str):
        raise ProbeStoppedError("create_service_account")
    context.client.add_key(credential, created["token"])
    return str(created.get("id"))


@PROBES.probe("deleted key", "create_service_account", "delete_service_account")
def check_removed_key(context: ProbeContext) -> None:
    """A deleted key does not open anything."""
    account = _create_key(context, "removed")
    first = context.call("get_auth_info", credential="removed")
    context.expect(
        first.ok, "key refused", f"{first.status}", first, operation_id="create_service_account"
    )
    context.call_ok("delete_service_account", {"service_account_id": account})
    response = context.call("get_auth_info", credential="removed")
    name, kind = "delete_service_account", "deleted key accepted"
    context.expect_status(response, HTTPStatus.UNAUTHORIZED, kind, operation_id=name)
