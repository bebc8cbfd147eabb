"""`model.viz`: plots of one model, or of several side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, cast

from arthurai.common.exceptions import wrap_errors
from arthurai.model.viz import figures as drawing
from arthurai.model.viz import plot_data
from arthurai.model.viz.periods import choose_periods
from arthurai.model.viz.plot_data import model_label
from arthurai.transport.connected_object import ConnectedObject, with_session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from matplotlib.figure import Figure

    from arthurai.model.base_model import ArthurModelBase
    from arthurai.model.viz.plot_data import Metric, Series
    from arthurai.typing import DriftMetricName, Strings, TimeResolutionName

FigureT = TypeVar("FigureT")
"""What a drawing of each model gives: the figure of one model, or also a list for several."""

GROUP_METRICS = ("accuracyRate", "truePositiveRate", "falsePositiveRate", "positivityRate")


@wrap_errors
class DataVisualizer(ConnectedObject, Generic[FigureT]):
    """Draws with matplotlib; every method returns the figure, to be shown or saved in a script.

    Args:
        arthur_models: The models to draw; they must be saved.
    """

    def __init__(
        self: DataVisualizer[Figure | list[Figure]], arthur_models: Iterable[ArthurModelBase]
    ) -> None:
        self.models = list(arthur_models)

    def __repr__(self) -> str:
        return f"DataVisualizer of {', '.join(map(model_label, self.models))}"

    def _over(self, change: Callable[[Any], Any]) -> Self:
        twin = self.__class__.__new__(self.__class__)
        twin.models = [with_session(model, change) for model in self.models]
        return twin

    def timeline(self, attribute_name: str, *, time_zone: str | None = None) -> FigureT:
        """Draw how the values of an attribute were distributed over time, or by batch.

        Categorical attributes are drawn as stacked shares, numeric ones as a ridge per period. The
        reference data come first, if the model has any.

        Args:
            attribute_name: Name of an attribute of every model.
            time_zone: Zone by whose clocks periods start, and in which they are shown, such as
                `Europe/Vienna`; UTC when omitted.

        Returns:
            The figure; with several models a list of figures, one per model.

        Raises:
            UserValueError: A model has no such attribute, or the time zone is unknown.
        """
        figures = [
            drawing.draw_timeline(
                plot_data.fetch_timeline(model, attribute_name, time_zone),
                title=_with_zone(f"{attribute_name} · {model_label(model)}", time_zone),
            )
            for model in self.models
        ]
        return cast("FigureT", figures[0] if len(figures) == 1 else drawing.FigureList(figures))

    def metric_series(
        self,
        metric_names: Metric | Iterable[Metric],
        time_resolution: TimeResolutionName = "day",
        *,
        time_zone: str | None = None,
    ) -> Figure:
        """Draw evaluation functions over time, one line per metric and model.

        A band shows where the value lies with 95 % confidence, and the legend how many rows a value
        rests on, as far as the server says so.

        Args:
            metric_names: One or up to ten functions of the query language: names such as
                `accuracyRate`, or calls such as `arthurai.query.ndcg_at_k(5)`.
            time_resolution: `minute`, `hour`, `day`, `week` (from Monday), `month`, `quarter` or
                `year`; batch models are always drawn by batch.
            time_zone: As for `timeline`.

        Raises:
            UserValueError: Too many metrics, or an unknown resolution or time zone.
            MethodNotApplicableError: A function is given by its name, and a model is neither a
                binary classifier nor a regression model.
        """
        metrics = plot_data.check_metrics("metric_names", metric_names)
        names = [plot_data.metric_name(metric) for metric in metrics]
        return self._lines(
            _with_zone(", ".join(names), time_zone),
            names[0] if len(names) == 1 else "value",
            lambda model: plot_data.fetch_metric_series(
                model,
                metrics,
                choose_periods(model, time_resolution, time_zone),
                with_estimates=True,
            ),
        )

    def drift_series(
        self,
        attribute_names: str | Strings,
        drift_metric: DriftMetricName = "PSI",
        time_resolution: TimeResolutionName = "day",
        *,
        time_zone: str | None = None,
    ) -> Figure:
        """Draw the drift of attributes against the reference data over time.

        Args:
            attribute_names: One or up to ten attributes.
            drift_metric: `PSI`, `KLDivergence`, `JSDivergence`, `HellingerDistance` or
                `HypothesisTest`.
            time_resolution: As for `metric_series`.
            time_zone: As for `timeline`.

        Raises:
            UserValueError: Too many attributes, or an unknown resolution or time zone.
        """
        names = plot_data.check_names("attribute_names", attribute_names)
        return self._lines(
            _with_zone(f"Drift of {', '.join(names)}", time_zone),
            drift_metric,
            lambda model: plot_data.fetch_drift_series(
                model, names, drift_metric, choose_periods(model, time_resolution, time_zone)
            ),
        )

    def group_comparison(
        self, attribute_name: str, metric_names: Metric | Iterable[Metric] = GROUP_METRICS
    ) -> FigureT:
        """Draw metrics by the values of an attribute, the size of each group below.

        Args:
            attribute_name: A categorical attribute, such as one monitored for bias.
            metric_names: One or up to ten functions, as for `metric_series`; `positivityRate` is
                the share of predictions at or above the threshold.

        Returns:
            The figure; with several models a list of figures, one per model.

        Raises:
            UserValueError: A model has no such attribute, or there are too many metrics.
        """
        metrics = plot_data.check_metrics("metric_names", metric_names)
        figures = []
        for model in self.models:
            model.get_attribute(attribute_name)
            found = plot_data.fetch_groups(model, attribute_name, metrics)
            title = f"{model_label(model)} by {attribute_name}"
            figures.append(drawing.draw_groups(found, title=title))
        return cast("FigureT", figures[0] if len(figures) == 1 else drawing.FigureList(figures))

    def _lines(
        self, title: str, ylabel: str, fetch: Callable[[ArthurModelBase], list[Series]]
    ) -> Figure:
        """Draw the lines of every model; the legend names the models only if there are several."""
        if len(self.models) == 1:
            (model,) = self.models
            title = f"{title} · {model_label(model)}"
            return drawing.draw_series(fetch(model), title=title, ylabel=ylabel)
        lines = []
        for model in self.models:
            found, name = fetch(model), model_label(model)
            lines += [
                replace(line, label=name if len(found) == 1 else f"{line.label} · {name}")
                for line in found
            ]
        return drawing.draw_series(lines, title=title, ylabel=ylabel)


def _with_zone(title: str, time_zone: str | None) -> str:
    """Return a title that names the zone of the times, unless it is UTC."""
    return title if time_zone is None else f"{title} · {time_zone}"
