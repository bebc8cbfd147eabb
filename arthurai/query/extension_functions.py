"""Functions of the query language that the embedded server adds to the documented ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.common.exceptions import wrap_functions
from arthurai.query.expressions import call, ref

if TYPE_CHECKING:
    from arthurai.query.expressions import Expression

__all__ = [
    "array_length",
    "avg_sequence_length",
    "avg_token_likelihood",
    "balanced_accuracy_rate_multiclass",
    "brier_score",
    "classification_report",
    "estimate",
    "f1_multiclass",
    "likelihood_stability",
    "log_loss",
    "matthews_correlation",
    "perplexity",
    "precision_multiclass",
    "ranked_list_report",
    "recall_multiclass",
]

# -- classifiers, over all classes ---------------------------------------------------------------


def classification_report(*, threshold: float | None = None) -> Expression:
    """Return everything about all classes of a classifier, as an object.

    Its members are `rows`, `accuracy_rate`, `balanced_accuracy_rate`, `matthews_correlation`,
    `log_loss`, `brier_score`; `macro`, `weighted` and `micro` averages of `precision`, `recall` and
    `f1`; the rates and counts of each class in `classes`; and `confusion_matrix`, the number of
    rows by true and then by predicted class. Classes have the names of the predicted attributes.

    Args:
        threshold: From which value a binary classifier says yes.
    """
    return call("classificationReport", threshold=threshold)


def precision_multiclass(average: str = "macro", *, threshold: float | None = None) -> Expression:
    """Return the precision over all classes: `macro`, `weighted` or `micro` average."""
    return call("precisionMulticlass", average=average, threshold=threshold)


def recall_multiclass(average: str = "macro", *, threshold: float | None = None) -> Expression:
    """Return the recall over all classes: `macro`, `weighted` or `micro` average."""
    return call("recallMulticlass", average=average, threshold=threshold)


def f1_multiclass(average: str = "macro", *, threshold: float | None = None) -> Expression:
    """Return the F1 over all classes: `macro`, `weighted` or `micro` average."""
    return call("f1Multiclass", average=average, threshold=threshold)


def balanced_accuracy_rate_multiclass(*, threshold: float | None = None) -> Expression:
    """Return the mean recall of the classes that occur."""
    return call("balancedAccuracyRateMulticlass", threshold=threshold)


def matthews_correlation(*, threshold: float | None = None) -> Expression:
    """Return the correlation of true and predicted classes, -1 to 1."""
    return call("matthewsCorrelation", threshold=threshold)


def log_loss() -> Expression:
    """Return the mean negative logarithm of the probability of the true class."""
    return call("logLoss")


def brier_score() -> Expression:
    """Return the mean squared distance of the probabilities from the truth."""
    return call("brierScore")


# -- sampling error ------------------------------------------------------------------------------


def estimate(of: Expression | str, *, confidence: float | None = None) -> Expression:
    """Return an aggregate with the rows it rests on and its sampling error, as an object.

    Its members are `value`, `rows`, `standard_error`, `low` and `high`, `method` and `confidence`;
    `None` where there is no theory for the function.

    Args:
        of: A call of an aggregate, such as `accuracy_rate()`.
        confidence: Probability that `low` and `high` enclose the truth; 0.95 when omitted.
    """
    return call("estimate", of=ref(of), confidence=confidence)


# -- ranked lists --------------------------------------------------------------------------------


def ranked_list_report(
    k: int, *, predicted: str | None = None, ground_truth: str | None = None
) -> Expression:
    """Return the metrics of ranked lists, those at `k` and those of whole lists, as an object."""
    return call(
        "rankedListReport", k=k, predicted_property=predicted, ground_truth_property=ground_truth
    )


# -- generated text ------------------------------------------------------------------------------


def avg_token_likelihood(column: Expression | str) -> Expression:
    """Return the mean over inferences of their mean token likelihood."""
    return call("avgTokenLikelihood", property=ref(column))


def avg_sequence_length(column: Expression | str) -> Expression:
    """Return the mean number of tokens."""
    return call("avgSequenceLength", property=ref(column))


def likelihood_stability(column: Expression | str) -> Expression:
    """Return one minus the mean standard deviation of the likelihoods within an inference."""
    return call("likelihoodStability", property=ref(column))


def perplexity(column: Expression | str) -> Expression:
    """Return the exponential of the mean negative logarithm of the likelihoods of all tokens."""
    return call("perplexity", property=ref(column))


def array_length(column: Expression | str) -> Expression:
    """Return the length of a list, one value per row."""
    return call("arrayLength", property=ref(column))


wrap_functions(globals(), __all__)
