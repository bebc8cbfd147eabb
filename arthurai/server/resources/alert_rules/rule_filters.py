"""Filters of rules that no row can pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arthurai.common.text import quote_value, suggest
from arthurai.common.vocabulary import ValueType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from arthurai.server.model_schema import Attribute, ModelSchema


def describe_impossible(filters: Sequence[Mapping[str, Any]], schema: ModelSchema) -> Iterator[str]:
    """Say which filters no row can pass, as far as that is known without rows.

    Args:
        filters: The conditions of a rule, all of which must hold.
        schema: Schema of the model.
    """
    by_name: dict[str, list[tuple[str, Any]]] = {}
    for condition in filters:
        name, comparator = condition.get("property"), condition.get("comparator")
        if isinstance(name, str) and isinstance(comparator, str):
            known = by_name.setdefault(name, [])
            known.append((comparator.lower().replace("_", ""), condition.get("value")))
    for name, conditions in by_name.items():
        attribute = schema.attribute(name)
        if attribute is not None:
            yield from _unlisted(attribute, conditions)
        yield from _contradictions(name, conditions)


def _unlisted(attribute: Attribute, conditions: Sequence[tuple[str, Any]]) -> Iterator[str]:
    """Say which wanted categories are none of the attribute's."""
    if not attribute.categorical or not attribute.categories:
        return
    if attribute.value_type not in {ValueType.String, ValueType.Integer}:
        return
    listed = [str(value) for value in attribute.categories]
    for comparator, value in conditions:
        wanted = _wanted(comparator, value)
        if wanted and not any(str(one) in listed for one in wanted):
            yield (
                f"{attribute.name!r} has no category {quote_value(wanted[0])}"
                f"{suggest(str(wanted[0]), listed)}"
            )


def _wanted(comparator: str, value: Any) -> list[Any]:
    if comparator == "eq" and value is not None:
        return [value]
    return list(value) if comparator == "in" and isinstance(value, list) else []


def _contradictions(name: str, conditions: Sequence[tuple[str, Any]]) -> Iterator[str]:
    """Say whether conditions on one attribute exclude each other."""
    equal = [set(map(str, wanted)) for c, v in conditions if (wanted := _wanted(c, v))]
    if len(equal) > 1 and not set.intersection(*equal):
        yield f"its conditions on {name!r} exclude each other"
        return
    numbers = [
        (comparator, value)
        for comparator, value in conditions
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    # Of equal ends the open one is the narrower.
    low = max(((v, c == "gt") for c, v in numbers if c in {"gt", "gte", "eq"}), default=None)
    high = min(((v, c != "lt") for c, v in numbers if c in {"lt", "lte", "eq"}), default=None)
    if low is None or high is None:
        return
    if low[0] > high[0] or (low[0] == high[0] and (low[1] or not high[1])):
        yield f"its conditions on {name!r} exclude each other"
