"""Histograms of both sides, many columns in one statement."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from arthurai.server.query.drift.side_query import text_key
from arthurai.server.query.execute import fetch
from arthurai.server.query.functions.transformation import bin_index
from arthurai.server.query.sql import number_literal, select, with_ctes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arthurai.server.query.drift.drift_bins import Bins
    from arthurai.server.query.drift.side_query import MeasuredColumn, SideQuery
    from arthurai.server.query.sql import Binder, Warehouse

Group = tuple[Any, ...]

_MAX_COMPARISONS: Final = 2000  # 100 attributes with 20 bins each
_MAX_GROUPED: Final = 640


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


def pair_counts(
    base: Mapping[Any, int], target: Mapping[Any, int], item: MeasuredColumn
) -> dict[Any, tuple[int, int]] | None:
    """Return the rows of both sides in each bin that holds rows, or `None` without a comparison.

    This is the one place where the bins of the base meet what the target holds: a category, a
    missing value or a number between frequent values that the base has never seen is a bin with no
    base rows, and the reverse. The measures decide what an empty bin counts for. Predictions and
    ground truth that the base lacks altogether were not sent with it, so they are not compared.

    Args:
        base: Base rows by bin; the bin of missing values is `None`.
        target: Target rows by bin.
        item: The column.
    """
    if not base or not target or (item.is_output and set(base) == {None}):
        return None
    return {place: (base.get(place, 0), target.get(place, 0)) for place in {**base, **target}}


def count_side(
    side: SideQuery,
    base: SideQuery,
    wanted: Sequence[MeasuredColumn],
    edges: dict[tuple[int, Group], Bins],
    warehouse: Warehouse,
    binder: Binder,
) -> Histogram:
    """Count the rows of one side in the bins of the base.

    Args:
        side: Rows to count.
        base: Rows of the base.
        wanted: What is measured.
        edges: Bins of the base.
        warehouse: Holds the data.
        binder: Binder of both sides.
    """
    found = Histogram()
    keys = list(side.keys)
    grouped = len(keys) > 1
    scalars = [index for index, item in enumerate(wanted) if not item.labels]
    continuous = [index for index in scalars if not wanted[index].categorical]
    # Comparisons written out run fastest, but take time to prepare.
    compared = sum(_widest(index, edges) for index in continuous)
    joined = compared > (_MAX_GROUPED if grouped else _MAX_COMPARISONS)
    source, ctes = f"({side.sql}) AS side", []
    if grouped and compared and not joined:
        ctes.append(("edges", _edge_table(base, continuous, edges, binder)))
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
                cell = _cell(index, edges, grouped=grouped)
            columns = [f"{index} AS f", *own, f"{cell} AS b", "count(*) AS n"]
            counted.append(select(columns, rows, group_by=["ALL"]))
        body = " UNION ALL ".join(counted)
        for row in fetch(warehouse, with_ctes(ctes, body), binder):
            found.counts[row[0], tuple(row[1 : len(keys)]), row[len(keys)]][row[-2]] = row[-1]
    _number_bins(found, wanted)
    for index, item in enumerate(wanted):
        if item.labels:
            _count_labels(found, side, index, warehouse, binder)
    return found


def _widest(index: int, edges: dict[tuple[int, Group], Bins]) -> int:
    return max((len(bins.borders) for key, bins in edges.items() if key[0] == index), default=0)


def _cell(index: int, edges: dict[tuple[int, Group], Bins], *, grouped: bool) -> str:
    if grouped:
        borders = [f"edges.q{index}_{place}" for place in range(_widest(index, edges))]
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


def _edge_table(
    base: SideQuery,
    columns: Sequence[int],
    edges: dict[tuple[int, Group], Bins],
    binder: Binder,
) -> str:
    """Return a SELECT of the group keys and the borders of each column, infinity after the last."""
    keys = base.keys[:-1]
    groups = {key[1]: bins.group for key, bins in edges.items()}
    bound = [f"unnest({binder.bind(list(groups.values()), 'VARCHAR[]')}) AS g"]
    single = []
    for index in columns:
        widest = _widest(index, edges)
        if not widest:
            continue
        lists = []
        for group in groups:
            known = edges.get((index, group))
            borders = list(known.borders) if known else []
            lists.append(borders + [math.inf] * (widest - len(borders)))
        bound.append(f"unnest({binder.bind(lists, 'DOUBLE[][]')}) AS q{index}")
        single += [f"q{index}[{place + 1}] AS q{index}_{place}" for place in range(widest)]
    known_keys = select(
        ["DISTINCT " + ", ".join(keys), f"{text_key(keys)} AS g"], f"({base.sql}) AS base"
    )
    return select(
        [*keys, *single],
        f"({known_keys}) AS keys JOIN ({select(bound, '(VALUES (1)) AS one')}) AS lists USING (g)",
    )


def _number_bins(found: Histogram, wanted: Sequence[MeasuredColumn]) -> None:
    """Number bins from 0 in the order of their borders; drop missing values that do not count."""
    for key, counts in found.counts.items():
        item = wanted[key[0]]
        if not item.counts_missing:
            counts.pop(None, None)
        if not item.categorical:
            found.counts[key] = {
                None if place is None else place - 1: rows for place, rows in counts.items()
            }


def _count_labels(
    found: Histogram, side: SideQuery, index: int, warehouse: Warehouse, binder: Binder
) -> None:
    keys = list(side.keys)
    labels = select([*keys, f"unnest(x{index}) AS label"], f"({side.sql}) AS side")
    sql = select([*keys, "label", "count(*)"], f"({labels}) AS labels", group_by=[*keys, "label"])
    for row in fetch(warehouse, sql, binder):
        found.counts[index, tuple(row[: len(keys) - 1]), row[len(keys) - 1]][row[-2]] = row[-1]
