"""Assertions about monitored models, for tests and for gates in CI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arthurai.common.exceptions import UserTypeError, UserValueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from arthurai.model.metrics import Metric
    from arthurai.model.model import ArthurModel
    from arthurai.query import Condition
    from arthurai.query.drift_queries import DriftRollup
    from arthurai.typing import DriftMetricName, Filters, RollupName

__all__ = ["assert_metric", "assert_no_drift"]


def assert_metric(
    model: ArthurModel,
    metric: str,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    min_rows: int = 1,
    rollup: RollupName | None = None,
    group_by: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    filters: Filters | None = None,
) -> None:
    """Fail unless each value of a metric lies between two limits.

    Args:
        model: A saved model.
        metric: Name or id of the metric, such as `"AUC"`; names are read in any case.
        at_least: Smallest value that passes.
        at_most: Largest value that passes.
        min_rows: Number of rows that each value must rest on.
        rollup: As for `ArthurModel.evaluate_metric`; each period is checked.
        group_by: As for `ArthurModel.evaluate_metric`; each group is checked.
        parameters: As for `ArthurModel.evaluate_metric`.
        filters: As for `ArthurModel.evaluate_metric`.

    Raises:
        AssertionError: A value is outside of the limits, rests on too few rows, or is missing. The
            message lists each of them with its number of rows and its interval.
        UserValueError: No limit is given, or the model has no such metric.
        UserTypeError: `model` is not an `ArthurModel`.
    """
    _check_model(model)
    if at_least is None and at_most is None:
        raise UserValueError("assert_metric() needs `at_least`, `at_most`, or both")
    evaluation = model.evaluate_metric(
        _find_metric(model, metric),
        rollup=rollup,
        group_by=group_by,
        parameters=parameters,
        filters=filters,
        uncertainty=True,
    )
    found = list(_read_values(evaluation))
    limits = " and ".join(
        text
        for text, limit in (
            (f"at least {at_least:g}" if at_least is not None else "", at_least),
            (f"at most {at_most:g}" if at_most is not None else "", at_most),
        )
        if limit is not None
    )
    wrong = []
    for place, value, uncertainty in found:
        rows = uncertainty.get("rows")
        if value is None:
            wrong.append(f"{place}no value: no row has all that the metric needs")
        elif rows is not None and rows < min_rows:
            wrong.append(f"{place}{value:.4g} rests on {rows} rows, fewer than {min_rows}")
        elif (at_least is not None and value < at_least) or (
            at_most is not None and value > at_most
        ):
            wrong.append(f"{place}{value:.4g}{_describe(uncertainty)}")
    if not found:
        wrong = ["no value: the model has no such inferences"]
    if wrong:
        lines = "\n".join(f"  {line}" for line in wrong)
        raise AssertionError(f"{metric} of {_name(model)} must be {limits}, got\n{lines}")


def assert_no_drift(
    model: ArthurModel,
    *attributes: str,
    metric: DriftMetricName = "PSI",
    limit: float = 0.25,
    where: Iterable[Condition] = (),
    base_where: Iterable[Condition] = (),
    min_rows: int = 1,
    rollup: DriftRollup | None = None,
) -> None:
    """Fail when attributes have drifted from the reference data of a model.

    A value above the limit counts only when chance alone would rarely make it: when it is above the
    upper bound without a change, which follows from the numbers of rows and bins.

    Args:
        model: A saved model with reference data.
        *attributes: Attributes to measure; all inputs that drift is measured for when omitted.
        metric: Measure, as for `arthurai.query.drift`.
        limit: Largest value that passes. For the population stability index 0.1 is called a small
            change and 0.25 a large one (Siddiqi, Credit Risk Scorecards, 2006).
        where: Conditions on the inferences.
        base_where: Conditions on the reference data.
        min_rows: Number of inferences that each value must rest on.
        rollup: As for `arthurai.query.drift`; each period, or each batch, is checked.

    Raises:
        AssertionError: An attribute has drifted, or has too few inferences. The message lists them,
            the largest value first.
        UserValueError: The model has no attribute that drift is measured for.
        UserTypeError: `model` is not an `ArthurModel`.
    """
    _check_model(model)
    from arthurai.query import drift

    names = attributes or tuple(_measurable(model))
    if not names:
        raise UserValueError(f"{_name(model)} has no input that drift is measured for")
    query = drift(
        *names,
        metric=metric,
        target_where=where,
        base_where=base_where,
        rollup=rollup,
        uncertainty=True,
    )
    rows = model.query(query)
    wrong: list[tuple[float, str]] = []
    for row in rows:
        period = "" if rollup is None else f"{row['rollup']}, "
        for name in names:
            value, details = row.get(name), row["uncertainty"].get(name) or {}
            number = details.get("target_rows") or 0
            chance = details.get("upper_without_change")
            if value is None or number < min_rows:
                text = f"{period}{name}: {number} inferences, fewer than {min_rows}"
                wrong.append((float("inf"), text))
            elif value > limit and (chance is None or value > chance):
                text = f"{period}{name}: {value:.4g} ({number} inferences"
                text += f"; up to {chance:.2g} without a change)" if chance is not None else ")"
                wrong.append((value, text))
    if not rows:
        wrong = [(float("inf"), "no value: the model has no such inferences")]
    if wrong:
        lines = "\n".join(f"  {line}" for _, line in sorted(wrong, reverse=True))
        raise AssertionError(
            f"{metric} of {_name(model)} against its reference data must be at most {limit:g}, "
            f"got\n{lines}"
        )


def _check_model(model: object) -> None:
    from arthurai.model.model import ArthurModel

    if not isinstance(model, ArthurModel):
        raise UserTypeError(f"`model` must be an ArthurModel, got {model!r}")


def _find_metric(model: ArthurModel, wanted: str) -> Metric:
    metrics = model.get_metrics()
    for metric in metrics:
        if wanted in (metric.id, metric.name) or wanted.casefold() == metric.name.casefold():
            return metric
    names = ", ".join(sorted({metric.name for metric in metrics}))
    raise UserValueError(f"{_name(model)} has no metric {wanted!r}; it has {names}")


def _read_values(evaluation: Mapping[str, Any]) -> Iterator[tuple[str, Any, Mapping[str, Any]]]:
    """Yield each value of an evaluation with its place and what it rests on."""
    for result in evaluation["results"]:
        groups = [
            f"{name} {group['name'] if isinstance(group, dict) else group}"
            for name, group in (result.get("group") or {}).items()
        ]
        for entry in result["values"]:
            period = [str(entry["rollup"])] if "rollup" in entry else []
            measured = {k: v for k, v in entry.items() if k not in {"rollup", "uncertainty"}}
            for key, value in measured.items():
                place = ", ".join(groups + period + [key] * (len(measured) > 1))
                yield f"{place}: " if place else "", value, entry.get("uncertainty") or {}


def _describe(uncertainty: Mapping[str, Any]) -> str:
    rows, low, high = (uncertainty.get(key) for key in ("rows", "low", "high"))
    if rows is None:
        return ""
    interval = "" if low is None or high is None else f"; 95 % interval {low:.4g} to {high:.4g}"
    return f" ({rows} rows{interval})"


def _measurable(model: ArthurModel) -> Sequence[str]:
    from arthurai.common.vocabulary import Stage, ValueType

    numbers = {ValueType.Integer, ValueType.Float, ValueType.Boolean}
    return [
        attribute.name
        for attribute in model.attributes or ()
        if attribute.stage in {Stage.ModelPipelineInput, Stage.NonInputData}
        and (attribute.categorical or attribute.value_type in numbers)
        and not (attribute.is_unique and attribute.value_type == ValueType.String)
    ]


def _name(model: ArthurModel) -> str:
    return f"model {model.partner_model_id!r}"
