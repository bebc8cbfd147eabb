"""The Kolmogorov-Smirnov test: the distance of two empirical distribution functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.server.query.drift.measures import ks_test
from arthurai.server.query.drift.side_query import text_key
from arthurai.server.query.execute import fetch
from arthurai.server.query.sql import select, with_ctes

if TYPE_CHECKING:
    from arthurai.server.query.drift.histogram import Group
    from arthurai.server.query.drift.side_query import MeasuredColumn, SideQuery
    from arthurai.server.query.sql import Binder, Warehouse


def ks_values(
    base: SideQuery,
    target: SideQuery,
    column: int,
    item: MeasuredColumn,
    warehouse: Warehouse,
    binder: Binder,
) -> dict[tuple[Group, object], float]:
    """Return -log10 p of the Kolmogorov-Smirnov test for each group and bucket of the target.

    Missing values that count stand below all numbers, so that a change of their share is a step of
    the distribution function like any other.

    The target's distribution function is constant between its values, so the largest distance lies
    at one of them or just below it; the base function is looked up there.

    Args:
        base: Rows of the base.
        target: Rows of the target.
        column: Place of the measured column.
        item: The measured column.
        warehouse: Holds the data.
        binder: Binder of both queries.
    """
    keys = target.keys[:-1]
    group = text_key(keys)
    value, present = f"x{column}", [f"x{column} IS NOT NULL"]
    if item.counts_missing:
        value, present = f"coalesce(x{column}, CAST('-infinity' AS DOUBLE))", []
    cumulated = "sum(n) OVER (PARTITION BY {0} ORDER BY x ROWS UNBOUNDED PRECEDING) AS c"
    totals = "sum(n) OVER (PARTITION BY {0}) AS total"
    steps = [
        (
            "b",
            select(
                [f"{group} AS g", f"{value} AS x", "count(*) AS n"],
                f"({base.sql}) AS base",
                present,
                ["g", "x"],
            ),
        ),
        (
            "t",
            select(
                [*keys, "u", f"{group} AS g", f"{value} AS x", "count(*) AS n"],
                f"({target.sql}) AS target",
                present,
                [*keys, "u", "g", "x"],
            ),
        ),
        ("bc", select(["*", cumulated.format("g"), totals.format("g")], "b")),
        ("tc", select(["*", cumulated.format("g, u"), totals.format("g, u")], "t")),
        ("sizes", select(["g", "sum(n) AS rows"], "b", group_by=["g"])),
    ]
    above = "abs(tc.c / tc.total - coalesce(bc.c, 0) / sizes.rows)"
    below_base = "coalesce(CASE WHEN bc.x = tc.x THEN bc.c - bc.n ELSE bc.c END, 0)"
    below = f"abs((tc.c - tc.n) / tc.total - {below_base} / sizes.rows)"
    body = select(
        [
            *(f"tc.{key}" for key in keys),
            "tc.u",
            f"CAST(max(greatest({above}, {below})) AS DOUBLE)",
            "CAST(any_value(sizes.rows) AS BIGINT)",
            "CAST(any_value(tc.total) AS BIGINT)",
        ],
        "tc JOIN sizes ON tc.g = sizes.g ASOF LEFT JOIN bc ON tc.g = bc.g AND tc.x >= bc.x",
        group_by=[*(f"tc.{key}" for key in keys), "tc.u"],
    )
    found = {}
    for row in fetch(warehouse, with_ctes(steps, body), binder):
        distance, rows, total = row[-3:]
        found[tuple(row[: len(keys)]), row[len(keys)]] = ks_test(distance, rows, total)
    return found
