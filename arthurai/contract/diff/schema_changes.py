"""Compares two schemas: in a request what is narrower breaks, in a response what is wider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.contract.diff.changes import Change, Comparison, Scope, Severity, Side
from arthurai.contract.diff.document_nodes import (
    ALL_TYPES,
    ANNOTATIONS,
    NOWHERE,
    Node,
    SchemaView,
    canonical_json,
    describe_change,
    format_value,
    is_plain_reference,
    strip_null,
    view_schema,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_LOWER_BOUNDS: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER_BOUNDS: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
# The generator turns these formats into other Python types.
_PYTHON_FORMATS: Final = frozenset({"binary", "date", "date-time", "uuid"})
_OPEN: Final = "x-open-enum"


class SchemaComparison:
    """Compares schemas inside one scope and for one side.

    Args:
        comparison: Receives the changes.
        scope: The part that is being compared.
        side: Which half of the traffic it is compared for.
    """

    def __init__(self, comparison: Comparison, scope: Scope, side: Side) -> None:
        self._comparison = comparison
        self._scope = scope
        self._side = side

    def compare(self, old: Node, new: Node) -> None:
        """Record the changes from one schema to another.

        A pair of components is compared in a scope of its own, once for each side.
        """
        self._compare_annotations(old, new)
        old_inner, old_null = strip_null(old)
        new_inner, new_null = strip_null(new)
        before = old_null or view_schema(old_inner, self._side).nullable
        after = new_null or view_schema(new_inner, self._side).nullable
        if not (is_plain_reference(old_inner) or is_plain_reference(new_inner)):
            if old_inner is not old or new_inner is not new:
                self._compare_annotations(old_inner, new_inner)
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
        inside._compare_annotations(old, new)
        before, after = (view_schema(node, self._side).nullable for node in (old, new))
        inside._compare_null(new, before=before, after=after)
        inside._compare_views(old, new)

    def _add(self, severity: Severity, rule: str, node: Node, message: str) -> None:
        self._comparison.add(self._scope, Change(severity, self._side, rule, node.pointer, message))

    def _add_breaking(self, rule: str, node: Node, message: str) -> None:
        self._add(Severity.BREAKING, rule, node, message)

    def _add_narrowing(self, rule: str, node: Node, message: str) -> None:
        breaking = self._side is Side.REQUEST
        self._add(Severity.BREAKING if breaking else Severity.ADDITIVE, rule, node, message)

    def _add_widening(self, rule: str, node: Node, message: str) -> None:
        breaking = self._side is Side.RESPONSE
        self._add(Severity.BREAKING if breaking else Severity.ADDITIVE, rule, node, message)

    def _compare_annotations(self, old: Node, new: Node) -> None:
        """Compare what a schema says for people and programs without restricting values."""
        if not isinstance(old.value, dict) or not isinstance(new.value, dict):
            return
        for keyword in sorted({*old.value, *new.value}):
            if keyword not in ANNOTATIONS and not keyword.startswith("x-"):
                continue
            before, after = old.value.get(keyword), new.value.get(keyword)
            if canonical_json(before) != canonical_json(after):
                severity = self._annotation_severity(keyword, before, after, new)
                node = new.get(keyword) if keyword in new.value else new
                text = describe_change(keyword, before, after)
                self._add(severity, f"{keyword}-changed", node, text)

    def _annotation_severity(self, keyword: str, before: Any, after: Any, new: Node) -> Severity:
        if keyword == "deprecated":
            return Severity.ADDITIVE if after else Severity.COSMETIC
        if keyword == "title" and _has_class(new):
            return Severity.BREAKING
        if keyword == "default" and self._side is Side.REQUEST:
            return Severity.ADDITIVE if before is None else Severity.BREAKING
        if keyword == _OPEN and self._side is Side.RESPONSE:
            return Severity.ADDITIVE if after else Severity.BREAKING
        return Severity.COSMETIC

    def _compare_null(self, node: Node, *, before: bool, after: bool) -> None:
        if after and not before:
            self._add_widening("null-allowed", node, "may now be null")
        elif before and not after:
            self._add_narrowing("null-forbidden", node, "may no longer be null")

    def _compare_views(self, old_node: Node, new_node: Node) -> None:
        old, new = view_schema(old_node, self._side), view_schema(new_node, self._side)
        if self._compare_types(old, new):
            self._compare_values(old, new)
            self._compare_members(old, new)
            self._compare_additional(old, new)
            self._compare_items(old, new)
            self._compare_alternatives(old, new)
            self._compare_keywords(old, new)

    def _compare_types(self, old: SchemaView, new: SchemaView) -> bool:
        """Return whether the types have enough in common to compare the rest."""
        text = f"type changed from {_format_types(old)} to {_format_types(new)}"
        if old.types == new.types:
            return True
        if old.types < new.types:
            self._add_widening("type-widened", new.node, text)
        elif new.types < old.types:
            self._add_narrowing("type-narrowed", new.node, text)
        else:
            self._add_breaking("type-changed", new.node, text)
            return False
        return True

    def _compare_values(self, old: SchemaView, new: SchemaView) -> None:
        if old.values is None or new.values is None:
            if old.values is not None:
                message = "the list of values was removed together with its generated class"
                self._add_breaking("enum-removed", new.node, message)
            elif new.values is not None:
                self._add_narrowing("enum-added", new.node, "only listed values are now allowed")
            return
        for value in sorted(old.values - new.values):
            self._add_narrowing("enum-value-removed", new.node, f"value {value} was removed")
        for value in sorted(new.values - old.values):
            if self._side is Side.RESPONSE and old.is_open:
                text = f"value {value} was added to an open list"
                self._add(Severity.ADDITIVE, "enum-value-added", new.node, text)
            else:
                self._add_widening("enum-value-added", new.node, f"value {value} was added")

    def _compare_members(self, old: SchemaView, new: SchemaView) -> None:
        for name, member in old.properties.items():
            if name not in new.properties:
                self._add_breaking("property-removed", member, f"member {name!r} was removed")
        for name, member in new.properties.items():
            if name in old.properties:
                self.compare(old.properties[name], member)
                self._compare_required(name, old, new, member)
            elif name in new.required:
                text = f"required member {name!r} was added"
                self._add_narrowing("required-property-added", member, text)
            else:
                text = f"optional member {name!r} was added"
                self._add(Severity.ADDITIVE, "property-added", member, text)
        declared = set(new.properties) | set(old.properties)
        for name in sorted((new.required ^ old.required) - declared):
            self._compare_required(name, old, new, new.node)

    def _compare_required(self, name: str, old: SchemaView, new: SchemaView, node: Node) -> None:
        if name in new.required and name not in old.required:
            text = f"member {name!r} is now required"
            self._add_narrowing("property-became-required", node, text)
        elif name in old.required and name not in new.required:
            text = f"member {name!r} is now optional"
            self._add_widening("property-became-optional", node, text)

    def _compare_additional(self, old: SchemaView, new: SchemaView) -> None:
        before, after = _additional(old), _additional(new)
        if isinstance(before, Node) and isinstance(after, Node):
            self.compare(before, after)
        elif before is False and after is not False:
            text = "unlisted members are now allowed"
            self._add(Severity.ADDITIVE, "additional-members-allowed", new.node, text)
        elif after is False and before is not False:
            text = "unlisted members are no longer allowed"
            self._add_breaking("additional-members-forbidden", new.node, text)
        elif isinstance(after, Node):
            text = "unlisted members now have a schema"
            self._add_narrowing("additional-members-narrowed", after, text)
        elif isinstance(before, Node):
            text = "unlisted members no longer have a schema"
            self._add_widening("additional-members-widened", new.node, text)

    def _compare_items(self, old: SchemaView, new: SchemaView) -> None:
        if old.items is not None and new.items is not None:
            self.compare(old.items, new.items)
        elif new.items is not None:
            self._add_narrowing("items-narrowed", new.items, "elements now have a schema")
        elif old.items is not None:
            self._add_widening("items-widened", new.node, "elements no longer have a schema")

    def _compare_alternatives(self, old: SchemaView, new: SchemaView) -> None:
        if not old.alternatives and not new.alternatives:
            return
        if not old.alternatives or not new.alternatives:
            what = "is now" if new.alternatives else "is no longer"
            self._add_breaking("alternatives-changed", new.node, f"{what} a choice of schemas")
            return
        before, after = _by_content(old.alternatives), _by_content(new.alternatives)
        for key, node in after.items():
            if key in before:
                self.compare(before[key], node)
        gone = [node for key, node in before.items() if key not in after]
        fresh = [node for key, node in after.items() if key not in before]
        if len(gone) == len(fresh) == 1 and not gone[0].is_reference and not fresh[0].is_reference:
            self.compare(gone[0], fresh[0])
            return
        for node in gone:
            text = f"{format_value(node.value)} was removed"
            self._add_narrowing("alternative-removed", node, text)
        for node in fresh:
            text = f"{format_value(node.value)} was added"
            self._add_widening("alternative-added", node, text)

    def _compare_keywords(self, old: SchemaView, new: SchemaView) -> None:
        for keyword in sorted({*old.keywords, *new.keywords}):
            before = old.keywords.get(keyword, NOWHERE).value
            after = new.keywords.get(keyword, NOWHERE).value
            if canonical_json(before) == canonical_json(after):
                continue
            node = new.keywords.get(keyword, new.node)
            text = describe_change(keyword, before, after)
            if keyword in _LOWER_BOUNDS or keyword in _UPPER_BOUNDS:
                tighter = _is_tighter(before, after, upper=keyword in _UPPER_BOUNDS)
                rule = "bound-tightened" if tighter else "bound-loosened"
                (self._add_narrowing if tighter else self._add_widening)(rule, node, text)
            elif keyword == "uniqueItems":
                add = self._add_narrowing if after else self._add_widening
                add("unique-items-changed", node, text)
            elif keyword == "multipleOf":
                self._compare_multiple(before, after, node, text)
            elif keyword == "pattern" or (
                keyword == "format" and not {before, after} & _PYTHON_FORMATS
            ):
                self._compare_opaque(keyword, before, after, node, text)
            else:
                self._add_breaking(f"{keyword}-changed", node, text)

    def _compare_multiple(self, before: Any, after: Any, node: Node, text: str) -> None:
        rule = "multiple-of-changed"
        if before is None or (after is not None and after % before == 0):
            self._add_narrowing(rule, node, text)
        elif after is None or before % after == 0:
            self._add_widening(rule, node, text)
        else:
            self._add_breaking(rule, node, text)

    def _compare_opaque(self, keyword: str, before: Any, after: Any, node: Node, text: str) -> None:
        if before is None:
            self._add_narrowing(f"{keyword}-added", node, text)
        elif after is None:
            self._add_widening(f"{keyword}-removed", node, text)
        else:
            self._add_breaking(f"{keyword}-changed", node, text)


def _has_class(node: Node) -> bool:
    """Return whether the generator makes a class of the schema, which it names after the title."""
    return "properties" in node.value or "enum" in node.value or node.value.get("type") == "object"


def _format_types(view: SchemaView) -> str:
    if view.types == ALL_TYPES:
        return "any"
    hidden = {"integer"} if "number" in view.types else set()
    return " or ".join(sorted(view.types - hidden)) or "none"


def _additional(view: SchemaView) -> Node | bool:
    node = view.additional
    if node is None or node.value is True or node.value == {}:
        return True
    return node if isinstance(node.value, dict) else False


def _is_tighter(before: float | None, after: float | None, *, upper: bool) -> bool:
    if before is None or after is None:
        return before is None
    return after < before if upper else after > before


def _by_content(nodes: Iterable[Node]) -> dict[str, Node]:
    return {canonical_json(node.value): node for node in nodes}
