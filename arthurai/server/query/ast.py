"""Abstract syntax tree of a query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Property:
    """A column of the row source, by name."""

    name: str
    path: str
    stage: str | None = None


@dataclass(frozen=True, slots=True)
class AliasRef:
    """Another select item of the same SELECT, by its alias."""

    alias: str
    path: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant."""

    value: object
    path: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function call; parameters that are references have been parsed into nodes."""

    function: str
    parameters: Mapping[str, Any]
    path: str


Node = Property | AliasRef | Literal | Call


@dataclass(frozen=True, slots=True)
class SelectItem:
    """One output column, or several for `*` and bounding boxes."""

    node: Property | Call
    alias: str | None
    path: str

    @property
    def name(self) -> str:
        """The key of the output column."""
        if self.alias is not None:
            return self.alias
        return self.node.function if isinstance(self.node, Call) else self.node.name


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison; `target` is a column, an alias or (inside functions) any expression."""

    target: Node
    comparator: str
    value: object
    value_type: str | None
    path: str


@dataclass(frozen=True, slots=True)
class OrderItem:
    """One sort key."""

    target: Property | AliasRef
    descending: bool
    path: str


@dataclass(frozen=True, slots=True)
class Query:
    """One SELECT; a subquery is another one that delivers its rows."""

    select: tuple[SelectItem, ...]
    source: str = "inference"
    subquery: Query | None = None
    filters: tuple[Condition, ...] = ()
    group_by: tuple[Property | AliasRef, ...] = ()
    order_by: tuple[OrderItem, ...] = ()
    limit: int | None = None
    offset: int = 0
    sample: float = 1.0
    path: str = ""
