"""The query builder: `select` and its methods, from expressions to JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from arthurai.common.checks import spell_choice
from arthurai.common.exceptions import (
    MissingParameterError,
    UserTypeError,
    UserValueError,
    arthur_excepted,
    wrap_errors,
)
from arthurai.query.expressions import Condition, Expression, Order, expression, plain, plain_key

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCES: Final = ("inference", "enriched", "reference", "ground_truth")


SourceName: TypeAlias = Literal["inference", "enriched", "reference", "ground_truth"]


@wrap_errors
class Query(Mapping[str, Any]):
    """A query: the mapping that is sent as JSON. Every method returns a new query.

    Args:
        body: The JSON so far.
    """

    __slots__ = ("_body",)

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._body = {plain_key(key): plain(value) for key, value in body.items()}

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

    def from_(self, source: SourceName | Query) -> Query:
        """Read from another source: a set of rows, or the result of another query.

        Args:
            source: `inference` (the default), `enriched`, `reference`, `ground_truth`, or a query.

        Raises:
            UserValueError: The source is unknown.
        """
        if isinstance(source, Query):
            return self._with(subquery=source.to_dict())
        spelled = spell_choice(source, SOURCES)
        if spelled not in SOURCES:
            raise UserValueError(
                f"`source` must be a query or one of {', '.join(SOURCES)}, got {source!r}"
            )
        return self._with(**{"from": spelled})

    def where(self, *conditions: Condition) -> Query:
        """Keep the rows for which all conditions hold; conditions on aggregates keep groups.

        Args:
            *conditions: Comparisons such as `col("income") > 1000`.

        Raises:
            UserTypeError: An argument is not a comparison.
        """
        for number, condition in enumerate(conditions):
            if not isinstance(condition, Condition):
                raise UserTypeError(
                    f"`conditions[{number}]` must be a comparison such as col('income') > 1000, "
                    f"got {condition!r}"
                )
        return self._append("filter", [condition.to_filter() for condition in conditions])

    def group_by(self, *keys: Expression | str) -> Query:
        """Return one row for each combination of these columns or named expressions."""
        return self._append("group_by", [expression(key).to_reference() for key in keys])

    def order_by(self, *keys: Order | Expression | str) -> Query:
        """Sort by these keys, in ascending order unless `.desc()` is used."""
        orders = [key if isinstance(key, Order) else expression(key).asc() for key in keys]
        return self._append("order_by", [order.to_order() for order in orders])

    def limit(self, rows: int, *, offset: int = 0) -> Query:
        """Limit the number of rows.

        Args:
            rows: Maximum number of rows, 0 or more.
            offset: Number of rows to skip first.

        Raises:
            UserValueError: A number is negative.
        """
        if rows < 0 or offset < 0:
            raise UserValueError(
                f"`rows` and `offset` must not be negative, got {rows} and {offset}"
            )
        return self._with(limit=rows, **({"offset": offset} if offset else {}))

    def _with(self, **members: object) -> Query:
        return Query({**self._body, **members})

    def _append(self, member: str, items: Sequence[Mapping[str, object]]) -> Query:
        return self._with(**{member: [*self._body.get(member, ()), *items]}) if items else self


@arthur_excepted("select() failed")
def select(*items: Expression | str) -> Query:
    """Start a query from the selected expressions.

    Args:
        *items: Column names, columns and calls of functions.

    Returns:
        A query, to be continued with `.where(…)`, `.group_by(…)`, `.order_by(…)`, `.limit(…)` or
        `.from_(…)`.

    Raises:
        MissingParameterError: Nothing is selected.
        UserTypeError: An item is neither a column nor a call.
    """
    if not items:
        raise MissingParameterError("select() needs at least one item, e.g. select(count())")
    return Query({"select": [expression(item).to_select() for item in items]})
