"""Bins of continuous columns: a bin for each frequent value, quantiles for the others."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from arthurai.server.query.drift.side_query import text_key
from arthurai.server.query.execute import fetch
from arthurai.server.query.sql import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from arthurai.server.query.drift.side_query import MeasuredColumn, SideQuery
    from arthurai.server.query.sql import Binder, Warehouse

    Group = tuple[Any, ...]

_HASHES_OF_A_BIN: Final = 16


@dataclass(frozen=True, slots=True)
class Bins:
    """Bins of a continuous column within one group.

    Attributes:
        low: Smallest base value.
        high: Largest base value.
        borders: Borders between bins, ascending; a value equal to a border is in the bin above.
        points: Values that have a bin of their own: each is a border, and so is the next number.
        group: Text that identifies the group.
    """

    low: float
    high: float
    borders: tuple[float, ...]
    points: frozenset[float]
    group: str

    def bounds(self, place: int) -> tuple[float | None, float | None]:
        """Return the smallest and the largest value of a bin as people read them.

        Args:
            place: The bin, from 0. The first bin reaches from the smallest base value and the last
                one to the largest; beyond a value with a bin of its own they are open: `None`.
        """
        if place:
            lower: float | None = self._shown(self.borders[place - 1])
        else:
            lower = None if self.low in self.points else self.low
        if place < len(self.borders):
            upper: float | None = self._shown(self.borders[place])
        else:
            upper = None if self.high in self.points else self.high
        return lower, upper

    def _shown(self, border: float) -> float:
        before = math.nextafter(border, -math.inf)
        return before if before in self.points else border


@dataclass(slots=True)
class _Values:
    """The values of a column in one group of the base, as far as bins depend on them."""

    group: str
    rows: int
    kinds: int  # or some number above that of the bins
    low: float
    high: float
    smallest: list[float]
    repeated: list[tuple[int, float]]

    def split(self, bins: int) -> tuple[list[float], int]:
        """Return the values that get a bin of their own, and the number of bins that are left.

        These are compressed histograms (Poosala, Ioannidis, Haas and Shekita 1996, "Improved
        histograms for selectivity estimation of range predicates"): while the most frequent value
        of what is left fills more than an even share of it, that value gets a bin of its own.
        """
        points: list[float] = []
        rows, left = self.rows, bins
        for count, value in sorted(self.repeated, key=lambda item: (-item[0], item[1])):
            if left == 1 or count * left <= rows:
                break
            points.append(value)
            rows -= count
            left -= 1
        return points, left


def find_bins(
    base: SideQuery,
    wanted: Sequence[MeasuredColumn],
    bins: int,
    warehouse: Warehouse,
    binder: Binder,
) -> dict[tuple[int, Group], Bins]:
    """Return the bins of each continuous column in each group of the base.

    A value that fills more than 1 / `bins` of the rows has a bin of its own, and the remaining bins
    have equal shares of the other rows. A column with at most `bins` values has a bin for each.

    Args:
        base: Rows of the base.
        wanted: What is measured.
        bins: Maximum number of bins that hold base values.
        warehouse: Holds the data.
        binder: Binder of the base.
    """
    continuous = [index for index, item in enumerate(wanted) if not item.categorical]
    found = _fetch_even_columns(base, continuous, bins, warehouse, binder)
    even = {index for index, _ in found}
    others = [index for index in continuous if index not in even]
    found |= _fetch_values(base, others, bins, warehouse, binder)
    points: dict[tuple[int, Group], list[float]] = {}
    borders: dict[tuple[int, Group], list[float]] = {}
    whole: list[tuple[int, Group]] = []
    rest: dict[int, dict[tuple[int, Group], int]] = defaultdict(dict)
    for key, values in found.items():
        points[key], left = values.split(bins)
        if values.kinds <= bins:
            borders[key] = values.smallest
        elif points[key] and left > 1:
            rest[key[0]][key] = left
        elif left > 1:
            whole.append(key)
    if whole:
        columns = sorted({index for index, _ in whole})
        quantiles = _fetch_quantiles(base, columns, {bins}, [], warehouse, binder)
        borders |= {key: quantiles[key][bins] for key in whole}
    for index, lefts in rest.items():  # a statement for each column, as it leaves values out
        excluded = [(found[key].group, value) for key in lefts for value in points[key]]
        sizes = set(lefts.values())
        quantiles = _fetch_quantiles(base, [index], sizes, excluded, warehouse, binder)
        borders |= {key: quantiles[key][left] for key, left in lefts.items()}
    return {
        key: _make_bins(values, points[key], borders.get(key, ())) for key, values in found.items()
    }


def _make_bins(values: _Values, points: list[float], borders: Iterable[float]) -> Bins:
    every = {border for border in borders if border > values.low}
    for value in points:
        every |= {value, math.nextafter(value, math.inf)}
    return Bins(values.low, values.high, tuple(sorted(every)), frozenset(points), values.group)


def _fetch_even_columns(
    base: SideQuery, columns: Sequence[int], bins: int, warehouse: Warehouse, binder: Binder
) -> dict[tuple[int, Group], _Values]:
    """Return the values of the columns that have no frequent ones, as most measurements.

    A value that fills a bin fills at least as much of those that share its hash. So a column in
    which no hash has enough rows need not have each of its values counted, which takes long.
    """
    keys = base.keys[:-1]
    parts = []
    for index in columns:
        x = f"x{index}"
        place = f"hash({x}) % {bins * _HASHES_OF_A_BIN} AS h"
        counted = select(
            [*keys, place, "count(*) AS n", f"min({x}) AS low", f"max({x}) AS high"],
            f"({base.sql}) AS base",
            [f"{x} IS NOT NULL"],
            [*keys, "h"],
        )
        group = text_key(keys)
        rows = "CAST(sum(n) AS BIGINT)"
        measured = [*keys, f"{index}", f"{group} AS g", rows, "max(n)", "min(low)", "max(high)"]
        parts.append(
            select(measured, f"({counted}) AS counted", group_by=[*keys, "g"] if keys else [])
        )
    found = {}
    uneven = set()
    for row in fetch(warehouse, " UNION ALL ".join(parts), binder) if parts else ():
        index, group, rows, most, low, high = row[len(keys) :]
        if rows and most * bins < rows:
            known = _Values(group, rows, bins + 1, low, high, [], [])
            found[index, tuple(row[: len(keys)])] = known
        else:
            uneven.add(index)
    return {key: values for key, values in found.items() if key[0] not in uneven}


def _fetch_values(
    base: SideQuery, columns: Sequence[int], bins: int, warehouse: Warehouse, binder: Binder
) -> dict[tuple[int, Group], _Values]:
    keys = base.keys[:-1]
    parts = []
    for index in columns:
        counted = select(
            [*keys, f"x{index} AS x", "count(*) AS n"],
            f"({base.sql}) AS base",
            [f"x{index} IS NOT NULL"],
            [*keys, f"x{index}"],
        )
        group = text_key(keys)
        # Most values of a column of measurements occur once: the heap of lists is for the others.
        top = f"arg_max([CAST(n AS DOUBLE), x], n, {bins}) FILTER (WHERE n > 1)"
        measured = [*keys, f"{index}", f"{group} AS g", "sum(n)", "count(*)", "min(x)", "max(x)"]
        measured += [f"min(x, {bins})", top]
        grouped = [*keys, "g"] if keys else []
        parts.append(select(measured, f"({counted}) AS counted", group_by=grouped))
    found = {}
    for row in fetch(warehouse, " UNION ALL ".join(parts), binder) if parts else ():
        index, group, rows, kinds, low, high, smallest, repeated = row[len(keys) :]
        if rows:
            pairs = [(int(count), value) for count, value in repeated or ()]
            known = _Values(group, int(rows), kinds, low, high, smallest, pairs)
            found[index, tuple(row[: len(keys)])] = known
    return found


def _fetch_quantiles(
    base: SideQuery,
    columns: list[int],
    sizes: set[int],
    excluded: list[tuple[str, float]],
    warehouse: Warehouse,
    binder: Binder,
) -> dict[tuple[int, Group], dict[int, list[float]]]:
    """Return the borders of several numbers of bins, by column and group.

    Args:
        base: Rows of the base.
        columns: Columns; a single one if values are excluded.
        sizes: Numbers of bins, at least 2.
        excluded: Values to leave out, each with the text of its group.
        warehouse: Holds the data.
        binder: Binder of the base.
    """
    keys = base.keys[:-1]
    source, where = f"({base.sql}) AS base", []
    if excluded:
        groups, values = zip(*excluded, strict=True)
        pairs = (
            f"SELECT unnest({binder.bind(list(groups), 'VARCHAR[]')}) AS g, "
            f"unnest({binder.bind(list(values), 'DOUBLE[]')}) AS v"
        )
        (index,) = columns
        own = select(["*", f"{text_key(keys)} AS g"], f"({base.sql}) AS rows_")
        source = (
            f"({own}) AS base LEFT JOIN ({pairs}) AS excluded "
            f"ON base.g = excluded.g AND base.x{index} = excluded.v"
        )
        where = ["excluded.v IS NULL"]
    wanted = [(index, size) for index in columns for size in sorted(sizes)]
    quantiles = []
    for index, size in wanted:
        levels = binder.bind_list([step / size for step in range(1, size)])
        quantiles.append(f"quantile_cont(x{index}, {levels})")
    sql = select([*keys, *quantiles], source, where, keys)
    found: dict[tuple[int, Group], dict[int, list[float]]] = defaultdict(dict)
    for row in fetch(warehouse, sql, binder):
        for (index, size), borders in zip(wanted, row[len(keys) :], strict=True):
            found[index, tuple(row[: len(keys)])][size] = borders or []
    return found
