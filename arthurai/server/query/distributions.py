"""Two-dimensional distributions: rows counted and aggregated in the cells of a grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.text import quote_value
from arthurai.server.query.ast import Property
from arthurai.server.query.column_types import ColumnType, to_whole
from arthurai.server.query.conditions import condition_sql
from arthurai.server.query.errors import QueryError, unknown_name
from arthurai.server.query.execute import fetch
from arthurai.server.query.model_columns import needs_enriched
from arthurai.server.query.parse import check_nesting, parse_filters, parse_object
from arthurai.server.query.results import to_json
from arthurai.server.query.row_sources import ModelSource
from arthurai.server.query.sql import Binder, select, struct, with_ctes

if TYPE_CHECKING:
    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.query.sql import Warehouse
    from arthurai.server.query.sql_expression import Column

_DEFAULT_BINS: Final = 20
_MIN_BINS: Final = 2
_MAX_BINS: Final = 200
_MAX_VALUES: Final = 100
_AGGREGATES: Final = {
    "count": "count({0})",
    "sum": "sum({0})",
    "abs": "avg(abs({0}))",
    "avgAbs": "avg(abs({0}))",
    "max": "max({0})",
    "min": "min({0})",
    "avg": "avg({0})",
}


@dataclass(frozen=True, slots=True)
class _Axis:
    key: str
    column: Column
    bins: int
    binned: bool


@dataclass(frozen=True, slots=True)
class _Value:
    key: str
    sql: str
    aggregate: str


def run_distributions(body: object, schema: ModelSchema, warehouse: Warehouse) -> dict[str, Any]:
    """Run a distributions query.

    Args:
        body: Decoded JSON body: a `DistributionsRequest`.
        schema: Schema of the model.
        warehouse: Holds the data.

    Returns:
        `query_result` with one row for each cell that has rows: both axes (an object with
        `lower` and `upper` for numbers, else the value), `count`, and the requested values, in
        this order.

    Raises:
        QueryError: The request is malformed or does not fit the model.
    """
    request = parse_object(body, "")
    check_nesting(request)
    filters = parse_filters(request, "filter", "")
    values = _list(request)
    names = {str(item.get("property")) for item in values}
    names |= {
        str(request[axis].get("property")) for axis in "xy" if isinstance(request.get(axis), dict)
    }
    names |= {c.target.name for c in filters if isinstance(c.target, Property)}
    source = ModelSource(schema, warehouse, "enriched" if needs_enriched(names) else "inference")
    binder = Binder()
    axes = [_axis(request, name, source) for name in ("x", "y")]
    wanted = [_value(item, f"values[{index}]", source) for index, item in enumerate(values)]
    keys = [axis.key for axis in axes] + ["count"] + [value.key for value in wanted]
    if len(set(keys)) < len(keys):
        raise QueryError("values", "two outputs have the same name; give each its own alias")
    where = []
    for condition in filters:
        if not isinstance(condition.target, Property):
            raise QueryError(condition.path, 'filters of distributions name a "property"')
        column = _column(condition.target.name, condition.target.path, source)
        where.append(condition_sql(column, condition, binder, in_where=True))
    sql = _statement(axes, wanted, where, source)
    rows = [_row(axes, wanted, row) for row in fetch(warehouse, sql, binder)]
    return {"query_result": rows}


def _statement(
    axes: list[_Axis], wanted: list[_Value], where: list[str], source: ModelSource
) -> str:
    read = []
    for place, axis in enumerate(axes):
        sql = axis.column.double if axis.binned else axis.column.sql
        read.append(f"{sql} AS p{place}")
        where = [*where, f"{axis.column.sql} IS NOT NULL"]
    read += [f"{value.sql} AS v{place}" for place, value in enumerate(wanted)]
    rows = select(read, source.from_sql(), where)
    ranges = [
        f"min(p{place}) AS low{place}, max(p{place}) AS high{place}, "
        f"least({axis.bins:d}, count(DISTINCT p{place})) AS k{place}"
        for place, axis in enumerate(axes)
        if axis.binned
    ]
    cells = []
    for place, axis in enumerate(axes):
        if axis.binned:
            share = f"(p{place} - low{place}) / nullif(high{place} - low{place}, 0) * k{place}"
            index = f"coalesce(least(k{place} - 1, CAST(floor({share}) AS BIGINT)), 0)"
            cells.append(
                struct(b=index, low=f"low{place}", high=f"high{place}", k=f"k{place}")
                + f" AS c{place}"
            )
        else:
            cells.append(f"p{place} AS c{place}")
    columns = [f"v{place}" for place in range(len(wanted))]
    folds = [value.aggregate.format(f"v{place}") for place, value in enumerate(wanted)]
    grid = select([*cells, *columns], "points, ranges" if ranges else "points")
    bounds = select(ranges or ["1"], "points")
    body = select(
        ["c0", "c1", "count(*)", *folds],
        f"({grid}) AS grid",
        group_by=["c0", "c1"],
        order_by=["c0", "c1"],
    )
    return with_ctes([("points", rows), ("ranges", bounds)], body)


def _row(axes: list[_Axis], wanted: list[_Value], row: tuple[Any, ...]) -> dict[str, object]:
    found: dict[str, object] = {}
    for axis, cell in zip(axes, row, strict=False):
        found[axis.key] = _bounds(cell) if axis.binned else to_json(cell)
    found["count"] = row[2]
    for value, content in zip(wanted, row[3:], strict=True):
        found[value.key] = to_json(content)
    return found


def _bounds(cell: dict[str, Any]) -> dict[str, float]:
    width = (cell["high"] - cell["low"]) / cell["k"]
    last = cell["b"] == cell["k"] - 1
    return {
        "lower": cell["low"] + width * cell["b"],
        "upper": cell["high"] if last else cell["low"] + width * (cell["b"] + 1),
    }


def _list(body: dict[str, Any]) -> list[dict[str, Any]]:
    values = body.get("values")
    if values is None:
        return []
    if not isinstance(values, list) or len(values) > _MAX_VALUES:
        raise QueryError("values", f"must be a list of at most {_MAX_VALUES} objects")
    for index, item in enumerate(values):
        if not isinstance(item, dict):
            raise QueryError(f"values[{index}]", f"must be an object, got {quote_value(item)}")
    return values


def _column(name: object, path: str, source: ModelSource) -> Column:
    if not isinstance(name, str) or not name:
        raise QueryError(path, f"must be a property name, got {quote_value(name)}")
    column = source.find(name)
    if column is None:
        raise source.missing(name, path)
    return column


def _key(item: dict[str, Any], default: str, path: str) -> str:
    alias = item.get("alias")
    if alias is None:
        return default
    if not isinstance(alias, str) or not alias:
        raise QueryError(f"{path}.alias", f"must be a name, got {quote_value(alias)}")
    return alias


def _axis(body: dict[str, Any], name: str, source: ModelSource) -> _Axis:
    item = body.get(name)
    if not isinstance(item, dict):
        raise QueryError(name, f'must be an object with "property", got {quote_value(item)}')
    column = _column(item.get("property"), f"{name}.property", source)
    if not column.type.is_scalar:
        raise QueryError(f"{name}.property", f"a {column.type.value} column cannot be an axis")
    bins = item.get("num_bins")
    count = _DEFAULT_BINS if bins is None else to_whole(bins, f"{name}.num_bins")
    if not _MIN_BINS <= count <= _MAX_BINS:
        raise QueryError(
            f"{name}.num_bins", f"must be from {_MIN_BINS} to {_MAX_BINS}, got {quote_value(bins)}"
        )
    attribute = column.attribute
    is_number = column.type in {ColumnType.INT, ColumnType.FLOAT}
    binned = is_number and not (attribute and attribute.categorical)
    return _Axis(_key(item, column.name, name), column, count, binned)


def _value(item: dict[str, Any], path: str, source: ModelSource) -> _Value:
    column = _column(item.get("property"), f"{path}.property", source)
    fold = item.get("function")
    key = _key(item, str(fold or column.name), path)
    if fold is None:
        return _Value(key, column.sql, "list({0})")
    template = _AGGREGATES.get(fold) if isinstance(fold, str) else None
    if template is None:
        raise unknown_name(f"{path}.function", "function", str(fold), _AGGREGATES)
    if fold != "count" and not column.type.is_numeric:
        raise QueryError(
            f"{path}.property", f"{fold} needs numbers, got a {column.type.value} column"
        )
    sql = column.sql if fold == "count" else column.double
    return _Value(key, sql, template)
