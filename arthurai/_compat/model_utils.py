"""Questions about models, and token likelihoods from tensors."""

from __future__ import annotations

import heapq
import math
from typing import TYPE_CHECKING, Any

from arthurai.common.exceptions import UserValueError
from arthurai.model.modeling import attribute_list

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.model.base_model import ArthurModelBase

EPSILON = 1e-3
MAX_TOKENS = 5


def check_has_bias_attrs(model: ArthurModelBase) -> bool:
    """Tell whether any attribute of a model is sensitive."""
    return attribute_list.check_has_bias_attrs(model)


def check_attr_is_bias(model: ArthurModelBase, attr_name: str) -> bool:
    """Tell whether an attribute of a model is sensitive."""
    return attribute_list.check_attr_is_bias(model, attr_name)


def get_positive_predicted_class(model: ArthurModelBase) -> str | None:
    """Name the predicted attribute of the positive class.

    Args:
        model: The model.

    Returns:
        Its name; ``None`` for everything that is not a classifier with two predictions.
    """
    return attribute_list.get_positive_predicted_class(model)


def tensors_to_arthur_inference(
    log_tensor: Any, id_to_vocab: Mapping[int, str], num_probs: int
) -> list[dict[str, float]]:
    """Turn log-probabilities over a vocabulary into token likelihoods.

    Args:
        log_tensor: Natural logarithms of probabilities, shape (sequence length, vocabulary size).
        id_to_vocab: Token by its number in the vocabulary.
        num_probs: How many of the likeliest tokens to keep for each position, 1 to 5.

    Returns:
        For each position the likeliest tokens and their probabilities, the likeliest first.

    Raises:
        UserValueError: ``num_probs`` is out of range, the array is not two-dimensional, a position
            does not add up to 1, or a token has no name.
    """
    if not 1 <= num_probs <= MAX_TOKENS:
        raise UserValueError(f"num_probs needs 1 to {MAX_TOKENS}, got {num_probs!r}.")
    rows = log_tensor.tolist() if hasattr(log_tensor, "tolist") else log_tensor
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise UserValueError("log_tensor needs two dimensions: positions and vocabulary.")
    if any(isinstance(value, list) for row in rows for value in row[:1]):
        raise UserValueError("log_tensor has more than two dimensions.")
    return [_likeliest(row, position, id_to_vocab, num_probs) for position, row in enumerate(rows)]


def _likeliest(
    row: list[float], position: int, id_to_vocab: Mapping[int, str], count: int
) -> dict[str, float]:
    probabilities = [math.exp(value) for value in row]
    total = math.fsum(probabilities)
    if abs(total - 1) > EPSILON:
        raise UserValueError(
            f"The probabilities at position {position} add up to {total:.4g} instead of 1; give "
            "logarithms of probabilities."
        )
    best = heapq.nlargest(count, range(len(row)), key=probabilities.__getitem__)
    try:
        return {id_to_vocab[token]: probabilities[token] for token in best}
    except KeyError as error:
        raise UserValueError(f"id_to_vocab names no token for {error}.") from error
