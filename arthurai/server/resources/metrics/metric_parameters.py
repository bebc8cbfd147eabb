"""Typed parameters of metrics, and their placeholders `{{ name }}` in queries."""

from __future__ import annotations

import itertools
import json
import re
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.text import quote_value
from arthurai.server.query.column_types import to_number, to_text, to_timestamp, to_whole
from arthurai.server.query.errors import QueryError, unknown_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

CLASS_PARAMETER: Final = "predicted_class"
_MAX_COMBINATIONS: Final = 500

_CONVERTERS: Final[dict[str, Callable[[Any, str], Any]]] = {
    "INTEGER": to_whole,
    "FLOAT": to_number,
    "STRING": to_text,
    "ATTRIBUTE": to_text,
}
_PLACEHOLDER: Final = re.compile(r"\{\{\s*([^{}\s][^{}]*?)\s*\}\}")


def convert_value(parameter: Mapping[str, Any], value: Any, path: str) -> Any:
    """Return a value converted to the type of a parameter.

    Args:
        parameter: A `MetricParameter`.
        value: The value.
        path: Its place in the request.

    Raises:
        QueryError: It is of another type or outside the limits.
    """
    kind = str(parameter["parameter_type"])
    if kind == "TIMESTAMP":
        to_timestamp(value, path)
        found = value
    else:
        convert = _CONVERTERS.get(kind)
        if convert is None:
            raise unknown_name(path, "parameter type", kind, [*_CONVERTERS, "TIMESTAMP"])
        found = convert(value, path)
    limits = parameter.get("value_limits") or {}
    bounds = limits.get("range") or {}
    low, high = bounds.get("min"), bounds.get("max")
    if isinstance(found, int | float):
        if low is not None and found < low:
            raise QueryError(path, f"must be at least {low}, got {quote_value(value)}")
        if high is not None and found > high:
            raise QueryError(path, f"must be at most {high}, got {quote_value(value)}")
    categories = (limits.get("categorical") or {}).get("categories")
    if categories is not None and found not in categories and value not in categories:
        raise unknown_name(path, f"value of {parameter['name']}", str(value), map(str, categories))
    return found


def list_combinations(
    parameters: Sequence[Mapping[str, Any]], given: Mapping[str, Any] | None
) -> list[dict[str, Any]]:
    """Return every combination of parameter values to evaluate a metric with.

    Args:
        parameters: The parameters of the metric.
        given: Values by name; a list gives one result per entry.

    Raises:
        QueryError: A value is missing, unknown, of a wrong type or outside its limits.
    """
    given = {name: value for name, value in (given or {}).items() if value is not None}
    known = {str(parameter["name"]): parameter for parameter in parameters}
    for name in given:
        if name not in known:
            raise unknown_name(f"parameters.{name}", "parameter", name, known)
    series = []
    for name, parameter in known.items():
        path = f"parameters.{name}"
        value = given.get(name, parameter.get("default"))
        if value is None:
            raise QueryError(path, "has no default, so a value is required")
        values = value if isinstance(value, list) else [value]
        series.append([(name, convert_value(parameter, item, path)) for item in values])
    total = 1
    for options in series:
        total *= len(options)
    if total > _MAX_COMBINATIONS:
        raise QueryError(
            "parameters", f"{total} combinations, at most {_MAX_COMBINATIONS} are allowed"
        )
    return [dict(combination) for combination in itertools.product(*series)]


def cover_choices(metric: Mapping[str, Any], given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return parameter values that cover every attribute or class that the caller did not choose.

    A built-in metric of an attribute or a class says nothing about the model as a whole, so that
    its first choice must not pose as the model's value.

    Args:
        metric: A `Metric`.
        given: Values by name.
    """
    chosen = {name: value for name, value in (given or {}).items() if value is not None}
    return chosen | (find_open_parameters(metric, chosen) if metric["is_default"] else {})


def find_open_parameters(
    metric: Mapping[str, Any], parameters: Mapping[str, Any]
) -> dict[str, list[Any]]:
    """Return the choices of the parameters that name an attribute or a class and were not given.

    A default that the creator of a custom metric has set is a choice.

    Args:
        metric: A `Metric`.
        parameters: Values by name.
    """
    found = {}
    for parameter in metric.get("parameters") or ():
        name = str(parameter["name"])
        if parameters.get(name) is not None or not names_subject(parameter):
            continue
        if not metric["is_default"] and parameter.get("default") is not None:
            continue
        limits = (parameter.get("value_limits") or {}).get("categorical") or {}
        choices = list(limits.get("categories") or ())
        if choices:
            found[name] = choices
    return found


def names_subject(parameter: Mapping[str, Any]) -> bool:
    """Return whether a parameter of a metric says which attribute or class it is about."""
    kind, name = str(parameter["parameter_type"]), str(parameter["name"])
    return kind == "ATTRIBUTE" or name == CLASS_PARAMETER


def find_placeholders(template: Any) -> set[str]:
    """Return the names of all placeholders in a template.

    Args:
        template: Any JSON value.
    """
    if isinstance(template, str):
        return set(_PLACEHOLDER.findall(template))
    if isinstance(template, dict):
        return find_placeholders(list(template.values()))
    if isinstance(template, list):
        return set().union(*(find_placeholders(item) for item in template))
    return set()


def fill_placeholders(template: Any, values: Mapping[str, Any]) -> Any:
    """Return a template with its placeholders replaced.

    A string that is only one placeholder becomes the typed value; in a longer string the value is
    written out. A placeholder without value is kept.

    Args:
        template: Any JSON value.
        values: Values by name.
    """
    if isinstance(template, str):
        whole = _PLACEHOLDER.fullmatch(template.strip())
        if whole is not None:
            return values.get(whole[1], template)
        return _PLACEHOLDER.sub(
            lambda match: _to_text(values[match[1]]) if match[1] in values else match[0], template
        )
    if isinstance(template, dict):
        return {key: fill_placeholders(item, values) for key, item in template.items()}
    if isinstance(template, list):
        return [fill_placeholders(item, values) for item in template]
    return template


def _to_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
