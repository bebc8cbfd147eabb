"""What a JSON Schema of OpenAPI says, put in a form that two of them can be compared in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from arthurai.contract.diff.changes import Side
from arthurai.contract.diff.pointers import Node, canonical

ALL_TYPES: Final = frozenset({"array", "boolean", "integer", "number", "object", "string"})
ANNOTATIONS: Final = frozenset(
    {"$comment", "default", "deprecated", "description", "example", "examples", "externalDocs"}
    | {"title", "xml"}
)
_UNION: Final = ("oneOf", "anyOf")
_HANDLED: Final = frozenset(
    {"$ref", "additionalProperties", "allOf", "anyOf", "const", "enum", "items", "nullable"}
    | {"oneOf", "properties", "readOnly", "required", "type", "writeOnly"}
)


@dataclass(slots=True)
class View:
    """A schema without its references, its ``allOf`` and its ways to say null.

    Attributes:
        node: Where the schema stands.
        types: The JSON types that it allows, without null; a number may be an integer.
        nullable: Whether null is allowed.
        values: The only values that it allows, as canonical JSON, or ``None`` for no such list.
        is_open: Whether more values may come (``x-open-enum``).
        properties: The members of an object with their schemas.
        required: The members that must be there.
        additional: The schema of other members, a boolean, or ``None`` when nothing is said.
        items: The schema of the elements of an array; its value is ``None`` when nothing is said.
        alternatives: The schemas of which one must hold.
        keywords: All other keywords that restrict values.
    """

    node: Node
    types: frozenset[str] = ALL_TYPES
    nullable: bool = False
    values: frozenset[str] | None = None
    is_open: bool = False
    properties: dict[str, Node] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    additional: Node | None = None
    items: Node | None = None
    alternatives: list[Node] = field(default_factory=list)
    keywords: dict[str, Node] = field(default_factory=dict)


def without_null(node: Node) -> tuple[Node, bool]:
    """Take the null out of ``oneOf: [X, {type: null}]``.

    Returns:
        The schema X and true, or the given schema and false.
    """
    if not isinstance(node.value, dict):
        return node, False
    for keyword in _UNION:
        members = list(node.get(keyword).elements())
        others = [member for member in members if not _is_null(member)]
        if len(members) == len(others) + 1 and len(others) == 1:
            return others[0], True
    return node, False


def has_own_rules(node: Node) -> bool:
    """Whether a reference has restrictions of its own beside it."""
    return any(
        key not in ANNOTATIONS and key != "$ref" and not key.startswith("x-") for key in node.value
    )


def view_of(node: Node, side: Side) -> View:
    """Read a schema as it counts for requests or for responses.

    Args:
        node: The schema.
        side: Requests have no read-only members, responses no write-only ones.
    """
    view = View(node)
    _read(node, view, side, set())
    hidden = "readOnly" if side is Side.REQUEST else "writeOnly"
    for name, member in list(view.properties.items()):
        if without_null(member)[0].resolved().get(hidden).value is True:
            del view.properties[name]
            view.required.discard(name)
    return view


def _is_null(node: Node) -> bool:
    return isinstance(node.value, dict) and node.value.get("type") == "null"


def _read(node: Node, view: View, side: Side, seen: set[str]) -> None:
    if node.is_reference and node.pointer not in seen:
        _read(node.resolved(), view, side, seen | {node.pointer})
    for part in node.get("allOf").elements():
        if part.pointer not in seen:
            _read(part, view, side, seen | {part.pointer})
    if not isinstance(node.value, dict):
        return
    _read_types(node, view)
    _read_values(node, view)
    view.properties |= dict(node.get("properties").items())
    view.required |= set(node.value.get("required", ()))
    if "additionalProperties" in node.value:
        view.additional = node.get("additionalProperties")
    if "items" in node.value:
        view.items = node.get("items")
    for keyword in _UNION:
        members = list(node.get(keyword).elements())
        view.alternatives += [member for member in members if not _is_null(member)]
        view.nullable |= any(_is_null(member) for member in members)
    for keyword, member in node.items():
        known = keyword in _HANDLED or keyword in ANNOTATIONS or keyword.startswith("x-")
        if not known:
            view.keywords[keyword] = member


def _read_types(node: Node, view: View) -> None:
    declared: Any = node.value.get("type")
    if declared is not None:
        names = {declared} if isinstance(declared, str) else set(declared)
        view.nullable |= "null" in names
        if "number" in names:
            names.add("integer")
        view.types &= names
    view.nullable |= node.value.get("nullable") is True


def _read_values(node: Node, view: View) -> None:
    values: list[Any] | None = node.value.get("enum")
    if "const" in node.value:
        values = [node.value["const"]]
    if values is not None:
        view.nullable |= None in values
        view.values = frozenset(canonical(value) for value in values if value is not None)
        view.is_open = node.value.get("x-open-enum") is True
