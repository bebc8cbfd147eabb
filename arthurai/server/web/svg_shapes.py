"""Geometry of the hand-made SVG pictures; templates only write the elements.

All pictures have the coordinates 0 to `WIDTH` and 0 to `HEIGHT` and are stretched by the browser,
so labels stand outside of them, as text of the page.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from arthurai.server.web.formats import format_number, format_time

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH: Final = 1000
HEIGHT: Final = 100
_TICKS: Final = 4
_LABELS: Final = 6
HEAT_STEPS: Final = 8

Value = float | None


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a picture.

    Attributes:
        label: Its name in the legend.
        values: One value per moment; `None` leaves a gap.
        low: Lower ends of its band; empty without one.
        high: Upper ends of its band.
    """

    label: str
    values: Sequence[Value]
    low: Sequence[Value] = ()
    high: Sequence[Value] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """The geometry of one line.

    Attributes:
        label: Its name in the legend.
        paths: Points of each unbroken piece, for `polyline`.
        band: Points of the band of each piece, for `polygon`.
        points: Place, and what it says, of each value.
        last: Its last value as text.
    """

    label: str
    paths: Sequence[str]
    band: Sequence[str]
    points: Sequence[tuple[float, float, str]]
    last: str


@dataclass(frozen=True, slots=True)
class LinePicture:
    """A picture of lines over time, with the number of rows beneath.

    Attributes:
        lines: The lines.
        ticks: Labels of the vertical axis, from the top.
        labels: Labels of the horizontal axis, from the left.
        bars: Left, width, height and text of the bar of each moment.
        most: The largest number of rows, as text.
    """

    lines: Sequence[Line]
    ticks: Sequence[str]
    labels: Sequence[str]
    bars: Sequence[tuple[float, float, float, str]]
    most: str


def draw_lines(
    moments: Sequence[str], series: Sequence[Series], counts: Sequence[int], kind: str = "number"
) -> LinePicture:
    """Return the picture of some series.

    Args:
        moments: When the values hold, as the API writes times or names batches.
        series: The lines.
        counts: How many rows each moment has; empty for no bars.
        kind: How values are written.
    """
    known = [v for s in series for v in (*s.values, *s.low, *s.high) if v is not None]
    least = 0.0 if kind == "count" else min(known, default=0.0)
    low, high, step = scale(least, max(known, default=1.0))
    places = [_place(i, len(moments)) for i in range(len(moments))]
    lines = [_line(one, moments, places, (low, high), kind) for one in series]
    ticks = [format_number(low + step * i, kind) for i in range(round((high - low) / step) + 1)]
    most = max(counts, default=0)
    width = WIDTH / max(len(moments), 1)
    bars = (
        [
            (
                round(i * width + width * 0.1, 2),
                round(width * 0.8, 2),
                round(HEIGHT * count / most, 2) if most else 0.0,
                f"{format_time(moment)}: {count:,} rows",
            )
            for i, (moment, count) in enumerate(zip(moments, counts, strict=True))
        ]
        if counts
        else []
    )
    return LinePicture(lines, ticks[::-1], pick_labels(moments), bars, f"{most:,}")


def pick_labels(moments: Sequence[str]) -> list[str]:
    """Return labels for a horizontal axis, evenly spread, the first and the last among them.

    Args:
        moments: All moments.
    """
    if len(moments) <= _LABELS:
        return [format_time(moment) for moment in moments]
    chosen = [round(i * (len(moments) - 1) / (_LABELS - 1)) for i in range(_LABELS)]
    return [format_time(moments[i]) for i in chosen]


def scale(low: float, high: float) -> tuple[float, float, float]:
    """Return the ends of an axis that holds some values, and the step between its ticks.

    Args:
        low: The smallest value.
        high: The largest value.
    """
    if high <= low:
        margin = abs(low) * 0.1 or 0.5
        low, high = low - margin, high + margin
    rough = (high - low) / _TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= rough * 0.999)
    start = math.floor(low / step + 1e-9) * step
    end = math.ceil(high / step - 1e-9) * step
    return start, end, step


def draw_sparkline(values: Sequence[float]) -> str:
    """Return the points of a line without axes, from zero up.

    Args:
        values: The values.
    """
    if not values:
        return ""
    most = max(values) or 1
    return " ".join(
        f"{_place(i, len(values)):.1f},{HEIGHT * (1 - 0.9 * v / most):.1f}"
        for i, v in enumerate(values)
    )


class HeatCell(NamedTuple):
    """One cell of a heat map.

    Attributes:
        value: Its value as text.
        step: Its color, see `heat_step`.
        text: What it says when it is pointed at.
        is_noise: Whether chance alone makes such a value, so that it is faint.
    """

    value: str
    step: int | None
    text: str
    is_noise: bool = False


def heat_step(value: Value, limits: Sequence[float]) -> int | None:
    """Return the color of a value, 0 to `HEAT_STEPS`, or `None` when there is no value.

    Args:
        value: The value.
        limits: Upper ends of the colors but the last, ascending.
    """
    if value is None:
        return None
    return sum(value >= limit for limit in limits)


def _place(index: int, count: int) -> float:
    return WIDTH * (index + 0.5) / max(count, 1)


def _line(
    one: Series,
    moments: Sequence[str],
    places: Sequence[float],
    ends: tuple[float, float],
    kind: str,
) -> Line:
    def height(value: float) -> float:
        return round(HEIGHT * (1 - (value - ends[0]) / (ends[1] - ends[0])), 2)

    paths, band, points = [], [], []
    for piece in _pieces(one.values):
        paths.append(" ".join(f"{places[i]:.2f},{height(v)}" for i, v in piece))
        if one.low:
            upper = [(i, v) for i, _ in piece if (v := one.high[i]) is not None]
            lower = [(i, v) for i, _ in piece if (v := one.low[i]) is not None]
            ring = [*upper, *reversed(lower)]
            band.append(" ".join(f"{places[i]:.2f},{height(v)}" for i, v in ring))
        points += [
            (
                round(places[i], 2),
                height(v),
                f"{one.label}, {format_time(moments[i])}: {format_number(v, kind)}",
            )
            for i, v in piece
        ]
    last = next((v for v in reversed(one.values) if v is not None), None)
    return Line(one.label, paths, band, points, format_number(last, kind))


def _pieces(values: Sequence[Value]) -> list[list[tuple[int, float]]]:
    found: list[list[tuple[int, float]]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            found.append([])
        else:
            found[-1].append((index, value))
    return [piece for piece in found if piece]
