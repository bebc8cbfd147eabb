"""Probes of tenants: what belongs to one organization is out of reach for all others."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.path_router import path_parameters
from arthurai.contract import sample_data
from arthurai.contract.operation_facts import (
    ALL_ROWS,
    choices,
    example_files,
    query_parameters,
    required_query,
    resources,
)
from arthurai.contract.probe_context import ProbeList

if TYPE_CHECKING:
    from arthurai.common.bundle import Operation
    from arthurai.contract.probe_context import ProbeContext

PROBES: Final = ProbeList()
_NEIGHBOR: Final = "neighbor"
_ORGANIZATION_HEADER: Final = "Arthur-Organization-ID"
_CLOSED: Final = (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN)
_WHY: Final = "for what belongs to another organization"
_ACROSS_ORGANIZATIONS: Final = frozenset({"list_my_organizations", "list_organizations"})
# What lists that are no list of a resource are about, by their tag.
_KINDS_OF_TAGS: Final = {"insights": "insight", "alerts": "alert", "usage": "model"}
# The members by which the rows of lists without ids are told apart.
_KEYS: Final = ("id", "model_id", "name")
# Filters that name objects, and the kind of these.
_NAMING_FILTERS: Final = {
    "model_id": "model",
    "model_group_ids": "model_group",
    "alert_rule_id": "alert_rule",
    "user_id": "other_user",
}


def _is_apart(context: ProbeContext) -> bool:
    """Return whether there is another organization to look from."""
    return context.client.has_key(_NEIGHBOR) and context.fixtures.get("neighbor") is not None


@PROBES.probe("other tenants")
def check_addresses(context: ProbeContext) -> None:
    """No operation reads or changes an object of another organization."""
    if not _is_apart(context):
        return
    for name, operation in context.operations.items():
        named = set(path_parameters(operation.path)) - choices(operation).keys()
        if name in context.selected and named:
            context.run("other tenants", _check_address, context, operation)


def _check_address(context: ProbeContext, operation: Operation) -> None:
    name = operation.operation_id
    path = context.fixtures.path(operation)
    if path is None:
        return
    response = context.call(
        name,
        path,
        query=required_query(operation),
        json=context.fixtures.valid_body(name),
        files=example_files(operation),
        credential=_NEIGHBOR,
    )
    if response.ok and operation.method == "DELETE":
        context.fixtures.mark_removed(operation, path)
    closed = [*_CLOSED]
    if operation.spec.get("requestBody") is not None:
        closed.append(HTTPStatus.BAD_REQUEST)
    context.expect_status(response, closed, "other tenant", why=_WHY)


@PROBES.probe("lists of other tenants", writes=True)
def check_lists(context: ProbeContext) -> None:
    """A list shows nothing of another organization."""
    if not _is_apart(context):
        return
    for name, operation in context.operations.items():
        named = set(path_parameters(operation.path)) - choices(operation).keys()
        listing = operation.method == "GET" and not named and name not in _ACROSS_ORGANIZATIONS
        if name in context.selected and listing:
            context.run("lists of other tenants", _check_list, context, operation)


def _check_list(context: ProbeContext, operation: Operation) -> None:
    name, parameters = operation.operation_id, query_parameters(operation)
    listed = next((r for r in resources().values() if r.listing == name), None)
    kind = listed.kind if listed is not None else _KINDS_OF_TAGS.get(operation.tag)
    if kind is not None:
        context.fixtures.get(kind)
    query: dict[str, Any] = {"page_size": ALL_ROWS} if "page_size" in parameters else {}
    path = choices(operation)
    for filtered in ({}, *_naming_queries(context, operation)):
        asked = {**required_query(operation), **query, **filtered}
        mine = context.call(name, path, query=asked)
        theirs = context.call(name, path, query=asked, credential=_NEIGHBOR)
        if mine.ok and theirs.ok:
            key = next((k for k in _KEYS if any(k in row for row in mine.rows)), None)
            if key is None and mine.rows:
                return
            seen = {str(row.get(str(key))) for row in mine.rows}
            shared = seen & {str(row.get(str(key))) for row in theirs.rows}
            if not mine.rows and mine.json == theirs.json and mine.get("results"):
                shared = {"results"}
            text = f"two organizations share {sorted(shared)[:5]} of {len(seen)} for {filtered}"
            context.expect(not shared, "other tenant", text, theirs)


def _naming_queries(context: ProbeContext, operation: Operation) -> list[dict[str, Any]]:
    """Return queries that name objects of this organization."""
    found = []
    for parameter, kind in _NAMING_FILTERS.items():
        if parameter in query_parameters(operation):
            value = context.fixtures.get(kind)
            found += [{parameter: value}] if value is not None else []
    return found


@PROBES.probe(
    "references to other tenants",
    "create_alert_notification_configuration",
    "create_alert_summary_configuration",
    "create_user",
    "add_organization_users",
)
def check_references(context: ProbeContext) -> None:
    """A body cannot name an object of another organization."""
    if not _is_apart(context):
        return
    model = context.fixtures.require("model")
    for name, body in (
        ("create_alert_notification_configuration", sample_data.notification(model)),
        ("create_alert_summary_configuration", sample_data.summary(model)),
    ):
        if name in context.selected:
            response = context.call(name, json=body, credential=_NEIGHBOR)
            closed = (*_CLOSED, HTTPStatus.BAD_REQUEST)
            context.expect_status(response, closed, "other tenant", why=_WHY)
    if "create_user" in context.selected:
        _check_users(context)


def _check_users(context: ProbeContext) -> None:
    """A user is created in the organization that the request names, by those who may name it."""
    query = {"organization_id": context.client.organization_id}
    response = context.call(
        "create_user", query=query, json=sample_data.user(), credential=_NEIGHBOR
    )
    context.fixtures.adopt("create_user", {}, response.json)
    context.expect_status(response, _CLOSED, "other tenant", why=_WHY)
    query = {"organization_id": context.fixtures.require(_NEIGHBOR)}
    response = context.call("create_user", query=query, json=sample_data.user())
    if response.ok:
        every = {"page_size": ALL_ROWS}
        for credential, expected in ((_NEIGHBOR, True), ("own", False)):
            listed = context.call_ok("list_users", query=every, credential=credential)
            found = response.get("id") in [row.get("id") for row in listed.rows]
            what = f"listed for {credential}"
            kind = "user in another organization"
            context.expect_equal(found, expected, kind, response, what=what)


@PROBES.probe(
    "organization of another tenant",
    *("get_current_organization", "get_current_user", "list_models", "list_my_organizations"),
)
def check_header(context: ProbeContext) -> None:
    """The header does not open an organization of others, and their list does not show it."""
    if not _is_apart(context):
        return
    here = context.client.organization_id
    headers = {_ORGANIZATION_HEADER: str(here)}
    for name in ("get_current_organization", "get_current_user", "list_models"):
        if name in context.selected:
            response = context.call(name, headers=headers, credential=_NEIGHBOR)
            context.expect_status(response, _CLOSED, "other tenant", why=_WHY)
    if "list_my_organizations" in context.selected:
        listed = context.call_ok("list_my_organizations", credential=_NEIGHBOR)
        found = [row.get("id") for row in listed.rows]
        expected = [context.fixtures.require(_NEIGHBOR)]
        context.expect_equal(found, expected, "other tenant", listed, what="own organizations")
