"""The part of a model that shows: plots and reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from arthurai.common.exceptions import arthur_excepted
from arthurai.model.base_model import ModelRecord

if TYPE_CHECKING:
    import os
    from pathlib import Path

    from arthurai.model.model import ArthurModel
    from arthurai.model.viz.visualizer import DataVisualizer


class PictureCalls(ModelRecord):
    """Calls that draw."""

    @property
    def viz(self) -> DataVisualizer:
        """Plots of this model: `timeline`, `metric_series`, `drift_series`, `group_comparison`."""
        from arthurai.model.viz.visualizer import DataVisualizer

        return DataVisualizer([cast("ArthurModel", self)])

    @arthur_excepted("failed to write the report")
    def report(self, path: str | os.PathLike[str]) -> Path:
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
        from arthurai.model.report.report_file import write_report

        return write_report(cast("ArthurModel", self), path)
