"""Histograms of both sides, many columns in one statement."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from arthurai.server.query.drift.side_query import text_key
from arthurai.server.query.execute import fetch
from arthurai.server.query.functions.transformation import bin_index
from arthurai.server.query.sql import Binder, number_literal, select, with_ctes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arthurai.server.query.drift.side_query import MeasuredColumn, SideQuery
    from arthurai.server.query.sql import Warehouse

Group = tuple[Any, ...]

_MAX_COMPARISONS: Final = 2000  # 100 attributes with 20 bins each
_MAX_GROUPED: Final = 640


@dataclass(frozen=True, slots=True)
class Bins:
    """Quantile bins of a continuous column within one group.

    Attributes:
        low: Smallest base value; `None` without values.
        high: Largest base value.
        borders: Borders between bins, ascending; a value equal to a border is in the bin above.
        raw: The quantiles that the borders come from, duplicates included.
        group: Text that identifies the group.
    """

    low: float | None
    high: float | None
    borders: tuple[float, ...]
    raw: tuple[float, ...]
    group: str

    def place(self, raw_index: int) -> int:
        """Return the bin, from 0, of values that reach `raw_index - 1` of the quantiles.

        Args:
            raw_index: What `bin_index` over the quantiles returns.
        """
        return bisect_right(self.borders, self.raw[raw_index - 2]) if raw_index > 1 else 0


@dataclass(slots=True)
class Histogram:
    """Counts of one side: column, group, bucket of the rollup, bin.

    Attributes:
        present: Groups and buckets that have rows.
        counts: Rows by (column, group, bucket), then by bin or category.
    """

    present: set[tuple[Group, Any]] = field(default_factory=set)
    counts: dict[tuple[int, Group, Any], dict[Any, int]] = field(
        default_factory=lambda: defaultdict(dict)
    )


def quantile_bins(
    base: SideQuery,
    wanted: Sequence[MeasuredColumn],
    bins: int,
    warehouse: Warehouse,
    binder: Binder,
) -> dict[tuple[int, Group], Bins]:
    """Return the bins of each continuous column in each group of the base.

    Args:
        base: Rows of the base.
        wanted: What is measured.
        bins: Maximum number of bins.
        warehouse: Holds the data.
        binder: Binder of the base.
    """
    columns = [index for index, item in enumerate(wanted) if not item.categorical]
    if not columns:
        return {}
    keys = base.keys[:-1]
    levels = [step / bins for step in range(1, bins)]
    parts = []
    for index in columns:
        borders = f"quantile_cont(x{index}, {binder.bind_list(levels)})" if levels else "NULL"
        parts += [f"min(x{index})", f"max(x{index})", borders]
    sql = select(
        [*keys, f"{text_key(keys)} AS g", *parts],
        f"({base.sql}) AS base",
        group_by=[*keys, "g"] if keys else [],
    )
    found = {}
    for row in fetch(warehouse, sql, binder):
        group = tuple(row[: len(keys)])
        for place, index in enumerate(columns):
            start = len(keys) + 1 + 3 * place
            low, high, raw = row[start : start + 3]
            values = tuple(raw or ())
            unique = sorted({value for value in values if value > low}) if low is not None else []
            found[index, group] = Bins(low, high, tuple(unique), values, row[len(keys)])
    return found


def count_side(
    side: SideQuery,
    base: SideQuery,
    wanted: Sequence[MeasuredColumn],
    edges: dict[tuple[int, Group], Bins],
    bins: int,
    warehouse: Warehouse,
    binder: Binder,
) -> Histogram:
    """Count the rows of one side in the bins of the base.

    Args:
        side: Rows to count.
        base: Rows of the base.
        wanted: What is measured.
        edges: Bins of the base.
        bins: Maximum number of bins.
        warehouse: Holds the data.
        binder: Binder of both sides.
    """
    found = Histogram()
    keys = list(side.keys)
    grouped = len(keys) > 1
    scalars = [index for index, item in enumerate(wanted) if not item.labels]
    continuous = [index for index in scalars if not wanted[index].categorical]
    # Comparisons written out run fastest, but take time to prepare.
    joined = len(continuous) * bins > (_MAX_GROUPED if grouped else _MAX_COMPARISONS)
    source, ctes = f"({side.sql}) AS side", []
    if grouped and continuous and bins > 1 and not joined:
        ctes.append(("edges", _edge_table(base, continuous, bins, binder)))
        same = " AND ".join(f"side.{k} IS NOT DISTINCT FROM edges.{k}" for k in keys[:-1])
        source = f"{source} LEFT JOIN edges ON {same}"
    own = [f"side.{key}" for key in keys]
    present = select([*own, "count(*)"], f"({side.sql}) AS side", group_by=own)
    for row in fetch(warehouse, present, binder):
        found.present.add((tuple(row[: len(keys) - 1]), row[len(keys) - 1]))
    for part in (continuous, [index for index in scalars if wanted[index].categorical]):
        if not part:
            continue
        # Each column is counted by a SELECT of its own, which reads no other column: that takes
        # half the time of one SELECT with a grouping set for each column.
        counted = []
        for index in part:
            rows, cell = source, f"side.x{index}"
            if part is continuous and joined:
                rows, cell = _joined(index, side, edges, binder)
            elif part is continuous:
                cell = _cell(index, edges, bins, grouped=grouped)
            columns = [f"{index} AS f", *own, f"{cell} AS b", "count(*) AS n"]
            counted.append(select(columns, rows, group_by=["ALL"]))
        body = " UNION ALL ".join(counted)
        for row in fetch(warehouse, with_ctes(ctes, body), binder):
            found.counts[row[0], tuple(row[1 : len(keys)]), row[len(keys)]][row[-2]] = row[-1]
    _merge_bins(found, continuous, edges, by_quantile=grouped and not joined)
    for index, item in enumerate(wanted):
        if item.labels:
            _count_labels(found, side, index, warehouse, binder)
    return found


def _cell(
    index: int,
    edges: dict[tuple[int, Group], Bins],
    bins: int,
    *,
    grouped: bool,
) -> str:
    if grouped:
        borders = [f"edges.q{index}_{place}" for place in range(1, bins)]
    else:
        known = edges.get((index, ()))
        borders = [number_literal(border) for border in known.borders] if known else []
    return bin_index(f"side.x{index}", borders)


def _joined(
    index: int, side: SideQuery, edges: dict[tuple[int, Group], Bins], binder: Binder
) -> tuple[str, str]:
    """Return the rows joined with the next border below them, and SQL of the bin."""
    groups: list[str] = []
    borders: list[float] = []
    places: list[int] = []
    for (column, _), known in edges.items():
        if column == index:
            groups += [known.group] * len(known.borders)
            borders += known.borders
            places += range(2, len(known.borders) + 2)
    below = select(
        [
            f"unnest({binder.bind(groups, 'VARCHAR[]')}) AS g",
            f"unnest({binder.bind(borders, 'DOUBLE[]')}) AS v",
            f"unnest({binder.bind(places, 'BIGINT[]')}) AS place",
        ],
        "(VALUES (1)) AS one",
    )
    keys = side.keys
    own = select([*keys, f"{text_key(keys[:-1])} AS g", f"x{index}"], f"({side.sql}) AS rows_")
    rows = (
        f"({own}) AS side ASOF LEFT JOIN ({below}) AS below "
        f"ON side.g = below.g AND side.x{index} >= below.v"
    )
    return rows, f"CASE WHEN side.x{index} IS NOT NULL THEN coalesce(below.place, 1) END"


def _edge_table(base: SideQuery, columns: Sequence[int], bins: int, binder: Binder) -> str:
    """Return a SELECT of the group keys and the quantiles of each column, one column each."""
    keys = base.keys[:-1]
    levels = binder.bind_list([step / bins for step in range(1, bins)])
    lists = select(
        [*keys, *(f"quantile_cont(x{index}, {levels}) AS q{index}" for index in columns)],
        f"({base.sql}) AS base",
        group_by=keys,
    )
    single = [
        f"q{index}[{place}] AS q{index}_{place}" for index in columns for place in range(1, bins)
    ]
    return select([*keys, *single], f"({lists}) AS lists")


def _merge_bins(
    found: Histogram,
    columns: Sequence[int],
    edges: dict[tuple[int, Group], Bins],
    *,
    by_quantile: bool,
) -> None:
    """Number bins from 0 in the order of their borders; drop missing values."""
    chosen = set(columns)
    for key, counts in found.counts.items():
        if key[0] not in chosen:
            continue
        counts.pop(None, None)
        known = edges.get((key[0], key[1]))
        merged: dict[Any, int] = defaultdict(int)
        for raw, rows in counts.items():
            place = known.place(raw) if by_quantile and known and known.raw else raw - 1
            merged[place] += rows
        found.counts[key] = dict(merged)


def _count_labels(
    found: Histogram, side: SideQuery, index: int, warehouse: Warehouse, binder: Binder
) -> None:
    keys = list(side.keys)
    labels = select([*keys, f"unnest(x{index}) AS label"], f"({side.sql}) AS side")
    sql = select([*keys, "label", "count(*)"], f"({labels}) AS labels", group_by=[*keys, "label"])
    for row in fetch(warehouse, sql, binder):
        found.counts[index, tuple(row[: len(keys) - 1]), row[len(keys) - 1]][row[-2]] = row[-1]
