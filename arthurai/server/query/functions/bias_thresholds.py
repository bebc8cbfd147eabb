"""Predictions under thresholds that differ by group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.common.text import quote_value
from arthurai.server.query.column_types import NUMBERS, ColumnType, to_number
from arthurai.server.query.errors import QueryError
from arthurai.server.query.functions.function_registry import function
from arthurai.server.query.parse import MAX_ITEMS
from arthurai.server.query.sql import check_size
from arthurai.server.query.sql_expression import Expr
from arthurai.server.query.target_resolution import column_expr, only_prediction

if TYPE_CHECKING:
    from arthurai.server.query.function_arguments import Arguments


@function("biasMitigatedPredictions")
def bias_mitigated_predictions(arguments: Arguments) -> Expr:
    """1 when the prediction reaches the threshold of the first entry that fits the row, else 0.

    Null where no entry fits or the prediction is missing.
    """
    if arguments.has("predicted_property"):
        predicted = arguments.numeric("predicted_property")
    else:
        predicted = column_expr(arguments, only_prediction(arguments, NUMBERS))
    value = predicted.double
    path = arguments.path("thresholds")
    entries = arguments.required("thresholds")
    if not isinstance(entries, list) or not entries or len(entries) > MAX_ITEMS:
        raise QueryError(path, f"must be a non-empty list of entries, got {quote_value(entries)}")
    check_size(len(value) * len(entries), path)
    cases = []
    for index, entry in enumerate(entries):
        place = f"{path}[{index}]"
        if not isinstance(entry, dict):
            raise QueryError(place, f"must be an object, got {quote_value(entry)}")
        if entry.get("threshold") is None:
            raise QueryError(f"{place}.threshold", "is required")
        threshold = float(to_number(entry["threshold"], f"{place}.threshold"))
        bound = arguments.binder.bind_scalar(threshold)
        cases.append(f"WHEN {_fits(arguments, entry, place)} THEN {value} >= {bound}")
    return Expr(f"CAST(CASE {' '.join(cases)} END AS INTEGER)", ColumnType.INT)


def _fits(arguments: Arguments, entry: dict[str, object], path: str) -> str:
    conditions = entry.get("conditions") or []
    items = [conditions] if isinstance(conditions, dict) else conditions
    if not isinstance(items, list):
        raise QueryError(f"{path}.conditions", f"must be a list, got {quote_value(conditions)}")
    found = []
    for index, item in enumerate(items):
        place = f"{path}.conditions[{index}]"
        if not isinstance(item, dict):
            raise QueryError(place, f"must be an object, got {quote_value(item)}")
        found.append(f"({arguments.compile_condition(item, place, 'eq')})")
    return " AND ".join(found) or "TRUE"
