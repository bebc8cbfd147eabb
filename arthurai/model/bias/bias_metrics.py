"""Metrics of a classifier by the groups of a sensitive attribute."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from arthurai.common.constants import OutputType, Stage
from arthurai.common.exceptions import (
    MethodNotApplicableError,
    UserValueError,
    wrap_errors,
)
from arthurai.common.limits import DEFAULT_THRESHOLD
from arthurai.common.sampling_error import difference_interval, mean_interval, share_interval
from arthurai.model.base_model import name_of, require_id
from arthurai.model.bias.sensitive_groups import (
    build_conditions,
    query_by_group,
    require_sensitive_attribute,
)
from arthurai.model.modeling.attribute_list import find_positive_prediction
from arthurai.query import (
    col,
    confusion_matrix,
    confusion_matrix_multiclass,
    confusion_matrix_rate,
    confusion_matrix_rate_multiclass,
    count,
    count_if,
    label_by_max_column,
    rate,
)
from arthurai.transport.connected_object import ConnectedObject, with_session
from arthurai.transport.raw_responses import RawCalls, raw

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from arthurai.common.sampling_error import Interval
    from arthurai.model.base_model import ArthurModelBase

_RATES = "confusion_matrix"
_POSITIVE = "positive_rate"
_PREDICTED = "predicted_class"
_COUNT = "inferences"
_CELLS = ("true_positive", "false_positive", "true_negative", "false_negative")


@dataclass(frozen=True, slots=True)
class Disparity:
    """Disparity between the groups by one notion of fairness.

    Attributes:
        rates: The rate of each group; `None` where it is undefined.
        difference: Largest rate minus smallest; 0 is fair. `None` with less than two rates.
        ratio: Smallest rate divided by the largest; 1 is fair. `None` with less than two rates,
            or when all are 0.
        sizes: Rows that the rate of each group rests on.
        intervals: Where the rate of each group lies with 95 % confidence (Wilson); `None` where it
            is undefined.
        difference_interval: Where the difference of the two extreme groups lies with 95 %
            confidence (Newcombe). The groups were chosen for being extreme, so that with many
            groups it is too narrow.
        parts: What the disparity is made of: of equalized odds `true_positive_rate` and
            `false_positive_rate`, of which the larger difference and the smaller ratio count.
    """

    rates: Mapping[Any, float | None]
    difference: float | None
    ratio: float | None
    sizes: Mapping[Any, int] = field(default_factory=dict)
    intervals: Mapping[Any, Interval | None] = field(default_factory=dict)
    difference_interval: Interval | None = None
    parts: Mapping[str, Disparity] = field(default_factory=dict)

    def against(self, baseline: Any) -> dict[Any, tuple[float | None, float | None]]:
        """Compare every group with one of them.

        Args:
            baseline: The group to compare with.

        Returns:
            By group: its rate minus that of the baseline, and its rate divided by it; `None`
            where these are undefined.

        Raises:
            UserValueError: The group is unknown.
        """
        if baseline not in self.rates:
            raise UserValueError(
                f"baseline must be one of the groups {list(self.rates)}, got {baseline!r}"
            )
        base = self.rates[baseline]
        return {
            group: (
                None if base is None or rate_ is None else rate_ - base,
                None if not base or rate_ is None else rate_ / base,
            )
            for group, rate_ in self.rates.items()
        }


class Estimate(NamedTuple):
    """A rate of a group, and how far it can be trusted.

    Attributes:
        value: The rate; `None` where it is undefined.
        rows: Rows that it rests on: for a true positive rate those that are positive.
        low: Lower end of the interval that holds the rate with 95 % confidence.
        high: Its upper end; both are `None` where there is no theory, as for `f1`.
    """

    value: float | None
    rows: int
    low: float | None
    high: float | None


@wrap_errors
class BiasMetrics(ConnectedObject):
    """Metrics by group. They require ground truth, except for positivity rates.

    Groups are the values of the attribute; those of a continuous attribute with bins are the bins,
    written as `(35,55]`. Groups without inferences do not appear.

    Args:
        arthur_model: A saved classifier.
    """

    def __init__(self, arthur_model: ArthurModelBase) -> None:
        self.arthur_model = arthur_model

    def __repr__(self) -> str:
        return f"{type(self).__name__} of {self.arthur_model!r}"

    def _over(self, change: Callable[[Any], Any]) -> Self:
        return type(self)(with_session(self.arthur_model, change))

    @property
    def with_raw_response(self) -> RawBiasMetrics:
        """The methods that send requests, with the responses behind results: `RawResult`."""
        return RawBiasMetrics(self)

    def group_confusion_matrices(
        self,
        attr_name: str,
        pred_property: str | None = None,
        batch_id: str | None = None,
        start_time: datetime | str | None = None,
        end_time: datetime | str | None = None,
        return_by_metric: bool = True,
    ) -> dict[Any, dict[Any, float | None]]:
        """Compute the rates of the confusion matrix of each group.

        A binary classifier predicts the positive class from its threshold on; any other predicts
        the class with the largest value, and its rates are those of one class against the rest.

        Args:
            attr_name: A sensitive attribute.
            pred_property: The predicted attribute of the class; needed unless the model is binary.
            batch_id: Only inferences of this batch.
            start_time: Only inferences from this time on; in UTC if it has no zone.
            end_time: Only inferences up to this time.
            return_by_metric: Whether the outer keys are metrics instead of groups.

        Returns:
            `{metric: {group: value}}` or `{group: {metric: value}}`, with the metrics
            `accuracy_rate`, `balanced_accuracy_rate`, `f1`, `precision` and
            `{true,false}_{positive,negative}_rate`; `None` where one is undefined.

        Raises:
            MethodNotApplicableError: The attribute is not sensitive, or the model is not a
                classifier or not saved.
            UserValueError: The class is missing or unknown, a batch of a streaming model is given,
                or a time is not in ISO 8601.
        """
        model = self.arthur_model
        require_id(model, "be compared by group")
        attribute = require_sensitive_attribute(model, attr_name)
        conditions = build_conditions(model, batch_id, start_time, end_time)
        predicted = self._check_class(pred_property)
        if predicted is None:
            rates = confusion_matrix_rate(threshold=model.classifier_threshold)
        else:
            rates = confusion_matrix_rate_multiclass(predicted)
        answer = query_by_group(model, attribute, [rates.as_(_RATES)], conditions)
        groups: dict[Any, dict[Any, float | None]] = {
            group: rows[0][_RATES] for group, rows in answer.items()
        }
        if not return_by_metric:
            return groups
        metrics = sorted({metric for found in groups.values() for metric in found})
        return {
            metric: {group: found.get(metric) for group, found in groups.items()}
            for metric in metrics
        }

    def group_estimates(
        self,
        attr_name: str,
        pred_property: str | None = None,
        batch_id: str | None = None,
        start_time: datetime | str | None = None,
        end_time: datetime | str | None = None,
    ) -> dict[Any, dict[str, Estimate]]:
        """Compute the rates of each group with the rows they rest on and their intervals.

        Intervals are those of Wilson for shares; balanced accuracy has a normal one.

        Args:
            attr_name: A sensitive attribute.
            pred_property: The predicted attribute of the class; needed unless the model is binary.
            batch_id: Only inferences of this batch.
            start_time: Only inferences from this time on; in UTC if it has no zone.
            end_time: Only inferences up to this time.

        Returns:
            `{group: {metric: estimate}}` with the metrics of `group_confusion_matrices` and
            `positivity_rate`, which needs no ground truth.

        Raises:
            MethodNotApplicableError: As for `group_confusion_matrices`.
            UserValueError: As for `group_confusion_matrices`.
        """
        model = self.arthur_model
        require_id(model, "be compared by group")
        attribute = require_sensitive_attribute(model, attr_name)
        conditions = build_conditions(model, batch_id, start_time, end_time)
        predicted = self._check_class(pred_property)
        if predicted is None:
            cells = confusion_matrix(threshold=model.classifier_threshold)
            threshold = model.classifier_threshold
            positive = col(find_positive_prediction(model) or "")
            reached = positive >= (DEFAULT_THRESHOLD if threshold is None else threshold)
        else:
            cells = confusion_matrix_multiclass(predicted)
            names = model.get_attribute_names(stage=Stage.PredictedValue)
            reached = label_by_max_column(*names) == predicted
        items = [cells.as_(_RATES), count_if(reached).as_(_POSITIVE), count().as_(_COUNT)]
        answer = query_by_group(model, attribute, items, conditions)
        return {group: _estimates(rows[0]) for group, rows in answer.items()}

    def group_positivity_rates(
        self,
        attr_name: str,
        batch_id: str | None = None,
        start_time: datetime | str | None = None,
        end_time: datetime | str | None = None,
        *,
        pred_property: str | None = None,
    ) -> dict[Any, float | None]:
        """Compute how often each group gets the positive prediction.

        Args:
            attr_name: A sensitive attribute.
            batch_id: Only inferences of this batch.
            start_time: Only inferences from this time on; in UTC if it has no zone.
            end_time: Only inferences up to this time.
            pred_property: The predicted attribute of the class that counts as positive; needed
                unless the model is binary.

        Returns:
            The share of each group whose predictions reach the threshold, or are of the class.

        Raises:
            MethodNotApplicableError: The attribute is not sensitive, or the model is not a
                classifier or not saved.
            UserValueError: The class is missing or unknown, a batch of a streaming model is given,
                or a time is not in ISO 8601.
        """
        model = self.arthur_model
        require_id(model, "be compared by group")
        attribute = require_sensitive_attribute(model, attr_name)
        conditions = build_conditions(model, batch_id, start_time, end_time)
        predicted = self._check_class(pred_property)
        if predicted is None:
            threshold = model.classifier_threshold
            positive = find_positive_prediction(model) or ""
            reached = col(positive) >= (DEFAULT_THRESHOLD if threshold is None else threshold)
            answer = query_by_group(model, attribute, [rate(reached).as_(_POSITIVE)], conditions)
            return {group: rows[0][_POSITIVE] for group, rows in answer.items()}
        label = label_by_max_column(*model.get_attribute_names(stage=Stage.PredictedValue))
        answer = query_by_group(
            model, attribute, [count().as_(_COUNT)], conditions, keys=[label.as_(_PREDICTED)]
        )
        return {
            group: sum(row[_COUNT] for row in rows if row[_PREDICTED] == predicted)
            / sum(row[_COUNT] for row in rows)
            for group, rows in answer.items()
        }

    demographic_parity = group_positivity_rates

    def disparities(
        self,
        attr_name: str,
        pred_property: str | None = None,
        batch_id: str | None = None,
        start_time: datetime | str | None = None,
        end_time: datetime | str | None = None,
    ) -> dict[str, Disparity]:
        """Compare the groups by the usual notions of fairness.

        Differences and ratios are those of fairlearn: equalized odds takes the worse of the true
        and the false positive rate. Sources: Hardt, Price and Srebro, "Equality of opportunity in
        supervised learning", 2016; Agarwal and others, "A reductions approach to fair
        classification", 2018.

        Args:
            attr_name: A sensitive attribute.
            pred_property: The predicted attribute of the class; needed unless the model is binary.
            batch_id: Only inferences of this batch.
            start_time: Only inferences from this time on; in UTC if it has no zone.
            end_time: Only inferences up to this time.

        Returns:
            `demographic_parity` (share of positive predictions), `equal_opportunity` (true
            positive rate), `equalized_odds` (rates: true positive plus true negative rate; the
            rates that its difference and ratio come from are in `parts`) and `accuracy_rate`.

        Raises:
            MethodNotApplicableError: As for `group_confusion_matrices`.
            UserValueError: As for `group_confusion_matrices`.
        """
        found = self.group_estimates(attr_name, pred_property, batch_id, start_time, end_time)
        hits = _disparity(found, "true_positive_rate")
        alarms = _disparity(found, "false_positive_rate")
        quiet = _disparity(found, "true_negative_rate").rates
        odds = {
            group: None if None in {hit, quiet[group]} else (hit or 0.0) + (quiet[group] or 0.0)
            for group, hit in hits.rates.items()
        }
        known = [part for part in (hits, alarms) if part.difference is not None]
        worse = max(known, key=lambda part: part.difference or 0.0, default=hits)
        ratios = [part.ratio for part in (hits, alarms) if part.ratio is not None]
        return {
            "demographic_parity": _disparity(found, "positivity_rate"),
            "equal_opportunity": hits,
            "equalized_odds": Disparity(
                odds,
                worse.difference,
                min(ratios, default=None),
                sizes={group: rates["accuracy_rate"].rows for group, rates in found.items()},
                difference_interval=worse.difference_interval,
                parts={"true_positive_rate": hits, "false_positive_rate": alarms},
            ),
            "accuracy_rate": _disparity(found, "accuracy_rate"),
        }

    def _check_class(self, pred_property: str | None) -> str | None:
        """Return the class if it is valid; `None` stands for the positive one of a binary model."""
        model = self.arthur_model
        if model.output_type != OutputType.Multiclass:
            raise MethodNotApplicableError(
                f"model {name_of(model)!r} has the output type {model.output_type}; "
                "fairness by group is for classifiers"
            )
        names = model.get_attribute_names(stage=Stage.PredictedValue)
        positive = find_positive_prediction(model)
        if positive is not None:
            if pred_property in {None, positive}:
                return None
            raise UserValueError(
                f"pred_property={pred_property!r}, but the model is binary and its rates are those "
                f"of {positive!r}; leave pred_property out"
            )
        if pred_property is None:
            raise UserValueError(
                "pred_property is needed, because the model has no positive class; it is one of "
                f"{', '.join(names)}"
            )
        if pred_property not in names:
            raise UserValueError(
                f"pred_property must be one of {', '.join(names)}, got {pred_property!r}"
            )
        return pred_property


class RawBiasMetrics(RawCalls):
    """The methods of `BiasMetrics`, which return a `RawResult` each."""

    group_confusion_matrices = raw(BiasMetrics.group_confusion_matrices)
    group_estimates = raw(BiasMetrics.group_estimates)
    group_positivity_rates = raw(BiasMetrics.group_positivity_rates)
    demographic_parity = raw(BiasMetrics.group_positivity_rates)
    disparities = raw(BiasMetrics.disparities)


def _estimates(row: Mapping[str, Any]) -> dict[str, Estimate]:
    """Return the rates that follow from the confusion matrix of a group."""
    cells = row[_RATES] or dict.fromkeys(_CELLS, 0)
    tp, fp, tn, fn = (cells[name] or 0 for name in _CELLS)
    positives, negatives = tp + fn, tn + fp
    found = {
        "accuracy_rate": _share(tp + tn, positives + negatives),
        "false_negative_rate": _share(fn, positives),
        "false_positive_rate": _share(fp, negatives),
        "precision": _share(tp, tp + fp),
        "true_negative_rate": _share(tn, negatives),
        "true_positive_rate": _share(tp, positives),
        "positivity_rate": _share(row[_POSITIVE], row[_COUNT]),
    }
    errors = 2 * tp + fp + fn
    rows = positives + negatives
    found["f1"] = Estimate(2 * tp / errors if errors else None, rows, None, None)
    balanced = Estimate(None, rows, None, None)
    if positives and negatives:
        hit, quiet = tp / positives, tn / negatives
        variance = hit * (1 - hit) / positives + quiet * (1 - quiet) / negatives
        low, high = mean_interval((hit + quiet) / 2, math.sqrt(variance) / 2)
        balanced = Estimate((hit + quiet) / 2, rows, max(0.0, low), min(1.0, high))
    found["balanced_accuracy_rate"] = balanced
    return dict(sorted(found.items()))


def _share(rows: int, of: int) -> Estimate:
    return (
        Estimate(rows / of, of, *share_interval(rows, of)) if of else Estimate(None, 0, None, None)
    )


def _disparity(found: Mapping[Any, Mapping[str, Estimate]], metric: str) -> Disparity:
    estimates = {group: rates[metric] for group, rates in found.items()}
    rates = {group: estimate.value for group, estimate in estimates.items()}
    intervals = {group: _interval(estimate) for group, estimate in estimates.items()}
    known = {group: rate_ for group, rate_ in rates.items() if rate_ is not None}
    between = None
    if len(known) > 1:
        most, least = max(known, key=lambda g: known[g]), min(known, key=lambda g: known[g])
        above, below = intervals[most], intervals[least]
        if above is not None and below is not None:
            between = difference_interval(known[most], above, known[least], below)
    return Disparity(
        rates,
        _difference(rates),
        _ratio(rates),
        {group: estimate.rows for group, estimate in estimates.items()},
        intervals,
        between,
    )


def _interval(estimate: Estimate) -> Interval | None:
    if estimate.low is None or estimate.high is None:
        return None
    return estimate.low, estimate.high


def _difference(rates: Mapping[Any, float | None]) -> float | None:
    known = [value for value in rates.values() if value is not None]
    return max(known) - min(known) if len(known) > 1 else None


def _ratio(rates: Mapping[Any, float | None]) -> float | None:
    known = [value for value in rates.values() if value is not None]
    return min(known) / max(known) if len(known) > 1 and max(known) > 0 else None
