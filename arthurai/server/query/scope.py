"""The scope of one SELECT: names, aliases, function calls and sort keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from arthurai.common.text import quote_value
from arthurai.server.query.ast import AliasRef, Call, Literal, Property
from arthurai.server.query.column_types import ColumnType, to_number, to_text, type_of_value
from arthurai.server.query.errors import QueryError, QueryProblems, read_each, unknown_name
from arthurai.server.query.function_arguments import Arguments
from arthurai.server.query.parse import check_depth
from arthurai.server.query.sql import Binder, check_size
from arthurai.server.query.sql_expression import Expr, Mode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.query.ast import Node, OrderItem, Query, SelectItem
    from arthurai.server.query.functions.function_registry import Function
    from arthurai.server.query.row_sources import Source


MAX_DERIVED: Final = 24


@dataclass(frozen=True, slots=True)
class Derived:
    """A value of each group that is computed by SELECTs of its own."""

    name: str
    steps: tuple[tuple[str, str], ...]


class Scope:
    """The expressions of one SELECT over one row source.

    Rows come from the source under the table name `t`. A query without aggregates and grouping
    keys is one SELECT over it. Otherwise the groups are computed first, as `g` with the keys
    `k0`, `k1` … and the aggregates `m0`, `m1` …; everything else is computed from them.

    Args:
        query: The SELECT.
        source: Its rows.
        schema: Schema of the model.
        binder: Takes the values of the statement.
        functions: The functions of the language, by name.
    """

    def __init__(
        self,
        query: Query,
        source: Source,
        schema: ModelSchema,
        binder: Binder,
        functions: Mapping[str, Function],
    ) -> None:
        self.query = query
        self.source = source
        self.schema = schema
        self.binder = binder
        self._functions = functions
        self.derived: list[Derived] = []
        self._row_inputs: dict[str, str] = {}
        self._aggregates: dict[str, str] = {}
        self._keys: dict[str, Expr] = {}
        self._wrong_keys = QueryProblems()
        self._busy: set[str] = set()
        self._folds: dict[str, bool] = {}
        self._compiled: dict[tuple[str, Mode], Expr] = {}
        self._ordering = False
        self._aliases: dict[str, SelectItem] = {}
        for item in query.select:
            if item.alias is not None or isinstance(item.node, Call):
                self._aliases.setdefault(item.name, item)
        self._grouped = bool(query.group_by) or any(
            self.has_aggregate(item.node) for item in query.select
        )

    def expression(
        self,
        node: Node,
        mode: Mode,
        *,
        stages: frozenset[str] | None = None,
        top: bool = False,
    ) -> Expr:
        """Compile a node.

        Args:
            node: The node.
            mode: Where it is read.
            stages: Prefer attributes of these stages where names are shared.
            top: Whether the result is an output column of its own, so that it may be an object.

        Raises:
            QueryError: It does not fit the source or the rules of the language.
        """
        if isinstance(node, Literal):
            return self._literal(node)
        if isinstance(node, AliasRef):
            return self._alias(node, mode, top=top)
        if mode is Mode.GROUP and not self.has_aggregate(node):
            row = self._row_expression(node, stages)
            key = row and self._keys.get(row.sql)
            if key is not None:
                return key
            if isinstance(node, Property):
                if row is None:
                    raise self.source.missing(node.name, node.path)
                self._wrong_keys.raise_any()  # it may be the key that was meant
                raise QueryError(
                    node.path,
                    f"{quote_value(node.name)} is neither inside an aggregate nor a grouping key; "
                    'add it to "group_by"',
                )
        if isinstance(node, Property):
            return self._property(node, stages)
        return self._call(node, mode, top=top)

    def has_aggregate(self, node: object, seen: frozenset[str] = frozenset()) -> bool:
        """Return whether a node contains an aggregate, through aliases too.

        Args:
            node: Any node or parameter.
            seen: Aliases that were followed to get here.
        """
        if isinstance(node, AliasRef):
            item = self._aliases.get(node.alias)
            if item is None or node.alias in seen:
                return False
            check_depth(len(seen), node.path)
            known = self._folds.get(node.alias)
            if known is None:
                known = self.has_aggregate(item.node, seen | {node.alias})
                self._folds[node.alias] = known
            return known
        if not isinstance(node, Call):
            return False
        function = self._functions.get(node.function)  # an unknown one is reported when it is read
        return (function is not None and function.is_aggregate) or any(
            self.has_aggregate(value, seen) for value in node.parameters.values()
        )

    def _function(self, node: Call) -> Function:
        function = self._functions.get(node.function)
        if function is None:
            raise unknown_name(f"{node.path}.function", "function", node.function, self._functions)
        return function

    def aggregate(self, sql: str, column_type: ColumnType) -> Expr:
        """Register an SQL aggregate over the rows of a group.

        Args:
            sql: The aggregate.
            column_type: Type of its values.
        """
        name = self._aggregates.setdefault(sql, f"m{len(self._aggregates)}")
        return Expr(f"g.{name}", column_type)

    def row_input(self, sql: str) -> str:
        """Make an expression over single rows available to derived SELECTs.

        Args:
            sql: The expression.

        Returns:
            Its column in the relation `r`, e.g. `r.x0`.
        """
        return f"r.{self._row_inputs.setdefault(sql, f'x{len(self._row_inputs)}')}"

    def derive(self, build: Callable[[str, list[str]], tuple[tuple[str, str], ...]]) -> str:
        """Register SELECTs that compute one value `v` of each group from the relation `r`.

        Args:
            build: Takes a prefix for names and the names of the key columns; returns named
                SELECTs of which the last yields the key columns and `v`.

        Returns:
            Expression of the value over the groups.
        """
        name = f"d{len(self.derived)}"
        keys = [f"k{index}" for index in range(len(self._keys))]
        steps = build(name, keys)
        for known in self.derived:
            if tuple(sql.replace(f"{known.name}_", f"{name}_") for _, sql in known.steps) == tuple(
                sql for _, sql in steps
            ):
                return f"{known.name}.v"
        if len(self.derived) >= MAX_DERIVED:
            raise QueryError(
                "select",
                f"must have at most {MAX_DERIVED} different items that pass over the data on "
                "their own, such as distribution; ask in several queries",
            )
        self.derived.append(Derived(name, steps))
        return f"{name}.v"

    def window_order(self, path: str) -> list[str]:
        """Return the sort keys of the rows, for functions that look at neighboring rows.

        Args:
            path: Place of the function.

        Raises:
            QueryError: The order depends on the function itself.
        """
        if self._ordering:
            raise QueryError(path, "depends on an order that depends on it; use a subquery")
        return self._order_keys(Mode.GROUP if self._grouped else Mode.OUTPUT)

    def _literal(self, node: Literal) -> Expr:
        value = node.value
        if isinstance(value, list | dict):
            raise QueryError(node.path, f"must be one value, got {quote_value(value)}")
        column_type = type_of_value(value)
        if column_type.is_numeric and value is not None:
            value = bool(value) if column_type is ColumnType.BOOL else to_number(value, node.path)
        elif column_type is ColumnType.TEXT:
            value = to_text(value, node.path)
        return Expr(self.binder.bind_scalar(value), column_type)

    def _alias(self, node: AliasRef, mode: Mode, *, top: bool) -> Expr:
        item = self._aliases.get(node.alias)
        if item is None:
            column = self.source.find(node.alias)
            if column is None:
                raise unknown_name(
                    node.path, "alias", node.alias, [*self._aliases, *self.source.names()]
                )
            return self.expression(Property(node.alias, node.path), mode, top=top)
        if node.alias in self._busy:
            raise QueryError(node.path, f"alias {quote_value(node.alias)} refers to itself")
        check_depth(len(self._busy), node.path)
        known = None if top else self._compiled.get((node.alias, mode))
        if known is not None:
            return known
        self._busy.add(node.alias)
        try:
            found = self.expression(item.node, mode, top=top)
        finally:
            self._busy.discard(node.alias)
        if not top:
            self._compiled[node.alias, mode] = found
        return found

    def _row_expression(self, node: Node, stages: frozenset[str] | None) -> Expr | None:
        try:
            return self.expression(node, Mode.ROW, stages=stages, top=True)
        except QueryError:
            return None  # reading it over the groups raises the same error, or succeeds

    def _property(self, node: Property, stages: frozenset[str] | None) -> Expr:
        wanted = frozenset({node.stage}) if node.stage else stages
        column = self.source.find(node.name, wanted)
        if column is None:
            raise self.source.missing(node.name, node.path)
        return column

    def _call(self, node: Call, mode: Mode, *, top: bool) -> Expr:
        function = self._function(node)
        if function.is_aggregate and mode is not Mode.GROUP:
            raise QueryError(
                node.path,
                f"the aggregate {node.function} cannot stand here (inside another aggregate, a "
                "row filter or a grouping key); compute it in a subquery",
            )
        if not function.is_nestable and not top:
            raise QueryError(
                node.path,
                f"{node.function} yields an object or a list, which cannot be used inside "
                "another expression, a filter or a sort key",
            )
        found = function.build(Arguments(self, node, mode, aggregate=function.is_aggregate))
        check_size(len(found.sql), node.path)
        return found

    def _reference(self, key: Property | AliasRef) -> Node:
        """Read a name that is not a column as an alias."""
        if (
            isinstance(key, Property)
            and self.source.find(key.name) is None
            and key.name in self._aliases
        ):
            return AliasRef(key.name, key.path)
        return key

    def _order_keys(self, mode: Mode) -> list[str]:
        self._ordering = True
        try:
            keys = list(read_each(self.query.order_by, lambda o, _: self._order_key(o, mode)))
        finally:
            self._ordering = False
        if mode is Mode.OUTPUT:
            keys += self.source.order()
        else:
            keys += [f"{key.sql} NULLS LAST" for key in self._keys.values()]
        return list(dict.fromkeys(keys))

    def _order_key(self, item: OrderItem, mode: Mode) -> str:
        expr = self.expression(self._reference(item.target), mode)
        if not expr.type.is_scalar:
            raise QueryError(item.path, f"a {expr.type.value} column cannot be sorted by")
        return f"{expr.sql} {'DESC' if item.descending else 'ASC'} NULLS LAST"
