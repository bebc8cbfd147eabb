"""Probes of who may do what: logins, organisations, permissions."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from arthurai.contract import sample_data as specimens
from arthurai.contract.probe_context import StoppedError
from arthurai.contract.write_guard import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from arthurai.contract.fixtures import World
    from arthurai.contract.probe_context import Bench

_ORGANIZATION: Final = "Arthur-Organization-ID"
_COOKIE: Final = re.compile(r"(?:^|[,;]\s*)Authorization=(?P<token>[^;,\s]+)")


def login(bench: Bench, world: World) -> None:
    """A login opens the account; a wrong password, or a wrong name, answers 401."""
    body = specimens.user()
    made = world.make("create_user", body)
    right = {"login": body["username"], "password": body["password"]}
    for who in (body["username"], body["email"]):
        reply = bench.must("login", json={**right, "login": who}, credential="none")
        bench.expect(
            reply.get("id") == made.get("id"),
            "login",
            "other user",
            f"{made.get('id')} logged in, the answer shows {reply.get('id')}",
            reply,
        )
    match = _COOKIE.search(reply.headers.get("set-cookie", ""))
    if not bench.expect(match, "login", "cookie", "no cookie Authorization was set", reply):
        raise StoppedError("login")
    if match is not None:
        bench.caller.add_key("login", match["token"])
        me = bench.call("get_current_user", credential="login")
        bench.expect(
            me.get("id") == made.get("id") or me.get("email") == body["email"],
            "login",
            "token of another user",
            f"the token of {body['username']} opens {me.get('username')}: {me.status}",
            me,
        )
        changed = bench.call("update_current_user", json={"first_name": "New"}, credential="login")
        seen = bench.call("get_current_user", credential="login")
        bench.expect(
            not changed.ok or seen.get("first_name") == "New",
            "update_current_user",
            "update not visible",
            f"first_name 'New' expected, got {seen.get('first_name')!r}",
            seen,
        )
    wrong = ({**right, "password": "not this one"}, {**right, "login": f"{PREFIX}-nobody"})
    for attempt in wrong:
        reply = bench.call("login", json=attempt, credential="none")
        bench.expect(
            reply.status == HTTPStatus.UNAUTHORIZED,
            "login",
            "wrong login accepted",
            f"401 expected, got {reply.status}",
            reply,
        )


def foreign_organization(bench: Bench, world: World) -> None:
    """The header opens no organisation that the caller is no member of."""
    headers = {_ORGANIZATION: bench.gate.unknown_id()}
    for name in ("get_current_organization", "get_current_user", "list_models"):
        if name not in bench.selected:
            continue
        reply = bench.call(name, headers=headers)
        bench.expect(
            reply.status in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST},
            name,
            "foreign organization",
            f"403 expected for an organization that does not exist, got {reply.status}",
            reply,
        )
    if bench.writes and world.get("organization") is not None:
        body = {"organization_id": world.need("organization")}
        reply = bench.must("set_current_organization", json=body)
        bench.expect(
            reply.get("organization_id") == body["organization_id"]
            and "set-cookie" in reply.headers,
            "set_current_organization",
            "answer differs from request",
            f"the body and a cookie expected, got {reply.json}",
            reply,
        )
        body = {"organization_id": bench.gate.unknown_id()}
        reply = bench.call("set_current_organization", json=body)
        bench.expect(
            not reply.ok,
            "set_current_organization",
            "foreign organization",
            f"403 or 404 expected, got {reply.status}",
            reply,
        )


def who_am_i(bench: Bench, _: World) -> None:
    """The operations that describe the caller agree with each other."""
    info = bench.call("get_auth_info")
    me = bench.call("get_current_user")
    here = bench.call("get_current_organization")
    if me.ok and here.ok:
        bench.expect(
            me.get("organization_id") == here.get("id"),
            "get_current_user",
            "other organization",
            f"{here.get('id')} is current, the caller is in {me.get('organization_id')}",
            me,
        )
    mine = bench.call("list_my_organizations")
    opened = {str(row.get("id")) for row in mine.rows}
    if info.ok and mine.ok:
        bench.expect(
            set(info.get("organization_ids") or ()) <= opened,
            "list_my_organizations",
            "organizations missing",
            f"the key opens {info.get('organization_ids')}, the list shows {sorted(opened)}",
            mine,
        )
    granted = bench.call("list_my_permissions")
    for permission in granted.rows[:3]:
        bench.must("authorize", json={n: permission.get(n) for n in ("resource", "action")})


def invitations(bench: Bench, world: World) -> None:
    """An invitation answers with a link for each address, when links are asked for."""
    address = f"{specimens.name('guest')}@example.invalid"
    body = {
        "invite_emails": [address],
        "return_direct_links": True,
        "organization_id": world.need("organization"),
    }
    reply = bench.must("invite_users", json=body)
    links = reply.get("user_invite_links")
    bench.expect(
        isinstance(links, dict) and set(links) == {address},
        "invite_users",
        "links",
        f"a link for {address} expected, got {links}",
        reply,
    )


def weak_key(bench: Bench, world: World) -> None:
    """A key of the role `User` reads, but neither writes nor manages users."""
    made = world.make("create_service_account", specimens.service_account())
    if not isinstance(made.get("token"), str):
        raise StoppedError("create_service_account")
    bench.caller.add_key("weak", made["token"])
    reply = bench.call("list_models", credential="weak")
    bench.expect(
        reply.ok, "list_models", "permission missing", f"'User' reads: {reply.status}", reply
    )
    forbidden: tuple[tuple[str, str, Any], ...] = (
        ("create_model", "model", specimens.model()),
        ("archive_model", "model", None),
        ("update_model", "model", {"display_name": "weak"}),
        ("create_metric", "model", specimens.metric("m")),
        ("create_alert_rule", "model", specimens.alert_rule(bench.gate.unknown_id())),
        ("send_inferences", "model", specimens.INFERENCES[:1]),
        ("update_inferences", "model", specimens.TRUTHS[:1]),
        ("update_ground_truth", "model", specimens.TRUTHS[:1]),
        ("update_model_group", "model_group", {"name": "weak"}),
        ("archive_model_group", "model_group", None),
        ("add_tag_to_model", "model", None),
        ("create_user", "", specimens.user()),
        ("create_service_account", "", specimens.service_account()),
        ("create_organization", "", {"name": specimens.name("weak")}),
        ("create_custom_roles", "", {"roles": []}),
        ("list_custom_roles", "", None),
        ("list_organizations", "", None),
        ("list_service_accounts", "", None),
    )
    for name, key, body in forbidden:
        if name not in bench.selected:
            continue
        path: dict[str, str] = {}
        if key:
            path[f"{key}_id"] = bench.gate.unknown_id()
        if name == "add_tag_to_model":
            path["tag_name"] = f"{PREFIX}-weak"
        reply = bench.call(name, path, json=body, credential="weak")
        bench.expect(
            reply.status == HTTPStatus.FORBIDDEN,
            name,
            "permission not checked",
            f"403 expected for a key of the role 'User', got {reply.status}",
            reply,
        )
    asked = bench.call(
        "authorize", json={"resource": "model", "action": "write"}, credential="weak"
    )
    bench.expect(
        asked.status == HTTPStatus.FORBIDDEN,
        "authorize",
        "permission not checked",
        f"403 expected for a permission that 'User' lacks, got {asked.status}",
        asked,
    )


def removed_key(bench: Bench, world: World) -> None:
    """A key that was deleted opens nothing any more."""
    made = world.make("create_service_account", specimens.service_account())
    if not isinstance(made.get("token"), str):
        raise StoppedError("create_service_account")
    bench.caller.add_key("removed", made["token"])
    first = bench.call("get_auth_info", credential="removed")
    bench.expect(first.ok, "create_service_account", "key opens nothing", f"{first.status}", first)
    bench.must("delete_service_account", {"service_account_id": str(made.get("id"))})
    reply = bench.call("get_auth_info", credential="removed")
    bench.expect(
        reply.status == HTTPStatus.UNAUTHORIZED,
        "delete_service_account",
        "deleted key accepted",
        f"401 expected, got {reply.status}",
        reply,
    )


def custom_roles(bench: Bench, _: World) -> None:
    """Roles that were made are listed, names of standard roles are refused, removed ones go."""
    name = specimens.name("role")
    role = {
        "role_name": name,
        "permissions": [{"resource": "model", "action": "read"}],
        "inherited_role_names": [],
    }
    bench.must("create_custom_roles", json={"roles": [role]})
    for query in ({}, {"roles": name}, {"roles": "*"}):
        listed = bench.must("list_custom_roles", query=query)
        found = [r for r in listed.get("roles") or [] if r.get("role_name") == name]
        bench.expect(
            len(found) == 1 and found[0].get("permissions") == role["permissions"],
            "list_custom_roles",
            "object not listed",
            f"{name} with one permission expected for {query}, got {found}",
            listed,
        )
    narrowed = bench.call("list_custom_roles", query={"roles": f"{PREFIX}-nobody"})
    bench.expect(
        narrowed.status == HTTPStatus.NOT_FOUND or narrowed.get("roles") == [],
        "list_custom_roles",
        "filter",
        f"no role has the name asked for, got {narrowed.get('roles')}",
        narrowed,
    )
    standard = {**role, "role_name": "Administrator"}
    reply = bench.call("create_custom_roles", json={"roles": [standard]})
    bench.expect(
        not reply.ok,
        "create_custom_roles",
        "taken name accepted",
        f"the name of a standard role was taken: {reply.status}",
        reply,
    )
    bench.must("delete_custom_roles", json={"roles": [name]})
    listed = bench.must("list_custom_roles")
    left = [r for r in listed.get("roles") or [] if r.get("role_name") == name]
    bench.expect(
        not left, "delete_custom_roles", "removed object listed", f"{name} is listed", listed
    )


# Name → probe, the operations it is about, whether it writes.
PROBES: Final = {
    "login": (login, {"login", "update_current_user"}, True),
    "organizations of the caller": (
        who_am_i,
        {
            "get_current_user",
            "get_auth_info",
            "list_my_organizations",
            "get_current_organization",
            "authorize",
            "list_my_permissions",
        },
        False,
    ),
    "foreign organization": (
        foreign_organization,
        {
            "get_current_organization",
            "set_current_organization",
            "get_current_user",
            "list_models",
        },
        False,
    ),
    "invitations": (invitations, {"invite_users"}, True),
    "custom roles": (
        custom_roles,
        {"create_custom_roles", "list_custom_roles", "delete_custom_roles"},
        True,
    ),
    "deleted key": (removed_key, {"create_service_account", "delete_service_account"}, True),
    "key of a weak role": (weak_key, None, True),
}


def probes(bench: Bench) -> Iterator[tuple[str, Callable[[Bench, World], None]]]:
    """Return the probes of access that a run is about.

    Args:
        bench: Knows the operations of the run.
    """
    for name, (probe, subjects, writes) in PROBES.items():
        if (bench.writes or not writes) and (subjects is None or subjects & bench.selected):
            yield name, probe
