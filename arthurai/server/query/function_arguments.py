"""Typed access to the parameters of one function call."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from arthurai.common.text import quote_value
from arthurai.server.query.ast import AliasRef, Call, Literal, Property
from arthurai.server.query.column_types import (
    ANY_TYPE,
    NUMBERS,
    ColumnType,
    to_number,
    to_text,
    to_whole,
)
from arthurai.server.query.conditions import condition_sql
from arthurai.server.query.errors import QueryError, unknown_name
from arthurai.server.query.parse import MAX_ITEMS, parse_condition, parse_parameter
from arthurai.server.query.sql_expression import Expr, Mode

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.query.ast import Node
    from arthurai.server.query.row_sources import Source
    from arthurai.server.query.sql import Binder


class SampleKind(Enum):
    """What kind of sample a value rests on, and the aggregates that describe it.

    Attributes:
        ROWS: Only the number of rows is known.
        SHARE: A share of trials.
        INDICATOR: A mean of zeros and ones.
        MEAN: A mean of numbers.
        ROOT: The root of a mean of numbers.
        AUC: An area under an ROC curve.
        BALANCED: The mean of the shares of both classes.
    """

    ROWS = "rows"
    SHARE = "share"
    INDICATOR = "indicator"
    MEAN = "mean"
    ROOT = "root"
    AUC = "auc"
    BALANCED = "balanced"


class Sample(NamedTuple):
    """What a value rests on.

    Attributes:
        kind: The kind of sample.
        parts: SQL of the aggregates that describe it, by name.
    """

    kind: SampleKind
    parts: Mapping[str, str]


class CallScope(Protocol):
    """What a function call needs of the SELECT it belongs to."""

    source: Source
    schema: ModelSchema
    binder: Binder

    def expression(
        self, node: Node, mode: Mode, *, stages: frozenset[str] | None = None, top: bool = False
    ) -> Expr:
        """Compile a node."""

    def aggregate(self, sql: str, column_type: ColumnType) -> Expr:
        """Register an SQL aggregate over the rows of a group."""

    def row_input(self, sql: str) -> str:
        """Make an expression over single rows available to derived SELECTs."""

    def derive(self, build: Callable[[str, list[str]], tuple[tuple[str, str], ...]]) -> str:
        """Register SELECTs that compute one value of each group."""

    def window_order(self, path: str) -> list[str]:
        """Return the sort keys of the rows, for functions that look at neighboring rows."""


class Arguments:
    """The parameters of a call: columns are compiled, values are checked.

    Attributes:
        scope: The SELECT that the call belongs to.
        call: The call.
        mode: Where the result is read.
        inner: Where column parameters are read: single rows for aggregates.
        binder: Binder of the statement.
        schema: Schema of the model.
        sample: What the value rests on; the function that is compiled says so.
    """

    def __init__(self, scope: CallScope, call: Call, mode: Mode, *, aggregate: bool) -> None:
        self.scope = scope
        self.call = call
        self.mode = mode
        self.inner = Mode.ROW if aggregate else mode
        self.binder = scope.binder
        self.schema = scope.schema
        self.sample = Sample(SampleKind.ROWS, {"rows": "count(*)"})

    def path(self, name: str) -> str:
        """Return the place of a parameter in the query.

        Args:
            name: Name of the parameter.
        """
        return f"{self.call.path}.parameters.{name}"

    def has(self, name: str) -> bool:
        """Return whether a parameter is given; empty text counts as absent.

        Args:
            name: Name of the parameter.
        """
        return self.call.parameters.get(name) not in (None, "")

    def required(self, name: str) -> Any:
        """Return a parameter as sent.

        Args:
            name: Name of the parameter.

        Raises:
            QueryError: It is missing.
        """
        value = self.call.parameters.get(name)
        if value is None:
            raise QueryError(self.path(name), f"is required by {self.call.function}")
        return value

    def column(
        self,
        name: str,
        *,
        types: Collection[ColumnType] | None = None,
        stages: frozenset[str] | None = None,
    ) -> Expr:
        """Compile a parameter that names a column, an alias or a nested call.

        Args:
            name: Name of the parameter.
            types: Accepted types; all scalar types when `None`.
            stages: Prefer attributes of these stages where names are shared.

        Raises:
            QueryError: It is missing, unknown or of another type.
        """
        return self.compile_value(self.required(name), self.path(name), types=types, stages=stages)

    def compile_value(
        self,
        value: object,
        path: str,
        *,
        types: Collection[ColumnType] | None = None,
        stages: frozenset[str] | None = None,
    ) -> Expr:
        """Compile a parameter value that refers to a column.

        Args:
            value: A column name or a node.
            path: Its place in the query.
            types: Accepted types; all scalar types when `None`.
            stages: Prefer attributes of these stages where names are shared.

        Raises:
            QueryError: It is unknown or of another type.
        """
        if isinstance(value, str):
            node: Node = Property(value, path)
        elif isinstance(value, AliasRef | Call):
            node = value
        else:
            raise QueryError(
                path,
                f'must be a property name, {{"alias_ref": …}} or {{"nested_function": …}}, '
                f"got {quote_value(value)}",
            )
        found = self.scope.expression(node, self.inner, stages=stages)
        fits = found.type.is_scalar if types is None else found.type in types
        if not fits and found.type is not ColumnType.NULL:
            wanted = "a number, text or timestamp"
            if types is not None:
                wanted = " or ".join(sorted({column_type.value for column_type in types}))
            raise QueryError(
                path, f"{self.call.function} needs {wanted}, got a {found.type.value} column"
            )
        return found

    def numeric(self, name: str) -> Expr:
        """Compile a parameter that names a numeric column.

        Args:
            name: Name of the parameter.

        Raises:
            QueryError: It is missing, unknown or not numeric.
        """
        found = self.column(name, types=NUMBERS)
        if found.type is ColumnType.NULL:
            return Expr("CAST(NULL AS DOUBLE)", ColumnType.FLOAT)
        return found

    def double(self, name: str) -> str:
        """Return a numeric column as a double-precision expression.

        Args:
            name: Name of the parameter.

        Raises:
            QueryError: It is missing, unknown or not numeric.
        """
        return self.numeric(name).double

    def operand(self, name: str) -> Expr:
        """Compile an operand: a column name, a reference, a number, a boolean or null.

        Args:
            name: Name of the parameter.

        Raises:
            QueryError: It is missing.
        """
        if name not in self.call.parameters:
            raise QueryError(self.path(name), f"is required by {self.call.function}")
        value = self.call.parameters[name]
        if value is None or isinstance(value, bool | int | float):
            return self.scope.expression(Literal(value, self.path(name)), self.inner)
        return self.column(name)

    def value(self, name: str) -> Expr:
        """Compile a parameter that is a literal or a reference; text is a literal.

        Args:
            name: Name of the parameter.

        Raises:
            QueryError: It is a list or an unknown object.
        """
        found = self.call.parameters.get(name)
        if isinstance(found, AliasRef | Call):
            return self.compile_value(found, self.path(name))
        return self.scope.expression(Literal(found, self.path(name)), self.inner)

    def number(self, name: str, default: float | None = None) -> float:
        """Return a number.

        Args:
            name: Name of the parameter.
            default: Value when absent; `None` makes the parameter required.

        Raises:
            QueryError: It is missing or not a number.
        """
        if default is not None and not self.has(name):
            return default
        return float(to_number(self.required(name), self.path(name)))

    def integer(self, name: str, minimum: int | None = None) -> int:
        """Return an integer.

        Args:
            name: Name of the parameter.
            minimum: Smallest accepted value.

        Raises:
            QueryError: It is missing, not an integer, or too small.
        """
        found = to_whole(self.required(name), self.path(name))
        if minimum is not None and found < minimum:
            raise QueryError(self.path(name), f"must be at least {minimum}, got {found}")
        return found

    def numbers(self, name: str) -> list[float]:
        """Return a list of numbers, sorted and without duplicates.

        Args:
            name: Name of the parameter.

        Raises:
            QueryError: It is missing or not a non-empty list of numbers.
        """
        found = self.required(name)
        if not isinstance(found, list) or not found:
            raise QueryError(
                self.path(name), f"must be a non-empty list of numbers, got {quote_value(found)}"
            )
        if len(found) > MAX_ITEMS:
            raise QueryError(
                self.path(name), f"must have at most {MAX_ITEMS} items, got {len(found)}"
            )
        values = {
            float(to_number(item, f"{self.path(name)}[{index}]"))
            for index, item in enumerate(found)
        }
        return sorted(values)

    def text(self, name: str) -> str:
        """Return text.

        Args:
            name: Name of the parameter.

        Raises:
            QueryError: It is missing or not a scalar.
        """
        return to_text(self.required(name), self.path(name))

    def choice(self, name: str, choices: Collection[str], default: str | None = None) -> str:
        """Return one of a fixed set of words, in lower case.

        Args:
            name: Name of the parameter.
            choices: The accepted words.
            default: Value when absent; `None` makes the parameter required.

        Raises:
            QueryError: It is missing or not one of them.
        """
        if default is not None and not self.has(name):
            return default
        found = to_text(self.required(name), self.path(name))
        if found.lower() not in choices:
            raise unknown_name(self.path(name), name.replace("_", " "), found, choices)
        return found.lower()

    def condition(self) -> str:
        """Return SQL of the condition in `property`, `comparator` and `value`."""
        target = self.column("property", types=ANY_TYPE)
        condition = parse_condition(
            self.call.parameters, f"{self.call.path}.parameters", Property("", self.call.path)
        )
        return condition_sql(target, condition, self.binder)

    def compile_condition(
        self, item: Mapping[str, Any], path: str, default: str | None = None
    ) -> str:
        """Return SQL of a condition object inside a parameter.

        Args:
            item: Object with `property`, `comparator` and `value`.
            path: Its place in the query.
            default: Comparator when none is given.

        Raises:
            QueryError: The object is not a condition.
        """
        value = parse_parameter(item.get("property"), f"{path}.property", 0)
        if value is None:
            raise QueryError(f"{path}.property", "is required")
        target = self.compile_value(value, f"{path}.property", types=ANY_TYPE)
        condition = parse_condition(item, path, Property("", path), default)
        return condition_sql(target, condition, self.binder)

    def aggregate(self, sql: str, column_type: ColumnType) -> Expr:
        """Register an SQL aggregate and return its value over the groups.

        Args:
            sql: Aggregate over single rows.
            column_type: Type of its values.
        """
        return self.scope.aggregate(sql, column_type)

    def mean(self, value: str, kind: SampleKind = SampleKind.MEAN) -> Expr:
        """Register the mean of a value of single rows, and note that the result rests on it.

        Args:
            value: The value of a row, null where it does not count.
            kind: `MEAN`, `ROOT`, or `INDICATOR` for zeros and ones.
        """
        parts = {"rows": f"count({value})", "deviation": f"stddev_samp(CAST({value} AS DOUBLE))"}
        if kind is SampleKind.INDICATOR:
            parts = {"trials": f"count({value})"}
        self.sample = Sample(kind, parts)
        return self.aggregate(f"avg({value})", ColumnType.FLOAT)

    def object(self, sql: str, decode: Callable[[Any], object] | None = None) -> Expr:
        """Return an expression of an object or list.

        Args:
            sql: Expression over the groups.
            decode: Converts the fetched value to JSON-ready data.
        """
        return Expr(sql, ColumnType.OBJECT, decode=decode)
