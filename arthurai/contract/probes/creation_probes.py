"""Probes of creation: every member of a request shows in the object that it creates."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from arthurai.contract import run_names, sample_data
from arthurai.contract.operation_client import ProbeStoppedError
from arthurai.contract.operation_facts import ALL_ROWS, created_resources, query_parameters
from arthurai.contract.probe_context import ProbeList
from arthurai.contract.probes.lifecycle_probes import is_same
from arthurai.contract.probes.member_values import (
    HARD_NUMBERS,
    HARD_TEXTS,
    body_members,
    is_free_text,
    two_values,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.contract.checked_client import Response
    from arthurai.contract.operation_facts import Resource
    from arthurai.contract.probe_context import ProbeContext

PROBES: Final = ProbeList()
_NORTH: Final = {"property": "region", "comparator": "eq", "value": "north"}
_LIMIT: Final = {"name": "limit", "parameter_type": "FLOAT", "default": 0.25}
_VALUES: Final[dict[tuple[str, str], tuple[Any, Any]]] = {
    ("create_model", "classifier_threshold"): (0.25, 0.75),
    ("create_model", "tags"): ([f"{run_names.PREFIX}-b", f"{run_names.PREFIX}-a"], []),
    ("create_alert_rule", "filters"): ([_NORTH], []),
    ("create_alert_rule", "lookback_period"): (15, 1441),
    ("create_metric", "parameters"): ([_LIMIT], []),
    ("create_metric_v3", "parameters"): ([_LIMIT], []),
    ("create_user", "roles"): (["Model Owner"], ["User"]),
}
# What has an effect elsewhere, depends on other members, or is not shown.
_LEFT_OUT: Final = frozenset(
    {
        *("attributes", "model_group_id", "explainability_enabled", "endpoint", "query"),
        *("metric_id", "metric_parameters", "model_id", "user_id", "models", "subscribers"),
        *("input_type", "output_type", "image_class_labels", "pixel_height", "pixel_width"),
        *("password", "send_time_of_day", "send_day_of_week", "frequency", "destination"),
        *("email", "accuracy_enabled"),
    }
)
# Their values are unique, must be addresses, or are trimmed, as the document says.
_NO_HARD_TEXTS: Final = frozenset(
    {("create_organization", "name"), ("create_user", "username"), ("create_user", "email")}
)


def _check_creation(context: ProbeContext, resource: Resource) -> None:
    """Create objects with every optional member, and with values that servers lose."""
    operation = context.operations[resource.create]
    members = {
        name: schema for name, schema in body_members(operation).items() if name not in _LEFT_OUT
    }
    pairs = {}
    for name, schema in members.items():
        pair = _VALUES.get((resource.create, name), two_values(name, schema))
        if pair is not None:
            pairs[name] = pair
    for position in (0, 1):
        _create(context, resource, {name: pair[position] for name, pair in pairs.items()})
    for name, schema in members.items():
        if not is_free_text(schema) or (resource.create, name) in _NO_HARD_TEXTS:
            continue
        longest = schema.get("maxLength", max(map(len, HARD_TEXTS)))
        for text in HARD_TEXTS:
            unique = run_names.name("x") if name in {"name", "partner_model_id"} else ""
            if len(text) + len(unique) <= longest:
                _create(context, resource, {name: text + unique}, may_be_refused=True)
    for name, schema in members.items():
        if schema.get("type") == "number" and "minimum" not in schema:
            for number in HARD_NUMBERS if name == "threshold" else ():
                _create(context, resource, {name: number}, may_be_refused=True)


def _create(
    context: ProbeContext,
    resource: Resource,
    given: Mapping[str, Any],
    *,
    may_be_refused: bool = False,
) -> None:
    """Create one object and compare what is shown of it with what was given."""
    path = context.fixtures.path(context.operations[resource.create])
    if path is None:
        raise ProbeStoppedError(resource.create)
    body = {**context.fixtures.valid_body(resource.create), **given}
    response = context.call(resource.create, path, json=body)
    if not response.ok:
        text = f"{response.status}: {response.error_text}"
        context.expect(may_be_refused, "refused", text, response)
        return
    context.fixtures.adopt(resource.create, path, response.json)
    _compare(context, given, response.json, "response differs from request", response)
    shown, seen = _read(context, resource, path, str(response.get("id")))
    text = "what was created is not shown"
    if context.expect(shown is not None, "created object not readable", text, seen):
        _compare(context, given, shown, "created object differs", response)


def _read(
    context: ProbeContext, resource: Resource, path: dict[str, str], own: str
) -> tuple[Any, Response]:
    if resource.read:
        parameters = query_parameters(context.operations[resource.read])
        known = parameters["expand"].schema.get("enum") if "expand" in parameters else None
        query = {"expand": known} if known else {}
        seen = context.call(resource.read, {**path, resource.identifier: own}, query=query)
        return (seen.json if seen.ok else None), seen
    seen = context.call_ok(resource.listing, path, query={"page_size": ALL_ROWS})
    return next((row for row in seen.rows if row.get("id") == own), None), seen


def _compare(
    context: ProbeContext, given: Mapping[str, Any], shown: Any, kind: str, response: Response
) -> None:
    for name, value in given.items():
        if not isinstance(shown, dict) or name not in shown:
            known = body_members(context.operations[response.operation_id])
            if name in known and name in _SHOWN.get(response.operation_id, ()):
                context.expect(False, kind, f"{name} is not shown", response)
            continue
        found = shown[name]
        text = f"{name}: {value!r} was sent, {found!r} is shown"
        context.expect(is_same(found, value), kind, text, response)


# Members that the document does not promise in the answer, and that servers show.
_SHOWN: Final[Mapping[str, frozenset[str]]] = {
    "create_model": frozenset({"is_batch", "description", "classifier_threshold"}),
    "create_alert_rule": frozenset({"filters"}),
}

for _resource in created_resources().values():
    PROBES.probe(f"creation by {_resource.create}", _resource.create)(
        partial(_check_creation, resource=_resource)
    )


@PROBES.probe("creation with parts", "create_organization", "create_alert_summary_configuration")
def check_parts(context: ProbeContext) -> None:
    """Roles of a new organization, and subscribers of a new summary, are there from the start."""
    if "create_organization" in context.selected:
        permissions = [{"resource": "model", "action": "read"}]
        role = {"role_name": run_names.name("role"), "permissions": permissions}
        body = {"name": run_names.name("with-roles"), "roles": [role]}
        created = context.fixtures.create("create_organization", body)
        query = {"name": body["name"], "expand": "roles"}
        listed = context.call_ok("list_organizations", query=query)
        found = [r.get("role_name") for r in listed.get("data", 0, "roles") or []]
        expected = [role["role_name"]]
        context.expect_equal(found, expected, "created object differs", listed, what="roles")
        context.expect(created.get("id"), "created object differs", "no id", "create_organization")
    if "create_alert_summary_configuration" in context.selected:
        user = context.fixtures.create_sample("create_user")["id"]
        body = sample_data.summary(context.fixtures.require("model"))
        body["subscribers"] = [{"type": "email", "user_id": user}]
        created = context.fixtures.create("create_alert_summary_configuration", body)
        path = {"configuration_id": str(created.get("id"))}
        shown = context.call_ok("get_alert_summary_configuration", path)
        for rows in (created.get("subscribers"), shown.get("subscribers")):
            found = [row.get("user_id") for row in rows or []]
            name = "create_alert_summary_configuration"
            kind = "created object differs"
            context.expect_equal(found, [user], kind, name, what="subscribers")
        listed = context.call_ok("list_alert_summary_subscribers", path)
        found = [row.get("user_id") for row in listed.rows]
        context.expect_equal(found, [user], "created object differs", listed, what="subscribers")
