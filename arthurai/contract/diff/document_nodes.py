"""Places in a document, and the schemas there in a form that two of them can be compared in."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.bundle import escape_step, unescape_step
from arthurai.contract.diff.changes import Side

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ALL_TYPES: Final = frozenset({"array", "boolean", "integer", "number", "object", "string"})
ANNOTATIONS: Final = frozenset(
    {"$comment", "default", "deprecated", "description", "example", "examples", "externalDocs"}
    | {"title", "xml"}
)
_UNIONS: Final = ("oneOf", "anyOf")
_HANDLED: Final = frozenset(
    {"$ref", "additionalProperties", "allOf", "anyOf", "const", "enum", "items", "nullable"}
    | {"oneOf", "properties", "readOnly", "required", "type", "writeOnly"}
)
_MAX_SHOWN: Final = 80


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A place in a document.

    Attributes:
        document: The whole document, in which references are looked up.
        pointer: JSON pointer to the place, starting with `#`.
        value: The value there; `None` when there is none.
    """

    document: Mapping[str, Any]
    pointer: str
    value: Any

    @classmethod
    def root(cls, document: Mapping[str, Any]) -> Node:
        """Return the place that is the whole document."""
        return cls(document, "#", document)

    def get(self, key: str | int) -> Node:
        """Return the place below this one; its value is `None` when it does not exist."""
        if isinstance(self.value, dict):
            value = self.value.get(key)
        elif isinstance(self.value, list) and isinstance(key, int):
            value = self.value[key]
        else:
            value = None
        return Node(self.document, f"{self.pointer}/{escape_step(str(key))}", value)

    def items(self) -> Iterator[tuple[str, Node]]:
        """Yield the members of an object and their places; nothing for other values."""
        if isinstance(self.value, dict):
            for key in self.value:
                yield key, self.get(key)

    def elements(self) -> Iterator[Node]:
        """Yield the places of the elements of a list; nothing for other values."""
        if isinstance(self.value, list):
            for index in range(len(self.value)):
                yield self.get(index)

    @property
    def exists(self) -> bool:
        """Whether the document has a value there."""
        return self.value is not None

    @property
    def is_reference(self) -> bool:
        """Whether the value is defined elsewhere in the document."""
        return isinstance(self.value, dict) and isinstance(self.value.get("$ref"), str)

    def resolved(self) -> Node:
        """Follow references to the place where the value itself is defined.

        Raises:
            ValueError: A reference leaves the document, has no target or is circular.
        """
        node, seen = self, {self.pointer}
        while node.is_reference:
            reference: str = node.value["$ref"]
            if not reference.startswith("#"):
                raise ValueError(
                    f"{node.pointer} refers to {reference!r}: bundle the document first"
                )
            target = Node.root(self.document)
            for part in reference.removeprefix("#").removeprefix("/").split("/"):
                target = target.get(unescape_step(part))
            if target.value is None or target.pointer in seen:
                raise ValueError(
                    f"{node.pointer} refers to {reference!r}, which is missing or circular"
                )
            seen.add(target.pointer)
            node = target
        return node


NOWHERE: Final = Node({}, "#", None)


def pair_up(old: Mapping[str, Node], new: Mapping[str, Node]) -> Iterator[tuple[str, Node, Node]]:
    """Yield each name with its old and its new place, `NOWHERE` where one of them has none."""
    for name in sorted({*old, *new}):
        yield name, old.get(name, NOWHERE), new.get(name, NOWHERE)


def canonical_json(value: Any) -> str:
    """Return a text that is equal for equal JSON values, whatever the order of their members."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def format_value(value: Any) -> str:
    """Return a value as one short line for a message."""
    text = canonical_json(value)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"


def describe_change(keyword: str, before: Any, after: Any) -> str:
    """Return the message for a keyword with another value."""
    return f"{keyword} changed from {format_value(before)} to {format_value(after)}"


@dataclass(slots=True)
class SchemaView:
    """A schema without its references, its `allOf` and its ways to allow null.

    Attributes:
        node: Where the schema stands.
        types: The JSON types that it allows, without null; a number may be an integer.
        nullable: Whether null is allowed.
        values: The only values that it allows, as canonical JSON; `None` without such a list.
        is_open: Whether the list of values may grow (`x-open-enum`).
        properties: The members of an object with their schemas.
        required: The members that must be present.
        additional: The schema of other members, a boolean, or `None` when nothing is stated.
        items: The schema of the elements of an array; `None` when nothing is stated.
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


def strip_null(node: Node) -> tuple[Node, bool]:
    """Take the null out of `oneOf: [X, {type: null}]`.

    Returns:
        The schema X and true, or the given schema and false.
    """
    if not isinstance(node.value, dict):
        return node, False
    for keyword in _UNIONS:
        members = list(node.get(keyword).elements())
        others = [member for member in members if not _is_null(member)]
        if len(members) == len(others) + 1 and len(others) == 1:
            return others[0], True
    return node, False


def is_plain_reference(node: Node) -> bool:
    """Return whether a schema is a reference without restrictions of its own beside it."""
    return node.is_reference and all(
        key in ANNOTATIONS or key == "$ref" or key.startswith("x-") for key in node.value
    )


def view_schema(node: Node, side: Side) -> SchemaView:
    """Read a schema as it applies to requests or to responses.

    Args:
        node: The schema.
        side: Requests have no read-only members, responses no write-only ones.
    """
    view = SchemaView(node)
    _read(node, view, set())
    hidden = "readOnly" if side is Side.REQUEST else "writeOnly"
    for name, member in list(view.properties.items()):
        if strip_null(member)[0].resolved().get(hidden).value is True:
            del view.properties[name]
            view.required.discard(name)
    return view


def _is_null(node: Node) -> bool:
    return isinstance(node.value, dict) and node.value.get("type") == "null"


def _read(node: Node, view: SchemaView, seen: set[str]) -> None:
    if node.is_reference and node.pointer not in seen:
        _read(node.resolved(), view, seen | {node.pointer})
    for part in node.get("allOf").elements():
        if part.pointer not in seen:
            _read(part, view, seen | {part.pointer})
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
    for keyword in _UNIONS:
        members = list(node.get(keyword).elements())
        view.alternatives += [member for member in members if not _is_null(member)]
        view.nullable |= any(_is_null(member) for member in members)
    for keyword, member in node.items():
        known = keyword in _HANDLED or keyword in ANNOTATIONS or keyword.startswith("x-")
        if not known:
            view.keywords[keyword] = member


def _read_types(node: Node, view: SchemaView) -> None:
    declared: Any = node.value.get("type")
    if declared is not None:
        names = {declared} if isinstance(declared, str) else set(declared)
        view.nullable |= "null" in names
        if "number" in names:
            names.add("integer")
        view.types &= names
    view.nullable |= node.value.get("nullable") is True


def _read_values(node: Node, view: SchemaView) -> None:
    values: list[Any] | None = node.value.get("enum")
    if "const" in node.value:
        values = [node.value["const"]]
    if values is not None:
        view.nullable |= None in values
        view.values = frozenset(canonical_json(value) for value in values if value is not None)
        view.is_open = node.value.get("x-open-enum") is True
