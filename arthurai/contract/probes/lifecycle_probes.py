"""Probes of single objects: what was created can be read, listed, changed and removed."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from arthurai.contract import run_names
from arthurai.contract.operation_client import ProbeStoppedError
from arthurai.contract.operation_facts import ALL_ROWS, created_resources, query_parameters
from arthurai.contract.probe_context import ProbeList
from arthurai.contract.run_names import PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.contract.checked_client import Response
    from arthurai.contract.operation_facts import Resource
    from arthurai.contract.probe_context import ProbeContext

PROBES: Final = ProbeList()
# What the server changes by itself.
_VOLATILE: Final = frozenset({"updated_at", "status", "versions"})
_CHANGED_BY_UPDATES: Final = ("last_updated_at", "last_updated_by", "last_updated_by_type")


@dataclass(frozen=True)
class Lifecycle:
    """How objects of a resource change and end.

    Attributes:
        create: Operation that creates one; the others follow from the document.
        change: The members to change.
        whole: Whether a change must send the whole object.
        hidden: Members of the request that no response shows.
        remains: Whether a removed one can still be read.
        unique: Member that no two may share.
    """

    create: str
    change: Mapping[str, Any] = field(default_factory=dict)
    whole: bool = False
    hidden: frozenset[str] = frozenset()
    remains: bool = False
    unique: str = ""

    @property
    def resource(self) -> Resource:
        """The operations that such an object goes through."""
        return created_resources()[self.create]


LIFECYCLES: Final = (
    Lifecycle(
        "create_model",
        {"display_name": f"{PREFIX} renamed", "description": "changed"},
        hidden=frozenset({"attributes", "organization_id"}),
        remains=True,
        unique="partner_model_id",
    ),
    *(
        Lifecycle(
            create,
            {"query": {"select": [{"function": "count", "alias": "changed"}]}},
            whole=True,
            unique="name",
        )
        for create in ("create_metric", "create_metric_v3")
    ),
    Lifecycle(
        "create_alert_rule",
        {
            "threshold": 77.25,
            "bound": "lower",
            "severity": "critical",
            "lookback_period": 15,
            "subsequent_alert_wait_time": 45,
        },
    ),
    Lifecycle("create_alert_notification_configuration", {"enabled": True}),
    Lifecycle(
        "create_alert_summary_configuration",
        {"send_time_of_day": "21:45", "send_day_of_week": "Friday", "enabled": False},
        hidden=frozenset({"subscribers"}),
        unique="name",
    ),
    Lifecycle("create_alert_summary_subscriber", {"enabled": False}),
    Lifecycle("create_service_account", hidden=frozenset({"role"})),
    Lifecycle(
        "create_user",
        {"first_name": "Changed", "last_name": "Name"},
        hidden=frozenset({"password"}),
        remains=True,
        unique="username",
    ),
    Lifecycle("create_organization", {"name": run_names.name("renamed")}),
)


def _check_lifecycle(context: ProbeContext, lifecycle: Lifecycle) -> None:
    """Take an object from its creation to its removal."""
    case = _Case(context, lifecycle)
    case.create()
    case.read()
    case.find()
    case.create_duplicate()
    case.update()
    case.remove()


for _lifecycle in LIFECYCLES:
    _name = _lifecycle.create.removeprefix("create_")
    PROBES.probe(f"lifecycle of {_name}", *_lifecycle.resource.operation_ids)(
        partial(_check_lifecycle, lifecycle=_lifecycle)
    )


class _Case:
    def __init__(self, context: ProbeContext, lifecycle: Lifecycle) -> None:
        self.context = context
        self.lifecycle = lifecycle
        self.resource = resource = lifecycle.resource
        parents = context.fixtures.path(context.operations[resource.create])
        if parents is None:
            raise ProbeStoppedError(resource.create)
        self.parents = parents
        self.path: dict[str, str] = {}
        self.sent: dict[str, Any] = {}
        self.object: dict[str, Any] = {}
        self.other_id = ""

    def create(self) -> None:
        create = self.resource.create
        self.sent = self._new_body()
        response = self.context.call_ok(create, self.parents, json=self.sent)
        self._adopt(response)
        self.object = response.json if isinstance(response.json, dict) else {}
        self.path = {**self.parents, self.resource.identifier: str(self.object.get("id"))}
        self._compare(self.sent, self.object, "response differs from request", response)
        body, before = self._new_body(), len(self._list_all().rows)
        other = self.context.call_ok(create, self.parents, json=body)
        self._adopt(other)
        self.other_id = str(other.get("id"))
        added = len(self._list_all().rows) - before
        if self.context.guard.confined and create != "create_organization":  # others may add some
            kind, what = "objects created", "objects that one request created"
            self.context.expect_equal(added, 1, kind, other, what=what)
        self.context.expect(
            other.get("id") != self.object.get("id"),
            "ids not unique",
            f"two objects have the id {other.get('id')}",
            other,
        )

    def _new_body(self) -> dict[str, Any]:
        return {**self.context.fixtures.valid_body(self.resource.create)}

    def _adopt(self, response: Response) -> None:
        self.context.fixtures.adopt(self.resource.create, self.parents, response.json)

    def read(self) -> None:
        if self.resource.read:
            response = self.context.call(self.resource.read, self.path)
            text = f"{self.resource.create} returned it, reading it answers {response.status}"
            if self.context.expect(response.ok, "created object not readable", text, response):
                self._compare(self.object, response.json, "created object differs", response)

    def _list_all(self) -> Response:
        listing = self.resource.listing
        paged = "page_size" in query_parameters(self.context.operations[listing])
        query = {"page_size": ALL_ROWS} if paged else {}
        return self.context.call_ok(listing, self.parents, query=query)

    def _list(self) -> tuple[list[dict[str, Any]], Response]:
        """Return the rows of the list that show the object."""
        response = self._list_all()
        name = self.path[self.resource.identifier]
        return [row for row in response.rows if row.get("id") == name], response

    def find(self) -> None:
        rows, response = self._list()
        if self.context.expect(
            len(rows) == 1,
            "object not listed",
            f"{self.object.get('id')} was created and is listed {len(rows)} times",
            response,
        ):
            shown = {name: value for name, value in self.object.items() if name in rows[0]}
            self._compare(shown, rows[0], "listed object differs", response)

    def create_duplicate(self) -> None:
        unique = self.lifecycle.unique
        if unique:
            body = {**self._new_body(), unique: self.sent[unique]}
            response = self.context.call(self.resource.create, self.parents, json=body)
            if response.ok:
                self._adopt(response)
            refused = (HTTPStatus.CONFLICT, HTTPStatus.BAD_REQUEST)
            why = f"for a second object with the {unique} of the first"
            self.context.expect_status(response, refused, "taken name accepted", why=why)

    def update(self) -> None:
        resource, change = self.resource, self.lifecycle.change
        if not resource.update:
            return
        body = {**self.sent, **change} if self.lifecycle.whole else change
        response = self.context.call_ok(resource.update, self.path, json=body)
        expected = {**self.object, **change}
        for name in _CHANGED_BY_UPDATES:
            expected.pop(name, None)
        if isinstance(response.json, dict):
            self._compare(change, response.json, "update not in response", response)
        if resource.read:
            seen = self.context.call_ok(resource.read, self.path)
            rows = [seen.json]
            self._compare(expected, seen.json, "object differs after an update", seen)
        else:
            rows, seen = self._list()
        for shown in rows[:1]:
            self._compare(change, shown, "update not visible", seen, resource.update)

    def remove(self) -> None:
        resource = self.resource
        self.context.call_ok(resource.remove, self.path)
        if resource.read:
            response = self.context.call(resource.read, self.path)
            archived = (
                response.get("archived") is True
                or response.get("active") is False
                or str(response.get("status") or "").startswith("Archiv")
            )
            gone = response.status == HTTPStatus.NOT_FOUND
            self.context.expect(
                gone or (self.lifecycle.remains and archived),
                "removed object readable",
                f"expected 404 after the removal, got {response.status}",
                response,
                operation_id=resource.remove,
            )
        rows, listed = self._list()
        self.context.expect(
            not any(row.get("active", True) for row in rows),
            "removed object listed",
            f"{self.path[resource.identifier]} was removed and is listed",
            listed,
        )
        self.context.expect(
            any(row.get("id") == self.other_id and row.get("active", True) for row in listed.rows),
            "removal reaches others",
            f"{self.other_id} was not removed and is listed no longer",
            listed,
            operation_id=resource.remove,
        )
        if not self.lifecycle.remains:
            response = self.context.call(resource.remove, self.path)
            with self.context.inferred():
                why = "at the second removal"
                self.context.expect_status(response, HTTPStatus.NOT_FOUND, "removed twice", why=why)

    def _compare(
        self,
        expected: Mapping[str, Any],
        shown: Any,
        kind: str,
        response: Response,
        operation_id: str | None = None,
    ) -> None:
        """Compare what is shown with what it should be, member by member."""
        if not isinstance(shown, dict):
            raise ProbeStoppedError(response.operation_id)
        for name, value in expected.items():
            if name not in self.lifecycle.hidden | _VOLATILE:
                found = shown.get(name, "nothing")
                self.context.expect(
                    name in shown and is_same(found, value),
                    kind,
                    f"{name}: expected {value!r}, got {found!r}",
                    response,
                    operation_id=operation_id,
                )


def is_same(found: Any, expected: Any) -> bool:
    """Return whether two values of a body mean the same: lists of strings have no order here.

    Args:
        found: The value.
        expected: What it should be; further members of objects are ignored.
    """
    if isinstance(found, list) and isinstance(expected, list):
        if all(isinstance(item, str) for item in [*found, *expected]):
            return sorted(found) == sorted(expected)
        return len(found) == len(expected) and all(map(is_same, found, expected))
    if isinstance(found, dict) and isinstance(expected, dict):
        return all(n in found and is_same(found[n], value) for n, value in expected.items())
    return bool(found == expected)
