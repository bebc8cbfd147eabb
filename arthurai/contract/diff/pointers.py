"""Places in a document: a value together with the JSON pointer that leads to it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A place in a document.

    Attributes:
        document: The whole document, in which references are looked up.
        pointer: JSON pointer to the place, beginning with ``#``.
        value: What stands there; ``None`` when nothing does.
    """

    document: Mapping[str, Any]
    pointer: str
    value: Any

    @classmethod
    def root(cls, document: Mapping[str, Any]) -> Node:
        """Return the place that is the whole document."""
        return cls(document, "#", document)

    def get(self, key: str | int) -> Node:
        """Return the place below this one; its value is ``None`` when it does not exist."""
        name = str(key).replace("~", "~0").replace("/", "~1")
        if isinstance(self.value, dict):
            value = self.value.get(key)
        elif isinstance(self.value, list) and isinstance(key, int):
            value = self.value[key]
        else:
            value = None
        return Node(self.document, f"{self.pointer}/{name}", value)

    def items(self) -> Iterator[tuple[str, Node]]:
        """Yield the members of an object with their places; nothing for other values."""
        if isinstance(self.value, dict):
            for key in self.value:
                yield key, self.get(key)

    def elements(self) -> Iterator[Node]:
        """Yield the places of the elements of a list; nothing for other values."""
        if isinstance(self.value, list):
            for index in range(len(self.value)):
                yield self.get(index)

    @property
    def is_reference(self) -> bool:
        """Whether the value stands elsewhere in the document."""
        return isinstance(self.value, dict) and isinstance(self.value.get("$ref"), str)

    def resolved(self) -> Node:
        """Follow references to the place where the value itself stands.

        Raises:
            ValueError: A reference leads out of the document, nowhere or in a circle.
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
                target = target.get(part.replace("~1", "/").replace("~0", "~"))
            if target.value is None or target.pointer in seen:
                raise ValueError(f"{node.pointer} refers to {reference!r}, which leads nowhere")
            seen.add(target.pointer)
            node = target
        return node


def canonical(value: Any) -> str:
    """Return a text that is equal for equal JSON values, whatever the order of their members."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def shown(value: Any) -> str:
    """Return a value as one short line for a message."""
    longest = 80
    text = canonical(value)
    return text if len(text) <= longest else f"{text[:longest]}…"
