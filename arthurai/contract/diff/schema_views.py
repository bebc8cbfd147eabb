"""Schemas in a normal form, so that two of them can be compared by what they allow."""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from arthurai.contract.diff.changes import Side
from arthurai.contract.diff.document_nodes import Node, canonical_json, is_annotation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ALL_TYPES: Final = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})
_UNIONS: Final = ("oneOf", "anyOf")
_NUMBERS: Final = frozenset({"integer", "number"})
# Lower bounds of sizes are 0 when they are not stated.
_SIZES: Final = ("minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties")
_APPLIES_TO: Final = {
    "additionalProperties": "object",
    "contains": "array",
    "dependentRequired": "object",
    "dependentSchemas": "object",
    "items": "array",
    "maxContains": "array",
    "maxItems": "array",
    "maxLength": "string",
    "maxProperties": "object",
    "maximum": "integer",
    "minContains": "array",
    "minItems": "array",
    "minLength": "string",
    "minProperties": "object",
    "minimum": "integer",
    "multipleOf": "integer",
    "pattern": "string",
    "patternProperties": "object",
    "prefixItems": "array",
    "properties": "object",
    "propertyNames": "object",
    "unevaluatedItems": "array",
    "unevaluatedProperties": "object",
    "uniqueItems": "array",
}
_HANDLED: Final = frozenset(
    {"$ref", "additionalProperties", "allOf", "anyOf", "const", "enum", "exclusiveMaximum"}
    | {"exclusiveMinimum", "items", "maximum", "minimum", "multipleOf", "nullable", "oneOf"}
    | {"properties", "readOnly", "required", "type", "writeOnly", *_SIZES}
)
_MAX_DEPTH: Final = 4


class Bound(NamedTuple):
    """The smallest or the largest number, length or count that a schema allows.

    Attributes:
        limit: The number.
        is_exclusive: Whether the number itself is not allowed.
        node: Where it stands.
    """

    limit: Fraction
    is_exclusive: bool
    node: Node


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice of at least two schemas, null aside.

    Attributes:
        keyword: `oneOf` or `anyOf`.
        node: The schema that has the keyword.
        arms: The schemas to choose from.
    """

    keyword: str
    node: Node
    arms: list[Node]


@dataclass(slots=True)
class SchemaView:
    """A schema without its references, its `allOf` and what says nothing.

    Attributes:
        node: Where the schema stands.
        types: The JSON types that it allows; every integer is a number.
        own_types: The same without what a choice of schemas says about it.
        values: The only values that it allows, as canonical JSON, null aside; `None` without such
            a list.
        is_open: Whether the list of values may grow (`x-open-enum`).
        is_hidden: Whether requests or responses never have it (`readOnly`, `writeOnly`).
        properties: The members of an object with their schemas.
        required: The members that must be present.
        additional: The schema of other members; `None` when they may be anything.
        items: The schema of the elements of an array; `None` when they may be anything.
        choices: The choices of schemas of which one must hold.
        bounds: The bounds by keyword.
        multiple: The number of which all numbers are multiples.
        others: All other keywords that restrict values, with the values that hold at once.
    """

    node: Node
    types: frozenset[str] = ALL_TYPES
    own_types: frozenset[str] = ALL_TYPES
    values: frozenset[str] | None = None
    is_open: bool = False
    is_hidden: dict[str, bool] = field(default_factory=dict)
    properties: dict[str, Node] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    additional: Node | None = None
    items: Node | None = None
    choices: list[Choice] = field(default_factory=list)
    bounds: dict[str, Bound] = field(default_factory=dict)
    multiple: Fraction | None = None
    others: dict[str, dict[str, Node]] = field(default_factory=dict)

    @property
    def nullable(self) -> bool:
        """Whether null is allowed."""
        return "null" in self.types

    @property
    def json_types(self) -> frozenset[str]:
        """The allowed types without null."""
        return self.types - {"null"}

    def member(self, name: str) -> Node | None:
        """Return the schema of a member, listed or not; `None` when it may be anything."""
        return self.properties.get(name, self.additional)


def applies_to(keyword: str, types: frozenset[str]) -> bool:
    """Return whether a keyword restricts values of these types."""
    return keyword not in _APPLIES_TO or _APPLIES_TO[keyword] in types


def unwrap(node: Node) -> Node:
    """Take a schema out of what only wraps it: `allOf` of one, a choice of one, a choice with null.

    Whether null is allowed is a matter of the whole schema: see `SchemaView.nullable`.
    """
    while isinstance(node.value, dict):
        keywords = [key for key in node.value if not is_annotation(key)]
        if len(keywords) != 1 or keywords[0] not in {"allOf", *_UNIONS}:
            break
        arms = list(node.get(keywords[0]).elements())
        others = [arm for arm in arms if not _is_null(arm)]
        if len(others) != 1 or (keywords[0] == "allOf" and len(arms) != 1):
            break
        node = others[0]
    return node


def is_plain_reference(node: Node) -> bool:
    """Return whether a schema is a reference without restrictions of its own beside it."""
    return node.is_reference and all(key == "$ref" or is_annotation(key) for key in node.value)


def view_schema(node: Node, side: Side) -> SchemaView:
    """Read a schema as it applies to requests or to responses.

    Args:
        node: The schema.
        side: Requests have no read-only members, responses no write-only ones.
    """
    return _finish(_read(node, frozenset()), side)


def view_arms(view: SchemaView, side: Side) -> list[SchemaView]:
    """Return a schema as a list of schemas of which one must hold, null aside.

    Args:
        view: A schema with at most one choice; without one it is parted by type.
        side: As for `view_schema`.
    """
    if not view.choices:
        numbers = view.json_types & _NUMBERS
        groups = [frozenset({name}) for name in sorted(view.json_types - _NUMBERS)]
        groups += [numbers] if numbers else []
        return [_finish(_narrow(view, group), side) for group in groups] or [view]
    arms = []
    for arm in view.choices[0].arms:
        whole = replace(_narrow(view, view.own_types), node=arm, choices=[])
        _restrict(whole, _read(arm, frozenset()))
        whole.types -= {"null"}
        arms.append(_finish(whole, side))
    return arms


def _narrow(view: SchemaView, types: frozenset[str]) -> SchemaView:
    """Return a copy of a view that allows some types only."""
    return replace(
        view,
        types=types,
        own_types=types,
        is_hidden=dict(view.is_hidden),
        properties=dict(view.properties),
        required=set(view.required),
        choices=list(view.choices),
        bounds=dict(view.bounds),
        others=dict(view.others),
    )


def _finish(view: SchemaView, side: Side) -> SchemaView:
    """Write a view in one way, without the members that the other side alone has."""
    _simplify(view)
    hidden = "readOnly" if side is Side.REQUEST else "writeOnly"
    for name, member in list(view.properties.items()):
        if _read(member, frozenset()).is_hidden.get(hidden):
            del view.properties[name]
            view.required.discard(name)
    return view


def are_disjoint(views: Sequence[SchemaView], side: Side) -> bool:
    """Return whether it is certain that no value is allowed by two of the schemas."""
    return all(
        _exclude(one, other, side, _MAX_DEPTH) for one, other in itertools.combinations(views, 2)
    )


def _exclude(one: SchemaView, other: SchemaView, side: Side, depth: int) -> bool:
    common = one.types & other.types
    if not common:
        return True
    if one.values is not None and other.values is not None:
        return not one.values & other.values and "null" not in common
    if common != {"object"} or not depth:
        return False
    for name in one.required | other.required:
        left, right = one.member(name), other.member(name)
        if left is None or right is None:
            continue
        if left.value is False or right.value is False:
            return True
        if name in one.required and name in other.required:
            members = view_schema(left, side), view_schema(right, side)
            if _exclude(*members, side, depth - 1):
                return True
    return False


def _is_null(node: Node, seen: frozenset[str] = frozenset()) -> bool:
    """Return whether a schema allows null and nothing else."""
    view = _read(node, seen)
    _simplify(view)
    return view.types == {"null"}


def _says_nothing(node: Node) -> bool:
    if not isinstance(node.value, dict):
        return node.value is True
    view = _read(node, frozenset())
    _simplify(view)
    return view == SchemaView(node, is_hidden=view.is_hidden)


# -- Reading ---------------------------------------------------------------------------------------


def _read(node: Node, seen: frozenset[str]) -> SchemaView:
    """Return what a schema and everything that it includes allow together."""
    if node.value is False:
        return SchemaView(node, types=frozenset(), own_types=frozenset())
    if not isinstance(node.value, dict):
        return SchemaView(node)
    view = _read_own(node)
    if _forbids_null(node, seen):
        view.types -= {"null"}
    if node.is_reference:
        target = node.target()
        if target.pointer not in seen:
            _restrict(view, _read(target, seen | {target.pointer}))
    for part in node.get("allOf").elements():
        _restrict(view, _read(part, seen))
    for keyword in _UNIONS:
        arms = list(node.get(keyword).elements())
        if arms:
            _restrict(view, _read_choice(Choice(keyword, node, arms), seen))
    return view


def _read_choice(choice: Choice, seen: frozenset[str]) -> SchemaView:
    others = [arm for arm in choice.arms if not _is_null(arm, seen)]
    views = [_read(arm, seen) for arm in others]
    taking_null = len(choice.arms) - len(others) + sum(view.nullable for view in views)
    is_nullable = taking_null == 1 if choice.keyword == "oneOf" else taking_null > 0
    null = frozenset({"null"} if is_nullable else ())
    if len(views) == 1:
        (view,) = views
        view.types = view.json_types | null
        view.own_types = view.own_types - {"null"} | null
        return view
    types = frozenset().union(*(view.json_types for view in views))
    return SchemaView(
        choice.node,
        types=types | null,
        choices=[Choice(choice.keyword, choice.node, others)] if others else [],
    )


def _forbids_null(node: Node, seen: frozenset[str]) -> bool:
    """Return whether `not` or `if` forbids null: of a single value this is decidable."""
    value = node.value
    if "not" in value and _read(node.get("not"), seen).nullable:
        return True
    if "if" not in value:
        return False
    branch = "then" if _read(node.get("if"), seen).nullable else "else"
    return branch in value and not _read(node.get(branch), seen).nullable


def _read_own(node: Node) -> SchemaView:
    """Return what the keywords of a schema itself allow."""
    value = node.value
    types = _read_types(value)
    view = SchemaView(node, types=types, own_types=types)
    values = [value["const"]] if "const" in value else value.get("enum")
    if values is not None:
        view.is_open = value.get("x-open-enum") is True
        view.values = frozenset(canonical_json(one) for one in values if one is not None)
        if None not in values:
            view.types -= {"null"}
    view.is_hidden = {key: value.get(key) is True for key in ("readOnly", "writeOnly")}
    view.properties = dict(node.get("properties").items())
    required = value.get("required")
    view.required = set(required) if isinstance(required, list) else set()
    view.additional = _stated(node, "additionalProperties")
    view.items = _stated(node, "items")
    view.bounds = _read_bounds(node)
    if "multipleOf" in value:
        view.multiple = Fraction(str(value["multipleOf"]))
    for keyword, member in node.items():
        if keyword not in _HANDLED and not is_annotation(keyword) and not _is_default(member):
            view.others[keyword] = {canonical_json(member.value): member}
    return view


def _read_types(value: Mapping[str, Any]) -> frozenset[str]:
    declared: Any = value.get("type")
    if declared is None:
        return ALL_TYPES
    names = {declared} if isinstance(declared, str) else set(declared)
    if "number" in names:
        names.add("integer")
    if value.get("nullable") is True:
        names.add("null")
    return frozenset(names)


def _stated(node: Node, keyword: str) -> Node | None:
    if keyword not in node.value or _says_nothing(node.get(keyword)):
        return None
    return node.get(keyword)


def _is_default(node: Node) -> bool:
    return node.pointer.endswith("/uniqueItems") and node.value is False


def _read_bounds(node: Node) -> dict[str, Bound]:
    value, bounds = node.value, {}
    for keyword in _SIZES:
        if keyword in value and not (keyword.startswith("min") and value[keyword] == 0):
            bounds[keyword] = Bound(Fraction(str(value[keyword])), False, node.get(keyword))
    for keyword, exclusive in (
        ("minimum", "exclusiveMinimum"),
        ("maximum", "exclusiveMaximum"),
    ):
        strict = value.get(exclusive)
        if keyword in value:
            limit = Fraction(str(value[keyword]))
            bounds[keyword] = Bound(limit, strict is True, node.get(keyword))  # OpenAPI 3.0
        if strict is not None and not isinstance(strict, bool):
            bound = Bound(Fraction(str(strict)), True, node.get(exclusive))
            bounds[keyword] = _tighter(keyword, bounds.get(keyword, bound), bound)
    return bounds


# -- Joining ---------------------------------------------------------------------------------------


def is_tighter(keyword: str, one: Bound, other: Bound) -> bool:
    """Return whether a bound allows less than another one of the same keyword."""
    if one.limit == other.limit:
        return one.is_exclusive and not other.is_exclusive
    is_upper = keyword.startswith("max")
    return one.limit < other.limit if is_upper else one.limit > other.limit


def _tighter(keyword: str, one: Bound, other: Bound) -> Bound:
    return one if is_tighter(keyword, one, other) else other


def join(one: Node | None, other: Node | None) -> Node | None:
    """Return the schema that allows what both allow."""
    if one is None or other is None:
        return one or other
    if canonical_json(one.value) == canonical_json(other.value):
        return other
    pointer = f"{one.pointer} & {other.pointer}"
    return Node(other.document, pointer, {"allOf": [one.value, other.value]})


def _restrict(view: SchemaView, part: SchemaView) -> None:
    """Let a view allow only what a part allows, too."""
    view.types &= part.types
    view.own_types &= part.own_types
    if view.values is None or part.values is None:
        view.values = part.values if view.values is None else view.values
    else:
        view.values &= part.values
    view.is_open = view.is_open or part.is_open
    for key, is_hidden in part.is_hidden.items():
        view.is_hidden[key] = is_hidden or view.is_hidden.get(key, False)
    joined = {
        name: join(view.member(name), part.member(name))
        for name in (*view.properties, *part.properties)
    }
    view.properties = {name: node for name, node in joined.items() if node is not None}
    view.required |= part.required
    view.additional = join(view.additional, part.additional)
    view.items = join(view.items, part.items)
    view.choices += part.choices
    for keyword, bound in part.bounds.items():
        view.bounds[keyword] = _tighter(keyword, bound, view.bounds.get(keyword, bound))
    if view.multiple is None or part.multiple is None:
        view.multiple = view.multiple or part.multiple
    else:
        view.multiple = _common_multiple(view.multiple, part.multiple)
    for keyword, stated in part.others.items():
        view.others[keyword] = view.others.get(keyword, {}) | stated


def _common_multiple(one: Fraction, other: Fraction) -> Fraction:
    return Fraction(
        math.lcm(one.numerator, other.numerator), math.gcd(one.denominator, other.denominator)
    )


def _simplify(view: SchemaView) -> None:
    """Drop what restricts nothing, and write what remains in one way."""
    if view.values is not None:
        typed = {text: _type_of(json.loads(text)) for text in view.values}
        view.values = frozenset(text for text, name in typed.items() if name in view.types)
        present = {typed[text] for text in view.values}
        if "number" in present:
            present.add("integer")
        view.types &= present | {"null"}
    if not view.types & _NUMBERS:
        view.multiple = None
    elif "number" not in view.types:
        _simplify_integers(view)
    view.bounds = {k: bound for k, bound in view.bounds.items() if applies_to(k, view.types)}
    view.others = {k: stated for k, stated in view.others.items() if applies_to(k, view.types)}
    if "object" not in view.types:
        view.properties, view.required, view.additional = {}, set(), None
    if "array" not in view.types:
        view.items = None


def _simplify_integers(view: SchemaView) -> None:
    """Write bounds of integers as inclusive integers."""
    for keyword, step in (("minimum", 1), ("maximum", -1)):
        if keyword in view.bounds:
            limit, is_exclusive, node = view.bounds[keyword]
            whole = math.ceil(limit) if step == 1 else math.floor(limit)
            if is_exclusive and whole == limit:
                whole += step
            view.bounds[keyword] = Bound(Fraction(whole), False, node)
    if view.multiple is not None:
        view.multiple = _common_multiple(view.multiple, Fraction(1))
        if view.multiple == 1:
            view.multiple = None


def _type_of(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "integer" if isinstance(value, int) else "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"
