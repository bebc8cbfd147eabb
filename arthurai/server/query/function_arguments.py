"""Typed access to the parameters of one function call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arthurai.server.query.ast import AliasRef, Call, Literal, Property
from arthurai.server.query.column_types import Kind, number, text, whole
from arthurai.server.query.conditions import condition_sql
from arthurai.server.query.errors import QueryError, shown, unknown
from arthurai.server.query.parse import MAX_ITEMS, parse_condition, parse_parameter
from arthurai.server.query.sql import double
from arthurai.server.query.sql_expression import Expr, Mode

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.query.ast import Node
    from arthurai.server.query.scope import Level
    from arthurai.server.query.sql import Binder


class Arguments:
    """The parameters of a call, compiled where they are columns and checked where they are values.

    Attributes:
        level: Compiler of the level the call stands in.
        call: The call.
        mode: Where the result is read.
        inner: Where column parameters are read: single rows for aggregates.
    """

    def __init__(self, level: Level, call: Call, mode: Mode, *, aggregate: bool) -> None:
        self.level = level
        self.call = call
        self.mode = mode
        self.inner = Mode.ROW if aggregate else mode

    @property
    def binder(self) -> Binder:
        """Binder of the statement."""
        return self.level.binder

    @property
    def schema(self) -> ModelSchema:
        """Schema of the model."""
        return self.level.schema

    def path(self, name: str) -> str:
        """Return the place of a parameter in the query.

        Args:
            name: Name of the parameter.
        """
        return f"{self.call.path}.parameters.{name}"

    def has(self, name: str) -> bool:
        """Whether a parameter is given; empty text counts as absent.

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
        kinds: Collection[Kind] | None = None,
        stages: frozenset[str] | None = None,
    ) -> Expr:
        """Compile a parameter that names a column, an alias or a nested call.

        Args:
            name: Name of the parameter.
            kinds: Accepted kinds; all scalar kinds when ``None``.
            stages: Prefer attributes of these stages where names are shared.

        Raises:
            QueryError: It is missing, unknown or of another kind.
        """
        return self.compiled(self.required(name), self.path(name), kinds=kinds, stages=stages)

    def compiled(
        self,
        value: Any,
        path: str,
        *,
        kinds: Collection[Kind] | None = None,
        stages: frozenset[str] | None = None,
    ) -> Expr:
        """Compile a value that stands for a column.

        Args:
            value: A column name or a node.
            path: Its place in the query.
            kinds: Accepted kinds; all scalar kinds when ``None``.
            stages: Prefer attributes of these stages where names are shared.

        Raises:
            QueryError: It is unknown or of another kind.
        """
        if isinstance(value, str):
            node: Node = Property(value, path)
        elif isinstance(value, AliasRef | Call):
            node = value
        else:
            raise QueryError(
                path,
                f'expected a property name, {{"alias_ref": …}} or {{"nested_function": …}}, '
                f"found {shown(value)}",
            )
        found = self.level.expression(node, self.inner, stages=stages)
        fits = found.kind.scalar if kinds is None else found.kind in kinds
        if not fits and found.kind is not Kind.NULL:
            wanted = "a number, text or timestamp"
            if kinds is not None:
                wanted = " or ".join(sorted({kind.value for kind in kinds}))
            raise QueryError(
                path, f"{self.call.function} needs {wanted}, found a {found.kind.value} column"
            )
        return found

    def numeric(self, name: str) -> Expr:
        """Compile a parameter that names a numeric column.

        Args:
            name: Name of the parameter.

        Raises:
            QueryError: It is missing, unknown or not numeric.
        """
        found = self.column(name, kinds=_NUMERIC)
        if found.kind is Kind.NULL:
            return Expr("CAST(NULL AS DOUBLE)", Kind.FLOAT)
        return found

    def double(self, name: str) -> str:
        """Return a numeric column as a double-precision expression.

        Args:
            name: Name of the parameter.

        Raises:
            QueryError: It is missing, unknown or not numeric.
        """
        found = self.numeric(name)
        return double(found.sql, found.kind)

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
            return self.level.expression(Literal(value, self.path(name)), self.inner)
        return self.column(name)

    def value(self, name: str) -> Expr:
        """Compile a parameter that is a literal or a reference; text is text here.

        Args:
            name: Name of the parameter.

        Raises:
            QueryError: It is a list or an unknown object.
        """
        found = self.call.parameters.get(name)
        if isinstance(found, AliasRef | Call):
            return self.compiled(found, self.path(name))
        return self.level.expression(Literal(found, self.path(name)), self.inner)

    def number(self, name: str, default: float | None = None) -> float:
        """Return a number.

        Args:
            name: Name of the parameter.
            default: Value when absent; ``None`` makes the parameter required.

        Raises:
            QueryError: It is missing or no number.
        """
        if default is not None and not self.has(name):
            return default
        return float(number(self.required(name), self.path(name)))

    def whole(self, name: str, minimum: int | None = None) -> int:
        """Return a whole number.

        Args:
            name: Name of the parameter.
            minimum: Smallest accepted value.

        Raises:
            QueryError: It is missing, not whole, or too small.
        """
        found = whole(self.required(name), self.path(name))
        if minimum is not None and found < minimum:
            raise QueryError(self.path(name), f"must be at least {minimum}, found {found}")
        return found

    def numbers(self, name: str) -> list[float]:
        """Return a list of numbers, sorted and without repetition.

        Args:
            name: Name of the parameter.

        Raises:
            QueryError: It is missing or not a non-empty list of numbers.
        """
        found = self.required(name)
        if not isinstance(found, list) or not found:
            raise QueryError(
                self.path(name), f"expected a non-empty list of numbers, found {shown(found)}"
            )
        if len(found) > MAX_ITEMS:
            raise QueryError(self.path(name), f"has {len(found)} items, at most {MAX_ITEMS}")
        values = {
            float(number(item, f"{self.path(name)}[{index}]")) for index, item in enumerate(found)
        }
        return sorted(values)

    def text(self, name: str) -> str:
        """Return a text.

        Args:
            name: Name of the parameter.

        Raises:
            QueryError: It is missing or not a scalar.
        """
        return text(self.required(name), self.path(name))

    def choice(self, name: str, choices: Collection[str], default: str | None = None) -> str:
        """Return one of a fixed set of words.

        Args:
            name: Name of the parameter.
            choices: The accepted words, in lower case.
            default: Value when absent; ``None`` makes the parameter required.

        Raises:
            QueryError: It is missing or another word.
        """
        if default is not None and not self.has(name):
            return default
        found = text(self.required(name), self.path(name))
        if found.lower() not in choices:
            raise unknown(self.path(name), name.replace("_", " "), found, choices)
        return found.lower()

    def holds(self) -> str:
        """Return SQL of the condition in ``property``, ``comparator`` and ``value``."""
        target = self.column("property", kinds=_ANY)
        condition = parse_condition(
            self.call.parameters, f"{self.call.path}.parameters", Property("", self.call.path)
        )
        return condition_sql(target.sql, target.kind, condition, self.binder)

    def condition_of(self, item: Mapping[str, Any], path: str, default: str | None = None) -> str:
        """Return SQL of a condition object inside a parameter.

        Args:
            item: Object with ``property``, ``comparator`` and ``value``.
            path: Its place in the query.
            default: Comparator when none is given.

        Raises:
            QueryError: The object is no condition.
        """
        value = parse_parameter(item.get("property"), f"{path}.property", 0)
        if value is None:
            raise QueryError(f"{path}.property", "is required")
        target = self.compiled(value, f"{path}.property", kinds=_ANY)
        condition = parse_condition(item, path, Property("", path), default)
        return condition_sql(target.sql, target.kind, condition, self.binder)

    def aggregate(self, sql: str, kind: Kind) -> Expr:
        """Register an SQL aggregate; return what reads it over the groups.

        Args:
            sql: Aggregate over single rows.
            kind: What it yields.
        """
        return self.level.aggregate(sql, kind)

    def object(self, sql: str, decode: Callable[[Any], Any] | None = None) -> Expr:
        """Return an expression of an object or list, read back by ``decode``.

        Args:
            sql: Expression over the groups.
            decode: Turns the fetched value into JSON-ready data.
        """
        return Expr(sql, Kind.OBJECT, decode=decode)


_NUMERIC = frozenset({Kind.INT, Kind.FLOAT, Kind.BOOL})
_ANY = frozenset(Kind)
