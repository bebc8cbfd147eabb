"""Write a report as one HTML file with interactive charts."""

from __future__ import annotations

from datetime import datetime
from html import escape
from importlib import resources
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.exceptions import ArthurUserError, UserValueError
from arthurai.model.report.report_contents import LARGE_DRIFT, MODERATE_DRIFT, fetch_contents
from arthurai.model.viz import style
from arthurai.model.viz.figures import largest_limits
from arthurai.version import __version__

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from arthurai.model.base_model import ArthurModelBase
    from arthurai.model.report.report_contents import ReportContents
    from arthurai.model.report.report_sections import Distribution
    from arthurai.model.viz.plot_data import Groups, Series

_DASHES: Final = ("solid", "dash", "dashdot", "dot")
_MARKERS: Final = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross")
_PATTERNS: Final = ("", "/", ".", "x", "\\", "+")
_LAYOUT: Final[dict[str, Any]] = {
    "template": "none",
    "colorway": list(style.LINE_COLORS),
    "paper_bgcolor": "white",
    "plot_bgcolor": "white",
    "margin": {"l": 60, "r": 20, "t": 10, "b": 40},
    "height": 340,
    "hovermode": "x unified",
    # Above the chart, where no label of an axis can reach it.
    "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"},
    "font": {"family": "system-ui, sans-serif", "size": 13, "color": "#1c2733"},
}
_AXIS: Final[dict[str, Any]] = {
    "automargin": True,
    "gridcolor": "#e1e5ea",
    "zerolinecolor": "#c5ccd4",
}
_MAX_GROUPS: Final = 20
_MAX_LABEL_LETTERS: Final = 24


class ReportPath(type(Path())):  # type: ignore[misc] # the class of paths on this system
    """The file of a report; notebooks show the report itself, in a frame of its own."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        try:
            page = self.read_text(encoding="utf-8")
        except OSError as error:
            return f"<p>{escape(str(self))}: {escape(str(error.strerror))}</p>"
        # No access to the notebook for the scripts of the page, which draw its charts.
        return (
            f'<iframe srcdoc="{escape(page)}" sandbox="allow-scripts" width="100%" height="600"'
            f' style="border:0" title="{escape(str(self))}"></iframe>'
        )


def write_report(
    self: ArthurModelBase, path: str | os.PathLike[str], *, time_zone: str | None = None
) -> Path:
    """Write a page that shows the model: accuracy, drift, data quality, fairness and alerts.

    The page is one HTML file that needs no network: charts, their data and their script are
    inside. It holds aggregates only, no single inference.

    Args:
        path: The file to write; its folder must exist. An older report is replaced.
        time_zone: Zone by whose clocks days and weeks start, and of all times, such as
            `Europe/Vienna`; UTC when omitted.

    Returns:
        The file; notebooks show the report.

    Raises:
        MethodNotApplicableError: The model is not saved.
        UserValueError: The file cannot be written, or the time zone is unknown.
        ArthurUserError: The packages jinja2 and plotly are not installed.
    """
    target = ReportPath(path)
    if not target.parent.is_dir():
        raise UserValueError(f"path must be in an existing folder, got {str(path)!r}")
    html = render(fetch_contents(self, time_zone))
    try:
        target.write_text(html, encoding="utf-8")
    except OSError as error:
        raise UserValueError(f"path {str(path)!r} cannot be written: {error.strerror}") from error
    return target


def render(contents: ReportContents) -> str:
    """Return the page: HTML with its style, its script and its data inside.

    Args:
        contents: What it shows. Texts in it are escaped.

    Raises:
        ArthurUserError: A package that reports need is not installed.
    """
    try:
        from jinja2 import Environment

        span = _find_span(contents)
        template = resources.files(__package__).joinpath("page.html").read_text("utf-8")
        return (
            Environment(autoescape=True)
            .from_string(template)
            .render(
                contents=contents,
                library=_read_plotly_script(),
                accuracy=[_draw_lines(p.series, p.unit, span) for p in contents.panels],
                texts=[_draw_lines(p.series, p.unit, span) for p in contents.texts],
                anomalies=_draw_lines(contents.anomalies, "anomaly score, 0 to 1", span),
                drift=_draw_lines(contents.drift_over_time, "PSI", span),
                distributions=[(d, _draw_distribution(d)) for d in contents.distributions],
                fairness=[(group, _draw_bars(group)) for group in contents.groups],
                number=format_number,
                share=format_share,
                interval=format_interval,
                moderate=MODERATE_DRIFT,
                large=LARGE_DRIFT,
                version=__version__,
            )
        )
    except ModuleNotFoundError as error:
        raise ArthurUserError(
            f"reports require packages that are not installed, such as {error.name!r}. Install "
            "them: pip install jinja2 plotly"
        ) from error


def format_number(value: float | None) -> str:
    """Return a number with three significant digits, a dash for `None`."""
    if value is None:
        return "-"
    short = f"{value:.3g}"
    return f"{float(short):,.0f}" if 1000 <= abs(value) < 1e15 else short  # noqa: PLR2004 - digits


def format_share(value: float | None) -> str:
    """Return a share in percent, a dash for `None`."""
    return "-" if value is None else f"{100 * value:.3g} %"


def format_interval(ends: tuple[float, float] | None) -> str:
    """Return the ends of an interval, nothing for `None`."""
    return "" if ends is None else f"{ends[0]:.3g} to {ends[1]:.3g}"


def _find_span(contents: ReportContents) -> list[Any] | None:
    """Return the first and the last period of all charts over time, which they share."""
    series = [
        *contents.metrics,
        *contents.drift_over_time,
        *contents.anomalies,
        *(line for panel in contents.texts for line in panel.series),
    ]
    periods = [p for line in series for p in line.periods if isinstance(p, datetime)]
    if len(set(periods)) < 2:  # noqa: PLR2004 - no span
        return None
    first, last = min(periods), max(periods)
    room = (last - first) * 0.02
    return [_place(first - room), _place(last + room)]


def _place(period: datetime | str) -> datetime | str:
    """Return a period for a chart, which knows no zones: it shows the clock of the period."""
    return period.replace(tzinfo=None) if isinstance(period, datetime) else period


def _draw_lines(series: Sequence[Series], ylabel: str, span: list[Any] | None) -> str:
    """Return a chart of lines over time, or over batches, as HTML without the library.

    Args:
        series: One line each; the part of the label before ` · ` names it.
        ylabel: Beside the chart.
        span: First and last time to show.
    """
    import plotly.graph_objects as go

    if not series:
        return ""
    times = any(isinstance(p, datetime) for line in series for p in line.periods)
    figure = go.Figure(
        layout={
            **_LAYOUT,
            "showlegend": True,
            "xaxis": {**_AXIS, **({"range": span} if span and times else {})},
            "yaxis": {**_AXIS, "title": {"text": ylabel}, "tickformat": ".3~g"},
        }
    )
    limits = largest_limits(series)
    if limits:
        figure.add_scatter(
            x=[_place(period) for period in limits],
            y=list(limits.values()),
            name="within noise (95 %)",
            mode="lines",
            line={"width": 0},
            fill="tozeroy",
            fillcolor="rgba(120, 120, 120, 0.18)",
        )
    for number, line in enumerate(series):
        few = len(line.periods) <= style.FEW_POINTS
        color = style.LINE_COLORS[number % len(style.LINE_COLORS)]
        name = line.label.partition(" · ")[0]
        for x, y in _find_bands(line):
            figure.add_scatter(
                x=x,
                y=y,
                mode="lines",
                line={"width": 0},
                fill="toself",
                fillcolor=color,
                opacity=0.15,
                legendgroup=name,
                showlegend=False,
                hoverinfo="skip",
            )
        figure.add_scatter(
            x=[_place(period) for period in line.periods],
            y=list(line.values),
            name=name,
            legendgroup=name,
            mode="lines+markers" if few else "lines",
            line={"color": color, "dash": _DASHES[number % len(_DASHES)]},
            marker={"symbol": _MARKERS[number % len(_MARKERS)], "size": 7},
            customdata=line.rows or None,
            hovertemplate="%{y} (n = %{customdata:,})" if line.rows else None,
        )
    return _html(figure)


def _find_bands(line: Series) -> list[tuple[list[Any], list[float]]]:
    """Return the outlines of where the values of a line lie with 95 % confidence.

    Args:
        line: A line; periods without an interval part its band.
    """
    found = []
    pairs = zip(line.periods, line.intervals, strict=bool(line.intervals))
    for known, part in groupby(pairs, key=lambda pair: pair[1] is not None):
        if known:
            periods, ends = zip(*part, strict=True)
            low, high = zip(*ends, strict=True)
            places = [_place(period) for period in periods]
            found.append(([*places, *reversed(places)], [*high, *reversed(low)]))
    return found


def _draw_bars(groups: Groups) -> str:
    """Return charts of metrics by group as HTML without the library; of many the largest groups."""
    ranked = sorted(range(len(groups.names)), key=lambda place: -groups.sizes[place])
    chosen = sorted(ranked[:_MAX_GROUPS])
    labels = [f"{_shorten(groups.names[p])} (n = {groups.sizes[p]:,})" for p in chosen]
    units: dict[str, dict[str, list[float | None]]] = {}
    intervals = {}
    for metric, values in groups.metrics.items():
        unit = _UNITS.get(metric, "rate, 0 to 1")
        units.setdefault(unit, {})[metric] = [values[place] for place in chosen]
        known = groups.intervals.get(metric)
        intervals[metric] = [known[place] for place in chosen] if known else []
    return "".join(
        _draw_columns(labels, metrics, unit, intervals=intervals) for unit, metrics in units.items()
    )


_UNITS: Final = {"rmse": "error", "mae": "error", "rSquared": "R squared"}


def _draw_distribution(distribution: Distribution) -> str:
    """Return a chart of the shares of both sides, as HTML without the library."""
    labels = [_shorten(name) for name in distribution.bins]
    metrics = {"reference": distribution.reference, "inferences": distribution.live}
    return _draw_columns(labels, metrics, f"share of {distribution.unit}", height=240)


def _draw_columns(
    labels: list[str],
    metrics: Mapping[str, Sequence[float | None]],
    unit: str,
    *,
    height: int = 340,
    intervals: Mapping[str, Sequence[tuple[float, float] | None]] | None = None,
) -> str:
    import plotly.graph_objects as go

    figure = go.Figure(
        layout={
            **_LAYOUT,
            "height": height,
            "barmode": "group",
            "hovermode": "closest",
            "showlegend": True,
            "xaxis": {**_AXIS, "type": "category"},
            "yaxis": {**_AXIS, "title": {"text": unit}, "tickformat": ".3~g"},
        }
    )
    for number, (metric, values) in enumerate(metrics.items()):
        figure.add_bar(
            x=labels,
            y=list(values),
            name=metric,
            error_y=_error_bars(values, (intervals or {}).get(metric) or ()),
            marker={
                "color": style.LINE_COLORS[number % len(style.LINE_COLORS)],
                "pattern": {"shape": _PATTERNS[number % len(_PATTERNS)]},
            },
        )
    return _html(figure)


def _error_bars(
    values: Sequence[float | None], intervals: Sequence[tuple[float, float] | None]
) -> dict[str, Any] | None:
    """Return the error bars of columns, `None` where no interval is known."""
    if not any(intervals):
        return None
    ends = [
        (0.0, 0.0) if known is None or value is None else (value - known[0], known[1] - value)
        for value, known in zip(values, intervals, strict=True)
    ]
    return {
        "type": "data",
        "symmetric": False,
        "array": [above for _, above in ends],
        "arrayminus": [below for below, _ in ends],
        "thickness": 1.2,
        "width": 3,
        "color": "#1c2733",
    }


def _shorten(name: str) -> str:
    return name if len(name) <= _MAX_LABEL_LETTERS else f"{name[: _MAX_LABEL_LETTERS - 1]}…"


def _read_plotly_script() -> str:
    """Return the script that draws the charts, which the page contains once."""
    from plotly.offline import get_plotlyjs

    script: str = get_plotlyjs()
    return script


def _html(figure: Any) -> str:
    made: str = figure.to_html(
        full_html=False,
        include_plotlyjs=False,
        config={"displayModeBar": False, "responsive": True, "showSendToCloud": False},
    )
    return made
