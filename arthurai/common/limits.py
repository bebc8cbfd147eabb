"""Limits and defaults of the platform that the OpenAPI document does not state."""

from __future__ import annotations

from typing import Final

MAX_ATTRIBUTES: Final = 1000
"""Attributes of one model."""

MAX_CATEGORIES: Final = 1000
"""Categories of one attribute."""

MAX_TOKEN_LIKELIHOODS: Final = 5
"""Tokens at one position of a `TOKEN_LIKELIHOODS` value."""

MAX_RANKED_ITEMS: Final = 100
"""Items of a `RANKED_LIST` value."""

MAX_SERIES_POINTS: Final = 500
"""Points of a `TIME_SERIES` value."""

BOX_FIELDS: Final = ("class_id", "confidence", "top_left_x", "top_left_y", "width", "height")
"""What the numbers of a box of a `BOUNDING_BOX` value mean, in their order."""

MIN_INTEGER: Final = -(2**63)
MAX_INTEGER: Final = 2**63 - 1

BINARY_CLASSES: Final = 2
"""Classes of a binary classifier: the positive one and its complement."""

DEFAULT_THRESHOLD: Final = 0.5
"""Score from which a prediction counts as positive when the model names no threshold."""
