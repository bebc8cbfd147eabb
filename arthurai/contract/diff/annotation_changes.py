"""Compares what a schema says for people and programs without restricting values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.contract.diff.changes import Change, Severity, Side
from arthurai.contract.diff.pointers import Node, canonical, shown
from arthurai.contract.diff.schema_views import ANNOTATIONS

if TYPE_CHECKING:
    from arthurai.contract.diff.comparison import Comparison, Scope

_OPEN: Final = "x-open-enum"


def compare_annotations(
    comparison: Comparison, scope: Scope, side: Side, old: Node, new: Node
) -> None:
    """Note changed annotations of one schema.

    Args:
        comparison: Takes the changes.
        scope: The part that is being compared.
        side: Which half of the traffic it is compared for.
        old: The schema in the old document.
        new: The schema in the new document.
    """
    if not isinstance(old.value, dict) or not isinstance(new.value, dict):
        return
    for keyword in sorted({*old.value, *new.value}):
        if keyword not in ANNOTATIONS and not keyword.startswith("x-"):
            continue
        before, after = old.value.get(keyword), new.value.get(keyword)
        if canonical(before) != canonical(after):
            severity = _severity(keyword, before, after, side, new)
            node = new.get(keyword) if keyword in new.value else new
            text = f"{keyword} {shown(before)} became {shown(after)}"
            comparison.add(scope, Change(severity, side, f"{keyword}-changed", node.pointer, text))


def _severity(keyword: str, before: Any, after: Any, side: Side, new: Node) -> Severity:
    if keyword == "deprecated":
        return Severity.ADDITIVE if after else Severity.COSMETIC
    if keyword == "title" and _has_a_class(new):
        return Severity.BREAKING
    if keyword == "default" and side is Side.REQUEST:
        return Severity.ADDITIVE if before is None else Severity.BREAKING
    if keyword == _OPEN and side is Side.RESPONSE:
        return Severity.ADDITIVE if after else Severity.BREAKING
    return Severity.COSMETIC


def _has_a_class(node: Node) -> bool:
    """Whether the generator makes a class of the schema, which it names after the title."""
    return "properties" in node.value or "enum" in node.value or node.value.get("type") == "object"
