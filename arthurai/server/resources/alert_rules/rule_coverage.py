"""Which attributes or classes a rule watches: one, or all when it names none."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from arthurai.server.query import QueryError
from arthurai.server.resources.metrics.metric_parameters import list_combinations

if TYPE_CHECKING:
    from collections.abc import Mapping

CLASS_PARAMETER: Final = "predicted_class"


class Subject(NamedTuple):
    """What one value of a rule is about.

    Attributes:
        key: Tells the subjects of a rule apart; empty for a rule with one.
        parameters: The parameters of the metric.
        named: Those of them that say what the value is about.
    """

    key: str
    parameters: dict[str, Any]
    named: dict[str, Any]

    @property
    def label(self) -> str:
        """What the value is about, in words; empty when the metric says so."""
        return ", ".join(str(value) for value in self.named.values())


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
        name = parameter["name"]
        if parameters.get(name) is not None or not _names_subject(parameter):
            continue
        if not metric["is_default"] and parameter.get("default") is not None:
            continue
        limits = (parameter.get("value_limits") or {}).get("categorical") or {}
        choices = list(limits.get("categories") or ())
        if choices:
            found[name] = choices
    return found


def list_subjects(metric: Mapping[str, Any], parameters: Mapping[str, Any]) -> list[Subject]:
    """Return what a rule watches.

    Args:
        metric: Its metric.
        parameters: Values of the parameters of the metric, by name.

    Raises:
        QueryError: A value is unknown, outside its limits, or a list.
    """
    known = metric.get("parameters") or []
    choices = find_open_parameters(metric, parameters)
    first = {name: options[0] for name, options in choices.items()}
    (base, *further) = list_combinations(known, {**parameters, **first})
    if further:
        raise QueryError("parameters", "must be one value per parameter, no lists")
    naming = [p["name"] for p in known if _names_subject(p)]
    varied = [name for name, options in choices.items() if len(options) > 1]
    return [
        Subject(
            key="\0".join(str(combination[name]) for name in varied),
            parameters=combination,
            named={name: combination[name] for name in naming},
        )
        for values in itertools.product(*choices.values())
        for combination in [{**base, **dict(zip(choices, values, strict=True))}]
    ]


def _names_subject(parameter: Mapping[str, Any]) -> bool:
    kind, name = str(parameter["parameter_type"]), str(parameter["name"])
    return kind == "ATTRIBUTE" or name == CLASS_PARAMETER
