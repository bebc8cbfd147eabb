"""Aggregations over the rows of a group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.common.text import quote_value
from arthurai.common.vocabulary import ValueType
from arthurai.server.query.column_types import ANY_TYPE, ColumnType
from arthurai.server.query.errors import QueryError
from arthurai.server.query.function_arguments import Sample, SampleKind
from arthurai.server.query.functions.function_registry import function
from arthurai.server.query.sql import ratio, struct
from arthurai.server.query.sql_expression import Expr

if TYPE_CHECKING:
    from arthurai.server.query.function_arguments import Arguments

_DECILES: Final = tuple(step / 10 for step in range(1, 10))


@function("count", aggregate=True)
def count(arguments: Arguments) -> Expr:
    """Number of rows."""
    return arguments.aggregate("count(*)", ColumnType.INT)


@function("avg", aggregate=True)
def avg(arguments: Arguments) -> Expr:
    """Arithmetic mean."""
    return arguments.mean(arguments.double("property"))


@function("avgAbs", aggregate=True)
def avg_abs(arguments: Arguments) -> Expr:
    """Mean of absolute values."""
    return arguments.mean(f"abs({arguments.double('property')})")


@function("sum", aggregate=True)
def total(arguments: Arguments) -> Expr:
    """Total; null without values."""
    found = arguments.numeric("property")
    if found.type is ColumnType.FLOAT:
        return arguments.aggregate(f"sum({found.sql})", ColumnType.FLOAT)
    # Sums of a subquery may need more than 64 bits already.
    whole = found.sql if found.type is ColumnType.INT else f"CAST({found.sql} AS BIGINT)"
    return arguments.aggregate(f"sum({whole})", ColumnType.INT)


@function("max", aggregate=True)
def largest(arguments: Arguments) -> Expr:
    """Largest number, latest time, last text."""
    found = arguments.column("property")
    return arguments.aggregate(f"max({found.sql})", found.type)


@function("min", aggregate=True)
def smallest(arguments: Arguments) -> Expr:
    """Smallest number, earliest time, first text."""
    found = arguments.column("property")
    return arguments.aggregate(f"min({found.sql})", found.type)


@function("variance", aggregate=True)
def variance(arguments: Arguments) -> Expr:
    """Sample variance (divisor n - 1); null for fewer than two values."""
    return arguments.aggregate(f"var_samp({arguments.double('property')})", ColumnType.FLOAT)


@function("stdDev", aggregate=True)
def standard_deviation(arguments: Arguments) -> Expr:
    """Square root of the sample variance."""
    return arguments.aggregate(f"stddev_samp({arguments.double('property')})", ColumnType.FLOAT)


@function("countIf", aggregate=True)
def count_if(arguments: Arguments) -> Expr:
    """Number of rows that meet a condition."""
    return arguments.aggregate(f"count(*) FILTER (WHERE {arguments.condition()})", ColumnType.INT)


@function("rate", aggregate=True)
def rate(arguments: Arguments) -> Expr:
    """Share of all rows, null values included, that meet a condition."""
    met = arguments.aggregate(f"count(*) FILTER (WHERE {arguments.condition()})", ColumnType.INT)
    rows = arguments.aggregate("count(*)", ColumnType.INT)
    arguments.sample = Sample(SampleKind.SHARE, {"trials": "count(*)"})
    return Expr(ratio(met.sql, rows.sql), ColumnType.FLOAT)


@function("categoriesCount", aggregate=True)
def categories_count(arguments: Arguments) -> Expr:
    """Number of distinct values, null not counted."""
    return arguments.aggregate(
        f"count(DISTINCT {arguments.column('property').sql})", ColumnType.INT
    )


@function("quantile", aggregate=True)
def quantile(arguments: Arguments) -> Expr:
    """Value below which a share of the values lies.

    Numbers are interpolated linearly at position level * (n - 1); for times and texts the lower
    neighbor is taken.
    """
    found = arguments.column("property")
    level = arguments.number("level")
    if not 0 <= level <= 1:
        raise QueryError(arguments.path("level"), f"must be from 0 to 1, got {level}")
    bound = arguments.binder.bind_scalar(level)
    if found.type.is_numeric:
        values = found.double
        return arguments.aggregate(f"quantile_cont({values}, {bound})", ColumnType.FLOAT)
    ordered = f"list({found.sql} ORDER BY {found.sql}) FILTER (WHERE {found.sql} IS NOT NULL)"
    place = f"CAST(floor({bound} * (count({found.sql}) - 1)) AS BIGINT) + 1"
    return arguments.aggregate(f"({ordered})[{place}]", found.type)


@function("deciles", aggregate=True, nestable=False)
def deciles(arguments: Arguments) -> Expr:
    """Minimum, the nine deciles, maximum."""
    found = arguments.numeric("property")
    low = arguments.aggregate(f"min({found.sql})", found.type)
    high = arguments.aggregate(f"max({found.sql})", found.type)
    between = arguments.aggregate(
        f"quantile_cont({found.double}, {arguments.binder.bind_list(list(_DECILES))})",
        ColumnType.NUMBERS,
    )
    return arguments.object(
        struct(low=low.sql, middle=between.sql, high=high.sql),
        _decode_deciles,
    )


def _decode_deciles(found: Any) -> dict[str, Any] | None:
    if found is None or found["low"] is None:
        return None
    named = {f"q{index + 1}": value for index, value in enumerate(found["middle"])}
    return {"min": found["low"], **named, "max": found["high"]}


@function("binsToQuantiles", aggregate=True, nestable=False)
def bins_to_quantiles(arguments: Arguments) -> Expr:
    """Quantiles at 1/n, 2/n … n/n."""
    bins = bin_count(arguments)
    levels = [step / bins for step in range(1, bins + 1)]
    found = arguments.aggregate(
        f"quantile_cont({arguments.double('property')}, {arguments.binder.bind_list(levels)})",
        ColumnType.NUMBERS,
    )
    return arguments.object(found.sql)


def bin_count(arguments: Arguments) -> int:
    """Return the parameter `num_bins`.

    Args:
        arguments: The call.

    Raises:
        QueryError: It is missing, below 1 or above `MAX_BINS`.
    """
    bins = arguments.integer("num_bins", 1)
    if bins > MAX_BINS:
        raise QueryError(arguments.path("num_bins"), f"must be at most {MAX_BINS}, got {bins}")
    return bins


MAX_BINS: Final = 10_000


def _extreme(arguments: Arguments, direction: str) -> Expr:
    argument = arguments.column("argument", types=ANY_TYPE)
    value = arguments.column("value")
    orders = [f"{value.sql} {direction}", *_tie_order(arguments, argument)]
    return arguments.aggregate(
        f"first({argument.sql} ORDER BY {', '.join(orders)}) "
        f"FILTER (WHERE {value.sql} IS NOT NULL)",
        argument.type,
    )


def _tie_order(arguments: Arguments, result: Expr) -> list[str]:
    """Order equal rows by time and id, or by the result where there is no time."""
    return arguments.scope.source.order() or ([result.sql] if result.type.is_scalar else [])


@function("argMax", aggregate=True)
def arg_max(arguments: Arguments) -> Expr:
    """`argument` of the row with the largest `value`; the earliest of equal rows."""
    return _extreme(arguments, "DESC")


@function("argMin", aggregate=True)
def arg_min(arguments: Arguments) -> Expr:
    """`argument` of the row with the smallest `value`; the earliest of equal rows."""
    return _extreme(arguments, "ASC")


@function("anyIf", aggregate=True)
def any_if(arguments: Arguments) -> Expr:
    """`result` of the earliest row that meets a condition and has one."""
    result = arguments.column("result", types=ANY_TYPE)
    orders = _tie_order(arguments, result) or ["1"]
    return arguments.aggregate(
        f"first({result.sql} ORDER BY {', '.join(orders)}) "
        f"FILTER (WHERE ({arguments.condition()}) AND {result.sql} IS NOT NULL)",
        result.type,
    )


@function("rankedItemMaxK", aggregate=True)
def ranked_item_max_k(arguments: Arguments) -> Expr:
    """Lowest rank of an item in any list: its largest place, counted from 1."""
    items = arguments.column("property", types={ColumnType.TEXTS})
    if items.attribute is None or items.attribute.value_type != ValueType.RankedList:
        raise QueryError(
            arguments.path("property"),
            f"must be item ids of a ranked list, got {quote_value(arguments.required('property'))}",
        )
    wanted = arguments.binder.bind_scalar(arguments.text("item_filter"))
    place = f"len({items.sql}) + 1 - nullif(list_position(list_reverse({items.sql}), {wanted}), 0)"
    return arguments.aggregate(f"max({place})", ColumnType.INT)
