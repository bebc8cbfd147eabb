"""Parts of an event of SageMaker Data Capture, which the client and the server both read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.vocabulary import ValueType

if TYPE_CHECKING:
    from collections.abc import Iterable

ROW_KEYS: Final = ("instances", "predictions")
VALUE_KEYS: Final = ("features", "probabilities")

_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}
_TEXT_TYPES: Final = frozenset(
    {ValueType.String, ValueType.Unstructured_Text, ValueType.Image, ValueType.Timestamp}
)


class CaptureError(ValueError):
    """Why a capture event cannot be read."""


def find_member(container: Any, name: str) -> Mapping[str, Any]:
    """Return a member that is an object.

    Args:
        container: The decoded JSON value.
        name: Name of the member.

    Raises:
        CaptureError: There is none.
    """
    found = container.get(name) if isinstance(container, Mapping) else None
    if not isinstance(found, Mapping):
        raise CaptureError(f"{name} is missing")
    return found


def find_list(container: Mapping[str, Any], keys: Iterable[str]) -> list[Any] | None:
    """Return the first of some members that is a list; `None` when none is.

    Args:
        container: A decoded JSON object.
        keys: Names of the members.
    """
    return next((container[key] for key in keys if isinstance(container.get(key), list)), None)


def read_text(value_type: str, text: str) -> Any:
    """Return a CSV value as its value type; what does not fit stays text, to be rejected later.

    Args:
        value_type: The value type of its attribute.
        text: The value.
    """
    if value_type in _TEXT_TYPES:
        return text
    stripped = text.strip()
    if not stripped:
        return None
    if value_type == ValueType.Boolean:
        return _BOOLEANS.get(stripped.lower(), text)
    if value_type in {ValueType.Integer, ValueType.Float}:
        for convert in (int, float):
            try:
                return convert(stripped)
            except ValueError:
                continue
    return text
