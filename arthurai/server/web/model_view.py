"""A model as its pages see it: its schema, the span of its data, and what the address selects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson

from arthurai.common.vocabulary import Stage, ValueType
from arthurai.server.model_schema import ModelSchema
from arthurai.server.timestamps import format_timestamp
from arthurai.server.web.charts import Chart, Column
from arthurai.server.web.formats import parse_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import tzinfo

    from arthurai.server.model_schema import Attribute
    from arthurai.server.web.view import View

RANGES: Final = {
    "1d": ("24 hours", timedelta(days=1)),
    "7d": ("7 days", timedelta(days=7)),
    "30d": ("30 days", timedelta(days=30)),
    "90d": ("90 days", timedelta(days=90)),
    "365d": ("12 months", timedelta(days=365)),
    "all": ("All time", None),
}
DEFAULT_RANGE: Final = "30d"
ROLLUPS: Final = (
    ("hour", timedelta(days=2)),
    ("day", timedelta(days=100)),
    ("month", timedelta(days=365 * 20)),
)
CARRIED: Final = frozenset({"range", "from", "to", "segment", "value", "zone"})
_PERIODS: Final = ("period", "rollup")
"""Members of rows that are starts of periods."""
_NUMBERS: Final = frozenset({ValueType.Integer, ValueType.Float})
_PLAIN: Final = _NUMBERS | {ValueType.Boolean, ValueType.String}


@dataclass(frozen=True, slots=True)
class Span:
    """The inferences of a model.

    Attributes:
        count: How many there are.
        first: When the first one was made.
        last: When the last one was made.
    """

    count: int
    first: datetime | None
    last: datetime | None


class ModelView:
    """One model, in the range and the segment of the address.

    Attributes:
        view: The request.
        model: The model, as the API describes it.
        schema: Its attributes, typed.
    """

    def __init__(self, view: View) -> None:
        """Fetch the model that the path names.

        Args:
            view: The request.
        """
        self.view = view
        self.id = view.params["model_id"]
        self.model: dict[str, Any] = view.api.call(
            "get_model", {"model_id": self.id, "expand": ["attributes"]}
        )
        self.schema = ModelSchema.from_model(self.model)
        self._results: dict[bytes, Any] = {}

    @property
    def name(self) -> str:
        """The name that people know the model by."""
        return str(self.model.get("display_name") or self.model["partner_model_id"])

    @cached_property
    def span(self) -> Span:
        """How many inferences there are and from when to when."""
        ends = [
            {"function": f, "alias": f, "parameters": {"property": "inference_timestamp"}}
            for f in ("min", "max")
        ]
        rows = self.run("query", {"select": [{"function": "count", "alias": "count"}, *ends]})
        row = rows[0] if rows else {}
        return Span(
            int(row.get("count") or 0), parse_time(row.get("min")), parse_time(row.get("max"))
        )

    @property
    def range_name(self) -> str:
        """The chosen range, a key of `RANGES`, or `custom`."""
        if self.view.query.get("from") or self.view.query.get("to"):
            return "custom"
        wanted = self.view.query.get("range", DEFAULT_RANGE)
        return wanted if wanted in RANGES else DEFAULT_RANGE

    @cached_property
    def ends(self) -> tuple[datetime | None, datetime | None]:
        """Start and end of the chosen range; it ends with the last inference."""
        if self.range_name == "custom":
            return self._read("from"), self._read("to")
        length = RANGES[self.range_name][1]
        if length is None or self.span.last is None:
            return None, None
        return self.span.last - length, None

    @cached_property
    def zone_name(self) -> str | None:
        """The time zone that the address chooses for periods; `None` for UTC and unknown ones."""
        name = self.view.query.get("zone", "").strip()
        if name.upper() in {"", "UTC"}:
            return None
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return None
        return name

    @property
    def has_unknown_zone(self) -> bool:
        """Whether the address names a time zone that does not exist."""
        named = self.view.query.get("zone", "").strip().upper()
        return self.zone_name is None and named not in {"", "UTC"}

    @property
    def zone(self) -> tzinfo:
        """The time zone of periods."""
        return UTC if self.zone_name is None else ZoneInfo(self.zone_name)

    @property
    def zone_member(self) -> dict[str, str]:
        """The member of a request that cuts periods by the clocks of the zone."""
        return {} if self.zone_name is None else {"time_zone": self.zone_name}

    def time_column(self, key: str) -> Column:
        """Return the column of the starts of periods.

        Args:
            key: Member of the rows.
        """
        return Column(key, f"Period ({self.zone_name or 'UTC'})", "time")

    def to_local(self, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Return rows with the starts of their periods by the clocks of the zone.

        Args:
            rows: Rows of a result.
        """
        if self.zone_name is None:
            return list(map(dict, rows))
        found = []
        for row in rows:
            starts = {key: parse_time(row.get(key)) for key in _PERIODS}
            local = {
                key: start.astimezone(self.zone).isoformat()
                for key, start in starts.items()
                if start is not None
            }
            found.append({**row, **local})
        return found

    def _read(self, name: str) -> datetime | None:
        """Return an end of a custom range; times without a zone are of that of the address."""
        text = self.view.query.get(name) or None
        moment = parse_time(text)
        if moment is None or text is None or datetime.fromisoformat(text).tzinfo is not None:
            return moment
        return moment.replace(tzinfo=self.zone)

    @property
    def range_label(self) -> str:
        """The chosen range in words."""
        if self.range_name != "custom":
            return RANGES[self.range_name][0]
        start, end = (None if t is None else t.astimezone(self.zone) for t in self.ends)
        return f"{start:%Y-%m-%d} to {end:%Y-%m-%d}" if start and end else "Custom"

    @property
    def rollup(self) -> str:
        """The period that series are cut into: `hour`, `day` or `month`."""
        start, end = self.ends
        start = start or self.span.first
        end = end or self.span.last
        if start is None or end is None:
            return "day"
        length = end - start
        return next((name for name, limit in ROLLUPS if length <= limit), "year")

    @cached_property
    def time_filters(self) -> list[dict[str, Any]]:
        """Conditions on the time of inferences."""
        start, end = self.ends
        found = []
        if start is not None:
            found.append(_condition("inference_timestamp", "gte", _stamp(start)))
        if end is not None:
            found.append(_condition("inference_timestamp", "lt", _stamp(end)))
        return found

    @cached_property
    def segment(self) -> tuple[Attribute, Any] | None:
        """The attribute and value that the address selects, if it selects one."""
        name = self.view.query.get("segment")
        if not name:
            return None
        attribute = self.schema.attribute(name)
        if attribute is None or "value" not in self.view.query:
            return None
        return attribute, _typed(attribute, self.view.query["value"])

    @property
    def segment_filters(self) -> list[dict[str, Any]]:
        """Conditions of the chosen segment."""
        if self.segment is None:
            return []
        attribute, value = self.segment
        return [_condition(attribute.name, "eq", value)]

    @property
    def filters(self) -> list[dict[str, Any]]:
        """All conditions of the address."""
        return [*self.time_filters, *self.segment_filters]

    @property
    def inputs(self) -> tuple[Attribute, ...]:
        """Inputs and other attributes that were sent, in the order of the model."""
        found = self.schema.by_stage(Stage.ModelPipelineInput, Stage.NonInputData)
        return tuple(a for a in found if not a.implicit)

    @property
    def measurable(self) -> list[str]:
        """Names of the attributes whose distribution can be compared."""
        found = [
            a.name
            for a in self.inputs
            if a.value_type in _NUMBERS or (a.value_type in _PLAIN and not a.is_unique)
        ]
        found += [
            a.name
            for a in self.schema.by_stage(Stage.PredictedValue)
            if a.value_type in _NUMBERS or (a.value_type in _PLAIN and a.categorical)
        ]
        return list(dict.fromkeys(found))

    @property
    def groupable(self) -> list[Attribute]:
        """Attributes with few values, which segments are made of."""
        return [
            a
            for a in self.inputs
            if a.value_type in _PLAIN
            and (a.categorical or a.value_type == ValueType.Boolean)
            and not a.is_unique
        ]

    @property
    def truth(self) -> Attribute | None:
        """The ground truth that users send; `None` for a model without one."""
        found = [a for a in self.schema.ground_truths if not a.implicit]
        return found[0] if found else next(iter(self.schema.ground_truths), None)

    @cached_property
    def alert_count(self) -> int:
        """How many alerts are new."""
        if not self.view.may("list_alerts"):
            return 0
        wanted = {"model_id": [self.id], "status": "new", "page_size": 1}
        return int(self.view.api.call("list_alerts", wanted)["total_count"])

    @property
    def carried(self) -> str:
        """Range and segment as a query string, for links to other pages of the model."""
        pairs = [(k, v) for k, v in self.view.query.items(multi=True) if k in CARRIED]
        return f"?{urlencode(pairs)}" if pairs else ""

    @property
    def kept_parameters(self) -> list[tuple[str, str]]:
        """Parameters of the address that the form of the range keeps."""
        return [(k, v) for k, v in self.view.query.items(multi=True) if k in {"segment", "value"}]

    def bucket(self) -> dict[str, Any]:
        """Return the item of a selection that cuts time into periods."""
        return {
            "function": "roundTimestamp",
            "alias": "period",
            "parameters": {
                "property": "inference_timestamp",
                "time_interval": self.rollup,
                **self.zone_member,
            },
        }

    def run(self, operation_id: str, body: Mapping[str, Any], **parameters: Any) -> list[Any]:
        """Run a query and return its rows; the same query runs once for each page.

        Args:
            operation_id: One of the operations of queries.
            body: The query.
            **parameters: Query parameters.
        """
        key = orjson.dumps([operation_id, body, parameters])
        if key not in self._results:
            wanted = {"model_id": self.id, **parameters}
            self._results[key] = self.view.api.call(operation_id, wanted, body=body)
        return self.to_local(self._results[key]["query_result"])

    def chart(
        self,
        chart_id: str,
        title: str,
        columns: Sequence[Column],
        body: Mapping[str, Any],
        operation_id: str = "query",
        **more: Any,
    ) -> Chart:
        """Run a query and return the chart of its rows.

        Args:
            chart_id: Name within the page.
            title: What it shows.
            columns: Columns of its table.
            body: The query.
            operation_id: One of the operations of queries.
            **more: Further members of the chart.
        """
        rows = self.run(operation_id, body)
        return Chart(
            chart_id, title, columns, rows, operation_id, {"model_id": self.id}, body, **more
        )


def over_time(select: list[dict[str, Any]], model: ModelView) -> dict[str, Any]:
    """Return the query of a selection for each period of the chosen range.

    Args:
        select: What is selected for each period.
        model: The model.
    """
    return with_filters(
        {
            "select": [model.bucket(), *select],
            "group_by": [{"alias": "period"}],
            "order_by": [{"alias": "period", "direction": "asc"}],
        },
        model.filters,
    )


def with_filters(query: dict[str, Any], filters: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a query with conditions; without any it stays as it is.

    Args:
        query: The query.
        filters: The conditions.
    """
    return {**query, "filter": filters} if filters else query


def _condition(name: str, comparator: str, value: Any) -> dict[str, Any]:
    return {"property": name, "comparator": comparator, "value": value}


def _stamp(moment: datetime) -> str:
    return format_timestamp(moment.astimezone(UTC))


def _typed(attribute: Attribute, text: str) -> Any:
    try:
        if attribute.value_type == ValueType.Integer:
            return int(text)
        if attribute.value_type == ValueType.Float:
            return float(text)
    except ValueError:
        return text
    if attribute.value_type == ValueType.Boolean:
        return text.lower() == "true"
    return text
