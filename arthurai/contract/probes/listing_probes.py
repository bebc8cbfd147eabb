"""Probes of lists: pages partition them, filters filter, sorting sorts."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.bundle import operations
from arthurai.contract import run_names, sample_data
from arthurai.contract.factories import make_alert
from arthurai.contract.operation_client import ProbeStoppedError
from arthurai.contract.operation_facts import ALL_ROWS, query_parameters, row_members
from arthurai.contract.probe_context import ProbeList

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from arthurai.contract.checked_client import Response
    from arthurai.contract.fixtures import Fixtures
    from arthurai.contract.operation_facts import QueryParameter
    from arthurai.contract.probe_context import ProbeContext

PROBES: Final = ProbeList()
_MAX_PAGES: Final = 6
_SAMPLES: Final = 3
_COLUMNS: Final = re.compile(r"\((?P<columns>[a-z_|]+)\)\$$")
_ABSENT: Final = "arthurai-contract-no-such-thing"
_FILTERED_MEMBERS: Final = {
    "tag": "tags",
    "metric_name": "name",
    "attribute_name": "attribute",
    "default": "is_default",
    "sequence_num": "version_sequence_num",
    "label": "version_label",
    "alert_rule_id": "alert_rule.id",
    "metric": "alert_rule.metric_name",
}
# The first moment that counts, or the first that does not, and the time of a row.
_MOMENTS: Final = {
    "start_time": "timestamp",
    "end_time": "timestamp",
    "created_since": "created_at",
}
# Rows have these members only when they are expanded.
_EXPANDED: Final = frozenset({"type"})
_SCALES: Final = (("warning", "critical"), ("new", "acknowledged", "resolved"))


@dataclass(frozen=True)
class Listing:
    """An operation that lists things.

    Attributes:
        operation_id: Its name.
        guesses: Columns it is probably sorted by, where the document does not list them.
        key: The member that no two rows share.
        create: Operation that creates some of them, so that there is something to tell apart.
        prepare: Creates some of them, where one operation does not make enough of a difference.
    """

    operation_id: str
    guesses: tuple[str, ...] = ()
    key: str = "id"
    create: str = ""
    prepare: Callable[[Fixtures], None] | None = None

    @cached_property
    def parameters(self) -> dict[str, QueryParameter]:
        """Its query parameters."""
        return query_parameters(operations()[self.operation_id])

    @cached_property
    def documented_sorts(self) -> tuple[str, ...]:
        """The columns that the document lists."""
        pattern = (
            str(self.parameters["sort"].schema.get("pattern", ""))
            if "sort" in self.parameters
            else ""
        )
        match = _COLUMNS.search(pattern)
        return tuple(match["columns"].split("|")) if match else ()

    @property
    def sorts(self) -> tuple[str, ...]:
        """Columns it can be sorted by."""
        return self.documented_sorts or self.guesses

    @property
    def is_paged(self) -> bool:
        """Whether the list comes in pages."""
        return "page" in self.parameters

    @cached_property
    def filters(self) -> dict[str, str]:
        """The parameters that narrow it, and the members of rows that they are compared with."""
        members, found = row_members(operations()[self.operation_id]) - _EXPANDED, {}
        for name in self.parameters:
            singular = name.removesuffix("es" if name.endswith("ses") else "s")
            member = _FILTERED_MEMBERS.get(name, name if name in members else singular)
            if member.partition(".")[0] in members:
                found[name] = member
        return found


def _make_models(fixtures: Fixtures) -> None:
    fixtures.get("model")
    regression = [
        {**attribute, "is_positive_predicted_attribute": False}
        for attribute in sample_data.model()["attributes"]
    ]
    for attribute in regression:
        if attribute["name"] == "defaulted":
            attribute.update(value_type="FLOAT", categorical=False)
            del attribute["categories"]
    fixtures.create_model(output_type="REGRESSION", attributes=regression)
    fixtures.create_model(tags=[run_names.name("tag"), run_names.name("tag")])


def _make_versions(fixtures: Fixtures) -> None:
    group = fixtures.require("model_group")
    for _ in range(2):
        label = run_names.name("version")
        fixtures.create_model(model_group_id=group, version_label=label)


def _make_alerts(fixtures: Fixtures) -> None:
    fixtures.get("alert")
    make_alert(fixtures)
    for _ in range(2):
        make_alert(fixtures, batch=run_names.name("batch"))


def _make_rules(fixtures: Fixtures) -> None:
    for severity in ("warning", "critical", "warning"):
        fixtures.create_sample("create_alert_rule", severity=severity)


def _make_notifications(fixtures: Fixtures) -> None:
    other = fixtures.create_model_path()["model_id"]
    for model in (fixtures.require("model"), other, other):
        fixtures.create_sample("create_alert_notification_configuration", model_id=model)


def _create_some(fixtures: Fixtures, operation_id: str) -> None:
    for _ in range(_SAMPLES):
        fixtures.create_sample(operation_id)


LISTINGS: Final = (
    Listing("list_models", ("display_name", "created_at"), prepare=_make_models),
    Listing("list_model_groups", ("name", "created_at"), prepare=_make_models),
    Listing("list_model_group_versions", prepare=_make_versions),
    Listing("list_model_attributes", ("name",)),
    Listing("list_tags", key="name", prepare=_make_models),
    Listing("list_users", ("username", "email"), create="create_user"),
    Listing("list_organizations", ("name",)),
    Listing("list_service_accounts", create="create_service_account"),
    Listing("list_metrics", ("name",), create="create_metric"),
    Listing("list_metrics_v3", ("name",), create="create_metric"),
    Listing("list_alert_rules", prepare=_make_rules),
    Listing("list_alerts", prepare=_make_alerts),
    Listing("list_alert_notification_configurations", prepare=_make_notifications),
    Listing("list_alert_summary_configurations", create="create_alert_summary_configuration"),
    Listing("list_insights"),
    Listing("get_bias_mitigation_curves"),
)


class _List:
    """A list of the server that a path addresses."""

    def __init__(self, context: ProbeContext, listing: Listing) -> None:
        self.context = context
        self.listing = listing
        self.name = listing.operation_id
        if context.writes and listing.prepare:
            context.fixtures.run_once(listing.prepare)
        elif context.writes and listing.create:
            context.fixtures.run_once(_create_some, listing.create)
        path = context.fixtures.path(context.operations[self.name])
        if path is None:
            raise ProbeStoppedError(self.name)
        self.path = path

    def call(self, *items: tuple[str, Any], size: int | None = ALL_ROWS) -> Response:
        paged = size is not None and self.listing.is_paged
        query = [*items, ("page_size", size)] if paged else [*items]
        return self.context.call(self.name, self.path, query=query)

    def rows(self, *items: tuple[str, Any]) -> list[dict[str, Any]]:
        response = self.call(*items)
        if response.status == HTTPStatus.NOT_FOUND and items:
            return []
        if not response.ok:
            text = f"{response.status} for {dict(items)}: {response.get('error')}"
            allowed = response.status == HTTPStatus.FORBIDDEN
            self.context.expect(allowed, "refused", text, response)
            raise ProbeStoppedError(self.name)
        return response.rows

    def ids(self, rows: Iterable[Mapping[str, Any]]) -> list[Any]:
        return [row.get(self.listing.key) for row in rows]


def _check_pages(context: ProbeContext, listing: Listing) -> None:
    """Pages hold what the whole list holds, each row once, and say how many there are."""
    listed = _List(context, listing)
    whole = listed.call()
    if not whole.ok:
        return
    ids = listed.ids(whole.rows)
    context.expect(len(set(map(str, ids))) == len(ids), "ids not unique", f"{ids}", whole)
    if not listing.is_paged or whole.get("total_count") is None:
        return
    context.expect_members({"total_count": len(ids)}, "total_count", whole)
    with context.inferred():
        context.expect_members({"page_size": ALL_ROWS}, "paging numbers", whole)
    for size in (1, 2, 3):
        _check_pages_of(listed, ids, size)
    usual = listed.call(size=None)
    expected = {"page_size": listing.parameters["page_size"].default, "page": 1}
    context.expect_members(expected, "default page size", usual)


def _check_pages_of(listed: _List, ids: list[Any], size: int) -> None:
    context, count = listed.context, math.ceil(len(ids) / size)
    for number in [*range(1, min(count, _MAX_PAGES) + 1), count + 1, count + 7]:
        response = listed.call(("page", number), size=size)
        place = f"page {number} of {count}"
        if not context.expect_status(response, HTTPStatus.OK, "paging", why=f"for {place}"):
            return
        kind = "paging" if number <= count else "page beyond the end"
        rows = ids[(number - 1) * size : number * size]
        context.expect_equal(listed.ids(response.rows), rows, kind, response, what=place)
        numbers = {"page": number, "page_size": size, "total_count": len(ids)}
        context.expect_members(numbers, "paging numbers", response)
        pages = response.get("total_pages")
        context.expect(
            pages in {count, max(count, 1)} or (pages is None and not response.rows),
            "total_pages",
            f"expected {count} for {len(ids)} rows by {size}, got {pages}",
            response,
        )


def _check_filters(context: ProbeContext, listing: Listing) -> None:
    """A filter keeps the rows that fit it, and no others."""
    listed = _List(context, listing)
    whole = listed.rows()
    for name, member in listing.filters.items():
        parameter = listing.parameters[name]
        present = sorted(set().union(*(_values_of(row, member) for row in whole)))
        known = _known_values(parameter)
        chosen = [*present[:2], *(value for value in known if value not in present[:2])]
        if not known and parameter.schema.get("type") != "integer":
            chosen.append(_ABSENT)
        for value in chosen:
            _check_filter(listed, whole, name, member, [value])
        if parameter.repeatable:
            for value in present[:2]:
                others = (v for v in known or [_ABSENT] if v not in present)
                other = next(others, present[0])
                _check_filter(listed, whole, name, member, [other, value])
                _check_filter(listed, whole, name, member, [value, other])


def _check_moments(context: ProbeContext, listing: Listing) -> None:
    """A moment that narrows a list is the first that counts, or the first that does not."""
    listed = _List(context, listing)
    whole = listed.rows()
    for name, parameter in listing.parameters.items():
        member = _MOMENTS.get(name)
        if member is None or parameter.schema.get("format") != "date-time":
            continue
        member = next((m for m in (member, "created_at") if any(m in row for row in whole)), "")
        moments = sorted({str(row[member]) for row in whole if row.get(member)})
        for moment in {*moments[:1], *moments[-1:]}:
            kept = {
                str(row.get(listing.key))
                for row in whole
                if (_moment_of(row.get(member)) < _moment_of(moment)) is (name == "end_time")
            }
            found = set(map(str, listed.ids(listed.rows((name, moment)))))
            text = f"{name}={moment}: {len(kept)} of {len(whole)} rows fit, {len(found)} came"
            context.expect(found == kept, "filter", text, listed.name)


def _moment_of(text: object) -> datetime:
    return datetime.fromisoformat(str(text))


def _known_values(parameter: QueryParameter) -> list[str]:
    """Return all values that a parameter can have, where the document lists them."""
    if parameter.schema.get("type") == "boolean":
        return ["True", "False"]
    return list(map(str, parameter.schema.get("enum", ())))


def _values_of(row: Mapping[str, Any], member: str) -> set[str]:
    """Return what a row has at a member, several values for a list."""
    value: Any = row
    for step in member.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    several = value if isinstance(value, list) else [value]
    return {str(single) for single in several if single is not None}


def _check_filter(
    listed: _List, whole: list[dict[str, Any]], name: str, member: str, values: list[str]
) -> None:
    found = sorted(map(str, listed.ids(listed.rows((name, values)))))
    fitting = [row for row in whole if _values_of(row, member) & set(values)]
    listed.context.expect(
        found == sorted(map(str, listed.ids(fitting))),
        "filter" if len(values) == 1 else "repeated filter",
        f"{name}={values}: {len(fitting)} of {len(whole)} rows fit, {len(found)} were returned",
        listed.name,
    )


def _check_sorting(context: ProbeContext, listing: Listing) -> None:
    """Rows come in the order asked for, and in the opposite one with a minus."""
    listed = _List(context, listing)
    for column in listing.sorts:
        up = listed.call(("sort", column))
        if up.status == HTTPStatus.BAD_REQUEST and not listing.documented_sorts:
            continue
        down = listed.call(("sort", f"-{column}"))
        text = f"{up.status} for sort={column}, {down.status} for sort=-{column}"
        context.expect(up.ok and down.ok, "sort refused", text, down if up.ok else up)
        rising = [row.get(column) for row in up.rows]
        falling = [row.get(column) for row in down.rows]
        context.expect(
            _is_sorted(rising) and len(rising) == len(falling),
            "sort",
            f"sort={column} returns {rising[:10]}",
            up,
        )
        text = f"sort=-{column} returns {falling[:10]}"
        context.expect(_is_sorted(falling[::-1]), "sort", text, down)


def _is_sorted(values: list[Any]) -> bool:
    """Return whether values rise, in one of the orders that strings have; gaps may be anywhere."""
    known = [value for value in values if value is not None]
    if known == sorted(known):
        return True
    if not all(isinstance(value, str) for value in known):
        return False
    scale = next((scale for scale in _SCALES if set(known) <= set(scale)), ())
    return known == sorted(known, key=str.casefold) or (
        bool(scale) and known == sorted(known, key=scale.index)
    )


for _listing in LISTINGS:
    for _aspect, _check in (
        ("paging", _check_pages),
        ("filters", _check_filters),
        ("moments", _check_moments),
        ("sorting", _check_sorting),
    ):
        if _check is not _check_sorting or _listing.sorts:
            _name = _listing.operation_id
            PROBES.probe(f"{_aspect} of {_name}", _name, writes=False)(
                partial(_check, listing=_listing)
            )
