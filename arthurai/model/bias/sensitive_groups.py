"""Query metrics by the groups of a sensitive attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arthurai.common.exceptions import MethodNotApplicableError, UserValueError
from arthurai.model.base_model import find_attributes, name_of
from arthurai.model.metrics import format_interval
from arthurai.model.querying import query
from arthurai.model.responses import format_time
from arthurai.query import col, count, select

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from arthurai.model.attributes import ArthurAttribute, AttributeBin
    from arthurai.model.base_model import ArthurModelBase
    from arthurai.query import Condition, Expression

_COUNT = "inferences_of_group"


def require_sensitive_attribute(model: ArthurModelBase, name: str) -> ArthurAttribute:
    """Return an attribute that is monitored for bias.

    Args:
        model: The model.
        name: Name of the attribute.

    Returns:
        The attribute.

    Raises:
        MethodNotApplicableError: No attribute, or not this one, is monitored for bias.
        UserValueError: There is no such attribute.
    """
    monitored = [a.name for a in find_attributes(model, where=lambda a: a.monitor_for_bias)]
    remedy = (
        "Mark attributes with set_attribute_as_sensitive(); for others to see it, do so before "
        "save(), or call update() before the first inferences are sent."
    )
    if not monitored:
        raise MethodNotApplicableError(
            f"no attribute of model {name_of(model)!r} is monitored for bias. {remedy}"
        )
    attribute = model.get_attribute(name)
    if name not in monitored:
        raise MethodNotApplicableError(
            f"attribute {name!r} is not monitored for bias; these are: {', '.join(monitored)}. "
            f"{remedy}"
        )
    return attribute


def build_conditions(
    model: ArthurModelBase,
    batch_id: str | None,
    start_time: datetime | str | None,
    end_time: datetime | str | None,
) -> list[Condition]:
    """Return the conditions for the usual filters; all of them have to be met.

    Args:
        model: The model.
        batch_id: Only inferences of this batch.
        start_time: Only inferences from this time on; in UTC if it has no zone.
        end_time: Only inferences up to this time.

    Returns:
        The conditions.

    Raises:
        UserValueError: A batch of a streaming model is given, or a time is not in ISO 8601.
    """
    conditions = []
    if batch_id is not None:
        if not model.is_batch:
            raise UserValueError(
                f"batch_id={batch_id!r} requires a batch model, but {name_of(model)!r} is not one. "
                "Use start_time and end_time"
            )
        conditions.append(col("batch_id") == batch_id)
    if start_time is not None:
        conditions.append(col("inference_timestamp") >= format_time("start_time", start_time))
    if end_time is not None:
        conditions.append(col("inference_timestamp") <= format_time("end_time", end_time))
    return conditions


def query_by_group(
    model: ArthurModelBase,
    attribute: ArthurAttribute,
    items: Sequence[Expression],
    conditions: Sequence[Condition],
    keys: Sequence[Expression] = (),
) -> dict[Any, list[dict[str, Any]]]:
    """Query the same aggregates for each group.

    The groups of a continuous attribute with bins are its bins, those of all others its values.

    Args:
        model: A saved model.
        attribute: The attribute whose values are the groups.
        items: Aggregates to select.
        conditions: Which inferences to count.
        keys: What else to select and group by.

    Returns:
        The rows of each group that has inferences, by value or by interval.
    """
    bins = [] if attribute.categorical else attribute.bins or []
    found: dict[Any, list[dict[str, Any]]] = {}
    if not bins:
        group = col(attribute.name)
        asked = select(group, *keys, *items).where(*conditions).group_by(group, *keys)
        for row in query(model, asked):
            found.setdefault(row[attribute.name], []).append(row)
        return found
    for part in bins:
        inside = [*conditions, *_within(attribute.name, part)]
        asked = select(count().as_(_COUNT), *keys, *items).where(*inside).group_by(*keys)
        rows = [row for row in query(model, asked) if row.pop(_COUNT)]
        if rows:
            found[format_interval(part.continuous_start, part.continuous_end)] = rows
    return found


def _within(name: str, part: AttributeBin) -> list[Condition]:
    value = col(name)
    inside = []
    if part.continuous_start is not None:
        inside.append(value > part.continuous_start)
    if part.continuous_end is not None:
        inside.append(value <= part.continuous_end)
    return inside or [value.not_null()]
