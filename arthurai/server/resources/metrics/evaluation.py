"""Evaluation of metrics: from template and parameters to a query, from rows to series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.common.text import quote_value
from arthurai.server.query import QueryError, run_drift, run_query
from arthurai.server.query.column_types import COLUMN_TYPES, ColumnType
from arthurai.server.query.drift.drift_request import parse_drift
from arthurai.server.query.drift.side_query import find_measured_columns
from arthurai.server.query.errors import unknown_name
from arthurai.server.query.functions.transformation import read_zone
from arthurai.server.query.parse import check_nesting
from arthurai.server.resources.metrics.metric_parameters import (
    cover_choices,
    fill_placeholders,
    list_combinations,
)
from arthurai.server.resources.metrics.metric_types import is_drift_endpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from arthurai.server.model_schema import Attribute, ModelSchema
    from arthurai.server.query.sql import Warehouse

    Check = Callable[[dict[str, Any]], None]

TIME_ROLLUPS: Final = ("MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR")
ROLLUPS: Final = (*TIME_ROLLUPS, "BATCH_ID", "REFERENCE")
_WINDOW_COLUMNS: Final = frozenset(
    {"inference_timestamp", "received_timestamp", "ground_truth_timestamp", "batch_id"}
)


def evaluate(
    metric: Mapping[str, Any],
    body: Mapping[str, Any],
    schema: ModelSchema,
    store: Warehouse,
    check: Check,
) -> dict[str, Any]:
    """Evaluate a metric.

    Args:
        metric: A `Metric`.
        body: A `MetricEvaluationRequest`.
        schema: Schema of the model.
        store: Holds its data.
        check: Called with each query before it runs; raises for what the principal may not read.

    Returns:
        A `MetricEvaluationResponse`: one result for each group and choice of parameters. A built-in
        metric of an attribute or a class has a result for each of them unless one is chosen.

    Raises:
        QueryError: Parameters, group or filters do not fit, or the template is not a valid query.
    """
    rollup = body.get("rollup")
    if rollup is not None and rollup not in ROLLUPS:
        raise unknown_name("rollup", "rollup", str(rollup), ROLLUPS)
    read_zone(body.get("time_zone"), "time_zone")
    check_nesting(dict(body))
    filters = _filters(body)
    results = []
    given = cover_choices(metric, body.get("parameters"))
    for combination in list_combinations(metric.get("parameters") or [], given):
        request = _Evaluation(metric, combination, schema, store, check)
        request.uncertainty = body.get("uncertainty") is True
        request.time_zone = body.get("time_zone")
        for legend, extra, grouped in _groups(body.get("group_by"), schema):
            results += request.results([*filters, *extra], rollup, grouped, legend)
    return {"name": metric["name"], "filters": filters, "results": results}


def compute_value(
    metric: Mapping[str, Any],
    parameters: Mapping[str, Any] | None,
    filters: list[dict[str, Any]],
    schema: ModelSchema,
    store: Warehouse,
) -> float | None:
    """Return the value of a metric over some rows, or `None`.

    Args:
        metric: A `Metric`.
        parameters: Values of its parameters; the others have their defaults.
        filters: Conditions on rows; those on time and batch select the target of a drift.
        schema: Schema of the model.
        store: Holds its data.

    Raises:
        QueryError: Parameters or filters do not fit, or the metric does not return a number.
    """
    (combination, *further) = list_combinations(metric.get("parameters") or [], parameters)
    if further:
        raise QueryError("parameters", "must be one value per parameter, no lists")
    results = _Evaluation(metric, combination, schema, store, None).results(filters, None, None, {})
    value = results[0]["values"][0][results[0]["name"]] if results else None
    if value is not None and not isinstance(value, int | float):
        raise QueryError("metric", f"{quote_value(metric['name'])} returns an object, not a number")
    return None if value is None else float(value)


def _filters(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    filters = body.get("filters") or []
    if not isinstance(filters, list) or not all(isinstance(item, dict) for item in filters):
        raise QueryError("filters", f"must be a list of filters, got {quote_value(filters)}")
    return filters


def _groups(
    name: Any, schema: ModelSchema
) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]], str | None]]:
    """Yield legend, filters and grouping column of each query of a grouping."""
    if name is None:
        yield {}, [], None
        return
    attribute = schema.attribute(name) if isinstance(name, str) else None
    if attribute is None:
        raise unknown_name("group_by", "attribute", str(name), [a.name for a in schema.attributes])
    if attribute.bins and not attribute.categorical:
        for start, end in attribute.bins:
            legend = {"bin": {"continuous_start": start, "continuous_end": end}}
            yield {attribute.name: legend}, _within(attribute, start, end), None
        return
    kind = COLUMN_TYPES[attribute.value_type]
    if not attribute.categorical and kind not in {ColumnType.TEXT, ColumnType.BOOL}:
        raise QueryError("group_by", f"{quote_value(name)} has neither categories nor bins")
    yield {}, [], attribute.name


def _within(attribute: Attribute, start: float | None, end: float | None) -> list[dict[str, Any]]:
    found = []
    if start is not None:
        found.append({"property": attribute.name, "comparator": "gt", "value": start})
    if end is not None:
        found.append({"property": attribute.name, "comparator": "lte", "value": end})
    return found or [{"property": attribute.name, "comparator": "NotNull"}]


class _Evaluation:
    """A metric with one combination of parameters."""

    def __init__(
        self,
        metric: Mapping[str, Any],
        combination: dict[str, Any],
        schema: ModelSchema,
        store: Warehouse,
        check: Check | None,
    ) -> None:
        self.uncertainty = False
        self.time_zone: str | None = None
        self._parameters = combination
        self._schema = schema
        self._store = store
        self._check = check
        query = fill_placeholders(metric["query"], combination)
        if not isinstance(query, dict):
            raise QueryError("query", f"must be an object, got {quote_value(query)}")
        self._query = query
        self._drift = is_drift_endpoint(str(metric["endpoint"]))

    def results(
        self,
        filters: list[dict[str, Any]],
        rollup: str | None,
        grouped: str | None,
        legend: dict[str, Any],
    ) -> list[dict[str, Any]]:
        """Run the query and arrange its rows.

        Args:
            filters: Conditions on rows.
            rollup: One of `ROLLUPS`.
            grouped: Attribute whose values split the result.
            legend: What the rows have in common already.
        """
        if self._drift:
            name, rows = self._drift_rows(filters, rollup, grouped)
        else:
            name, rows = self._query_rows(filters, rollup, grouped)
        series: dict[Any, list[dict[str, Any]]] = {} if grouped else {None: []}
        for row in rows:
            value = {name: row.get(name)}
            if self.uncertainty and self._drift:
                value["uncertainty"] = row["uncertainty"][name]
            elif self.uncertainty:
                weighed = dict(row[name])
                value = {name: weighed.pop("value"), "uncertainty": weighed}
            if "rollup" in row and rollup not in {None, "REFERENCE"}:
                value["rollup"] = _format_rollup(row["rollup"], rollup)
            series.setdefault(row.get(grouped) if grouped else None, []).append(value)
        found = []
        for key, values in series.items():
            group = {grouped: {"name": _format_key(key)}} if grouped else legend
            entry: dict[str, Any] = {"name": name, "values": values, "parameters": self._parameters}
            if group:
                entry["group"] = group
            found.append(entry)
        return found

    def _query_rows(
        self, filters: list[dict[str, Any]], rollup: str | None, grouped: str | None
    ) -> tuple[str, list[dict[str, Any]]]:
        query = dict(self._query)
        select = query.get("select")
        if not isinstance(select, list) or not select or not isinstance(select[0], dict):
            raise QueryError("query.select", "must hold exactly one function")
        if len(select) > 1 or query.get("group_by"):
            raise QueryError("query.select", "must hold exactly one function, without group_by")
        name = str(select[0].get("alias") or select[0].get("function") or "")
        if name in {"", "rollup", grouped}:
            raise QueryError("query.select[0].alias", "must be an alias of its own")
        if query.get("subquery") and (rollup not in {None, "REFERENCE"} or grouped):
            raise QueryError("rollup", "a metric with a subquery has no rollups or groups")
        query = _add_filters(query, filters)
        if rollup == "REFERENCE":
            query = _on_reference(query)
        items, keys = list(select), []
        if rollup == "BATCH_ID":
            items.append({"property": "batch_id", "alias": "rollup"})
            keys.append({"alias": "rollup"})
        elif rollup not in {None, "REFERENCE"}:
            step = {"property": "inference_timestamp", "time_interval": str(rollup).lower()}
            if self.time_zone is not None:
                step["time_zone"] = self.time_zone
            items.append({"function": "roundTimestamp", "alias": "rollup", "parameters": step})
            keys.append({"alias": "rollup"})
        if grouped:
            items.append({"property": grouped})
            keys.append({"property": grouped})
        if self.uncertainty:
            inner = {key: value for key, value in select[0].items() if key != "alias"}
            parameters = {"of": {"nested_function": inner}}
            items[0] = {"function": "estimate", "alias": name, "parameters": parameters}
        query["select"] = items
        if keys:
            query |= {"group_by": keys, "order_by": keys}
        return name, run_query(self._allow(query), self._schema, self._store)["query_result"]

    def _drift_rows(
        self, filters: list[dict[str, Any]], rollup: str | None, grouped: str | None
    ) -> tuple[str, list[dict[str, Any]]]:
        if rollup == "REFERENCE":
            raise QueryError("rollup", "drift is measured against the reference set, not on it")
        query = dict(self._query)
        if self.uncertainty:
            query["uncertainty"] = True
        if self.time_zone is not None:
            query["time_zone"] = self.time_zone
        for side in ("base", "target"):
            own = query.get(side)
            own = dict(own) if isinstance(own, dict) else {}
            kept = [f for f in filters if side == "target" or not _is_window(f)]
            own["filter"] = [*(own.get("filter") or []), *kept]
            query[side] = own
        if rollup is not None:
            query["rollup"] = rollup.lower()
        if grouped:
            query["group_by"] = [{"property": grouped}]
        rows = run_drift(self._allow(query), self._schema, self._store)["query_result"]
        return self._drift_key(query), rows

    def _allow(self, query: dict[str, Any]) -> dict[str, Any]:
        """Return a query after the caller has checked it."""
        if self._check is not None:
            self._check(query)
        return query

    def _drift_key(self, query: dict[str, Any]) -> str:
        measured = find_measured_columns(parse_drift(query), self._schema)
        keys = [column.key for column in measured]
        if len(keys) != 1:
            raise QueryError("query.properties", f"must hold exactly one attribute, got {keys}")
        return keys[0]


def _add_filters(query: dict[str, Any], filters: list[dict[str, Any]]) -> dict[str, Any]:
    """Add conditions on rows to the innermost query, which reads them."""
    inner = query.get("subquery")
    if isinstance(inner, dict):
        return {**query, "subquery": _add_filters(inner, filters)}
    own = query.get("filter") or []
    if not isinstance(own, list):
        raise QueryError("query.filter", f"must be a list, got {quote_value(own)}")
    return {**query, "filter": [*own, *filters]}


def _on_reference(query: dict[str, Any]) -> dict[str, Any]:
    inner = query.get("subquery")
    if isinstance(inner, dict):
        return {**query, "subquery": _on_reference(inner)}
    return {**query, "from": "reference"}


def _is_window(condition: dict[str, Any]) -> bool:
    return condition.get("property") in _WINDOW_COLUMNS


def _format_rollup(value: Any, rollup: str | None) -> Any:
    """Return the time of a rollup with its zone as an offset."""
    if rollup == "BATCH_ID" or not isinstance(value, str):
        return value
    return f"{value.removesuffix('Z')}+00:00"


def _format_key(key: Any) -> str | None:
    if isinstance(key, bool):
        return str(key).lower()
    return None if key is None else str(key)
