"""Write a report as one HTML file with interactive charts."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.exceptions import ArthurUserError, UserValueError
from arthurai.model.report.report_contents import LARGE_DRIFT, MODERATE_DRIFT, fetch_contents
from arthurai.model.viz import style
from arthurai.version import __version__

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from arthurai.model.base_model import ArthurModelBase
    from arthurai.model.report.report_contents import ReportContents
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


def write_report(self: ArthurModelBase, path: str | os.PathLike[str]) -> Path:
    """Write a page that shows the model: its accuracy, its drift and its fairness.

    The page is one HTML file that needs no network: charts, their data and their script are
    inside. It holds aggregates only, no single inference.

    Args:
        path: The file to write; its folder must exist. An older report is replaced.

    Returns:
        The file.

    Raises:
        MethodNotApplicableError: The model is not saved.
        UserValueError: The file cannot be written.
        ArthurUserError: The packages jinja2 and plotly are not installed.
    """
    target = Path(path)
    if not target.parent.is_dir():
        raise UserValueError(f"path must be in an existing folder, got {str(path)!r}")
    html = render(fetch_contents(self))
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

        template = resources.files(__package__).joinpath("page.html").read_text("utf-8")
        return (
            Environment(autoescape=True)
            .from_string(template)
            .render(
                contents=contents,
                library=_read_plotly_script(),
                accuracy=_draw_lines(contents.metrics, "value") if contents.metrics else "",
                drift=_draw_lines(contents.drift_over_time, "PSI"),
                fairness=[(group, _draw_bars(group)) for group in contents.groups],
                number=format_number,
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
    return "-" if value is None else f"{value:.3g}"


def _draw_lines(series: Sequence[Series], ylabel: str) -> str:
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
                "color": style.LINE_COLORS[number % len(style.LINE_COLORS)],
                "dash": _DASHES[number % len(_DASHES)],
            },
            marker={"symbol": _MARKERS[number % len(_MARKERS)], "size": 7},
        )
    return _html(figure)


def _draw_bars(groups: Groups) -> str:
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
                "color": style.LINE_COLORS[number % len(style.LINE_COLORS)],
                "pattern": {"shape": _PATTERNS[number % len(_PATTERNS)]},
            },
        )
    return _html(figure)


def _read_plotly_script() -> str:
    """Return the script that draws the charts, which the page contains once."""
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
