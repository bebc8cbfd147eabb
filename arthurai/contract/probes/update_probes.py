"""Probes of changes: each member keeps what it is given, and what is left out stays as it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from arthurai.contract import run_names, sample_data
from arthurai.contract.operation_client import ProbeStoppedError
from arthurai.contract.operation_facts import ALL_ROWS
from arthurai.contract.probe_context import ProbeList
from arthurai.contract.probes.member_values import (
    HARD_NUMBERS,
    HARD_TEXTS,
    body_members,
    is_free_text,
    nullable_members,
    required_members,
    two_values,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arthurai.contract.checked_client import Credential, Response
    from arthurai.contract.probe_context import ProbeContext

PROBES: Final = ProbeList()
# Passwords are never shown; how tags and attributes change has probes of its own.
_NOT_SHOWN: Final = frozenset(
    {"old_password", "new_password", "tags", "overwrite_tags", "attributes", "plan"}
)


@dataclass(frozen=True)
class Change:
    """An operation that changes some members of an object.

    Attributes:
        update: The operation.
        read: The operation that shows the object.
        make: Creates an object and returns its path.
        values: Two values for members whose schema does not say what is valid.
        trimmed: Members whose surrounding spaces are dropped, as the document says.
        credential: Whose credential to send.
    """

    update: str
    read: str
    make: Callable[[ProbeContext], dict[str, str]]
    values: Mapping[str, Callable[[ProbeContext], tuple[Any, Any]]] = field(default_factory=dict)
    credential: Credential = "own"
    trimmed: frozenset[str] = frozenset()


def _make_rule(context: ProbeContext) -> dict[str, str]:
    path = {"model_id": context.fixtures.require("model")}
    rule = context.fixtures.create_sample("create_alert_rule")
    return {**path, "alert_rule_id": str(rule.get("id"))}


def _make_group(context: ProbeContext) -> dict[str, str]:
    return {"model_group_id": str(context.fixtures.create_model().get("model_group_id"))}


def _make_simple(create: str, parameter: str, context: ProbeContext) -> dict[str, str]:
    created = context.fixtures.create_sample(create)
    return {parameter: str(created.get("id"))}


def _make_subscriber(context: ProbeContext) -> dict[str, str]:
    summary = context.fixtures.create_sample("create_alert_summary_configuration")
    path = {"configuration_id": str(summary.get("id"))}
    user = context.fixtures.create_sample("create_user")["id"]
    body = {"type": "email", "user_id": user}
    created = context.fixtures.create("create_alert_summary_subscriber", body, path)
    return {**path, "subscriber_id": str(created.get("id"))}


def _make_caller(context: ProbeContext) -> dict[str, str]:
    body = sample_data.user()
    context.fixtures.create("create_user", body)
    context.fixtures.log_in("changing", body)
    if not context.client.has_key("changing"):
        raise ProbeStoppedError("login")
    return {}


def _two_addresses(_: ProbeContext) -> tuple[str, str]:
    first, second = (f"{run_names.name('mail')}@example.invalid" for _ in range(2))
    return first, second


def _two_sets_of_models(context: ProbeContext) -> tuple[list[str], list[str]]:
    return [context.fixtures.require("model")], [context.fixtures.create_model_path()["model_id"]]


_ACCOUNT: Final = {"email": _two_addresses}
CHANGES: Final = (
    Change("update_alert_rule", "list_alert_rules", _make_rule),
    Change(
        "update_model",
        "get_model",
        lambda context: context.fixtures.create_model_path(),
        {"classifier_threshold": lambda _: (0.25, 0.75)},
    ),
    Change("update_model_group", "get_model_group", _make_group),
    Change(
        "update_user",
        "get_user",
        partial(_make_simple, "create_user", "user_id"),
        {**_ACCOUNT, "roles": lambda _: (["User"], ["Model Owner"])},
    ),
    Change("update_current_user", "get_current_user", _make_caller, _ACCOUNT, "changing"),
    Change(
        "update_organization",
        "get_organization",
        partial(_make_simple, "create_organization", "organization_id"),
        trimmed=frozenset({"name"}),
    ),
    Change(
        "update_alert_notification_configuration",
        "get_alert_notification_configuration",
        partial(_make_simple, "create_alert_notification_configuration", "configuration_id"),
    ),
    Change(
        "update_alert_summary_configuration",
        "get_alert_summary_configuration",
        partial(_make_simple, "create_alert_summary_configuration", "configuration_id"),
        {
            "frequency": lambda _: ("weekly", "weekly"),  # only they have a day of the week
            "send_time_of_day": lambda _: ("07:15", "21:45"),
            "models": _two_sets_of_models,
        },
    ),
    Change("update_alert_summary_subscriber", "get_alert_summary_subscriber", _make_subscriber),
)


class _Changed:
    """An object while its members change, and what they should be."""

    def __init__(self, context: ProbeContext, change: Change) -> None:
        self.context = context
        self.change = change
        self.operation = context.operations[change.update]
        self.members = {
            name: schema
            for name, schema in body_members(self.operation).items()
            if name not in _NOT_SHOWN
        }
        self.path = change.make(context)
        self.expected: dict[str, Any] = {}

    def values(self) -> dict[str, tuple[Any, Any]]:
        """Return two values for each member that has any."""
        found = {}
        for name, schema in self.members.items():
            special = self.change.values.get(name)
            pair = special(self.context) if special else two_values(name, schema)
            if pair is not None:
                found[name] = pair
        return found

    def send(self, body: dict[str, Any]) -> Response:
        return self.context.call(
            self.change.update, self.path, json=body, credential=self.change.credential
        )

    def read(self) -> tuple[dict[str, Any], Response]:
        name = self.change.read
        if not name.startswith("list_"):
            shown = self.context.call_ok(name, self.path, credential=self.change.credential)
            return (shown.json if isinstance(shown.json, dict) else {}), shown
        parents, own = dict(self.path), ""
        own = parents.pop(next(reversed(parents)))
        shown = self.context.call_ok(name, parents, query={"page_size": ALL_ROWS})
        return next((row for row in shown.rows if row.get("id") == own), {}), shown

    def expect(self, kind: str, response: Response, sent: object) -> None:
        shown, _ = self.read()
        for name, value in self.expected.items():
            self.context.expect_equal(
                shown.get(name),
                value,
                kind if name != sent else "update not visible",
                response,
                what=name,
            )

    def set(self, body: dict[str, Any], kind: str, sent: str = "") -> bool:
        """Change members; what was changed must show, everything else must be as it was."""
        before, _ = self.read()
        response = self.send(body)
        if not self.context.expect(
            response.ok, "change refused", f"{response.status}: {response.error_text}", response
        ):
            return False
        self.expected |= {name: value for name, value in body.items() if value is not None}
        known = {n: v for n, v in self.expected.items() if n in body and body[n] is not None}
        for name, value in known.items():
            if isinstance(response.json, dict) and name in response.json:
                self.context.expect_equal(
                    response.get(name), value, "update not in response", response, what=name
                )
        self.expect(kind, response, sent)
        former = before.get("updated_at")
        for moment in (self.read()[0].get("updated_at"), response.get("updated_at")):
            if not body or moment is None or former is None:
                continue
            text = f"updated_at is {moment} after a change, and was {former} before"
            self.context.expect(_is_later(moment, former), "time of the change", text, response)
        return True


def _is_later(moment: Any, former: Any) -> bool:
    """Return whether one ISO 8601 time is later than another."""
    one, other = (datetime.fromisoformat(str(text)) for text in (moment, former))
    return one > other


def _check_change(context: ProbeContext, change: Change) -> None:
    """Set all members, then one after the other, to other values, to null, to hard ones."""
    case = _Changed(context, change)
    pairs = case.values()
    if not case.set({name: pair[0] for name, pair in pairs.items()}, "update not visible"):
        return
    for position in (1, 0):
        for name, pair in pairs.items():
            case.set({name: pair[position]}, "a member left out was changed", name)
    nullable, required = nullable_members(case.operation), required_members(case.operation)
    absent = [name for name in pairs if name in nullable]
    if absent and not required:
        case.set(dict.fromkeys(absent), "null was not taken for absent")
    if not required:
        case.set({}, "a member left out was changed")
    for name in pairs:
        _try_hard_values(case, name)


def _try_hard_values(case: _Changed, name: str) -> None:
    """Give a member values that servers lose; one may be refused, but not changed."""
    schema, texts = case.members[name], name not in case.change.values
    values: list[Any] = []
    if texts and is_free_text(schema):
        longest = schema.get("maxLength", max(map(len, HARD_TEXTS)))
        unique = run_names.name("x") if "name" in name and name not in _FREE_NAMES else ""
        kept = [text for text in HARD_TEXTS if len(text) <= longest]
        if name in case.change.trimmed:
            kept = [text for text in kept if text == text.strip()]
        values = [f"{text}{unique}"[:longest] for text in kept]
        if not unique and not schema.get("minLength"):
            values.append("")
    elif schema.get("type") in {"number", "integer"}:
        whole = schema["type"] == "integer"
        low, high = schema.get("minimum"), schema.get("maximum", schema.get("exclusiveMaximum"))
        values = [
            value
            for value in (0, 1, 7, *(() if whole else HARD_NUMBERS))
            if (low is None or value >= low) and (high is None or value < high)
        ]
    for value in values:
        before = case.expected.get(name)
        response = case.send({name: value})
        if response.status == HTTPStatus.BAD_REQUEST:
            continue
        case.expected[name] = value
        if response.ok:
            case.expect("a member left out was changed", response, name)
        else:
            case.expected[name] = before


# Names that need not be unique.
_FREE_NAMES: Final = frozenset({"first_name", "last_name", "display_name"})

for _change in CHANGES:
    PROBES.probe(f"changes by {_change.update}", _change.update)(
        partial(_check_change, change=_change)
    )
