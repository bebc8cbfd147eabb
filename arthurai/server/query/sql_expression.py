"""Compiled expressions."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from arthurai.server.query.column_types import ColumnType

if TYPE_CHECKING:
    from collections.abc import Callable

    from arthurai.server.model_schema import Attribute


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
        type: Type of its values.
        attribute: The attribute it reads unchanged, if any.
        decode: Converts a fetched value to JSON-ready data; `None` follows the type.
    """

    sql: str
    type: ColumnType
    attribute: Attribute | None = None
    decode: Callable[[Any], object] | None = None

    @property
    def double(self) -> str:
        """SQL of the numeric expression as a double-precision number."""
        return self.sql if self.type is ColumnType.FLOAT else f"CAST({self.sql} AS DOUBLE)"


@dataclass(frozen=True, slots=True)
class Column(Expr):
    """A named column of a row source or of a result.

    Attributes:
        name: Name in the query language.
        join: Relation that must be joined to read the column; empty for the rows themselves.
        boxes: Name of the bounding box attribute when the column is a field of one.
    """

    name: str = field(kw_only=True)
    join: str = field(default="", kw_only=True)
    boxes: str | None = field(default=None, kw_only=True)
