"""`select`: from expressions to the JSON of a query."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from arthurai.common.exceptions import MissingParameterError, UserTypeError, UserValueError
from arthurai.query.expressions import Condition, Expression, Order, expression

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCES = ("inference", "enriched", "reference", "ground_truth")


class Query(Mapping[str, Any]):
    """A query: the mapping that is sent as JSON. Every method returns a new one.

    Args:
        body: The JSON so far.
    """

    __slots__ = ("_body",)

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._body = dict(body)

    def __getitem__(self, key: str) -> Any:
        return self._body[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._body)

    def __len__(self) -> int:
        return len(self._body)

    def __repr__(self) -> str:
        return json.dumps(self._body, indent=2, ensure_ascii=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the query as a plain dict."""
        return dict(self._body)

    def from_(self, source: str | Query) -> Query:
        """Read from another source: a set of rows, or the result of another query.

        Args:
            source: `inference` (the default), `enriched`, `reference`, `ground_truth`, or a query.

        Raises:
            UserValueError: There is no such source.
        """
        if isinstance(source, Query):
            return self._with(subquery=source.to_dict())
        if source not in SOURCES:
            raise UserValueError(
                f"source={source!r} must be a query or one of {', '.join(SOURCES)}"
            )
        return self._with(**{"from": source})

    def where(self, *conditions: Condition) -> Query:
        """Keep the rows for which all conditions hold. Conditions on aggregates keep groups.

        Args:
            *conditions: Such as `col("income") > 1000`.

        Raises:
            UserTypeError: Something else was given.
        """
        for number, condition in enumerate(conditions):
            if not isinstance(condition, Condition):
                raise UserTypeError(
                    f"conditions[{number}]={condition!r} must be a comparison such as "
                    "col('income') > 1000"
                )
        return self._appended("filter", [condition.filtered() for condition in conditions])

    def group_by(self, *keys: Expression | str) -> Query:
        """Give one row for each combination of these columns or named expressions."""
        return self._appended("group_by", [expression(key).referred() for key in keys])

    def order_by(self, *keys: Order | Expression | str) -> Query:
        """Sort by these, smallest first unless `.desc()` says otherwise."""
        orders = [key if isinstance(key, Order) else expression(key).asc() for key in keys]
        return self._appended("order_by", [order.ordered() for order in orders])

    def limit(self, rows: int, *, offset: int = 0) -> Query:
        """Give that many rows at most.

        Args:
            rows: How many, 0 or more.
            offset: How many to pass over first.

        Raises:
            UserValueError: A number is negative.
        """
        if rows < 0 or offset < 0:
            raise UserValueError(f"rows={rows} and offset={offset} must not be negative")
        return self._with(limit=rows, **({"offset": offset} if offset else {}))

    def _with(self, **members: Any) -> Query:
        return Query({**self._body, **members})

    def _appended(self, member: str, items: list[dict[str, Any]]) -> Query:
        return self._with(**{member: [*self._body.get(member, ()), *items]}) if items else self


def select(*items: Expression | str) -> Query:
    """Begin a query with what it shall give.

    Args:
        *items: Column names, columns and calls of functions.

    Returns:
        A query to go on with: `.where(…)`, `.group_by(…)`, `.order_by(…)`, `.limit(…)`,
        `.from_(…)`.

    Raises:
        MissingParameterError: Nothing is selected.
        UserTypeError: An item is neither a column nor a call.
    """
    if not items:
        raise MissingParameterError("select() needs at least one item, e.g. select(count())")
    return Query({"select": [expression(item).selected() for item in items]})
