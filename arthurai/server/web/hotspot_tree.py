"""Hotspots as a tree: regions that share conditions stand below them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from arthurai.server.web.formats import format_number
from arthurai.server.web.pictures import bar_width

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SIGNS: Final = (("gt", ">"), ("lte", "≤"), ("eq", "is"), ("ne", "is not"))
_MAX_VALUES: Final = 8


@dataclass(slots=True)
class Branch:
    """A condition, what the rows that meet it come to, and further conditions.

    Attributes:
        condition: The condition in words; empty for all rows.
        value: The measure of the region as text; empty where only its parts are weak.
        width: The measure as the width of a bar.
        rows: How many rows the region has.
        children: Branches below.
    """

    condition: str
    value: str = ""
    width: float = 0.0
    rows: int = 0
    children: list[Branch] = field(default_factory=list)


def grow(regions: Sequence[Mapping[str, Any]], metric: str) -> list[Branch]:
    """Return the branches of some weak regions.

    Args:
        regions: The regions, as the API returns them: conditions, measures and number of rows.
        metric: The measure to show.
    """
    root = Branch("")
    for region in regions:
        here = root
        for name, rule in (region.get("rules") or {}).items():
            condition = describe(name, rule)
            known = next((b for b in here.children if b.condition == condition), None)
            if known is None:
                known = Branch(condition)
                here.children.append(known)
            here = known
        value = region.get(metric)
        here.value = format_number(value, "percent")
        here.width = bar_width(value, 1.0)
        here.rows = int(region.get("n_samples") or 0)
    return root.children or ([root] if root.value else [])


def describe(name: str, rule: Any) -> str:
    """Return a condition in words.

    Args:
        name: The attribute.
        rule: Value by comparator.
    """
    if not isinstance(rule, dict):
        return f"{name} is {rule}"
    if "in" in rule:
        values = [str(value) for value in rule["in"]]
        more = f" or {len(values) - _MAX_VALUES} more" if len(values) > _MAX_VALUES else ""
        return f"{name} is {', '.join(values[:_MAX_VALUES])}{more}"
    parts = [f"{sign} {format_number(rule[key])}" for key, sign in _SIGNS if key in rule]
    return f"{name} {' and '.join(parts)}"
