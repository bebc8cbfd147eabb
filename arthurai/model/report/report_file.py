"""From the contents of a report to one self-contained file."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from arthurai.common.exceptions import ArthurUserError, UserValueError
from arthurai.model.report import charts
from arthurai.model.report.report_contents import LARGE_DRIFT, MODERATE_DRIFT, gather
from arthurai.version import __version__

if TYPE_CHECKING:
    import os

    from arthurai.model.base_model import ArthurModelBase
    from arthurai.model.report.report_contents import Contents


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
        raise UserValueError(f"path={str(path)!r}: there is no folder {str(target.parent)!r}")
    html = render(gather(self))
    try:
        target.write_text(html, encoding="utf-8")
    except OSError as error:
        raise UserValueError(f"path={str(path)!r} cannot be written: {error.strerror}") from error
    return target


def render(contents: Contents) -> str:
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
                library=charts.library(),
                accuracy=charts.lines(contents.metrics, "value") if contents.metrics else "",
                drift=charts.lines(contents.drift_over_time, "PSI"),
                fairness=[(group, charts.bars(group)) for group in contents.groups],
                number=shown,
                moderate=MODERATE_DRIFT,
                large=LARGE_DRIFT,
                version=__version__,
            )
        )
    except ModuleNotFoundError as error:
        raise ArthurUserError(
            f"reports need packages that are not installed, first of all {error.name!r}. Install "
            "them: pip install jinja2 plotly"
        ) from error


def shown(value: float | None) -> str:
    """Return a number with three significant digits, a dash for none."""
    return "-" if value is None else f"{value:.3g}"
