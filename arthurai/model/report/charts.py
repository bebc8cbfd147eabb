"""From the contents of a report to interactive charts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.model.viz import style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arthurai.model.viz.plot_data import Groups, Series

_DASHES: Final = ("solid", "dash", "dashdot", "dot")
_MARKERS: Final = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross")
_PATTERNS: Final = ("", "/", ".", "x", "\\", "+")
_LAYOUT: Final[dict[str, Any]] = {
    "template": "plotly_white",
    "margin": {"l": 60, "r": 20, "t": 20, "b": 90, "autoexpand": False},
    "height": 340,
    "hovermode": "x unified",
    "legend": {"orientation": "h", "y": -0.2},
    "font": {"family": "system-ui, sans-serif", "size": 13},
}


def lines(series: Sequence[Series], ylabel: str) -> str:
    """Return a chart of lines over time, or over batches, as HTML without the library.

    Args:
        series: One line each; the part of the label before ` · ` names it.
        ylabel: Beside the chart.
    """
    import plotly.graph_objects as go

    figure = go.Figure(layout={**_LAYOUT, "yaxis": {"title": {"text": ylabel}}})
    for number, line in enumerate(series):
        few = len(line.periods) <= style.FEW_POINTS
        figure.add_scatter(
            x=list(line.periods),
            y=list(line.values),
            name=line.label.partition(" · ")[0],
            mode="lines+markers" if few else "lines",
            line={
                "color": style.LINE_COLOURS[number % len(style.LINE_COLOURS)],
                "dash": _DASHES[number % len(_DASHES)],
            },
            marker={"symbol": _MARKERS[number % len(_MARKERS)], "size": 7},
        )
    return _html(figure)


def bars(groups: Groups) -> str:
    """Return a chart of metrics by group, as HTML without the library."""
    import plotly.graph_objects as go

    figure = go.Figure(layout={**_LAYOUT, "barmode": "group", "hovermode": "closest"})
    labels = [f"{name} (n = {n:,})" for name, n in zip(groups.names, groups.sizes, strict=True)]
    for number, (metric, values) in enumerate(groups.metrics.items()):
        figure.add_bar(
            x=labels,
            y=values,
            name=metric,
            marker={
                "color": style.LINE_COLOURS[number % len(style.LINE_COLOURS)],
                "pattern": {"shape": _PATTERNS[number % len(_PATTERNS)]},
            },
        )
    return _html(figure)


def library() -> str:
    """Return the script that draws the charts, to stand in the page once."""
    from plotly.offline import get_plotlyjs

    script: str = get_plotlyjs()
    return script


def _html(figure: Any) -> str:
    made: str = figure.to_html(
        full_html=False,
        include_plotlyjs=False,
        config={"displaylogo": False, "responsive": True, "showSendToCloud": False},
    )
    return made
