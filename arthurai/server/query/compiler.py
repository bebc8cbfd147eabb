"""Compiles queries to SQL, one SELECT at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from arthurai.common.limits import BOX_FIELDS
from arthurai.common.text import quote_value
from arthurai.server.query.ast import AliasRef, Call, Property
from arthurai.server.query.column_types import ColumnType
from arthurai.server.query.conditions import condition_sql
from arthurai.server.query.errors import QueryError, QueryProblems, read_each
from arthurai.server.query.functions import FUNCTIONS
from arthurai.server.query.group_aggregates import move_group_aggregates
from arthurai.server.query.model_columns import needs_enriched
from arthurai.server.query.rewrite import rewrite
from arthurai.server.query.row_sources import (
    ModelSource,
    Source,
    SubquerySource,
    sample_condition,
)
from arthurai.server.query.scope import Scope
from arthurai.server.query.sql import Binder, check_size, has_window, select, with_ctes
from arthurai.server.query.sql_expression import Column, Expr, Mode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.query.ast import Condition, Query, SelectItem
    from arthurai.server.query.sql import Warehouse

_MAX_OUTPUTS: Final = 5000


@dataclass(frozen=True, slots=True)
class CompiledQuery:
    """A compiled query.

    Attributes:
        sql: The statement.
        columns: Output columns in the order of the selection, named `c0`, `c1` … in the statement.
        ordered: Whether the statement has a last column `row_` with the place of each row.
        sampled: Share of rows that is read.
    """

    sql: str
    columns: tuple[Column, ...]
    ordered: bool
    sampled: float


def compile_query(
    query: Query, schema: ModelSchema, warehouse: Warehouse, binder: Binder, *, inner: bool = False
) -> CompiledQuery:
    """Compile a query and its subqueries.

    Args:
        query: Parsed query.
        schema: Schema of the model.
        warehouse: Holds the data.
        binder: Takes the values of the statement.
        inner: Whether this is a subquery, whose order the query around it may need.

    Raises:
        QueryError: The query does not fit the model or the rules of the language.
    """
    query = move_group_aggregates(rewrite(query), FUNCTIONS)
    if query.subquery is None:
        source: Source = ModelSource(schema, warehouse, _data_source(query))
        sampled = 1.0
    else:
        below = compile_query(query.subquery, schema, warehouse, binder, inner=True)
        columns = [replace(c, sql=f"t.c{i}", join="") for i, c in enumerate(below.columns)]
        source = SubquerySource(below.sql, columns, ordered=below.ordered)
        sampled = below.sampled
    compiler = SelectCompiler(query, source, schema, binder, FUNCTIONS)
    return compiler.compile(inner=inner, sampled=sampled)


def _data_source(query: Query) -> str:
    """Return the data source; a name that only enriched data have implies enriched data."""
    if query.source == "inference" and needs_enriched(_property_names(query)):
        return "enriched"
    return query.source


def _property_names(query: Query) -> Iterator[str]:
    """Return all names that stand where a property may stand."""
    for item in query.select:
        yield from _names(item.node)
    for condition in query.filters:
        yield from _names(condition.target)
    for key in query.group_by:
        yield from _names(key)
    for order in query.order_by:
        yield from _names(order.target)


_OF_IMAGES: Final = "meanAveragePrecision"
"""The function that reads the boxes of an image together."""


def _functions(node: object) -> Iterator[str]:
    """Return the functions of a selected item, those in its parameters included."""
    if isinstance(node, Call):
        yield node.function
        for value in node.parameters.values():
            yield from _functions(value)


def _names(node: object) -> Iterator[str]:
    if isinstance(node, Property):
        yield node.name
    elif isinstance(node, str):
        yield node
    elif isinstance(node, Call):
        for value in node.parameters.values():
            yield from _names(value)
    elif isinstance(node, list):
        for value in node:
            yield from _names(value)
    elif isinstance(node, dict):
        for value in node.values():
            yield from _names(value)


class SelectCompiler(Scope):
    """Compiles one SELECT as a whole: outputs, filters, grouping, order and row window."""

    def compile(self, *, inner: bool, sampled: float) -> CompiledQuery:
        """Compile the SELECT.

        Args:
            inner: Whether another query reads the result.
            sampled: Share of rows that the source reads.

        Raises:
            QueryError: The query does not fit the source or the rules of the language.
        """
        mode = Mode.GROUP if self._grouped else Mode.OUTPUT
        for key in self.query.group_by:
            self._wrong_keys.attempt(partial(self._group_key, key), None)
        problems = QueryProblems()
        outputs = problems.attempt(lambda: self._outputs(mode), {})
        problems.attempt(self._wrong_keys.raise_any, None)
        where, having = problems.attempt(self._filters, ([], []))
        orders = problems.attempt(lambda: self._order_keys(mode), [])
        problems.raise_any()
        columns = [
            Column(f"c{index}", expr.type, expr.attribute, expr.decode, name=name)
            for index, (name, expr) in enumerate(outputs.items())
        ]
        selected = [f"{expr.sql} AS c{index}" for index, expr in enumerate(outputs.values())]
        ordered = inner and bool(self.query.order_by)
        if ordered:
            selected.append(f"row_number() OVER (ORDER BY {', '.join(orders)}) AS row_")
        self._check_boxes()
        where += self._sampling()
        share = sampled * self.query.sample if self.source.inference_id else sampled
        if not self._grouped:
            unlimited = inner and self.query.limit is None and not self.query.offset
            sql = select(
                selected,
                self.source.from_sql(),
                where,
                order_by=[] if unlimited else orders,
                limit=self._window(),
            )
        else:
            sql = self._grouped_sql(selected, where, having, orders)
        return CompiledQuery(sql, tuple(columns), ordered, share)

    def _grouped_sql(
        self, selected: list[str], where: list[str], having: list[str], orders: list[str]
    ) -> str:
        source = self.source.from_sql()
        keys = list(self._keys)
        named = [f"{sql} AS k{index}" for index, sql in enumerate(keys)]
        positions = [str(index + 1) for index in range(len(keys))]
        folded = [f"{sql} AS {name}" for sql, name in self._aggregates.items()]
        if not named and not folded:
            folded = ["count(*) AS rows_"]
        groups = select([*named, *folded], source, where, positions)
        if not self.derived:
            return select(
                selected, f"({groups}) AS g", having, order_by=orders, limit=self._window()
            )
        inputs = [f"{sql} AS {name}" for sql, name in self._row_inputs.items()]
        # Reading stored columns again costs less than keeping a copy of them; running a subquery
        # again does not.
        rows = "r AS NOT MATERIALIZED" if isinstance(self.source, ModelSource) else "r"
        ctes = [(rows, select([*named, *inputs], source, where)), ("g", groups)]
        joined = ["g"]
        for derived in self.derived:
            ctes += derived.steps
            same = [
                f"{derived.name}.k{index} IS NOT DISTINCT FROM g.k{index}"
                for index in range(len(keys))
            ]
            joined.append(f"LEFT JOIN {derived.name} ON {' AND '.join(same) or 'TRUE'}")
        body = select(selected, " ".join(joined), having, order_by=orders, limit=self._window())
        return with_ctes(ctes, body)

    def _group_key(self, key: Property | AliasRef) -> None:
        expr = self.expression(self._reference(key), Mode.ROW, top=True)
        if not expr.type.is_scalar:
            raise QueryError(key.path, f"a {expr.type.value} column cannot be a grouping key")
        if expr.sql not in self._keys:
            self._keys[expr.sql] = Expr(
                f"g.k{len(self._keys)}", expr.type, expr.attribute, expr.decode
            )

    def _outputs(self, mode: Mode) -> dict[str, Expr]:
        found: dict[str, Expr] = {}

        def add(item: SelectItem, _: int) -> None:
            for name, expr in self._item(item, mode):
                known = found.get(name)
                if known is None:
                    found[name] = expr
                elif isinstance(item.node, Call) or known.sql != expr.sql:
                    raise QueryError(
                        item.path,
                        f"a second output is named {quote_value(name)}; give each its own alias",
                    )

        read_each(self.query.select, add)
        if len(found) > _MAX_OUTPUTS:
            raise QueryError(
                "select", f"must yield at most {_MAX_OUTPUTS} columns, got {len(found)}"
            )
        check_size(sum(len(expr.sql) for expr in found.values()), "select")
        return found

    def _item(self, item: SelectItem, mode: Mode) -> Iterator[tuple[str, Expr]]:
        node = item.node
        if isinstance(node, Property) and node.name == "*":
            if mode is Mode.GROUP:
                raise QueryError(item.path, '"*" cannot stand beside aggregates or grouping keys')
            yield from ((column.name, column) for column in self.source.star())
            return
        if isinstance(node, Property) and isinstance(self.source, ModelSource):
            column_found = self.source.find(node.name)
            if column_found is not None and column_found.type is ColumnType.BOXES:
                for field in BOX_FIELDS:
                    part = Property(f"{node.name}.{field}", node.path, node.stage)
                    yield f"{item.name}.{field}", self.expression(part, mode)
                return
        alias = item.alias or (node.function if isinstance(node, Call) else None)
        if alias is None:
            yield item.name, self.expression(node, mode, top=True)
            return
        self._busy.add(alias)
        try:
            expr = self.expression(node, mode, top=True)
        finally:
            self._busy.discard(alias)
        yield item.name, expr

    def _filters(self) -> tuple[list[str], list[str]]:
        where: list[str] = []
        having: list[str] = []

        def add(condition: Condition, _: int) -> None:
            target = self._reference(_target(condition))
            if self.has_aggregate(target):
                expr = self.expression(target, Mode.GROUP)
                if has_window(expr.sql):
                    raise QueryError(condition.path, "a filter on neighbor needs a subquery")
                having.append(condition_sql(expr, condition, self.binder))
            else:
                expr = self.expression(target, Mode.ROW)
                where.append(condition_sql(expr, condition, self.binder, in_where=True))

        read_each(self.query.filters, add)
        return where, having

    def _window(self) -> str:
        parts = []
        if self.query.limit is not None:
            parts.append(f"LIMIT {self.query.limit:d}")
        if self.query.offset:
            parts.append(f"OFFSET {self.query.offset:d}")
        return " ".join(parts)

    def _sampling(self) -> list[str]:
        if self.query.sample >= 1 or self.source.inference_id is None:
            return []
        return [sample_condition(self.source.inference_id, self.query.sample)]

    def _check_boxes(self) -> None:
        """Raise unless fields of boxes that filter, group or sort are selected too.

        Such a field makes each box a row, in which functions of whole images would count an image
        once for each of its boxes.
        """
        if not isinstance(self.source, ModelSource):
            return
        if self.source.boxes is not None:
            for item in self.query.select:
                if _OF_IMAGES in _functions(item.node):
                    raise QueryError(
                        item.path,
                        f"{_OF_IMAGES} reads whole images, but the query reads single boxes of "
                        f"{quote_value(self.source.boxes.name)}: ask for one at a time",
                    )
        chosen = {name for item in self.query.select for name in _names(item.node)}
        used = [_target(condition) for condition in self.query.filters]
        used += [*self.query.group_by, *(item.target for item in self.query.order_by)]
        for node in used:
            column = self.source.find(node.name) if isinstance(node, Property) else None
            if column is not None and column.boxes and not chosen & {column.name, column.boxes}:
                raise QueryError(
                    node.path,
                    f"{quote_value(column.name)} filters, groups or sorts boxes: select it too",
                )


def _target(condition: Condition) -> Property | AliasRef:
    target = condition.target
    if not isinstance(target, Property | AliasRef):
        raise QueryError(condition.path, "filters can compare only columns and aliases")
    return target
