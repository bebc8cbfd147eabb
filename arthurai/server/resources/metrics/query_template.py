"""Placeholders `{{ name }}` in the queries of metrics."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLACEHOLDER: Final = re.compile(r"\{\{\s*([^{}\s][^{}]*?)\s*\}\}")


def placeholders(template: Any) -> set[str]:
    """Return the names of all placeholders in a template.

    Args:
        template: Any JSON value.
    """
    if isinstance(template, str):
        return set(_PLACEHOLDER.findall(template))
    if isinstance(template, dict):
        return placeholders(list(template.values()))
    if isinstance(template, list):
        return set().union(*(placeholders(item) for item in template))
    return set()


def filled(template: Any, values: Mapping[str, Any]) -> Any:
    """Return a template with its placeholders replaced.

    A text that is one placeholder and nothing else becomes the typed value; inside a longer text
    the value is written out. A placeholder without value stays.

    Args:
        template: Any JSON value.
        values: Values by name.
    """
    if isinstance(template, str):
        whole = _PLACEHOLDER.fullmatch(template.strip())
        if whole is not None:
            return values.get(whole[1], template)
        return _PLACEHOLDER.sub(
            lambda match: _written(values[match[1]]) if match[1] in values else match[0], template
        )
    if isinstance(template, dict):
        return {key: filled(item, values) for key, item in template.items()}
    if isinstance(template, list):
        return [filled(item, values) for item in template]
    return template


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
