"""Compares two schemas: in a request what is narrower breaks, in a response what is wider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.contract.diff.changes import Change, Comparison, Scope, Severity, Side
from arthurai.contract.diff.document_nodes import (
    Node,
    canonical_json,
    describe_change,
    format_value,
    is_annotation,
)
from arthurai.contract.diff.schema_views import (
    ALL_TYPES,
    Bound,
    SchemaView,
    applies_to,
    are_disjoint,
    is_plain_reference,
    is_tighter,
    unwrap,
    view_arms,
    view_schema,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# The generator turns these formats into other Python types.
_PYTHON_FORMATS: Final = frozenset({"binary", "date", "date-time", "uuid"})
# Each format allows what those before it allow.
_FORMAT_ORDERS: Final = (("int32", "int64"), ("float", "double"))
# Keywords that allow less where they stand, whatever stands beside them.
_CONSTRAINTS: Final = frozenset(
    {"dependentRequired", "dependentSchemas", "format", "not", "pattern", "propertyNames"}
)
_OPEN: Final = "x-open-enum"
_NO_BOUND: Final = "none"
_TRAFFIC: Final = (Side.REQUEST, Side.RESPONSE)
_UNDECIDED: Final = "more than one schema of a choice may hold: this cannot be decided"


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
        self._compared: set[tuple[str, str]] = set()

    def compare(self, old: Node, new: Node) -> None:
        """Record the changes from one schema to another.

        A pair of components is compared in a scope of its own, once for each side.
        """
        self._compare_annotations(old, new)
        old_inner, new_inner = unwrap(old), unwrap(new)
        if not (is_plain_reference(old_inner) and is_plain_reference(new_inner)):
            if (old.pointer, new.pointer) in self._compared:
                return
            self._compared.add((old.pointer, new.pointer))
            if old_inner is not old and new_inner is not new:
                self._compare_annotations(old_inner, new_inner)
            self._compare_schemas(old, new)
            return
        if old_inner is not old or new_inner is not new:
            before, after = (view_schema(node, self._side).nullable for node in (old, new))
            self._compare_null(new, before=before, after=after)
        self._compare_components(old_inner.resolved(), new_inner.resolved())

    def _compare_components(self, old: Node, new: Node) -> None:
        part = Scope(old.pointer, new.pointer, self._side)
        if not self._comparison.use(self._scope, part):
            return
        inside = SchemaComparison(self._comparison, part, self._side)
        inside._compare_annotations(old, new)
        inside._compare_schemas(old, new)

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
            if not is_annotation(keyword):
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
            return Severity.GENERATED
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

    def _compare_schemas(self, old: Node, new: Node) -> None:
        self.compare_views(view_schema(old, self._side), view_schema(new, self._side))

    def compare_views(self, old: SchemaView, new: SchemaView) -> None:
        """Record the changes from what one schema allows to what another one allows."""
        self._compare_null(new.node, before=old.nullable, after=new.nullable)
        if bool(old.choices) != bool(new.choices):
            self._compare_with_choice(old, new)
            return
        if not self._compare_types(old, new):
            return
        common = old.json_types & new.json_types
        self._compare_values(old, new)
        if "object" in common:
            self._compare_members(old, new)
            self._compare_additional(old, new)
        if "array" in common:
            self._compare_items(old, new)
        self._compare_choices(old, new)
        self._compare_bounds(old, new, common)
        self._compare_others(old, new, common)

    def _compare_types(self, old: SchemaView, new: SchemaView) -> bool:
        """Return whether the types have enough in common to compare the rest."""
        text = f"type changed from {_format_types(old)} to {_format_types(new)}"
        before, after = _own_types(old), _own_types(new)
        if before < after:
            self._add_widening("type-widened", new.node, text)
        elif after < before:
            self._add_narrowing("type-narrowed", new.node, text)
        elif before != after:
            self._add_breaking("type-changed", new.node, text)
            return False
        return True

    def _compare_values(self, old: SchemaView, new: SchemaView) -> None:
        if old.values is None or new.values is None:
            if old.values is not None:
                message = "the list of values was removed together with its generated class"
                is_wider = self._side is Side.RESPONSE
                severity = Severity.BREAKING if is_wider else Severity.GENERATED
                self._add(severity, "enum-removed", new.node, message)
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
            elif old.additional is not None or name in old.required:
                anything = Node(old.node.document, old.node.pointer, {})
                self.compare(old.additional or anything, member)
                self._compare_required(name, old, new, member)
            elif name in new.required:
                text = f"required member {name!r} was added"
                self._add_narrowing("required-property-added", member, text)
            else:
                text = f"optional member {name!r} was added"
                self._add(Severity.ADDITIVE, "property-added", member, text)
        undescribed = (new.required | old.required) - set(new.properties) - set(old.properties)
        for name in sorted(undescribed):
            if old.additional is not None and new.additional is None:
                self.compare(old.additional, Node(new.node.document, new.node.pointer, {}))
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
        elif before is False and isinstance(after, Node):
            text = "unlisted members are now allowed, with a schema"
            self._add_widening("additional-members-allowed", after, text)
        elif before is False and after is True:
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

    def _compare_with_choice(self, old: SchemaView, new: SchemaView) -> None:
        """Compare a schema with a choice of schemas, by what each of them allows."""
        if len(old.choices) + len(new.choices) > 1:
            self._add_breaking("alternatives-undecided", new.node, _UNDECIDED)
            return
        before, after = view_arms(old, self._side), view_arms(new, self._side)
        for arm in before:
            if not any(_covers(arm, other, Side.REQUEST) for other in after):
                text = f"{_format_arm(arm)} was removed"
                self._add_narrowing("alternative-removed", arm.node, text)
        for arm in after:
            if not any(_covers(other, arm, Side.RESPONSE) for other in before):
                text = f"{_format_arm(arm)} was added"
                self._add_widening("alternative-added", arm.node, text)
        self._check_overlap(old, new, before, after)

    def _compare_choices(self, old: SchemaView, new: SchemaView) -> None:
        if not old.choices:
            return
        if len(old.choices) > 1 or len(new.choices) > 1:
            before, after = (
                [canonical_json([arm.value for arm in choice.arms]) for choice in view.choices]
                for view in (old, new)
            )
            if before != after:
                self._add_breaking("alternatives-undecided", new.node, _UNDECIDED)
            for one, other in zip(old.choices, new.choices, strict=False):
                for first, second in zip(one.arms, other.arms, strict=False):
                    self.compare(first, second)
            return
        self._compare_arms(old.choices[0].arms, new.choices[0].arms)
        arms = (view_arms(view, self._side) for view in (old, new))
        self._check_overlap(old, new, *arms)

    def _compare_arms(self, old: list[Node], new: list[Node]) -> None:
        """Compare what can be chosen: first the same with the same, then what is left."""
        before, after = _by_content(old), _by_content(new)
        for key, node in after.items():
            if key in before:
                self.compare(before[key], node)
        gone = [node for key, node in before.items() if key not in after]
        fresh = [node for key, node in after.items() if key not in before]
        if len(gone) == len(fresh) == 1 and not gone[0].is_reference and not fresh[0].is_reference:
            self.compare(gone[0], fresh[0])
            return
        for node in gone:
            if not any(self._allows(node, other, Side.REQUEST) for other in new):
                text = f"{format_value(node.value)} was removed"
                self._add_narrowing("alternative-removed", node, text)
        for node in fresh:
            if not any(self._allows(other, node, Side.RESPONSE) for other in old):
                text = f"{format_value(node.value)} was added"
                self._add_widening("alternative-added", node, text)

    def _allows(self, old: Node, new: Node, side: Side) -> bool:
        return _covers(view_schema(old, self._side), view_schema(new, self._side), side)

    def _check_overlap(
        self,
        old: SchemaView,
        new: SchemaView,
        before: list[SchemaView],
        after: list[SchemaView],
    ) -> None:
        """Say so when a choice of exactly one changed whose schemas may hold at once."""
        keywords = {choice.keyword for view in (old, new) for choice in view.choices}
        exclusive = [
            arms
            for view, arms in ((old, before), (new, after))
            if any(choice.keyword == "oneOf" for choice in view.choices)
        ]
        if all(are_disjoint(arms, self._side) for arms in exclusive):
            return
        is_same = _is_same_list(before, after)
        if not is_same or len(keywords) > 1:
            self._add_breaking("alternatives-undecided", new.node, _UNDECIDED)

    def _compare_bounds(self, old: SchemaView, new: SchemaView, types: frozenset[str]) -> None:
        for keyword in sorted({*old.bounds, *new.bounds}):
            before, after = old.bounds.get(keyword), new.bounds.get(keyword)
            if not applies_to(keyword, types) or (
                before is not None and after is not None and before[:2] == after[:2]
            ):
                continue
            text = f"{keyword} changed from {_format_bound(before)} to {_format_bound(after)}"
            node = new.node if after is None else after.node
            if before is None or (after is not None and is_tighter(keyword, after, before)):
                self._add_narrowing("bound-tightened", node, text)
            else:
                self._add_widening("bound-loosened", node, text)
        if old.multiple != new.multiple and applies_to("multipleOf", types):
            text = f"multipleOf changed from {old.multiple} to {new.multiple}"
            if old.multiple is None or (
                new.multiple is not None and (new.multiple / old.multiple).denominator == 1
            ):
                self._add_narrowing("multiple-of-changed", new.node, text)
            elif new.multiple is None or (old.multiple / new.multiple).denominator == 1:
                self._add_widening("multiple-of-changed", new.node, text)
            else:
                self._add_breaking("multiple-of-changed", new.node, text)

    def _compare_others(self, old: SchemaView, new: SchemaView, types: frozenset[str]) -> None:
        for keyword in sorted({*old.others, *new.others}):
            before, after = old.others.get(keyword, {}), new.others.get(keyword, {})
            if applies_to(keyword, types) and set(before) != set(after):
                self._compare_keyword(keyword, before, after, new.node)

    def _compare_keyword(
        self, keyword: str, before: Mapping[str, Node], after: Mapping[str, Node], place: Node
    ) -> None:
        old, new = _shown_values(before), _shown_values(after)
        text = describe_change(keyword, old, new)
        node = next(iter(after.values()), place)
        python_type_changes = keyword == "format" and not _PYTHON_FORMATS.isdisjoint(
            [*_listed(old), *_listed(new)]
        )
        if keyword == "uniqueItems":
            add = self._add_narrowing if after else self._add_widening
            add("unique-items-changed", node, text)
        elif keyword not in _CONSTRAINTS or python_type_changes:
            self._add_breaking(f"{keyword}-changed", node, text)
        elif set(before) < set(after) or _is_wider_format(keyword, new, old):
            rule = f"{keyword}-changed" if before else f"{keyword}-added"
            self._add_narrowing(rule, node, text)
        elif set(after) < set(before) or _is_wider_format(keyword, old, new):
            rule = f"{keyword}-changed" if after else f"{keyword}-removed"
            self._add_widening(rule, node, text)
        else:
            self._add_breaking(f"{keyword}-changed", node, text)


def _covers(old: SchemaView, new: SchemaView, side: Side) -> bool:
    """Return whether the new schema allows all that the old one does; for responses the reverse."""
    return Severity.BREAKING not in _severities(old, new, side)


def _severities(old: SchemaView, new: SchemaView, side: Side) -> set[Severity]:
    comparison, scope = Comparison(), Scope(old.node.pointer, new.node.pointer, side)
    comparison.start(scope)
    SchemaComparison(comparison, scope, side).compare_views(old, new)
    return {change.severity for changes in comparison.found.values() for change in changes}


def _is_same_list(old: list[SchemaView], new: list[SchemaView]) -> bool:
    """Return whether the schemas allow the same, one by one, in any order."""
    left = list(new)
    for view in old:
        twin = next(
            (
                place
                for place, other in enumerate(left)
                if all(_severities(view, other, side) <= {Severity.COSMETIC} for side in _TRAFFIC)
            ),
            None,
        )
        if twin is None:
            return False
        del left[twin]
    return not left


def _format_arm(view: SchemaView) -> str:
    return format_value(view.node.value) if view.choices else _format_types(view)


def _shown_values(stated: Mapping[str, Node]) -> Any:
    values = [node.value for node in stated.values()]
    return values[0] if len(values) == 1 else values or None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_wider_format(keyword: str, one: Any, other: Any) -> bool:
    """Return whether the second format allows more than the first."""
    return keyword == "format" and any(
        one in order and other in order and order.index(one) < order.index(other)
        for order in _FORMAT_ORDERS
    )


def _format_bound(bound: Bound | None) -> str:
    if bound is None:
        return _NO_BOUND
    number = bound.limit.numerator if bound.limit.denominator == 1 else float(bound.limit)
    return f"{number}, exclusive" if bound.is_exclusive else f"{number}"


def _has_class(node: Node) -> bool:
    """Return whether the generator makes a class of the schema, which it names after the title."""
    return "properties" in node.value or "enum" in node.value or node.value.get("type") == "object"


def _own_types(view: SchemaView) -> frozenset[str]:
    types = view.own_types if view.choices else view.types
    return types - {"null"}


def _format_types(view: SchemaView) -> str:
    types = _own_types(view)
    if types == ALL_TYPES - {"null"}:
        return "any"
    hidden = {"integer"} if "number" in types else set()
    return " or ".join(sorted(types - hidden)) or "none"


def _additional(view: SchemaView) -> Node | bool:
    node = view.additional
    if node is None:
        return True
    return node if node.value is not False else False


def _by_content(nodes: Iterable[Node]) -> dict[str, Node]:
    return {canonical_json(node.value): node for node in nodes}
