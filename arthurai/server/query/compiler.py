"""Compiles one level of a query to SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from arthurai.server.query.arguments import Arguments
from arthurai.server.query.conditions import condition_sql
from arthurai.server.query.errors import QueryError, shown, unknown
from arthurai.server.query.expressions import Expr, Mode
from arthurai.server.query.functions import FUNCTIONS
from arthurai.server.query.kinds import Kind, kind_of, number, text
from arthurai.server.query.nodes import AliasRef, Call, Literal, Property
from arthurai.server.query.parse import check_depth
from arthurai.server.query.rewrite import rewritten
from arthurai.server.query.sources import (
    BOX_FIELDS,
    ENRICHED,
    Column,
    ModelSource,
    Source,
    SubquerySource,
)
from arthurai.server.query.sql import Binder, check_size, has_window, select, with_ctes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from arthurai.server.query.nodes import Condition, Node, OrderItem, Query, SelectItem
    from arthurai.server.query.sql import Store
    from arthurai.server.schema import ModelSchema

_SAMPLE_STEPS = 1_000_000
_MAX_OUTPUTS = 5000


@dataclass(frozen=True, slots=True)
class Compiled:
    """A compiled level.

    Attributes:
        sql: The statement.
        columns: Output columns in the order of the statement, named ``c0``, ``c1`` … there.
        ordered: Whether the statement has a last column ``row_`` with the place of each row.
        sampled: Share of rows that is read.
    """

    sql: str
    columns: tuple[Column, ...]
    ordered: bool
    sampled: float


@dataclass(frozen=True, slots=True)
class Derived:
    """A value of each group that needs SELECTs of its own."""

    name: str
    steps: tuple[tuple[str, str], ...]


def compile_query(
    query: Query, schema: ModelSchema, store: Store, binder: Binder, *, inner: bool = False
) -> Compiled:
    """Compile a query and its subqueries.

    Args:
        query: Parsed query.
        schema: Schema of the model.
        store: Names the relations of the model.
        binder: Takes the values of the statement.
        inner: Whether this is a subquery, whose order its outer level may need.

    Raises:
        QueryError: The query does not fit the model or the rules of the language.
    """
    query = rewritten(query)
    if query.subquery is None:
        source: Source = ModelSource(schema, store, _source_of(query))
        sampled = 1.0
    else:
        below = compile_query(query.subquery, schema, store, binder, inner=True)
        source = SubquerySource(below.sql, _as_inputs(below), ordered=below.ordered)
        sampled = below.sampled
    return LevelCompiler(query, source, schema, binder).compile(inner=inner, sampled=sampled)


def _as_inputs(below: Compiled) -> Iterator[Column]:
    for index, column in enumerate(below.columns):
        yield Column(column.name, f"t.c{index}", column.kind, column.attribute, column.decode)


def _source_of(query: Query) -> str:
    """The data source; whatever only enriched data holds implies enriched data."""
    if query.source != "inference":
        return query.source
    names = set(_mentioned(query))
    return "enriched" if names & ENRICHED else query.source


def _mentioned(query: Query) -> Iterator[str]:
    """All names that stand where a property can stand."""
    for item in query.select:
        yield from _names(item.node)
    for condition in query.filters:
        yield from _names(condition.target)
    for key in query.group_by:
        yield from _names(key)
    for order in query.order_by:
        yield from _names(order.target)


def _names(node: Any) -> Iterator[str]:
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


class LevelCompiler:
    """Compiles one level: select, filter, grouping, order and row window over one row source.

    Rows come from the source under the table name ``t``. A query without aggregates and grouping
    keys is one SELECT over it. Otherwise the groups are computed first, as ``g`` with the keys
    ``k0``, ``k1`` … and the aggregates ``m0``, ``m1`` …; everything else is computed from them.
    """

    def __init__(self, query: Query, source: Source, schema: ModelSchema, binder: Binder) -> None:
        self.query = query
        self.source = source
        self.schema = schema
        self.binder = binder
        self.derived: list[Derived] = []
        self._row_inputs: dict[str, str] = {}
        self._aggregates: dict[str, str] = {}
        self._keys: dict[str, Expr] = {}
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

    # -- expressions ---------------------------------------------------------------------------

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
            node: What to compile.
            mode: Where it is read.
            stages: Prefer attributes of these stages where names are shared.
            top: Whether the result is an output column by itself, so that it may be an object.

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
                raise QueryError(
                    node.path,
                    f"{shown(node.name)} is neither inside an aggregate nor a grouping key; "
                    'add it to "group_by"',
                )
        if isinstance(node, Property):
            return self._property(node, stages)
        return self._call(node, mode, top=top)

    def has_aggregate(self, node: Any, seen: frozenset[str] = frozenset()) -> bool:
        """Whether a node folds rows anywhere in it.

        Args:
            node: Any node or parameter.
            seen: Aliases that were followed on the way here.
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
        function = FUNCTIONS.get(node.function)
        if function is None:
            raise unknown(f"{node.path}.function", "function", node.function, FUNCTIONS)
        return function.aggregate or any(
            self.has_aggregate(value, seen) for value in node.parameters.values()
        )

    def aggregate(self, sql: str, kind: Kind) -> Expr:
        """Register an SQL aggregate over the rows of a group.

        Args:
            sql: The aggregate.
            kind: What it yields.
        """
        name = self._aggregates.setdefault(sql, f"m{len(self._aggregates)}")
        return Expr(f"g.{name}", kind)

    def row_input(self, sql: str) -> str:
        """Make an expression over single rows available to derived SELECTs.

        Args:
            sql: The expression.

        Returns:
            Its column in the relation ``r``, e.g. ``r.x0``.
        """
        return f"r.{self._row_inputs.setdefault(sql, f'x{len(self._row_inputs)}')}"

    def derive(self, build: Callable[[str, list[str]], tuple[tuple[str, str], ...]]) -> str:
        """Register SELECTs that compute one value ``v`` of each group from the relation ``r``.

        Args:
            build: Takes a prefix for names and the names of the key columns; returns named
                SELECTs of which the last yields the key columns and ``v``.

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
        self.derived.append(Derived(name, steps))
        return f"{name}.v"

    def window_order(self, path: str) -> list[str]:
        """Return the sort keys of the level, for functions that look at neighbouring rows.

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
            raise QueryError(node.path, f"expected one value, found {shown(value)}")
        kind = kind_of(value)
        if kind.numeric and value is not None:
            value = bool(value) if kind is Kind.BOOL else number(value, node.path)
        elif kind is Kind.TEXT:
            value = text(value, node.path)
        return Expr(self.binder.scalar(value), kind)

    def _alias(self, node: AliasRef, mode: Mode, *, top: bool) -> Expr:
        item = self._aliases.get(node.alias)
        if item is None:
            column = self.source.find(node.alias)
            if column is None:
                raise unknown(
                    node.path, "alias", node.alias, [*self._aliases, *self.source.names()]
                )
            return self.expression(Property(node.alias, node.path), mode, top=top)
        if node.alias in self._busy:
            raise QueryError(node.path, f"alias {shown(node.alias)} refers to itself")
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
            return None  # the same fault, or none, shows when it is read over the groups

    def _property(self, node: Property, stages: frozenset[str] | None) -> Expr:
        wanted = frozenset({node.stage}) if node.stage else stages
        column = self.source.find(node.name, wanted)
        if column is None:
            raise self.source.missing(node.name, node.path)
        return Expr(column.sql, column.kind, column.attribute, column.decode)

    def _call(self, node: Call, mode: Mode, *, top: bool) -> Expr:
        function = FUNCTIONS.get(node.function)
        if function is None:
            raise unknown(f"{node.path}.function", "function", node.function, FUNCTIONS)
        if function.aggregate and mode is not Mode.GROUP:
            raise QueryError(
                node.path,
                f"the aggregate {node.function} cannot stand here (inside another aggregate, a "
                "row filter or a grouping key); compute it in a subquery",
            )
        if not function.nestable and not top:
            raise QueryError(
                node.path,
                f"{node.function} yields an object or a list, which cannot be used inside "
                "another expression, a filter or a sort key",
            )
        found = function.build(Arguments(self, node, mode, aggregate=function.aggregate))
        check_size(len(found.sql), node.path)
        return found

    # -- the level as a whole ------------------------------------------------------------------

    def compile(self, *, inner: bool, sampled: float) -> Compiled:
        """Compile the level.

        Args:
            inner: Whether an outer level reads the result.
            sampled: Share of rows that the source reads.

        Raises:
            QueryError: The query does not fit the source or the rules of the language.
        """
        mode = Mode.GROUP if self._grouped else Mode.OUTPUT
        self._group_keys()
        outputs = self._outputs(mode)
        where, having = self._filters()
        orders = self._order_keys(mode)
        columns = [
            Column(name, f"c{index}", expr.kind, expr.attribute, expr.decode)
            for index, (name, expr) in enumerate(outputs)
        ]
        selected = [f"{expr.sql} AS c{index}" for index, (_, expr) in enumerate(outputs)]
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
        return Compiled(sql, tuple(columns), ordered, share)

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

    def _group_keys(self) -> None:
        for key in self.query.group_by:
            node = self._reference(key)
            expr = self.expression(node, Mode.ROW, top=True)
            if not expr.kind.scalar:
                raise QueryError(key.path, f"a {expr.kind.value} column cannot be a grouping key")
            if expr.sql not in self._keys:
                self._keys[expr.sql] = Expr(
                    f"g.k{len(self._keys)}", expr.kind, expr.attribute, expr.decode
                )

    def _reference(self, key: Property | AliasRef) -> Node:
        """A column, or an alias where no column has that name, or the other way round."""
        if (
            isinstance(key, Property)
            and self.source.find(key.name) is None
            and key.name in self._aliases
        ):
            return AliasRef(key.name, key.path)
        return key

    def _outputs(self, mode: Mode) -> list[tuple[str, Expr]]:
        found: dict[str, tuple[SelectItem, Expr]] = {}
        for item in self.query.select:
            for name, expr in self._item(item, mode):
                known = found.get(name)
                if known is None:
                    found[name] = (item, expr)
                elif isinstance(item.node, Call) or known[1].sql != expr.sql:
                    raise QueryError(
                        item.path,
                        f"a second output named {shown(name)}; give each its own alias",
                    )
        if len(found) > _MAX_OUTPUTS:
            raise QueryError("select", f"yields {len(found)} columns, at most {_MAX_OUTPUTS}")
        check_size(sum(len(expr.sql) for _, expr in found.values()), "select")
        return [(name, found[name][1]) for name in sorted(found)]

    def _item(self, item: SelectItem, mode: Mode) -> Iterator[tuple[str, Expr]]:
        node = item.node
        if isinstance(node, Property) and node.name == "*":
            if mode is Mode.GROUP:
                raise QueryError(item.path, '"*" cannot stand beside aggregates or grouping keys')
            for column in self.source.star():
                yield (
                    column.name,
                    Expr(column.sql, column.kind, column.attribute, column.decode),
                )
            return
        if isinstance(node, Property) and isinstance(self.source, ModelSource):
            column_found = self.source.find(node.name)
            if column_found is not None and column_found.kind is Kind.BOXES:
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
        for condition in self.query.filters:
            target = self._reference(_target(condition))
            if self.has_aggregate(target):
                expr = self.expression(target, Mode.GROUP)
                if has_window(expr.sql):
                    raise QueryError(condition.path, "a filter on neighbor needs a subquery")
                having.append(condition_sql(expr.sql, expr.kind, condition, self.binder))
            else:
                expr = self.expression(target, Mode.ROW)
                where.append(
                    condition_sql(expr.sql, expr.kind, condition, self.binder, in_where=True)
                )
        return where, having

    def _order_keys(self, mode: Mode) -> list[str]:
        self._ordering = True
        try:
            keys = [self._order_key(item, mode) for item in self.query.order_by]
        finally:
            self._ordering = False
        if mode is Mode.OUTPUT:
            keys += self.source.order()
        else:
            keys += [f"{key.sql} NULLS LAST" for key in self._keys.values()]
        return list(dict.fromkeys(keys))

    def _order_key(self, item: OrderItem, mode: Mode) -> str:
        expr = self.expression(self._reference(item.target), mode)
        if not expr.kind.scalar:
            raise QueryError(item.path, f"a {expr.kind.value} column cannot be sorted by")
        return f"{expr.sql} {'DESC' if item.descending else 'ASC'} NULLS LAST"

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
        kept = int(self.query.sample * _SAMPLE_STEPS)
        return [f"hash({self.source.inference_id}) % {_SAMPLE_STEPS} < {kept}"]

    def _check_boxes(self) -> None:
        """Fields of boxes that filter, group or sort must be selected too."""
        if not isinstance(self.source, ModelSource):
            return
        chosen = {name for item in self.query.select for name in _names(item.node)}
        used = [_target(condition) for condition in self.query.filters]
        used += [*self.query.group_by, *(item.target for item in self.query.order_by)]
        for node in used:
            column = self.source.find(node.name) if isinstance(node, Property) else None
            if column is not None and column.boxes and not chosen & {column.name, column.boxes}:
                raise QueryError(
                    node.path,
                    f"{shown(column.name)} filters, groups or sorts boxes: select it too",
                )


def _target(condition: Condition) -> Property | AliasRef:
    target = condition.target
    if not isinstance(target, Property | AliasRef):
        raise QueryError(condition.path, "filters compare columns and aliases only")
    return target
