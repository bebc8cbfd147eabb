"""Draw series as matplotlib figures; nothing here sends requests."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.exceptions import ArthurUserError
from arthurai.model.viz import style
from arthurai.model.viz.plot_data import savgol_filter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from arthurai.model.viz.plot_data import Groups, Series, Timeline

_MAX_TICKS: Final = 12
_REFERENCE_COLOR: Final = "0.45"
_RIDGE_HEIGHT: Final = 1.6
_MAX_RIDGES: Final = 60
_MIN_CROWDED_LETTERS: Final = 60
_MAX_NAME_LENGTH: Final = 28
_LEGEND_LETTERS: Final = 110
_MAX_CATEGORIES: Final = 10
_MAX_GROUPS: Final = 40
_THOUSAND: Final = 1000
_MAX_VERTICAL_GROUPS: Final = 8


class FigureList(list["Figure"]):
    """Figures of several models; a notebook shows them below each other."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        pictures = []
        for figure in self:
            buffer = io.BytesIO()
            figure.savefig(buffer, format="png")
            content = base64.b64encode(buffer.getvalue()).decode()
            pictures.append(f'<img src="data:image/png;base64,{content}">')
        return "".join(pictures)


def make_figure(
    rows: int = 1, columns: int = 1, *, height: float = 4.0, width: float = 9.0
) -> tuple[Figure, list[Axes]]:
    """Create an empty figure with axes below or next to each other.

    pyplot forgets it at once: a notebook shows what a cell returns, and would show what pyplot
    holds a second time.

    Args:
        rows: Axes below each other.
        columns: Axes next to each other; they share the vertical axis.
        height: Of one row, in inches.
        width: Of the figure, in inches.

    Raises:
        ArthurUserError: matplotlib is not installed.
    """
    try:
        import matplotlib.pyplot as plt
    except ModuleNotFoundError as error:
        raise ArthurUserError(
            "plots require matplotlib, which is not installed. Install it: pip install matplotlib"
        ) from error
    figure, axes = plt.subplots(
        rows,
        columns,
        figsize=(width, height * rows),
        layout="constrained",
        squeeze=False,
        sharey="row",
    )
    plt.close(figure)
    return figure, list(axes.flat)


def draw_series(series: Sequence[Series], *, title: str, ylabel: str) -> Figure:
    """Draw lines over time, or over batches.

    Args:
        series: One line each, distinguished by color, dashes and markers.
        title: Above the plot.
        ylabel: Beside it.
    """
    figure, (axes,) = make_figure()
    drawn = [line for line in series if any(value is not None for value in line.values)]
    over_batches = any(isinstance(p, str) for line in drawn for p in line.periods)
    order = {p: n for n, p in enumerate(dict.fromkeys(p for line in drawn for p in line.periods))}
    for number, line in enumerate(drawn):
        x: list[Any] = [order[p] for p in line.periods] if over_batches else list(line.periods)
        few = len(x) <= style.FEW_POINTS
        axes.plot(
            x,
            [float("nan") if value is None else value for value in line.values],
            label=_escape(line.label),
            color=style.LINE_COLORS[number % len(style.LINE_COLORS)],
            linestyle=style.DASHES[number % len(style.DASHES)],
            marker=style.MARKERS[number % len(style.MARKERS)] if few else None,
            markersize=5,
        )
        _draw_band(axes, line, x, style.LINE_COLORS[number % len(style.LINE_COLORS)])
    _draw_limits(axes, drawn, order if over_batches else None)
    if over_batches:
        _label_batches(axes, [str(p) for p in order])
    elif drawn:
        _label_times(axes, [p for line in drawn for p in line.periods if isinstance(p, datetime)])
    _style_axes(axes, title, ylabel)
    if not drawn:
        _mark_empty(axes)
    elif len(series) > 1 or any(line.limits or line.rows for line in drawn):
        longest = max(len(_label_rows(line)) for line in drawn)
        columns = max(1, _LEGEND_LETTERS // (longest + 10))
        handles, labels = axes.get_legend_handles_labels()
        labels[: len(drawn)] = [_escape(_label_rows(line)) for line in drawn]
        figure.legend(handles, labels, loc="outside lower left", ncols=columns, frameon=False)
    return figure


def _label_rows(line: Series) -> str:
    """Return the label of a line, with the rows that its values rest on."""
    if not line.rows:
        return line.label
    least, most = min(line.rows), max(line.rows)
    between = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    return f"{line.label} (n = {between})"


def _draw_band(axes: Axes, line: Series, x: Sequence[Any], color: str) -> None:
    """Shade where the values lie with 95 % confidence."""
    known = [place for place, ends in enumerate(line.intervals) if ends is not None]
    if not known:
        return
    missing = (float("nan"), float("nan"))
    ends = [missing if interval is None else interval for interval in line.intervals]
    axes.fill_between(
        x,
        [low for low, _ in ends],
        [high for _, high in ends],
        color=color,
        alpha=0.15,
        linewidth=0,
        zorder=0,
    )
    if len(known) == 1:  # a band of one point would not be seen
        axes.vlines(x[known[0]], *ends[known[0]], color=color, alpha=0.5)


def largest_limits(series: Sequence[Series]) -> dict[Any, float]:
    """Return the largest limit of several lines in each period that has one.

    Args:
        series: The lines.
    """
    found: dict[Any, float] = {}
    for line in series:
        for period, limit in zip(line.periods, line.limits, strict=bool(line.limits)):
            if limit is not None:
                found[period] = max(limit, found.get(period, 0.0))
    return found


def _draw_limits(axes: Axes, series: Sequence[Series], order: Mapping[Any, int] | None) -> None:
    """Shade what a change has to exceed to be more than noise."""
    limits = largest_limits(series)
    if not limits:
        return
    periods = sorted(limits, key=lambda period: period if order is None else order[period])
    x: list[Any] = periods if order is None else [order[period] for period in periods]
    axes.fill_between(
        x,
        0,
        [limits[period] for period in periods],
        color="0.5",
        alpha=0.18,
        linewidth=0,
        zorder=0,
        label="within noise (95 %)",
    )


def draw_timeline(timeline: Timeline, *, title: str) -> Figure:
    """Draw shares of categories as stacked bars, or distributions as ridges, by period.

    Of many categories the most frequent are drawn, and the rest as one.
    """
    if timeline.categories:
        return _draw_categories(_most_frequent(timeline), title)
    return _draw_ridges(timeline, title)


def _most_frequent(timeline: Timeline) -> Timeline:
    names = timeline.categories
    if len(names) <= _MAX_CATEGORIES:
        return timeline
    totals = [sum(counts[place] for counts in timeline.counts) for place in range(len(names))]
    ranked = sorted(range(len(names)), key=lambda place: -totals[place])
    kept = sorted(ranked[: _MAX_CATEGORIES - 1])
    return replace(
        timeline,
        categories=[f"{len(names) - len(kept)} others", *(names[place] for place in kept)],
        counts=[
            [sum(counts) - sum(counts[place] for place in kept), *(counts[place] for place in kept)]
            for counts in timeline.counts
        ],
    )


def _draw_categories(timeline: Timeline, title: str) -> Figure:
    figure, (axes,) = make_figure()
    totals = [sum(counts) or 1 for counts in timeline.counts]
    shares = [
        [counts[number] / total for counts, total in zip(timeline.counts, totals, strict=True)]
        for number in range(len(timeline.categories))
    ]
    places = range(len(timeline.periods))
    bottom = [0.0] * len(places)
    bars: list[Any] = []
    for number, share in enumerate(shares):
        bars.append(
            axes.bar(
                places,
                share,
                0.9,
                bottom=bottom,
                color=style.LINE_COLORS[number % len(style.LINE_COLORS)],
                alpha=style.alpha,
                hatch=style.HATCHES[number % len(style.HATCHES)],
                edgecolor="white",
            )
        )
        bottom = [low + part for low, part in zip(bottom, share, strict=True)]
    _label_batches(axes, [_format_period(p) for p in timeline.periods])
    if timeline.has_reference:
        axes.axvline(0.5, color=_REFERENCE_COLOR, linewidth=1.5)
    _style_axes(axes, title, "share of inferences")
    axes.set_ylim(0, 1)
    axes.legend(
        bars[::-1],
        [_escape(_shorten(name)) for name in timeline.categories[::-1]],
        title=_escape(timeline.attribute),
        loc="center left",
        bbox_to_anchor=(1, 0.5),
        frameon=False,
    )
    return figure


def _draw_ridges(timeline: Timeline, title: str) -> Figure:
    step = max(1, -(-len(timeline.periods) // _MAX_RIDGES))
    chosen = range(0, len(timeline.periods), step)
    figure, (axes,) = make_figure(height=max(3.0, min(9.0, 1.2 + 0.22 * len(chosen))))
    for place, index in enumerate(chosen):
        counts = savgol_filter(timeline.counts[index]).clip(min=0)
        peak = counts.max() if counts.size else 0
        outline = place + counts / (peak or 1) * _RIDGE_HEIGHT
        shade: Any = style.continuous_palette[
            int(place / max(1, len(chosen) - 1) * (len(style.continuous_palette) - 1))
        ]
        if timeline.has_reference and index == 0:
            shade = _REFERENCE_COLOR
        edges = timeline.edges[index]
        layer = 2 * (len(chosen) - place)
        axes.fill_between(edges, place, outline, color=shade, alpha=style.alpha, zorder=layer)
        axes.plot(edges, outline, color="white", linewidth=0.9, zorder=layer + 1)
    labels = [_escape(_format_period(timeline.periods[index])) for index in chosen]
    every = max(1, -(-len(labels) // (2 * _MAX_TICKS)))
    axes.set_yticks(range(0, len(labels), every), labels[::every])
    _style_axes(axes, title, "")
    axes.set_xlabel(_escape(timeline.attribute))
    if not timeline.periods:
        _mark_empty(axes)
    return figure


def draw_groups(groups: Groups, *, title: str) -> Figure:
    """Draw the bars of each metric, one bar per group, with the size of the group.

    A few groups are vertical bars, more are horizontal, and of very many the largest are drawn.
    """
    if (
        len(groups.names) > _MAX_VERTICAL_GROUPS
        or max(map(len, groups.names), default=0) > _MAX_NAME_LENGTH
    ):
        return _draw_horizontal_groups(groups, title)
    figure, all_axes = make_figure(len(groups.metrics), height=2.6)
    labels = [
        f"{_escape(name)}\nn = {size:,}"
        for name, size in zip(groups.names, groups.sizes, strict=True)
    ]
    for axes, (metric, values) in zip(all_axes, groups.metrics.items(), strict=True):
        heights = [0.0 if value is None else value for value in values]
        errors = _error_sizes(heights, groups.intervals.get(metric, ()))
        bars = axes.bar(
            range(len(labels)), heights, 0.6, color=style.LINE_COLORS[0], yerr=errors, capsize=3
        )
        for number, bar in enumerate(bars):
            bar.set_hatch(style.HATCHES[number % len(style.HATCHES)])
            bar.set_edgecolor("white")
        axes.bar_label(bars, [_format_number(value) for value in values])
        axes.set_xticks(range(len(labels)), labels)
        axes.margins(y=0.2)
        _style_axes(axes, "", metric)
    figure.suptitle(_escape(title))
    return figure


def _draw_horizontal_groups(groups: Groups, title: str) -> Figure:
    ranked = sorted(range(len(groups.names)), key=lambda place: -groups.sizes[place])
    chosen = sorted(ranked[:_MAX_GROUPS])
    labels = [
        f"{_escape(_shorten(groups.names[place]))} (n = {groups.sizes[place]:,})"
        for place in chosen
    ]
    figure, all_axes = make_figure(
        columns=len(groups.metrics),
        height=1.0 + 0.25 * len(chosen),
        width=max(9.0, 2.5 + 2.0 * len(groups.metrics)),
    )
    for axes, (metric, values) in zip(all_axes, groups.metrics.items(), strict=True):
        found = [values[place] for place in chosen]
        lengths = [0.0 if value is None else value for value in found]
        known = groups.intervals.get(metric, ())
        errors = _error_sizes(lengths, [known[place] for place in chosen] if known else ())
        bars = axes.barh(
            range(len(labels)), lengths, 0.7, color=style.LINE_COLORS[0], xerr=errors, capsize=2
        )
        axes.bar_label(
            bars, [_format_number(value) for value in found], padding=2, fontsize="small"
        )
        axes.set_yticks(range(len(labels)), labels)
        axes.margins(x=0.25, y=0.01)
        _style_axes(axes, "", "")
        axes.set_xlabel(_escape(metric))
    all_axes[0].invert_yaxis()
    left_out = len(groups.names) - len(chosen)
    whole = f"{title} (without the {left_out} smallest)" if left_out else title
    figure.suptitle(_escape(whole))
    return figure


def _error_sizes(
    values: Sequence[float], intervals: Sequence[tuple[float, float] | None]
) -> list[list[float]] | None:
    """Return how far intervals reach below and above values; `None` where none is known."""
    if not any(intervals):
        return None
    pairs = list(zip(values, intervals, strict=True))
    below = [0.0 if ends is None else max(0.0, value - ends[0]) for value, ends in pairs]
    above = [0.0 if ends is None else max(0.0, ends[1] - value) for value, ends in pairs]
    return [below, above]


def draw_curves(
    curves: Mapping[str, Sequence[tuple[float, float]]],
    *,
    xlabel: str,
    ylabel: str,
    title: str,
    best: int | None = None,
) -> Figure:
    """Draw the curve of each group, with a mark at the best point of each.

    Args:
        curves: Points (x, y) by group.
        xlabel: What x is.
        ylabel: What y is.
        title: Above the plot.
        best: Index of the point to mark; `None` for no mark.
    """
    figure, (axes,) = make_figure(height=5)
    for number, (group, points) in enumerate(curves.items()):
        color = style.LINE_COLORS[number % len(style.LINE_COLORS)]
        axes.plot(
            [x for x, _ in points],
            [y for _, y in points],
            label=_escape(str(group)),
            color=color,
            linestyle=style.DASHES[number % len(style.DASHES)],
        )
        if best is not None and best < len(points):
            mark = style.MARKERS[number % len(style.MARKERS)]
            axes.plot(*points[best], marker=mark, color=color, markersize=9)
    _style_axes(axes, title, ylabel)
    axes.set_xlabel(_escape(xlabel))
    axes.legend(loc="best", frameon=False)
    return figure


def _style_axes(axes: Axes, title: str, ylabel: str) -> None:
    axes.set_title(_escape(title), loc="left")
    axes.set_ylabel(_escape(ylabel))
    axes.grid(axis="y", alpha=0.3)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _label_times(axes: Axes, periods: Sequence[datetime]) -> None:
    from matplotlib import dates

    if len(set(periods)) == 1:
        place: float = dates.date2num(periods[0])  # type: ignore[no-untyped-call] # matplotlib
        axes.set_xticks([place], [_format_period(periods[0])])
        return
    locator = dates.AutoDateLocator(maxticks=_MAX_TICKS)  # type: ignore[no-untyped-call] # matplotlib
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))  # type: ignore[no-untyped-call] # matplotlib


def _label_batches(axes: Axes, names: Sequence[str]) -> None:
    every = max(1, -(-len(names) // _MAX_TICKS))
    labels = [_escape(_shorten(name)) for name in names[::every]]
    crowded = sum(map(len, labels)) > _MIN_CROWDED_LETTERS
    axes.set_xticks(
        range(0, len(names), every),
        labels,
        rotation=30 if crowded else 0,
        ha="right" if crowded else "center",
    )


def _mark_empty(axes: Axes) -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    axes.text(0.5, 0.5, "no data yet", transform=axes.transAxes, ha="center", va="center")


def _shorten(name: str) -> str:
    """Return a long name without its middle, because long names often differ at the end."""
    if len(name) <= _MAX_NAME_LENGTH:
        return name
    return f"{name[: _MAX_NAME_LENGTH // 2 - 1]}…{name[-_MAX_NAME_LENGTH // 2 :]}"


def _escape(text: str) -> str:
    """Return a text for matplotlib, which reads what is between two `$` as a formula."""
    return text.replace("$", r"\$")


def _format_number(value: float | None) -> str:
    if value is None:
        return "none"
    return f"{value:,.0f}" if abs(value) >= _THOUSAND else f"{value:.3g}"


def _format_period(period: Any) -> str:
    if isinstance(period, datetime):
        midnight = period.hour == period.minute == period.second == 0
        return period.strftime("%Y-%m-%d" if midnight else "%Y-%m-%d %H:%M")
    return str(period)
