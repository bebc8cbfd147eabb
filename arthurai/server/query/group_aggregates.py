"""Aggregates of the values of each group, asked for above a grouped subquery.

A grouped subquery that selects a column as it is has no value of it for a group. Where the query
above folds an aggregate of that column, as in the distribution of the variance of each customer,
the inner aggregate belongs to the groups: it is computed in the subquery, under a name of its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from arthurai.server.query.ast import AliasRef, Call, Property, SelectItem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from arthurai.server.query.ast import Query
    from arthurai.server.query.functions.function_registry import Function

#: Parameters in which text is the name of a column.
_COLUMN_PARAMETERS: Final = frozenset({"property", "left", "right", "argument", "result"})
_EXTREMES: Final = frozenset({"argMax", "argMin"})


def move_group_aggregates(query: Query, functions: Mapping[str, Function]) -> Query:
    """Move aggregates inside aggregates into a grouped subquery that selects their columns.

    What cannot be moved stays, and the compiler refuses it.

    Args:
        query: A parsed query.
        functions: The functions of the language, by name.
    """
    below = query.subquery
    if below is None or not below.group_by:
        return query
    keys = {key.name for key in below.group_by if isinstance(key, Property)}
    columns = {i.name: i.node for i in below.select if isinstance(i.node, Property)}
    values = {
        name: node for name, node in columns.items() if node.name != "*" and node.name not in keys
    }
    if not values:
        return query
    computed = {item.name for item in below.select} - set(columns)
    mover = _Mover(functions, columns, computed | {item.name for item in query.select})
    select = tuple(replace(item, node=mover.move(item.node)) for item in query.select)
    if not mover.moved:
        return query
    above = replace(query, select=select)
    used = set(_names_of(above))
    kept = [i for i in below.select if i.name not in values or i.name in used]
    return replace(above, subquery=replace(below, select=(*kept, *mover.moved)))


class _Mover:
    """Takes aggregates out of aggregates.

    Args:
        functions: The functions of the language, by name.
        columns: Columns that the subquery selects as they are, by the names of its outputs.
        taken: Names that other outputs have.
    """

    def __init__(
        self, functions: Mapping[str, Function], columns: Mapping[str, Property], taken: set[str]
    ) -> None:
        self._functions = functions
        self._columns = columns
        self._taken = taken
        self.moved: list[SelectItem] = []

    def move(self, node: Any, *, inside: bool = False) -> Any:
        """Return a node with its inner aggregates replaced by columns of the subquery.

        Args:
            node: A node, or any value of a parameter.
            inside: Whether it stands inside an aggregate.
        """
        if not isinstance(node, Call):
            return node
        folds = self._is_aggregate(node)
        if folds and inside:
            below = self._to_subquery(node)
            return node if below is None else self._add(below)
        parameters = {
            name: self.move(value, inside=inside or folds)
            for name, value in node.parameters.items()
        }
        return replace(node, parameters=parameters)

    def _add(self, call: Call) -> AliasRef:
        for item in self.moved:
            if item.node == call:
                return AliasRef(item.name, call.path)
        name, number = call.function, 0
        while name in self._taken or name in self._columns:
            number += 1
            name = f"{call.function} {number}"
        self._taken.add(name)
        self.moved.append(SelectItem(call, name, call.path))
        return AliasRef(name, call.path)

    def _to_subquery(self, call: Call) -> Call | None:
        """Return a call as it reads in the subquery; `None` if it needs more than its columns."""
        parameters: dict[str, Any] = {}
        for name, value in call.parameters.items():
            found: Any = value
            if isinstance(value, Call):
                found = None if self._is_aggregate(value) else self._to_subquery(value)
            elif isinstance(value, AliasRef):
                found = self._columns.get(value.alias)
                found = None if found is None else found.name
            elif isinstance(value, str) and (
                name in _COLUMN_PARAMETERS or (name == "value" and call.function in _EXTREMES)
            ):
                column = self._columns.get(value)
                found = None if column is None else column.name
            if found is None and value is not None:
                return None
            parameters[name] = found
        return replace(call, parameters=parameters)

    def _is_aggregate(self, call: Call) -> bool:
        function = self._functions.get(call.function)
        return function is not None and function.is_aggregate


def _names_of(query: Query) -> Iterator[str]:
    """Return the names that a query reads, of whatever kind."""
    waiting: list[Any] = [item.node for item in query.select]
    waiting += [condition.target for condition in query.filters]
    waiting += [*query.group_by, *(order.target for order in query.order_by)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Property):
            yield node.name
        elif isinstance(node, AliasRef):
            yield node.alias
        elif isinstance(node, str):
            yield node
        elif isinstance(node, Call):
            waiting += node.parameters.values()
        elif isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            waiting += node.values()
