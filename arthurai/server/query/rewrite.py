"""Functions that make the rows of the result, expressed by grouped queries."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from arthurai.server.query.ast import AliasRef, Call, Condition, OrderItem, Property, SelectItem
from arthurai.server.query.errors import QueryError, unknown_name
from arthurai.server.query.functions.importances import ALGORITHMS
from arthurai.server.query.model_columns import NLP_COLUMNS

if TYPE_CHECKING:
    from arthurai.server.query.ast import Query

_PLURAL: Final = "regionalFeatureImportances"
_SINGULAR: Final = "regionalFeatureImportance"
_TOKENS: Final = "nlp_explanation"


def rewrite(query: Query) -> Query:
    """Return a query without row-making functions that has the same result.

    Args:
        query: A parsed query.

    Raises:
        QueryError: Such a function has bad parameters, or stands beside a subquery.
    """
    for item in query.select:
        if isinstance(item.node, Call) and item.node.function in {_PLURAL, _TOKENS}:
            if query.subquery is not None:
                raise QueryError(item.path, "explanations belong to inferences, not to a subquery")
            if item.node.function == _PLURAL:
                return _importances(query, item, item.node)
            return _tokens(query, item, item.node)
    return query


def _importances(query: Query, item: SelectItem, call: Call) -> Query:
    name = item.alias or _SINGULAR
    value = Call("avgAbs", {"property": "explainer_score"}, item.path)
    attribute = Property("explainer_attribute", item.path)
    filters = [_equal("explainer_predicted_attribute", call, "predicted_attribute_name")]
    if call.parameters.get("explanation_algorithm") is not None:
        filters.append(_algorithm("explainer_algo", call, "explanation_algorithm"))
    made = [SelectItem(attribute, None, item.path), SelectItem(value, name, item.path)]
    if item.alias is None:  # published programs read this key
        made.append(SelectItem(value, value.function, item.path))
    return replace(
        query,
        select=tuple(i for o in query.select for i in (made if o is item else (o,))),
        source="enriched",
        filters=(*query.filters, *filters),
        group_by=(*query.group_by, attribute),
        order_by=query.order_by
        or (OrderItem(AliasRef(name, item.path), descending=True, path=item.path),),
    )


def _tokens(query: Query, item: SelectItem, call: Call) -> Query:
    inference = Property("inference_id", item.path)
    for other in query.select:
        if other is not item and not (
            isinstance(other.node, Property) and other.node.name == inference.name
        ):
            raise QueryError(other.path, "nlp_explanation stands alone or beside inference_id")
    filters = []
    for column, parameter in (
        ("attribute_name", "attribute_name"),
        ("predicted_attribute_name", "nlp_predicted_attribute"),
    ):
        if call.parameters.get(parameter) is not None:
            filters.append(_equal(f"{_TOKENS}.{column}", call, parameter))
    if call.parameters.get("nlp_explainer") is not None:
        filters.append(_algorithm(f"{_TOKENS}.algorithm", call, "nlp_explainer"))
    within = [order for order in query.order_by if _is_token_column(order)]
    order = [
        (order.target.name.removeprefix(f"{_TOKENS}."), "DESC" if order.descending else "ASC")
        for order in within
        if isinstance(order.target, Property)
    ]
    tokens = SelectItem(Call(_TOKENS, {"order": order}, item.path), item.alias, item.path)
    pair = (SelectItem(inference, None, item.path), tokens)
    return replace(
        query,
        select=pair if item is query.select[-1] else pair[::-1],
        source="enriched",
        filters=(*query.filters, *filters),
        group_by=(inference,),
        order_by=tuple(order for order in query.order_by if not _is_token_column(order)),
    )


def _is_token_column(order: OrderItem) -> bool:
    return isinstance(order.target, Property) and order.target.name in NLP_COLUMNS


def _equal(column: str, call: Call, parameter: str) -> Condition:
    path = f"{call.path}.parameters.{parameter}"
    value = call.parameters.get(parameter)
    if not isinstance(value, str):
        raise QueryError(path, f"is required by {call.function}: the name of an attribute")
    return Condition(Property(column, path), "eq", value, None, path)


def _algorithm(column: str, call: Call, parameter: str) -> Condition:
    condition = _equal(column, call, parameter)
    name = str(condition.value)
    if name.lower() not in ALGORITHMS:
        raise unknown_name(condition.path, "algorithm", name, ALGORITHMS)
    return replace(condition, value=name.lower())
