"""The functions of the query language, by their names in Python.

`predicted` and `ground_truth` name attributes; when omitted, the server uses those that are linked
in the schema of the model. `threshold` defaults to that of the model. Missing values are ignored;
without any rows a function is null and a count is 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arthurai.common.checks import check_text, read_list
from arthurai.common.exceptions import UserTypeError, UserValueError, wrap_functions
from arthurai.common.text import quote_value
from arthurai.query.expressions import Condition, Expression, call, operand, ref
from arthurai.query.extension_functions import *  # noqa: F403 - further functions of the language
from arthurai.query.extension_functions import __all__ as _extensions

_PAIR = 2

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [  # noqa: PLE0604 - names of another module's `__all__` are strings too
    "accuracy_rate",
    "accuracy_rate_multiclass",
    "and_",
    "any_if",
    "arg_max",
    "arg_min",
    "auc",
    "avg",
    "avg_abs",
    "balanced_accuracy_rate",
    "bias_mitigated_predictions",
    "bin_continuous",
    "bins_to_quantiles",
    "categories_count",
    "confusion_matrix",
    "confusion_matrix_multiclass",
    "confusion_matrix_rate",
    "confusion_matrix_rate_multiclass",
    "count",
    "count_if",
    "date_diff",
    "deciles",
    "distribution",
    "equals",
    "f1",
    "false_negative_rate",
    "false_negative_rate_multiclass",
    "false_positive_rate",
    "false_positive_rate_multiclass",
    "if_",
    "label_by_max_column",
    "mae",
    "map_at_k",
    "maximum",
    "mean_average_precision",
    "mean_reciprocal_rank",
    "minimum",
    "ndcg_at_k",
    "neighbor",
    "nlp_explanation",
    "or_",
    "precision",
    "precision_at_k",
    "quantile",
    "r_squared",
    "ranked_item_max_k",
    "ranked_list_auc",
    "rate",
    "recall",
    "recall_at_k",
    "regional_feature_importance",
    "regional_feature_importances",
    "rmse",
    "round_timestamp",
    "sensitivity",
    "specificity",
    "std_dev",
    "total",
    "true_negative_rate",
    "true_negative_rate_multiclass",
    "true_positive_rate",
    "true_positive_rate_multiclass",
    "variance",
    *_extensions,
]

Plain = str | float | bool | None


def _pair(predicted: str | None, ground_truth: str | None) -> dict[str, object]:
    return {"predicted_property": predicted, "ground_truth_property": ground_truth}


def _bins(num_bins: int | None, bin_thresholds: Sequence[float] | None) -> dict[str, Any]:
    given = (num_bins is not None) + (bin_thresholds is not None)
    if given != 1:
        raise UserValueError(f"exactly one of num_bins, bin_thresholds is required, got {given}")
    if bin_thresholds is None:
        return {"num_bins": num_bins}
    return {"bin_thresholds": read_list("bin_thresholds", bin_thresholds, "numbers")}


# -- aggregations --------------------------------------------------------------------------------


def avg(column: Expression | str) -> Expression:
    """Return the mean of a number."""
    return call("avg", property=ref(column))


def avg_abs(column: Expression | str) -> Expression:
    """Return the mean of the absolute values of a number."""
    return call("avgAbs", property=ref(column))


def maximum(column: Expression | str) -> Expression:
    """Return the largest number, time or text."""
    return call("max", property=ref(column))


def minimum(column: Expression | str) -> Expression:
    """Return the smallest number, time or text."""
    return call("min", property=ref(column))


def total(column: Expression | str) -> Expression:
    """Return the sum of a number."""
    return call("sum", property=ref(column))


def variance(column: Expression | str) -> Expression:
    """Return the sample variance of a number."""
    return call("variance", property=ref(column))


def std_dev(column: Expression | str) -> Expression:
    """Return the sample standard deviation of a number."""
    return call("stdDev", property=ref(column))


def categories_count(column: Expression | str) -> Expression:
    """Return the number of different values."""
    return call("categoriesCount", property=ref(column))


def deciles(column: Expression | str) -> Expression:
    """Return the smallest value, the nine deciles and the largest value, as an object."""
    return call("deciles", property=ref(column))


def count() -> Expression:
    """Return the number of rows."""
    return call("count")


def count_if(condition: Condition) -> Expression:
    """Return the number of rows in which a condition holds."""
    return call("countIf", **condition.to_parameters())


def rate(condition: Condition) -> Expression:
    """Return the share of rows in which a condition holds, 0 to 1."""
    return call("rate", **condition.to_parameters())


def quantile(column: Expression | str, level: float) -> Expression:
    """Return the value below which a share `level` (0 to 1) of the values lies."""
    return call("quantile", property=ref(column), level=level)


def distribution(
    column: Expression | str,
    *,
    num_bins: int | None = None,
    bin_thresholds: Sequence[float] | None = None,
) -> Expression:
    """Return a histogram, a list of `{lower, upper, count}`; pass exactly one of the options."""
    return call(
        "distribution",
        property=ref(column),
        **_bins(num_bins, bin_thresholds),
    )


def bins_to_quantiles(column: Expression | str, num_bins: int) -> Expression:
    """Return the quantiles at 1/n, 2/n … n/n, as a list."""
    return call("binsToQuantiles", property=ref(column), num_bins=num_bins)


def arg_max(argument: Expression | str, value: Expression | str) -> Expression:
    """Return `argument` of the row with the largest `value`."""
    return call("argMax", argument=ref(argument), value=ref(value))


def arg_min(argument: Expression | str, value: Expression | str) -> Expression:
    """Return `argument` of the row with the smallest `value`."""
    return call("argMin", argument=ref(argument), value=ref(value))


def any_if(condition: Condition, result: Expression | str) -> Expression:
    """Return `result` of a row for which a condition holds."""
    return call("anyIf", **condition.to_parameters(), result=ref(result))


def ranked_item_max_k(column: str, item: str) -> Expression:
    """Return the lowest rank (largest place) of an item; `column` is `<ranked list>_item_id`."""
    return call("rankedItemMaxK", property=column, item_filter=item)


# -- transformations, one value per row ----------------------------------------------------------


def round_timestamp(
    interval: str,
    column: Expression | str = "inference_timestamp",
    *,
    time_zone: str | None = None,
) -> Expression:
    """Return the start of the second, minute, hour, day, week … or year of a time, in UTC.

    Its name in the result is the interval, so that rows can be grouped by it directly. Weeks start
    on Monday. With `time_zone`, such as `Europe/Vienna`, days and the like start by its clocks.
    """
    zone = {} if time_zone is None else {"time_zone": check_text("time_zone", time_zone)}
    step = call("roundTimestamp", property=ref(column), time_interval=interval, **zone)
    return step.as_(interval)


def label_by_max_column(*properties: str) -> Expression:
    """Return the name of the column with the largest value."""
    return call("labelByMaxColumn", properties=list(properties))


def if_(
    condition: Condition, then: Expression | Plain, otherwise: Expression | Plain
) -> Expression:
    """Return `then` where a condition holds, else `otherwise`; strings are values, not columns."""
    return call(
        "if",
        **condition.to_parameters(),
        **{"then": operand(then), "else": operand(otherwise)},
    )


def bin_continuous(column: Expression | str, bin_thresholds: Sequence[float]) -> Expression:
    """Return the number of the bin that a number is in, from 1."""
    return call("binContinuous", property=ref(column), bin_thresholds=list(bin_thresholds))


def date_diff(unit: str, start: Expression | str, end: Expression | str) -> Expression:
    """Return the time from `start` to `end` in seconds, minutes, hours, days … or years.

    Args:
        unit: `second`, `minute` … `year`.
        start: Earlier time.
        end: Later time; the result is negative when it is the earlier one.
    """
    return call(
        "dateDiff",
        unit=unit,
        start_date=ref(start),
        end_date=ref(end),
    )


def neighbor(column: Expression | str, offset: int, default: Plain = None) -> Expression:
    """Return the value of the row `offset` places later in the order; `default` beyond the ends."""
    return call("neighbor", property=ref(column), offset=offset, default=default)


def equals(left: Expression | str | float, right: Expression | str | float) -> Expression:
    """Return 1 where both sides are equal, else 0."""
    return call("equals", left=operand(left), right=operand(right))


def and_(left: Expression | str | float, right: Expression | str | float) -> Expression:
    """Return 1 where both sides are non-zero, else 0."""
    return call("and", left=operand(left), right=operand(right))


def or_(left: Expression | str | float, right: Expression | str | float) -> Expression:
    """Return 1 where either side is non-zero, else 0."""
    return call("or", left=operand(left), right=operand(right))


# -- regression ----------------------------------------------------------------------------------


def rmse(*, predicted: str | None = None, ground_truth: str | None = None) -> Expression:
    """Return the root mean squared error."""
    return call("rmse", **_pair(predicted, ground_truth))


def r_squared(*, predicted: str | None = None, ground_truth: str | None = None) -> Expression:
    """Return the coefficient of determination."""
    return call("rSquared", **_pair(predicted, ground_truth))


def mae(
    *,
    predicted: str | None = None,
    ground_truth: str | None = None,
    aggregation: str | None = None,
    normalization_min: float | None = None,
    normalization_max: float | None = None,
) -> Expression:
    """Return the mean absolute error; `aggregation` may be `min` or `max` instead of `avg`."""
    return call(
        "mae",
        **_pair(predicted, ground_truth),
        aggregation=aggregation,
        normalizationMin=normalization_min,
        normalizationMax=normalization_max,
    )


# -- binary classification -----------------------------------------------------------------------


def confusion_matrix(
    *, threshold: float | None = None, predicted: str | None = None, ground_truth: str | None = None
) -> Expression:
    """Return the numbers of true and false positives and negatives, as an object."""
    return call("confusionMatrix", threshold=threshold, **_pair(predicted, ground_truth))


def confusion_matrix_rate(
    *, threshold: float | None = None, predicted: str | None = None, ground_truth: str | None = None
) -> Expression:
    """Return the eight rates of the confusion matrix, as an object."""
    return call("confusionMatrixRate", threshold=threshold, **_pair(predicted, ground_truth))


def true_positive_rate(
    *, threshold: float | None = None, predicted: str | None = None, ground_truth: str | None = None
) -> Expression:
    """Return TP / (TP + FN)."""
    return call("truePositiveRate", threshold=threshold, **_pair(predicted, ground_truth))


def false_positive_rate(
    *, threshold: float | None = None, predicted: str | None = None, ground_truth: str | None = None
) -> Expression:
    """Return FP / (FP + TN)."""
    return call("falsePositiveRate", threshold=threshold, **_pair(predicted, ground_truth))


def true_negative_rate(
    *, threshold: float | None = None, predicted: str | None = None, ground_truth: str | None = None
) -> Expression:
    """Return TN / (TN + FP)."""
    return call("trueNegativeRate", threshold=threshold, **_pair(predicted, ground_truth))


def false_negative_rate(
    *, threshold: float | None = None, predicted: str | None = None, ground_truth: str | None = None
) -> Expression:
    """Return FN / (FN + TP)."""
    return call("falseNegativeRate", threshold=threshold, **_pair(predicted, ground_truth))


def accuracy_rate(
    *, threshold: float | None = None, predicted: str | None = None, ground_truth: str | None = None
) -> Expression:
    """Return the share of correct predictions."""
    return call("accuracyRate", threshold=threshold, **_pair(predicted, ground_truth))


def balanced_accuracy_rate(
    *, threshold: float | None = None, predicted: str | None = None, ground_truth: str | None = None
) -> Expression:
    """Return the mean of the true positive rate and the true negative rate."""
    return call("balancedAccuracyRate", threshold=threshold, **_pair(predicted, ground_truth))


def f1(
    *, threshold: float | None = None, predicted: str | None = None, ground_truth: str | None = None
) -> Expression:
    """Return the harmonic mean of precision and recall."""
    return call("f1", threshold=threshold, **_pair(predicted, ground_truth))


def sensitivity(
    *, threshold: float | None = None, predicted: str | None = None, ground_truth: str | None = None
) -> Expression:
    """Return TP / (TP + FN)."""
    return call("sensitivity", threshold=threshold, **_pair(predicted, ground_truth))


def specificity(
    *, threshold: float | None = None, predicted: str | None = None, ground_truth: str | None = None
) -> Expression:
    """Return TN / (TN + FP)."""
    return call("specificity", threshold=threshold, **_pair(predicted, ground_truth))


def precision(
    *, threshold: float | None = None, predicted: str | None = None, ground_truth: str | None = None
) -> Expression:
    """Return TP / (TP + FP)."""
    return call("precision", threshold=threshold, **_pair(predicted, ground_truth))


def recall(
    *, threshold: float | None = None, predicted: str | None = None, ground_truth: str | None = None
) -> Expression:
    """Return TP / (TP + FN)."""
    return call("recall", threshold=threshold, **_pair(predicted, ground_truth))


def auc(
    *, threshold: float | None = None, predicted: str | None = None, ground_truth: str | None = None
) -> Expression:
    """Return the area under the ROC curve; `threshold` has no effect."""
    return call("auc", threshold=threshold, **_pair(predicted, ground_truth))


# -- multiclass classification -------------------------------------------------------------------


def accuracy_rate_multiclass() -> Expression:
    """Return the share of rows whose most probable class is the true one."""
    return call("accuracyRateMulticlass")


def confusion_matrix_multiclass(predicted: str, *, ground_truth: str | None = None) -> Expression:
    """Return the counts of the confusion matrix of one class against the rest, as an object."""
    return call("confusionMatrixMulticlass", **_pair(predicted, ground_truth))


def confusion_matrix_rate_multiclass(
    predicted: str, *, ground_truth: str | None = None
) -> Expression:
    """Return the eight rates of one class against the rest, as an object."""
    return call("confusionMatrixRateMulticlass", **_pair(predicted, ground_truth))


def true_positive_rate_multiclass(predicted: str, *, ground_truth: str | None = None) -> Expression:
    """Return TP / (TP + FN) of one class."""
    return call("truePositiveRateMulticlass", **_pair(predicted, ground_truth))


def false_positive_rate_multiclass(
    predicted: str, *, ground_truth: str | None = None
) -> Expression:
    """Return FP / (FP + TN) of one class."""
    return call("falsePositiveRateMulticlass", **_pair(predicted, ground_truth))


def true_negative_rate_multiclass(predicted: str, *, ground_truth: str | None = None) -> Expression:
    """Return TN / (TN + FP) of one class."""
    return call("trueNegativeRateMulticlass", **_pair(predicted, ground_truth))


def false_negative_rate_multiclass(
    predicted: str, *, ground_truth: str | None = None
) -> Expression:
    """Return FN / (FN + TP) of one class."""
    return call("falseNegativeRateMulticlass", **_pair(predicted, ground_truth))


# -- boxes and ranked lists ----------------------------------------------------------------------


def mean_average_precision(
    *, threshold: float | None = None, predicted: str | None = None, ground_truth: str | None = None
) -> Expression:
    """Return the mean over classes of the average precision; `threshold` is the minimum IoU."""
    return call("meanAveragePrecision", threshold=threshold, **_pair(predicted, ground_truth))


def precision_at_k(
    k: int, *, predicted: str | None = None, ground_truth: str | None = None
) -> Expression:
    """Return the share of relevant items among the first `k`."""
    return call("precisionAtK", k=k, **_pair(predicted, ground_truth))


def recall_at_k(
    k: int, *, predicted: str | None = None, ground_truth: str | None = None
) -> Expression:
    """Return the share of the relevant items that are among the first `k`."""
    return call("recallAtK", k=k, **_pair(predicted, ground_truth))


def map_at_k(
    k: int, *, predicted: str | None = None, ground_truth: str | None = None
) -> Expression:
    """Return the mean average precision of the first `k`."""
    return call("mapAtK", k=k, **_pair(predicted, ground_truth))


def ndcg_at_k(
    k: int, *, predicted: str | None = None, ground_truth: str | None = None
) -> Expression:
    """Return the normalized discounted cumulative gain of the first `k`."""
    return call("nDCGAtK", k=k, **_pair(predicted, ground_truth))


def ranked_list_auc(*, predicted: str | None = None, ground_truth: str | None = None) -> Expression:
    """Return the share of pairs in which the relevant item ranks higher."""
    return call("rankedListAUC", **_pair(predicted, ground_truth))


def mean_reciprocal_rank(
    *, predicted: str | None = None, ground_truth: str | None = None
) -> Expression:
    """Return the mean of the reciprocal rank of the first relevant item."""
    return call("meanReciprocalRank", **_pair(predicted, ground_truth))


# -- explanations and fairness -------------------------------------------------------------------


def regional_feature_importance(
    attribute: str, predicted: str, *, algorithm: str | None = None
) -> Expression:
    """Return the mean absolute importance of an input for a prediction."""
    return call(
        "regionalFeatureImportance",
        attribute_name=attribute,
        predicted_attribute_name=predicted,
        explanation_algorithm=algorithm,
    )


def regional_feature_importances(predicted: str, *, algorithm: str | None = None) -> Expression:
    """Return the mean absolute importance of each input for a prediction, one row per input."""
    return call(
        "regionalFeatureImportances",
        predicted_attribute_name=predicted,
        explanation_algorithm=algorithm,
    )


def nlp_explanation(attribute: str, predicted: str, *, algorithm: str = "lime") -> Expression:
    """Return the importances of the tokens of a text."""
    return call(
        "nlp_explanation",
        attribute_name=attribute,
        nlp_predicted_attribute=predicted,
        nlp_explainer=algorithm,
    )


def bias_mitigated_predictions(
    thresholds: Sequence[tuple[Sequence[Condition], float]], *, predicted: str | None = None
) -> Expression:
    """Return 1 or 0: whether the prediction reaches the threshold of the first matching group.

    Args:
        thresholds: Pairs of the conditions of a group and its threshold.
        predicted: Predicted attribute; the positive one by default.
    """
    groups = []
    for place, pair in enumerate(read_list("`thresholds`", thresholds, "pairs", ordered=True)):
        if not isinstance(pair, list | tuple) or len(pair) != _PAIR:
            raise UserTypeError(
                f"`thresholds[{place}]` must be a pair of conditions and a threshold, got "
                f"{quote_value(pair)}"
            )
        conditions = read_list(f"`thresholds[{place}][0]`", pair[0], "conditions")
        for condition in conditions:
            if not isinstance(condition, Condition):
                raise UserTypeError(
                    f"`thresholds[{place}][0]` must be comparisons such as col('income') > 1000, "
                    f"got {quote_value(condition)}"
                )
        groups.append({"conditions": [c.to_parameters() for c in conditions], "threshold": pair[1]})
    return call("biasMitigatedPredictions", predicted_property=predicted, thresholds=groups)


wrap_functions(globals(), __all__)
