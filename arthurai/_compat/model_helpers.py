"""Questions about models, token likelihoods from tensors, and colors of plots."""

from __future__ import annotations

import heapq
import math
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.exceptions import UserValueError
from arthurai.common.limits import MAX_TOKEN_LIKELIHOODS
from arthurai.model.modeling import attribute_list

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.model.base_model import ArthurModelBase

EPSILON: Final = 1e-3

categorical_palette: Final[list[tuple[float, float, float, float]]] = [
    (0.671875, 0.21484375, 0.9609375, 0.35),
    (0.28125, 0.66015625, 0.6484375, 0.7),
    (0.12890625, 0.4609375, 0.6796875, 0.7),
    (0.99609375, 0.546875, 0.37890625, 0.7),
    (0.359375, 0.21484375, 0.296875, 0.7),
    (0.984375, 0.7265625, 0, 0.7),
    (0.86328125, 0.17578125, 0.2890625, 0.7),
    (0.828125, 0.68359375, 0.80078125, 0.7),
    (0.0703125, 0.46484375, 0.85546875, 0.7),
]
"""Nine colors, RGBA."""

multi_categorical_palette_names: Final[list[str]] = [
    "Reds",
    "Blues",
    "Greens",
    "Greys",
    "Oranges",
    "PuRd",
    "GnBu",
    "YlOrRd",
    "BuGn",
    "Spectral",
]
"""Names of color maps, one per model, where several models share a plot."""


def check_has_bias_attrs(model: ArthurModelBase) -> bool:
    """Return whether any attribute of a model is sensitive."""
    return attribute_list.check_has_bias_attrs(model)


def check_attr_is_bias(model: ArthurModelBase, attr_name: str) -> bool:
    """Return whether an attribute of a model is sensitive."""
    return attribute_list.check_attr_is_bias(model, attr_name)


def get_positive_predicted_class(model: ArthurModelBase) -> str | None:
    """Return the name of the predicted attribute of the positive class, `None` without one."""
    return attribute_list.get_positive_predicted_class(model)


def tensors_to_arthur_inference(
    log_tensor: Any, id_to_vocab: Mapping[int, str], num_probs: int
) -> list[dict[str, float]]:
    """Convert log-probabilities over a vocabulary to token likelihoods.

    Args:
        log_tensor: Natural logarithms of probabilities, shape (sequence length, vocabulary size).
        id_to_vocab: Token by its number in the vocabulary.
        num_probs: How many of the likeliest tokens to keep for each position, 1 to 5.

    Returns:
        For each position the likeliest tokens and their probabilities, the likeliest first.

    Raises:
        UserValueError: `num_probs` is out of range, the array is not two-dimensional, a position
            does not add up to 1, or a token has no name.
    """
    if not 1 <= num_probs <= MAX_TOKEN_LIKELIHOODS:
        raise UserValueError(
            f"num_probs must be from 1 to {MAX_TOKEN_LIKELIHOODS}, got {num_probs!r}"
        )
    rows = log_tensor.tolist() if hasattr(log_tensor, "tolist") else log_tensor
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise UserValueError("log_tensor must have two dimensions: positions and vocabulary")
    if any(isinstance(value, list) for row in rows for value in row[:1]):
        raise UserValueError("log_tensor must have two dimensions, got more than two")
    return [_likeliest(row, position, id_to_vocab, num_probs) for position, row in enumerate(rows)]


def _likeliest(
    row: list[float], position: int, id_to_vocab: Mapping[int, str], count: int
) -> dict[str, float]:
    probabilities = [math.exp(value) for value in row]
    total = math.fsum(probabilities)
    if abs(total - 1) > EPSILON:
        raise UserValueError(
            f"the probabilities at position {position} must add up to 1, got {total:.4g}; give "
            "logarithms of probabilities"
        )
    best = heapq.nlargest(count, range(len(row)), key=probabilities.__getitem__)
    try:
        return {id_to_vocab[token]: probabilities[token] for token in best}
    except KeyError as error:
        raise UserValueError(f"id_to_vocab has no token for {error}") from error
