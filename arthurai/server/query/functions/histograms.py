"""Histograms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.server.query.errors import QueryError
from arthurai.server.query.functions.aggregation import bin_count
from arthurai.server.query.functions.function_registry import function
from arthurai.server.query.functions.transformation import bin_index
from arthurai.server.query.sql import check_size, select, struct

if TYPE_CHECKING:
    from arthurai.server.query.function_arguments import Arguments
    from arthurai.server.query.sql_expression import Expr

_PROBE_ROWS: Final = 50_000


@function("distribution", aggregate=True, nestable=False)
def distribution(arguments: Arguments) -> Expr:
    """Number of values in each bin; lower bounds belong to their bin, upper bounds do not."""
    if arguments.has("bin_thresholds") == arguments.has("num_bins"):
        raise QueryError(
            arguments.path("num_bins"), 'exactly one of "num_bins" and "bin_thresholds" is required'
        )
    if arguments.has("num_bins"):
        return _equal_widths(arguments)
    return _thresholds(arguments)


def _thresholds(arguments: Arguments) -> Expr:
    value = arguments.scope.row_input(arguments.double("property"))
    borders = arguments.numbers("bin_thresholds")
    bound = [arguments.binder.bind_scalar(border) for border in borders]
    check_size(sum(len(sql) + len(value) for sql in bound), arguments.path("bin_thresholds"))

    def build(name: str, keys: list[str]) -> tuple[tuple[str, str], ...]:
        counted = select(
            [*keys, f"{bin_index(value, bound)} AS b", "count(*) AS n"],
            "r",
            [f"{value} IS NOT NULL"],
            [*keys, "b"],
        )
        gathered = f"list({struct(b='b', n='n')}) AS v"
        return (
            (f"{name}_c", counted),
            (name, select([*keys, gathered], f"{name}_c", group_by=keys)),
        )

    def decode(found: Any) -> list[dict[str, Any]]:
        counts = {row["b"]: row["n"] for row in found or ()}
        bins = []
        for index in range(len(borders) + 1):
            bounds = {}
            if index > 0:
                bounds["lower"] = borders[index - 1]
            if index < len(borders):
                bounds["upper"] = borders[index]
            bins.append({**bounds, "count": counts.get(index + 1, 0)})
        return bins

    return arguments.object(arguments.scope.derive(build), decode)


def _equal_widths(arguments: Arguments) -> Expr:
    """Bins of equal width from the smallest to the largest value of each group.

    There are no more bins than distinct values. Counting those exactly is needed only for groups
    that show fewer of them than bins among the first rows.
    """
    value = arguments.scope.row_input(arguments.double("property"))
    bins = bin_count(arguments)

    def build(name: str, keys: list[str]) -> tuple[tuple[str, str], ...]:
        steps, few = f"{name}_s", f"{name}_f"
        present = [f"{value} IS NOT NULL"]
        own = [f"r.{key}" for key in keys]
        ranges = select(
            [*keys, f"min({value}) AS low", f"max({value}) AS high"], "r", present, keys
        )
        probe = select(["*"], "r", limit=f"LIMIT {_PROBE_ROWS:d}")
        seen = select([*keys, f"count(DISTINCT {value}) AS n"], f"({probe}) AS r", group_by=keys)
        doubtful = select(
            [*(f"a.{key}" for key in keys), "TRUE AS doubtful"],
            f"{name}_r AS a LEFT JOIN {name}_p AS p ON {_same(keys, 'a', 'p')}",
            [f"coalesce(p.n, 0) < {bins:d}"],
        )
        scarce = select(
            [*own, f"count(DISTINCT {value}) AS n"],
            f"r JOIN {name}_d AS d ON {_same(keys, 'r', 'd')}",
            present,
            own,
        )
        span = select(
            [
                *(f"b.{key}" for key in keys),
                "b.low",
                "b.high",
                f"CASE WHEN f.n > 0 THEN least(f.n, {bins:d}) ELSE {bins:d} END AS k",
            ],
            f"{name}_r AS b LEFT JOIN {few} AS f ON {_same(keys, 'b', 'f')}",
        )
        place = (
            f"CASE WHEN s.high = s.low THEN 0 ELSE least(s.k - 1, CAST(floor(({value} - s.low) "
            "/ (s.high - s.low) * s.k) AS BIGINT)) END"
        )
        counted = select(
            [*own, f"{place} AS b", "count(*) AS n"],
            f"r JOIN {steps} AS s ON {_same(keys, 'r', 's')}",
            present,
            [*own, "b"],
        )
        gathered = (
            struct(
                low="any_value(s.low)",
                high="any_value(s.high)",
                k="any_value(s.k)",
                bins=f"list({struct(b='c.b', n='c.n')})",
            )
            + " AS v"
        )
        ranged = [f"c.{key}" for key in keys]
        return (
            (f"{name}_r", ranges),
            (f"{name}_p", seen),
            (f"{name}_d", doubtful),
            (few, scarce),
            (steps, span),
            (f"{name}_c", counted),
            (
                name,
                select(
                    [*ranged, gathered],
                    f"{name}_c AS c JOIN {steps} AS s ON {_same(keys, 'c', 's')}",
                    group_by=ranged,
                ),
            ),
        )

    return arguments.object(arguments.scope.derive(build), _decode_equal)


def _same(keys: list[str], left: str, right: str) -> str:
    return (
        " AND ".join(f"{left}.{key} IS NOT DISTINCT FROM {right}.{key}" for key in keys) or "TRUE"
    )


def _decode_equal(found: Any) -> list[dict[str, Any]]:
    if found is None or found["low"] is None:
        return []
    low, high, k = found["low"], found["high"], found["k"]
    counts = {row["b"]: row["n"] for row in found["bins"]}
    width = (high - low) / k
    borders = [low + width * index for index in range(k)] + [high]
    return [
        {"lower": borders[index], "upper": borders[index + 1], "count": counts.get(index, 0)}
        for index in range(k)
    ]
