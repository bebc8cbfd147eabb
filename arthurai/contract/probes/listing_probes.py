"""Probes of lists: pages partition them, filters filter, sorting sorts."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from arthurai.contract import sample_data as specimens
from arthurai.contract.factories import make_alert
from arthurai.contract.probe_context import WHOLE, StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from arthurai.contract.checked_client import Reply
    from arthurai.contract.fixtures import World
    from arthurai.contract.probe_context import Bench

_MANY_PAGES: Final = 6
_DEFAULT_PAGE_SIZE: Final = 20
_ABSENT: Final = "arthurai-contract-no-such-thing"


@dataclass(frozen=True, slots=True)
class Filter:
    """A query parameter that narrows a list.

    Attributes:
        parameter: Its name.
        member: Where the rows say what it compares: a name, or names joined by dots.
        values: All values it can have, where the document lists them.
        repeatable: Whether it can be given more than once.
        ignores_case: Whether case does not matter.
    """

    parameter: str
    member: str
    values: tuple[str, ...] = ()
    repeatable: bool = False
    ignores_case: bool = False

    def of(self, row: Mapping[str, Any]) -> set[str]:
        """Return what a row has to say, several values for a list."""
        value: Any = row
        for step in self.member.split("."):
            value = value.get(step) if isinstance(value, dict) else None
        several = value if isinstance(value, list) else [value]
        texts = {str(single) for single in several if single is not None}
        return {text.lower() for text in texts} if self.ignores_case else texts


@dataclass(frozen=True, slots=True)
class Listing:
    """An operation that lists things.

    Attributes:
        operation_id: Its name.
        filters: What narrows it.
        sorts: Columns it can be sorted by.
        documented_sorts: Whether the columns are documented, not guessed.
        unique: The member that no two rows share.
        variety: Adds things, so that there is something to tell apart.
        pages: Whether the list comes in pages.
        page_size: The page size when none is given, where that is documented.
    """

    operation_id: str
    filters: tuple[Filter, ...] = ()
    sorts: tuple[str, ...] = ()
    documented_sorts: bool = False
    unique: str = "id"
    variety: Callable[[World], None] | None = field(default=None, compare=False)
    pages: bool = True
    page_size: int | None = None


def _models(world: World) -> None:
    world.get("model")
    regression = [
        {**attribute, "is_positive_predicted_attribute": False}
        for attribute in specimens.model()["attributes"]
    ]
    for attribute in regression:
        if attribute["name"] == "defaulted":
            attribute.update(value_type="FLOAT", categorical=False, categories=None)
            del attribute["categories"]
    world.make_model(output_type="REGRESSION", attributes=regression)
    world.make_model(tags=[specimens.name("tag"), specimens.name("tag")])


def _rules(world: World) -> None:
    path = {"model_id": world.need("model")}
    for severity in ("warning", "critical", "warning"):
        body = {**specimens.alert_rule(world.need("metric")), "severity": severity}
        world.make("create_alert_rule", body, path)


def _metrics(world: World) -> None:
    path = {"model_id": world.need("model")}
    for _ in range(2):
        body = specimens.metric(path["model_id"])
        world.make("create_metric", body, path)


def _alerts(world: World) -> None:
    world.get("alert")
    make_alert(world)
    for _ in range(2):
        make_alert(world, batch=specimens.name("batch"))


def _service_accounts(world: World) -> None:
    for _ in range(2):
        body = specimens.service_account()
        world.make("create_service_account", body)


def _notifications(world: World) -> None:
    other = str(world.make_model()["id"])
    for model in (world.need("model"), other, other):
        body = specimens.notification(model)
        name = "create_alert_notification_configuration"
        world.make(name, body)


def _summaries(world: World) -> None:
    for _ in range(3):
        body = specimens.summary(world.need("model"))
        name = "create_alert_summary_configuration"
        world.make(name, body)


def _users(world: World) -> None:
    for _ in range(2):
        world.make("create_user", specimens.user())


def _versions(world: World) -> None:
    group = world.need("model_group")
    for _ in range(2):
        label = specimens.name("version")
        world.make_model(model_group_id=group, version_label=label)


_SEVERITY: Final = Filter("severity", "severity", ("warning", "critical"))


def _of_metrics(operation_id: str) -> Listing:
    return Listing(
        operation_id,
        (
            Filter("metric_name", "name"),
            Filter("attribute_name", "attribute"),
            Filter("default", "is_default", ("True", "False")),
        ),
        ("name",),
        variety=_metrics,
        page_size=_DEFAULT_PAGE_SIZE,
    )


LISTINGS: Final = (
    Listing(
        "list_models",
        (
            Filter("display_name", "display_name"),
            Filter("input_types", "input_type", ("TABULAR", "NLP", "IMAGE"), repeatable=True),
            Filter("output_types", "output_type", ("MULTICLASS", "REGRESSION"), repeatable=True),
            Filter("statuses", "status", ("Ready", "CreationFailed"), repeatable=True),
            Filter("tag", "tags", repeatable=True),
            Filter("model_group_ids", "model_group_id", repeatable=True),
        ),
        ("display_name", "created_at"),
        variety=_models,
    ),
    Listing("list_model_groups", (), ("name", "created_at"), variety=_models),
    Listing(
        "list_model_group_versions",
        (Filter("sequence_num", "version_sequence_num"), Filter("label", "version_label")),
        variety=_versions,
    ),
    Listing("list_model_attributes", (), ("name",)),
    Listing("list_tags", unique="name", variety=_models),
    Listing("list_users", (), ("username", "email"), variety=_users),
    Listing("list_organizations", (Filter("name", "name"),), ("name",)),
    Listing(
        "list_service_accounts",
        (Filter("description", "description"),),
        variety=_service_accounts,
        pages=False,
    ),
    _of_metrics("list_metrics"),
    _of_metrics("list_metrics_v3"),
    Listing(
        "list_alert_rules",
        (_SEVERITY,),
        ("name", "severity", "metric_name", "subsequent_alert_wait_time", "enabled"),
        documented_sorts=True,
        variety=_rules,
    ),
    Listing(
        "list_alerts",
        (
            _SEVERITY,
            Filter("status", "status", ("new", "acknowledged", "resolved")),
            Filter("model_id", "model_id", repeatable=True),
            Filter("alert_rule_id", "alert_rule.id"),
            Filter("batch_id", "batch_id", repeatable=True),
        ),
        ("timestamp", "status"),
        documented_sorts=True,
        variety=_alerts,
    ),
    Listing(
        "list_alert_notification_configurations",
        (Filter("model_id", "model_id"), Filter("user_id", "user_id")),
        variety=_notifications,
    ),
    Listing("list_alert_summary_configurations", variety=_summaries, page_size=_DEFAULT_PAGE_SIZE),
    Listing("list_insights", (Filter("status", "status", ("new", "resolved")),)),
    Listing(
        "get_bias_mitigation_curves",
        (
            Filter(
                "constraint",
                "constraint",
                ("demographic_parity", "equal_opportunity"),
                repeatable=True,
            ),
            Filter("attribute_id", "attribute_id"),
        ),
    ),
)


def probes(bench: Bench) -> Iterator[tuple[str, Callable[[Bench, World], None]]]:
    """Return the probes of the lists that a run is about.

    Args:
        bench: Knows the operations of the run.
    """
    for listing in LISTINGS:
        if listing.operation_id in bench.selected:
            name = listing.operation_id
            yield f"paging of {name}", partial(_paging, listing=listing)
            yield f"filters of {name}", partial(_filtering, listing=listing)
            yield f"sorting of {name}", partial(_sorting, listing=listing)


class _List:
    """One list, addressed."""

    def __init__(self, bench: Bench, world: World, listing: Listing) -> None:
        self.bench = bench
        self.listing = listing
        self.name = listing.operation_id
        if bench.writes and listing.variety is not None:
            variety = listing.variety
            world.once(variety.__name__, lambda: variety(world))
        path = world.path(bench.operations[self.name])
        if path is None:
            raise StoppedError(self.name)
        self.path = path

    def ask(self, *items: tuple[str, Any], size: int | None = WHOLE) -> Reply:
        query = [*items]
        if size is not None and self.listing.pages:
            query.append(("page_size", size))
        return self.bench.call(self.name, self.path, query=query)

    def all(self, *items: tuple[str, Any]) -> list[dict[str, Any]]:
        reply = self.ask(*items)
        if reply.status == HTTPStatus.NOT_FOUND and items:
            return []
        if not reply.ok:
            self.bench.expect(
                reply.status == HTTPStatus.FORBIDDEN,
                self.name,
                "refused",
                f"{dict(items)} answered {reply.status}: {reply.get('error')}",
                reply,
            )
            raise StoppedError(self.name)
        return reply.rows

    def expect(self, held: object, kind: str, message: str, reply: Reply | None = None) -> bool:
        return self.bench.expect(held, self.name, kind, message, reply)

    def ids(self, rows: Iterable[Mapping[str, Any]]) -> list[Any]:
        return [row.get(self.listing.unique) for row in rows]


def _paging(bench: Bench, world: World, *, listing: Listing) -> None:
    """Pages hold what the whole list holds, each row once, and say how many there are."""
    listed = _List(bench, world, listing)
    whole = listed.ask()
    if not whole.ok:
        return
    ids = listed.ids(whole.rows)
    listed.expect(len(set(map(str, ids))) == len(ids), "ids not unique", f"{ids}", whole)
    if not listing.pages or whole.get("total_count") is None:
        return
    total = whole.get("total_count")
    listed.expect(total == len(ids), "total_count", f"{len(ids)} rows, total_count {total}", whole)
    for size in (1, 2, 3):
        _pages(listed, ids, size)
    usual = listed.ask(size=None)
    if listing.page_size is not None:
        listed.expect(
            usual.get("page_size") == listing.page_size and usual.get("page") == 1,
            "default page size",
            f"page 1 of {listing.page_size} rows expected, got page {usual.get('page')} of "
            f"{usual.get('page_size')}",
            usual,
        )


def _pages(listed: _List, ids: list[Any], size: int) -> None:
    count = math.ceil(len(ids) / size)
    for number in [*range(1, min(count, _MANY_PAGES) + 1), count + 1, count + 7]:
        reply = listed.ask(("page", number), size=size)
        if not listed.expect(
            reply.status == HTTPStatus.OK,
            "paging",
            f"page {number} of {count}: 200 expected, got {reply.status}",
            reply,
        ):
            return
        rows = listed.ids(reply.rows)
        wanted = ids[(number - 1) * size : number * size]
        listed.expect(
            rows == wanted,
            "paging" if number <= count else "page beyond the end",
            f"page {number} with {size} rows a page holds {rows}, the whole list {wanted} there",
            reply,
        )
        said = [reply.get(member) for member in ("page", "page_size", "total_count")]
        listed.expect(
            said == [number, size, len(ids)],
            "paging numbers",
            f"page, page_size, total_count: {[number, size, len(ids)]} expected, got {said}",
            reply,
        )
        pages = reply.get("total_pages")
        listed.expect(
            pages in {count, max(count, 1)} or (pages is None and not rows),
            "total_pages",
            f"{count} expected for {len(ids)} rows by {size}, got {pages}",
            reply,
        )


def _filtering(bench: Bench, world: World, *, listing: Listing) -> None:
    """A filter keeps the rows that fit it, and no others."""
    listed = _List(bench, world, listing)
    whole = listed.all()
    for narrowing in listing.filters:
        present = sorted(set().union(*(narrowing.of(row) for row in whole)))
        chosen = [*present[:2], *(v for v in narrowing.values if v not in present[:2])]
        if not narrowing.values and narrowing.parameter != "sequence_num":
            chosen.append(_ABSENT)
        for value in chosen:
            _filtered(listed, whole, narrowing, [value])
        if narrowing.repeatable:
            others = narrowing.values or (_ABSENT,)
            for value in present[:2]:
                other = next((v for v in others if v not in present), present[0])
                _filtered(listed, whole, narrowing, [other, value])
                _filtered(listed, whole, narrowing, [value, other])


def _filtered(
    listed: _List, whole: list[dict[str, Any]], narrowing: Filter, values: list[str]
) -> None:
    rows = listed.all((narrowing.parameter, values))
    wanted = [row for row in whole if narrowing.of(row) & set(values)]
    found, expected = listed.ids(rows), listed.ids(wanted)
    listed.expect(
        sorted(map(str, found)) == sorted(map(str, expected)),
        "filter" if len(values) == 1 else "repeated filter",
        f"{narrowing.parameter}={values}: {len(expected)} of {len(whole)} rows fit, "
        f"{len(found)} came back",
    )


def _sorting(bench: Bench, world: World, *, listing: Listing) -> None:
    """Rows come in the order asked for, and in the opposite one with a minus."""
    if not listing.sorts:
        return
    listed = _List(bench, world, listing)
    for column in listing.sorts:
        up = listed.ask(("sort", column))
        if up.status == HTTPStatus.BAD_REQUEST and not listing.documented_sorts:
            continue
        down = listed.ask(("sort", f"-{column}"))
        listed.expect(
            up.ok and down.ok,
            "sort refused",
            f"sort={column} answered {up.status}, sort=-{column} answered {down.status}",
            up if not up.ok else down,
        )
        rising = [row.get(column) for row in up.rows]
        falling = [row.get(column) for row in down.rows]
        listed.expect(
            _in_order(rising) and len(rising) == len(falling),
            "sort",
            f"sort={column} gives {rising[:10]}",
            up,
        )
        listed.expect(
            _in_order(falling[::-1]), "sort", f"sort=-{column} gives {falling[:10]}", down
        )


def _in_order(values: list[Any]) -> bool:
    """Say whether values rise, in one of the orders that texts are put in; gaps stand anywhere."""
    known = [value for value in values if value is not None]
    if all(isinstance(value, str) for value in known):
        return known == sorted(known) or known == sorted(known, key=str.casefold) or _by_rank(known)
    return known == sorted(known)


def _by_rank(values: list[str]) -> bool:
    """Say whether words of a scale rise by their rank, e.g. warning before critical."""
    for scale in (("warning", "critical"), ("new", "acknowledged", "resolved")):
        if set(values) <= set(scale):
            return values == sorted(values, key=scale.index)
    return False
