"""Which attributes or classes a rule watches: one, or all when it names none."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

from arthurai.server.query import QueryError
from arthurai.server.resources.metrics.metric_parameters import (
    find_open_parameters,
    list_combinations,
    names_subject,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


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
    naming = [p["name"] for p in known if names_subject(p)]
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
