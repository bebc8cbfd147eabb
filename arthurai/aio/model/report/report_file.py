"""Write a report as one HTML file with interactive charts.

Made by `python -m scripts.async_layer` from `arthurai/model/report/report_file.py`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.aio.model.report.report_contents import fetch_contents
from arthurai.common.exceptions import UserValueError
from arthurai.common.threads import run_in_thread
from arthurai.model.report.report_file import ReportPath, render

if TYPE_CHECKING:
    import os
    from pathlib import Path

    from arthurai.model.base_model import ArthurModelBase


async def write_report(
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
    html = await run_in_thread(render, await fetch_contents(self, time_zone))
    try:
        target.write_text(html, encoding="utf-8")
    except OSError as error:
        raise UserValueError(f"path {str(path)!r} cannot be written: {error.strerror}") from error
    return target
