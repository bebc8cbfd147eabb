"""Metrics of a classifier by the groups of a sensitive attribute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from arthurai.common.constants import OutputType, Stage
from arthurai.common.exceptions import (
    MethodNotApplicableError,
    UserValueError,
    wrap_errors,
)
from arthurai.common.limits import DEFAULT_THRESHOLD
from arthurai.model.base_model import name_of, require_id
from arthurai.model.bias.sensitive_groups import (
    build_conditions,
    query_by_group,
    require_sensitive_attribute,
)
from arthurai.model.modeling.attribute_list import find_positive_prediction
from arthurai.query import (
    col,
    confusion_matrix_rate,
    confusion_matrix_rate_multiclass,
    count,
    label_by_max_column,
    rate,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from arthurai.model.base_model import ArthurModelBase

_RATES = "confusion_matrix"
_POSITIVE = "positive_rate"
_PREDICTED = "predicted_class"
_COUNT = "inferences"


@dataclass(frozen=True, slots=True)
class Disparity:
    """Disparity between the groups by one notion of fairness.

    Attributes:
        rates: The rate of each group; `None` where it is undefined.
        difference: Largest rate minus smallest; 0 is fair. `None` with less than two rates.
        ratio: Smallest rate divided by the largest; 1 is fair. `None` with less than two rates,
            or when all are 0.
    """

    rates: Mapping[Any, float | None]
    difference: float | None
    ratio: float | None

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


@wrap_errors
class BiasMetrics:
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
            group: dict(sorted(rows[0][_RATES].items())) for group, rows in answer.items()
        }
        if not return_by_metric:
            return groups
        metrics = dict.fromkeys(metric for found in groups.values() for metric in found)
        return {
            metric: {group: found.get(metric) for group, found in groups.items()}
            for metric in metrics
        }

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
            positive rate), `equalized_odds` (rates: true positive plus true negative rate) and
            `accuracy_rate`.

        Raises:
            MethodNotApplicableError: As for `group_confusion_matrices`.
            UserValueError: As for `group_confusion_matrices`.
        """
        rates = self.group_confusion_matrices(
            attr_name, pred_property, batch_id, start_time, end_time
        )
        parity = self.group_positivity_rates(
            attr_name, batch_id, start_time, end_time, pred_property=pred_property
        )
        hits, alarms = (
            rates.get("true_positive_rate", {}),
            rates.get("false_positive_rate", {}),
        )
        quiet = rates.get("true_negative_rate", {})
        odds = {
            group: None if None in {hit, quiet[group]} else (hit or 0.0) + (quiet[group] or 0.0)
            for group, hit in hits.items()
        }
        differences = [_difference(hits), _difference(alarms)]
        ratios = [_ratio(hits), _ratio(alarms)]
        return {
            "demographic_parity": _disparity(parity),
            "equal_opportunity": _disparity(hits),
            "equalized_odds": Disparity(
                odds,
                max((d for d in differences if d is not None), default=None),
                min((r for r in ratios if r is not None), default=None),
            ),
            "accuracy_rate": _disparity(rates.get("accuracy_rate", {})),
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


def _disparity(rates: Mapping[Any, float | None]) -> Disparity:
    return Disparity(rates, _difference(rates), _ratio(rates))


def _difference(rates: Mapping[Any, float | None]) -> float | None:
    known = [value for value in rates.values() if value is not None]
    return max(known) - min(known) if len(known) > 1 else None


def _ratio(rates: Mapping[Any, float | None]) -> float | None:
    known = [value for value in rates.values() if value is not None]
    return min(known) / max(known) if len(known) > 1 and max(known) > 0 else None
