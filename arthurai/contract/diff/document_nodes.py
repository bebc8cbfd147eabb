"""Places in a document."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from arthurai.common.bundle import escape_step, unescape_step

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ANNOTATIONS: Final = frozenset(
    {"$comment", "default", "deprecated", "description", "example", "examples", "externalDocs"}
    | {"summary", "title", "xml"}
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
            value = self.value[key] if key < len(self.value) else None
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

    def target(self) -> Node:
        """Return the place that the reference here names.

        Raises:
            ValueError: The reference leaves the document or has no target.
        """
        reference: str = self.value["$ref"]
        if not reference.startswith("#"):
            raise ValueError(f"{self.pointer} refers to {reference!r}: bundle the document first")
        target = Node.root(self.document)
        for part in unquote(reference.removeprefix("#").removeprefix("/")).split("/"):
            is_index = isinstance(target.value, list) and part.isdecimal()
            target = target.get(int(part) if is_index else unescape_step(part))
        if target.value is None:
            raise ValueError(f"{self.pointer} refers to {reference!r}, which is missing")
        return target

    def resolved(self) -> Node:
        """Follow references to the place where the value itself is defined.

        Raises:
            ValueError: A reference leaves the document, has no target or is circular.
        """
        node, seen = self, {self.pointer}
        while node.is_reference and all(key == "$ref" or is_annotation(key) for key in node.value):
            target = node.target()
            if target.pointer in seen:
                raise ValueError(f"{node.pointer} refers to {target.pointer}, which is circular")
            seen.add(target.pointer)
            node = target
        return node


NOWHERE: Final = Node({}, "#", None)


def is_annotation(keyword: str) -> bool:
    """Return whether a keyword of a schema restricts no values."""
    return keyword in _ANNOTATIONS or keyword.startswith("x-")


def pair_up(old: Mapping[str, Node], new: Mapping[str, Node]) -> Iterator[tuple[str, Node, Node]]:
    """Yield each name with its old and its new place, `NOWHERE` where one of them has none."""
    for name in sorted({*old, *new}):
        yield name, old.get(name, NOWHERE), new.get(name, NOWHERE)


def canonical_json(value: Any) -> str:
    """Return a text that is equal for equal JSON values, whatever the order of their members."""
    return json.dumps(_with_integers(value), sort_keys=True, ensure_ascii=False)


def _with_integers(value: Any) -> Any:
    """Return a JSON value in which numbers such as 1.0 are integers, as JSON Schema reads them."""
    if isinstance(value, dict):
        return {key: _with_integers(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_with_integers(element) for element in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def format_value(value: Any) -> str:
    """Return a value as one short line for a message."""
    text = canonical_json(value)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"


def describe_change(keyword: str, before: Any, after: Any) -> str:
    """Return the message for a keyword with another value."""
    return f"{keyword} changed from {format_value(before)} to {format_value(after)}"
