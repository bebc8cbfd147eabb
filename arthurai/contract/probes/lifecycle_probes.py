"""Probes of single objects: what was created can be read, listed, changed and removed."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from arthurai.contract import sample_data as specimens
from arthurai.contract.probe_context import WHOLE, StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from arthurai.contract.checked_client import Reply
    from arthurai.contract.fixtures import World
    from arthurai.contract.probe_context import Bench


@dataclass(frozen=True)
class Kind:
    """A kind of object with its operations.

    Attributes:
        name: What it is called in a report.
        create: Operation that makes one.
        body: Makes the request for that.
        identifier: The path parameter that names one.
        parents: Kinds of the other path parameters.
        read: Operation that shows one.
        listing: Operation that lists them.
        update: Operation that changes one.
        change: What to change.
        whole: Whether a change has to send the whole object.
        remove: Operation that removes one.
        hidden: Members of the request that no answer shows.
        remains: Whether a removed one can still be read.
        unique: Member that no two may share.
    """

    name: str
    create: str
    body: Callable[[World], dict[str, Any]]
    identifier: str
    parents: Mapping[str, str] = field(default_factory=dict)
    read: str = ""
    listing: str = ""
    update: str = ""
    change: Mapping[str, Any] = field(default_factory=dict)
    whole: bool = False
    remove: str = ""
    hidden: frozenset[str] = frozenset()
    remains: bool = False
    unique: str = ""

    @property
    def operations(self) -> set[str]:
        """The operations that a life of such an object goes through."""
        return {self.create, self.read, self.listing, self.update, self.remove} - {""}


_METRIC_CHANGE: Final = {
    "query": {"select": [{"function": "count", "alias": "changed"}]},
}
_SUMMARY_CHANGE: Final = {
    "send_time_of_day": "21:45",
    "send_day_of_week": "Friday",
    "enabled": False,
}
_MODEL: Final = {"model_id": "model"}

KINDS: Final = (
    Kind(
        "model",
        "create_model",
        lambda _: specimens.model(
            description="made by a contract check", tags=[specimens.name("tag")], version_label="a"
        ),
        "model_id",
        read="get_model",
        listing="list_models",
        update="update_model",
        change={"display_name": "arthurai-contract renamed", "description": "changed"},
        remove="archive_model",
        hidden=frozenset({"attributes", "organization_id"}),
        remains=True,
        unique="partner_model_id",
    ),
    *(
        Kind(
            f"metric{suffix}",
            f"create_metric{suffix}",
            lambda world: specimens.metric(world.need("model")),
            "metric_id",
            parents=_MODEL,
            read=f"get_metric{suffix}",
            listing=f"list_metrics{suffix}",
            update=f"update_metric{suffix}",
            change=_METRIC_CHANGE,
            whole=True,
            remove=f"delete_metric{suffix}",
            unique="name",
        )
        for suffix in ("", "_v3")
    ),
    Kind(
        "alert rule",
        "create_alert_rule",
        lambda world: specimens.alert_rule(world.need("metric")),
        "alert_rule_id",
        parents=_MODEL,
        listing="list_alert_rules",
        update="update_alert_rule",
        change={
            "threshold": 77.25,
            "bound": "lower",
            "severity": "critical",
            "lookback_period": 15,
            "subsequent_alert_wait_time": 45,
        },
        remove="delete_alert_rule",
    ),
    Kind(
        "notification configuration",
        "create_alert_notification_configuration",
        lambda world: specimens.notification(world.need("model")),
        "configuration_id",
        read="get_alert_notification_configuration",
        listing="list_alert_notification_configurations",
        update="update_alert_notification_configuration",
        change={"enabled": True},
        remove="delete_alert_notification_configuration",
    ),
    Kind(
        "summary configuration",
        "create_alert_summary_configuration",
        lambda world: specimens.summary(world.need("model")),
        "configuration_id",
        read="get_alert_summary_configuration",
        listing="list_alert_summary_configurations",
        update="update_alert_summary_configuration",
        change=_SUMMARY_CHANGE,
        remove="delete_alert_summary_configuration",
        hidden=frozenset({"subscribers"}),
        unique="name",
    ),
    Kind(
        "summary subscriber",
        "create_alert_summary_subscriber",
        lambda world: {"type": "email", "user_id": world.make_user()},
        "subscriber_id",
        parents={"configuration_id": "summary"},
        read="get_alert_summary_subscriber",
        listing="list_alert_summary_subscribers",
        update="update_alert_summary_subscriber",
        change={"enabled": False},
        remove="delete_alert_summary_subscriber",
    ),
    Kind(
        "service account",
        "create_service_account",
        lambda _: specimens.service_account(),
        "service_account_id",
        read="get_service_account",
        listing="list_service_accounts",
        remove="delete_service_account",
        hidden=frozenset({"role"}),
    ),
    Kind(
        "user",
        "create_user",
        lambda _: specimens.user(),
        "user_id",
        read="get_user",
        listing="list_users",
        update="update_user",
        change={"first_name": "Changed", "last_name": "Name"},
        remove="delete_user",
        hidden=frozenset({"password"}),
        remains=True,
        unique="username",
    ),
    Kind(
        "organization",
        "create_organization",
        lambda _: {"name": specimens.name("organization")},
        "organization_id",
        read="get_organization",
        listing="list_organizations",
        update="update_organization",
        change={"name": "arthurai-contract renamed"},
        remove="delete_organization",
    ),
)


def probes(bench: Bench) -> Iterator[tuple[str, Callable[[Bench, World], None]]]:
    """Return the probes of the kinds of objects that a run is about.

    Args:
        bench: Knows the operations of the run.
    """
    if bench.writes:
        for kind in KINDS:
            if kind.operations & bench.selected:
                yield f"life of a {kind.name}", partial(_live, kind=kind)


def _live(bench: Bench, world: World, *, kind: Kind) -> None:
    life = _Life(bench, world, kind)
    life.create()
    life.read(life.object, "created object")
    life.find(present=True)
    life.refuse_a_double()
    life.update()
    life.remove()


class _Life:
    def __init__(self, bench: Bench, world: World, kind: Kind) -> None:
        self.bench = bench
        self.world = world
        self.kind = kind
        parents = {name: world.need(of) for name, of in kind.parents.items()}
        self.parents: dict[str, str] = parents
        self.path: dict[str, str] = {}
        self.sent: dict[str, Any] = {}
        self.object: dict[str, Any] = {}

    def create(self) -> None:
        kind = self.kind
        self.sent = kind.body(self.world)
        reply = self.bench.must(kind.create, self.parents, json=self.sent)
        made = reply.json if isinstance(reply.json, dict) else {}
        name = str(made.get("id"))
        self._adopt(made)
        self.path = {**self.parents, kind.identifier: name}
        self.object = made
        self._compare(kind.create, self.sent, made, "answer differs from request", reply)
        other = self.bench.must(kind.create, self.parents, json=kind.body(self.world))
        self._adopt(other.json)
        self.bench.expect(
            other.get("id") != made.get("id"),
            kind.create,
            "ids not unique",
            f"two objects have the id {made.get('id')}",
            other,
        )

    def _adopt(self, made: Any) -> None:
        self.world.adopt(self.bench.operations[self.kind.create], self.parents, made)

    def read(self, wanted: Mapping[str, Any], kind_of_fault: str) -> None:
        if not self.kind.read:
            return
        reply = self.bench.call(self.kind.read, self.path)
        if self.bench.expect(
            reply.ok,
            self.kind.read,
            f"{kind_of_fault} not readable",
            f"{self.kind.create} answered with it, reading it answers {reply.status}",
            reply,
        ):
            self._compare(self.kind.read, wanted, reply.json, f"{kind_of_fault} differs", reply)

    def find(self, *, present: bool) -> None:
        if not self.kind.listing:
            return
        size = {"page_size": WHOLE} if self._in_pages() else {}
        reply = self.bench.must(self.kind.listing, self.parents, query=size)
        name = self.path[self.kind.identifier]
        rows = [row for row in reply.rows if row.get("id") == name]
        if present:
            if self.bench.expect(
                len(rows) == 1,
                self.kind.listing,
                "object not listed",
                f"{name} was created and is listed {len(rows)} times",
                reply,
            ):
                shown = {k: v for k, v in self.object.items() if k in rows[0]}
                self._compare(self.kind.listing, shown, rows[0], "listed object differs", reply)
        else:
            gone = [row for row in rows if row.get("active", True)]
            self.bench.expect(
                not gone,
                self.kind.listing,
                "removed object listed",
                f"{name} was removed and is listed",
                reply,
            )

    def refuse_a_double(self) -> None:
        unique = self.kind.unique
        if not unique:
            return
        body = {**self.kind.body(self.world), unique: self.sent[unique]}
        reply = self.bench.call(self.kind.create, self.parents, json=body)
        if reply.ok:
            self._adopt(reply.json)
        self.bench.expect(
            reply.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT},
            self.kind.create,
            "taken name accepted",
            f"a second {self.kind.name} with the {unique} of the first: 409 expected, got "
            f"{reply.status}",
            reply,
        )

    def update(self) -> None:
        kind = self.kind
        if not kind.update:
            return
        change = dict(kind.change)
        if kind.name == "organization":
            change["name"] = specimens.name("organization")
        body = {**self.sent, **change} if kind.whole else change
        reply = self.bench.must(kind.update, self.path, json=body)
        changed = {**self.object, **change}
        for moving in ("updated_at", "last_updated_at", "last_updated_by", "last_updated_by_type"):
            changed.pop(moving, None)
        if isinstance(reply.json, dict):
            self._compare(kind.update, change, reply.json, "update not answered", reply)
        self.object = changed
        if kind.read:
            seen = self.bench.must(kind.read, self.path)
            self._compare(kind.update, change, seen.json, "update not visible", seen)
            self._compare(kind.read, changed, seen.json, "object differs after an update", seen)
        else:
            size = {"page_size": WHOLE} if self._in_pages() else {}
            seen = self.bench.must(kind.listing, self.parents, query=size)
            rows = [r for r in seen.rows if r.get("id") == self.path[kind.identifier]]
            if rows:
                self._compare(kind.update, change, rows[0], "update not visible", seen)

    def remove(self) -> None:
        kind = self.kind
        if not kind.remove:
            return
        self.bench.must(kind.remove, self.path)
        if kind.read:
            reply = self.bench.call(kind.read, self.path)
            removed = reply.get("archived") is True or reply.get("active") is False
            status = str(reply.get("status") or "").startswith("Archiv")
            self.bench.expect(
                reply.status == HTTPStatus.NOT_FOUND or (kind.remains and (removed or status)),
                kind.remove,
                "removed object readable",
                f"404 expected after the removal, got {reply.status}",
                reply,
            )
        self.find(present=False)
        if not kind.remains:
            reply = self.bench.call(kind.remove, self.path)
            with self.bench.inferred():
                self.bench.expect(
                    reply.status == HTTPStatus.NOT_FOUND,
                    kind.remove,
                    "removed twice",
                    f"404 expected at the second removal, got {reply.status}",
                    reply,
                )

    def _in_pages(self) -> bool:
        parameters = self.bench.operations[self.kind.listing].spec["parameters"]
        return any(parameter["name"] == "page_size" for parameter in parameters)

    def _compare(
        self, operation_id: str, wanted: Mapping[str, Any], shown: Any, fault: str, reply: Reply
    ) -> None:
        """Compare what is shown with what it should be, member by member."""
        if not isinstance(shown, dict):
            raise StoppedError(operation_id)
        for name, value in wanted.items():
            if name in self.kind.hidden or name in _MOVING:
                continue
            self.bench.expect(
                name in shown and same(shown[name], value),
                operation_id,
                fault,
                f"{name}: {value!r} expected, got {shown.get(name, 'nothing')!r}",
                reply,
            )


_MOVING: Final = frozenset({"updated_at", "status", "versions"})


def same(found: Any, wanted: Any) -> bool:
    """Say whether two values of a body mean the same: lists of texts have no order here.

    Args:
        found: What was found.
        wanted: What was expected.
    """
    if isinstance(found, list) and isinstance(wanted, list):
        if all(isinstance(item, str) for item in [*found, *wanted]):
            return sorted(found) == sorted(wanted)
        return len(found) == len(wanted) and all(map(same, found, wanted))
    if isinstance(found, dict) and isinstance(wanted, dict):
        return all(name in found and same(found[name], value) for name, value in wanted.items())
    return bool(found == wanted)
