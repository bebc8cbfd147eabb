"""Query the contents of a report; nothing here depends on how they are presented.

Made by `python -m scripts.async_layer` from `arthurai/model/report/report_contents.py`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arthurai.aio.model import querying
from arthurai.aio.model.report import report_sections
from arthurai.aio.model.viz import plot_data
from arthurai.aio.model.viz.periods import suggest_periods
from arthurai.common.constants import OutputType
from arthurai.common.exceptions import ArthurError
from arthurai.model.report import report_sections as blocking_report_sections
from arthurai.model.report.report_contents import (
    _BY_GROUP,
    _TRUTHS,
    Drift,
    Panel,
    ReportContents,
    Weight,
    _choose_panels,
    _format_minute,
    _is_binary,
    is_measurable,
    logger,
)
from arthurai.model.viz import plot_data as blocking_plot_data
from arthurai.query import classification_report, col, count, maximum, minimum, select

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from arthurai.model.base_model import ArthurModelBase
    from arthurai.model.viz.periods import Periods
    from arthurai.model.viz.plot_data import Metric

_MAX_DRIFT_ATTRIBUTES: Final = 100
_REGRESSION: Final = ("rmse", "mae", "rSquared")


async def fetch_contents(model: ArthurModelBase, time_zone: str | None = None) -> ReportContents:
    """Query everything that a report of a saved model shows.

    What a model cannot answer, such as drift without reference data, is named in the report.

    Args:
        model: The model.
        time_zone: Zone by whose clocks periods start, and of all times; UTC if `None`.

    Raises:
        MethodNotApplicableError: The model is not saved.
        UserValueError: The time zone is unknown.
        ArthurError: The server cannot count the inferences.
    """
    periods = await suggest_periods(model, time_zone)
    contents = ReportContents(
        title=model.display_name or model.partner_model_id,
        facts=await _facts(model, periods),
        periods=periods,
    )
    panels = _choose_panels(model)
    steps: dict[str, Callable[[], Awaitable[None]]] = {
        "accuracy": lambda: _add_metrics(contents, model, panels),
        "sampling errors": lambda: _add_weights(contents, model, panels),
        "confusion matrix": lambda: _add_confusion(contents, model),
        "generated text": lambda: _add_texts(contents, model),
        "drift": lambda: _add_drift(contents, model),
        "distributions": lambda: _add_distributions(contents, model),
        "anomaly scores": lambda: _add_anomalies(contents, model),
        "data quality": lambda: _add_quality(contents, model),
        "fairness": lambda: _add_groups(contents, model),
        "alerts": lambda: _add_alerts(contents, model),
    }
    for name, step in steps.items():
        try:
            await step()
        except ArthurError as error:
            logger.info("the report has no %s: %s", name, error)
            contents.missing.append(f"{name}: {error}")
    return contents


async def _facts(model: ArthurModelBase, periods: Periods) -> dict[str, str]:
    time = "inference_timestamp"
    items = (count(), minimum(time).as_("first"), maximum(time).as_("last"))
    (seen,) = await querying.query(model, select(*items))
    facts = {
        "id": str(model.id),
        "partner model id": model.partner_model_id,
        "kind": f"{model.input_type} {model.output_type}",
        "attributes": str(len(model.get_attributes())),
        "inferences": f"{seen['count']:,}",
    }
    if seen["count"]:
        facts["first inference"] = _format_minute(seen["first"], periods)
        facts["last inference"] = _format_minute(seen["last"], periods)
    if any(a.stage in _TRUTHS for a in model.get_attributes()):
        labelled = select(count()).where(col("ground_truth_timestamp").not_null())
        facts["with ground truth"] = f"{(await querying.query(model, labelled))[0]['count']:,}"
    if model.classifier_threshold is not None:
        facts["classifier threshold"] = str(model.classifier_threshold)
    return facts


async def _fetch_panels(
    contents: ReportContents, model: ArthurModelBase, panels: list[tuple[str, list[Metric]]]
) -> list[Panel]:
    return [
        Panel(
            unit,
            await plot_data.fetch_metric_series(
                model, metrics, contents.periods, with_estimates=True
            ),
        )
        for unit, metrics in panels
    ]


async def _add_metrics(
    contents: ReportContents, model: ArthurModelBase, panels: list[tuple[str, list[Metric]]]
) -> None:
    contents.panels = await _fetch_panels(contents, model, panels)
    contents.metrics = [line for panel in contents.panels for line in panel.series]
    for _, metrics in panels:
        contents.overall |= await plot_data.fetch_metric_totals(model, metrics)


async def _add_weights(
    contents: ReportContents, model: ArthurModelBase, panels: list[tuple[str, list[Metric]]]
) -> None:
    for _, metrics in panels:
        for name, found in (await plot_data.fetch_metric_estimates(model, metrics)).items():
            contents.weights[name] = Weight(found["rows"], found["low"], found["high"])


async def _add_confusion(contents: ReportContents, model: ArthurModelBase) -> None:
    truths = [a for a in model.get_attributes() if a.stage in _TRUTHS]
    if model.output_type != OutputType.Multiclass or not truths:
        return
    (row,) = await querying.query(model, select(classification_report().as_("report")))
    if row["report"] is None:
        return
    positive = next(
        (a.name for a in model.get_attributes() if a.is_positive_predicted_attribute), ""
    )
    names = {a.name: f"not {positive}" for a in model.get_attributes() if a.implicit and positive}
    contents.confusion = {
        names.get(true, true): {names.get(name, name): rows for name, rows in counts.items()}
        for true, counts in row["report"]["confusion_matrix"].items()
    }


async def _add_texts(contents: ReportContents, model: ArthurModelBase) -> None:
    contents.texts = await _fetch_panels(
        contents, model, blocking_report_sections.text_panels(model)
    )


async def _add_anomalies(contents: ReportContents, model: ArthurModelBase) -> None:
    contents.anomalies = await report_sections.fetch_anomalies(model, contents.periods)


async def _add_distributions(contents: ReportContents, model: ArthurModelBase) -> None:
    names = [drift.attribute for drift in contents.drift]
    contents.distributions = await report_sections.fetch_distributions(model, names)
    contents.distributions += await report_sections.fetch_box_classes(model)


async def _add_quality(contents: ReportContents, model: ArthurModelBase) -> None:
    contents.quality = await report_sections.fetch_quality(model)


async def _add_alerts(contents: ReportContents, model: ArthurModelBase) -> None:
    contents.alerts, contents.alert_count = await report_sections.fetch_alerts(
        model, contents.periods.zone
    )


async def _add_drift(contents: ReportContents, model: ArthurModelBase) -> None:
    names = [a.name for a in model.get_attributes() if is_measurable(a)][:_MAX_DRIFT_ATTRIBUTES]
    if not names:
        return
    psi = await plot_data.fetch_drift_totals(model, names, "PSI")
    noise = await plot_data.fetch_drift_noise(model, names, "PSI")
    known = [
        Drift(name, value, own.get("target_rows"), own.get("upper_without_change"))
        for name, value in psi.items()
        if value is not None
        for own in [noise.get(name) or {}]
    ]
    contents.drift = sorted(known, key=lambda drift: -drift.psi)
    most = [drift.attribute for drift in contents.drift[: blocking_plot_data.MAX_SERIES]]
    if most:
        contents.drift_over_time = await plot_data.fetch_drift_series(
            model, most, "PSI", contents.periods
        )


async def _add_groups(contents: ReportContents, model: ArthurModelBase) -> None:
    by_group: tuple[str, ...] = ()
    if model.output_type == OutputType.Regression:
        by_group = _REGRESSION
    elif model.output_type == OutputType.Multiclass:
        by_group = _BY_GROUP if _is_binary(model) else (blocking_plot_data.WHOLE_MULTICLASS,)
    for attribute in model.get_attributes():
        if attribute.monitor_for_bias and by_group:
            name = attribute.name
            contents.groups.append(await plot_data.fetch_groups(model, name, by_group))
            contents.disparities[name] = await report_sections.fetch_disparities(model, name)
