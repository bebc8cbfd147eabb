"""Query metrics by the groups of a sensitive attribute.

Made by `python -m scripts.async_layer` from `arthurai/model/bias/sensitive_groups.py`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.aio.model.querying import query
from arthurai.model.bias.sensitive_groups import _within
from arthurai.model.metrics import format_interval
from arthurai.query import col, count, select

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from arthurai.model.attributes import ArthurAttribute
    from arthurai.model.base_model import ArthurModelBase
    from arthurai.query import Condition, Expression

_COUNT = "inferences_of_group"


async def query_by_group(
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
        for row in await query(model, asked):
            found.setdefault(row[attribute.name], []).append(row)
        return found
    for part in bins:
        inside = [*conditions, *_within(attribute.name, part)]
        asked = select(count().as_(_COUNT), *keys, *items).where(*inside).group_by(*keys)
        rows = [row for row in await query(model, asked) if row.pop(_COUNT)]
        if rows:
            found[format_interval(part.continuous_start, part.continuous_end)] = rows
    return found
