"""Compares two schemas: in a request what is narrower breaks, in a response what is wider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.contract.diff.annotation_changes import compare_annotations
from arthurai.contract.diff.changes import Change, Severity, Side
from arthurai.contract.diff.comparison import Comparison, Scope
from arthurai.contract.diff.pointers import Node, canonical, shown
from arthurai.contract.diff.schema_views import (
    ALL_TYPES,
    View,
    has_own_rules,
    view_of,
    without_null,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

LOWER_BOUNDS: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER_BOUNDS: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
# The generator makes other Python types of these formats.
PYTHON_FORMATS: Final = frozenset({"binary", "date", "date-time", "uuid"})


class SchemaComparison:
    """Compares schemas inside one scope and for one side."""

    def __init__(self, comparison: Comparison, scope: Scope, side: Side) -> None:
        self._comparison = comparison
        self._scope = scope
        self._side = side

    def compare(self, old: Node, new: Node) -> None:
        """Note the changes from one schema to another.

        A pair of components is compared in a scope of its own, once for each side.
        """
        self._annotations(old, new)
        old_inner, old_null = without_null(old)
        new_inner, new_null = without_null(new)
        before = old_null or view_of(old_inner, self._side).nullable
        after = new_null or view_of(new_inner, self._side).nullable
        if not (_is_plain_reference(old_inner) or _is_plain_reference(new_inner)):
            if old_inner is not old or new_inner is not new:
                self._annotations(old_inner, new_inner)
            self._compare_null(new, before=before, after=after)
            self._compare_views(old_inner, new_inner)
            return
        if old_null != new_null:
            self._compare_null(new, before=before, after=after)
        self._compare_components(old_inner.resolved(), new_inner.resolved())

    def _compare_components(self, old: Node, new: Node) -> None:
        part = Scope(old.pointer, new.pointer, self._side)
        if not self._comparison.use(self._scope, part):
            return
        inside = SchemaComparison(self._comparison, part, self._side)
        inside._annotations(old, new)
        before, after = view_of(old, self._side).nullable, view_of(new, self._side).nullable
        inside._compare_null(new, before=before, after=after)
        inside._compare_views(old, new)

    def _annotations(self, old: Node, new: Node) -> None:
        compare_annotations(self._comparison, self._scope, self._side, old, new)

    def _add(self, severity: Severity, rule: str, node: Node, message: str) -> None:
        self._comparison.add(self._scope, Change(severity, self._side, rule, node.pointer, message))

    def _breaks(self, rule: str, node: Node, message: str) -> None:
        self._add(Severity.BREAKING, rule, node, message)

    def _narrower(self, rule: str, node: Node, message: str) -> None:
        self._breaks_for(Side.REQUEST, rule, node, message)

    def _wider(self, rule: str, node: Node, message: str) -> None:
        self._breaks_for(Side.RESPONSE, rule, node, message)

    def _breaks_for(self, side: Side, rule: str, node: Node, message: str) -> None:
        severity = Severity.BREAKING if side is self._side else Severity.ADDITIVE
        self._add(severity, rule, node, message)

    def _compare_null(self, node: Node, *, before: bool, after: bool) -> None:
        if after and not before:
            self._wider("null-allowed", node, "may be null now")
        elif before and not after:
            self._narrower("null-forbidden", node, "may not be null any more")

    def _compare_views(self, old_node: Node, new_node: Node) -> None:
        old, new = view_of(old_node, self._side), view_of(new_node, self._side)
        if not self._compare_types(old, new):
            return
        self._compare_values(old, new)
        self._compare_members(old, new)
        self._compare_additional(old, new)
        self._compare_items(old, new)
        self._compare_alternatives(old, new)
        self._compare_keywords(old, new)

    def _compare_types(self, old: View, new: View) -> bool:
        """Whether the types have enough in common to compare the rest."""
        if old.types == new.types:
            return True
        text = f"type {_types(old)} became {_types(new)}"
        if old.types < new.types:
            self._wider("type-widened", new.node, text)
        elif new.types < old.types:
            self._narrower("type-narrowed", new.node, text)
        else:
            self._breaks("type-changed", new.node, text)
            return False
        return True

    def _compare_values(self, old: View, new: View) -> None:
        if old.values is None or new.values is None:
            if old.values is not None:
                message = "the list of values is gone, and with it its generated class"
                self._breaks("enum-removed", new.node, message)
            elif new.values is not None:
                self._narrower("enum-added", new.node, "only listed values are allowed now")
            return
        for value in sorted(old.values - new.values):
            self._narrower("enum-value-removed", new.node, f"value {value} is gone")
        for value in sorted(new.values - old.values):
            if self._side is Side.RESPONSE and old.is_open:
                text = f"value {value} is new in an open list"
                self._add(Severity.ADDITIVE, "enum-value-added", new.node, text)
            else:
                self._wider("enum-value-added", new.node, f"value {value} is new")

    def _compare_members(self, old: View, new: View) -> None:
        for name, member in old.properties.items():
            if name not in new.properties:
                self._breaks("property-removed", member, f"member {name!r} is gone")
        for name, member in new.properties.items():
            if name in old.properties:
                self.compare(old.properties[name], member)
                self._compare_required(name, old, new, member)
            elif name in new.required:
                text = f"required member {name!r} is new"
                self._narrower("required-property-added", member, text)
            else:
                text = f"optional member {name!r} is new"
                self._add(Severity.ADDITIVE, "property-added", member, text)
        undeclared = set(new.properties) | set(old.properties)
        for name in sorted((new.required ^ old.required) - undeclared):
            self._compare_required(name, old, new, new.node)

    def _compare_required(self, name: str, old: View, new: View, node: Node) -> None:
        if name in new.required and name not in old.required:
            self._narrower("property-became-required", node, f"member {name!r} is required now")
        elif name in old.required and name not in new.required:
            self._wider("property-became-optional", node, f"member {name!r} may be missing now")

    def _compare_additional(self, old: View, new: View) -> None:
        before, after = _additional(old), _additional(new)
        if isinstance(before, Node) and isinstance(after, Node):
            self.compare(before, after)
        elif before is False and after is not False:
            text = "members that are not listed are allowed now"
            self._add(Severity.ADDITIVE, "additional-members-allowed", new.node, text)
        elif after is False and before is not False:
            text = "members that are not listed are forbidden now"
            self._breaks("additional-members-forbidden", new.node, text)
        elif isinstance(after, Node):
            text = "members that are not listed have a schema now"
            self._narrower("additional-members-narrowed", after, text)
        elif isinstance(before, Node):
            text = "members that are not listed have no schema any more"
            self._wider("additional-members-widened", new.node, text)

    def _compare_items(self, old: View, new: View) -> None:
        if old.items is not None and new.items is not None:
            self.compare(old.items, new.items)
        elif new.items is not None:
            self._narrower("items-narrowed", new.items, "elements have a schema now")
        elif old.items is not None:
            self._wider("items-widened", new.node, "elements have no schema any more")

    def _compare_alternatives(self, old: View, new: View) -> None:
        if not old.alternatives and not new.alternatives:
            return
        if not old.alternatives or not new.alternatives:
            text = "became a choice of schemas" if new.alternatives else "is no choice any more"
            self._breaks("alternatives-changed", new.node, text)
            return
        for before, after in _matched(old.alternatives, new.alternatives):
            self.compare(before, after)
        gone, fresh = _unmatched(old.alternatives, new.alternatives)
        if len(gone) == len(fresh) == 1 and not gone[0].is_reference and not fresh[0].is_reference:
            self.compare(gone[0], fresh[0])
            return
        for node in gone:
            self._narrower("alternative-removed", node, f"{shown(node.value)} is gone")
        for node in fresh:
            self._wider("alternative-added", node, f"{shown(node.value)} is new")

    def _compare_keywords(self, old: View, new: View) -> None:
        for keyword in sorted({*old.keywords, *new.keywords}):
            before = old.keywords[keyword].value if keyword in old.keywords else None
            after = new.keywords[keyword].value if keyword in new.keywords else None
            if canonical(before) == canonical(after):
                continue
            node = new.keywords.get(keyword, new.node)
            text = f"{keyword} {shown(before)} became {shown(after)}"
            if keyword in LOWER_BOUNDS or keyword in UPPER_BOUNDS:
                tighter = _is_tighter(before, after, upper=keyword in UPPER_BOUNDS)
                rule = "bound-tightened" if tighter else "bound-loosened"
                (self._narrower if tighter else self._wider)(rule, node, text)
            elif keyword == "uniqueItems":
                (self._narrower if after else self._wider)("unique-items-changed", node, text)
            elif keyword == "multipleOf":
                self._compare_multiple(before, after, node, text)
            elif keyword == "pattern" or (
                keyword == "format" and not {before, after} & PYTHON_FORMATS
            ):
                self._compare_opaque(keyword, before, after, node, text)
            else:
                self._breaks(f"{keyword}-changed", node, text)

    def _compare_multiple(self, before: Any, after: Any, node: Node, text: str) -> None:
        if before is None or (after is not None and after % before == 0):
            self._narrower("multiple-of-changed", node, text)
        elif after is None or before % after == 0:
            self._wider("multiple-of-changed", node, text)
        else:
            self._breaks("multiple-of-changed", node, text)

    def _compare_opaque(self, keyword: str, before: Any, after: Any, node: Node, text: str) -> None:
        if before is None:
            self._narrower(f"{keyword}-added", node, text)
        elif after is None:
            self._wider(f"{keyword}-removed", node, text)
        else:
            self._breaks(f"{keyword}-changed", node, text)


def _is_plain_reference(node: Node) -> bool:
    return node.is_reference and not has_own_rules(node)


def _types(view: View) -> str:
    if view.types == ALL_TYPES:
        return "any"
    hidden = {"integer"} if "number" in view.types else set()
    return " or ".join(sorted(view.types - hidden)) or "none"


def _additional(view: View) -> Node | bool:
    node = view.additional
    if node is None or node.value is True or node.value == {}:
        return True
    return node if isinstance(node.value, dict) else False


def _is_tighter(before: float | None, after: float | None, *, upper: bool) -> bool:
    if before is None or after is None:
        return before is None
    return after < before if upper else after > before


def _key(node: Node) -> str:
    return canonical(node.value)


def _matched(old: Iterable[Node], new: Iterable[Node]) -> list[tuple[Node, Node]]:
    known = {_key(node): node for node in old}
    return [(known[_key(node)], node) for node in new if _key(node) in known]


def _unmatched(old: list[Node], new: list[Node]) -> tuple[list[Node], list[Node]]:
    before, after = {_key(node) for node in old}, {_key(node) for node in new}
    gone = [node for node in old if _key(node) not in after]
    fresh = [node for node in new if _key(node) not in before]
    return gone, fresh
