"""The figures of a page: each is computed alone, so that one can be loaded or downloaded alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from arthurai.server.web.chart_files import CHART_FILES
from arthurai.server.web.operation_calls import OperationError
from arthurai.server.web.page_registry import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from arthurai.server.web.charts import Chart
    from arthurai.server.web.view import View

LARGE_ROWS: Final = 200_000
_UNAUTHORIZED: Final = 401
_ALONE: Final = ("part", *CHART_FILES)
"""Parameters of the address that ask for one figure only."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that a page can show.

    Attributes:
        id: Its name within the page.
        title: What it shows.
        build: Returns its chart; `None` when there is nothing to show.
        is_heavy: Whether it takes long for many rows.
        empty: What to say when there is nothing to show.
    """

    id: str
    title: str
    build: Callable[[], Chart | None]
    is_heavy: bool = False
    empty: str = "No data in this range."


@dataclass(frozen=True, slots=True)
class ShownFigure:
    """A figure as the template shows it.

    Attributes:
        id: Its name within the page.
        title: What it shows.
        chart: Its chart; `None` when it comes later, is empty or was refused.
        later: Address to load it from, or an empty string.
        message: Why it has no chart.
    """

    id: str
    title: str
    chart: Chart | None = None
    later: str = ""
    message: str = ""


def make_page(
    view: View,
    template: str,
    title: str,
    figures: Sequence[Figure],
    values: Mapping[str, Any],
    *,
    rows: int = 0,
) -> Page:
    """Return a page with figures, or one of them alone when the address says so.

    Args:
        view: The request.
        template: Template of the whole page.
        title: Title of the page.
        figures: Its figures.
        values: What the template needs besides.
        rows: How many rows the model has; of large models heavy figures are loaded afterwards.
    """
    alone = next((view.query[name] for name in _ALONE if view.query.get(name)), None)
    if alone is not None:
        figures = [figure for figure in figures if figure.id == alone]
    defer = rows > LARGE_ROWS and alone is None and "full" not in view.query
    shown = [_show(view, figure, defer=defer) for figure in figures]
    charts = [figure.chart for figure in shown if figure.chart is not None]
    if "part" in view.query:
        return Page("part.html", title, {"figures": shown}, charts)
    return Page(template, title, {**values, "figures": shown}, charts)


def _show(view: View, figure: Figure, *, defer: bool) -> ShownFigure:
    if defer and figure.is_heavy:
        return ShownFigure(figure.id, figure.title, later=view.address(part=figure.id))
    try:
        chart = figure.build()
    except OperationError as error:
        if error.status == _UNAUTHORIZED:
            raise
        return ShownFigure(figure.id, figure.title, message=error.message)
    if chart is None or not chart.rows:
        return ShownFigure(figure.id, figure.title, message=figure.empty)
    return ShownFigure(figure.id, figure.title, chart)
