"""Whether the rows that are stored, cut into the windows of a rule, can make it fire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from arthurai.server.resources.alert_rules.alert_messages import describe_minutes
from arthurai.server.resources.alert_rules.rule_windows import list_past_windows, lookback
from arthurai.server.storage.warehouse.datasets import COMPLETED

if TYPE_CHECKING:
    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.resources.alert_rules.rule_readings import RuleReader
    from arthurai.server.storage.warehouse.data_store import DataStore

MIN_COMPLETE: Final = 3
"""Windows that must be over before somebody who sends rows is told that none is large enough."""
_MAX_COUNTED: Final = 50
"""Windows whose rows are counted under the filters of a rule, the largest first."""


class Fit(NamedTuple):
    """How rows fit a rule.

    Attributes:
        largest: Rows of the largest window or batch, under the filters of the rule.
        is_enough: Whether that is what `min_rows` asks for.
        complete: Windows that are over, or batches that are closed.
    """

    largest: int
    is_enough: bool
    complete: int


def measure_fit(reader: RuleReader, schema: ModelSchema, data: DataStore) -> Fit:
    """Return how the rows that are stored fit a rule.

    Args:
        reader: The rule.
        schema: Schema of the model.
        data: Holds the rows.
    """
    places: list[tuple[int, list[dict[str, Any]]]]
    if schema.is_batch:
        closed = [batch for batch in data.batches(schema) if batch.status == COMPLETED]
        complete = len(closed)
        places = [
            (
                batch.records,
                [{"property": "batch_id", "comparator": "eq", "value": batch.batch_id}],
            )
            for batch in closed
        ]
    else:
        windows, more = list_past_windows(schema, data, None, None, lookback(reader.rule))
        complete = len(windows) - 1 + more
        places = [(window.rows or 0, window.to_filters()) for window in windows]
    places.sort(key=lambda place: -place[0])
    largest = places[0][0] if places else 0
    if reader.rule.get("filters") and largest >= reader.min_rows > 0:
        largest = 0
        for rows, filters in places[:_MAX_COUNTED]:
            if rows <= largest:
                break
            largest = max(largest, reader.count_filtered(filters))
            if largest >= reader.min_rows:
                break
    return Fit(largest, largest >= reader.min_rows, complete)


def describe_few(reader: RuleReader, fit: Fit, *, is_batch: bool) -> str:
    """Return that no window or batch is large enough, and what helps.

    Args:
        reader: The rule.
        fit: How the rows fit.
        is_batch: Whether the model is a batch model.
    """
    what = "batch" if is_batch else f"window of {describe_minutes(reader.rule['lookback_period'])}"
    under = "under its filters " if reader.rule.get("filters") else ""
    longer = "larger batches" if is_batch else "a longer lookback_period"
    return (
        f"{under}no {what} holds the {reader.min_rows} rows that min_rows asks for, at most "
        f"{fit.largest}, so the rule cannot fire on such data; use {longer} or a smaller min_rows"
    )
