"""Compiled expressions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from arthurai.server.model_schema import Attribute
    from arthurai.server.query.column_types import Kind


class Mode(Enum):
    """Where an expression is read.

    Attributes:
        ROW: Over single rows: filters, grouping keys, arguments of aggregates.
        OUTPUT: Over single rows, as an output column or sort key.
        GROUP: Over the groups of a grouped query.
    """

    ROW = "row"
    OUTPUT = "output"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Expr:
    """A compiled expression.

    Attributes:
        sql: The expression.
        kind: What it yields.
        attribute: The attribute it reads unchanged, if it does so.
        decode: Turns the fetched value into JSON-ready data; ``None`` for the rule of the kind.
    """

    sql: str
    kind: Kind
    attribute: Attribute | None = None
    decode: Callable[[Any], Any] | None = None
