"""Reading JSON of strangers: its size in memory is bounded before it is taken.

A list of empty lists takes thirty times its length, a list of numbers up to sixteen times. What a
text can become at most is therefore counted in the text itself; characters within strings are
counted too, so the bounds are generous.
"""

from __future__ import annotations

from typing import Any, Final

import orjson

MAX_CONTAINERS: Final = 2_000_000
MAX_VALUES: Final = 10_000_000


class TooMuchJsonError(ValueError):
    """More values, or more objects and arrays, than are read; the text says how many are."""


def load_json(content: bytes) -> Any:
    """Return the value of a JSON text.

    Args:
        content: The text, in UTF-8.

    Raises:
        TooMuchJsonError: It has too many values, or objects and arrays.
        orjson.JSONDecodeError: It is not valid JSON.
    """
    if len(content) > MAX_CONTAINERS and count_containers(content) > MAX_CONTAINERS:
        raise TooMuchJsonError(f"more than {MAX_CONTAINERS:,} objects and arrays")
    if len(content) > MAX_VALUES and content.count(b",") >= MAX_VALUES:
        raise TooMuchJsonError(f"more than {MAX_VALUES:,} values")
    return orjson.loads(content)


def count_containers(content: bytes) -> int:
    """Return how many objects and arrays a JSON text can hold at most."""
    return content.count(b"[") + content.count(b"{")
