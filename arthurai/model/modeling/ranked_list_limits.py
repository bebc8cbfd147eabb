"""Limits of recommendation data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from arthurai.common.exceptions import UserValueError
from arthurai.common.limits import MAX_RANKED_ITEMS

if TYPE_CHECKING:
    from arthurai.upload.table import Frame

MAX_ITEMS = 1_000


def valid_rec_obj(obj: Any) -> bool:
    """Tell whether an object is one recommended item.

    Args:
        obj: Any value.

    Returns:
        True for a dictionary whose ``item_id`` is text.
    """
    return isinstance(obj, Mapping) and isinstance(obj.get("item_id"), str)


def check_ranked_lists(frame: Frame, predicted: str, truth: str) -> None:
    """Refuse recommendation data beyond the limits of the platform.

    Args:
        frame: The data.
        predicted: Column of recommendations: lists of ``{"item_id": ..., ...}``.
        truth: Column of the items that turned out relevant: lists of item ids.

    Raises:
        UserValueError: A list is longer than 100, or there are more than 1 000 items in all.
    """
    items: set[str] = set()
    for name in (predicted, truth):
        for row, cell in enumerate(frame.cells(name)):
            if not _is_list(cell):
                continue
            if len(cell) > MAX_RANKED_ITEMS:
                raise UserValueError(
                    f"Row {row} of column {name!r} lists {len(cell)} items; at most "
                    f"{MAX_RANKED_ITEMS} are allowed. Keep the best ones."
                )
            items.update(_item_ids(cell, in_dicts=name == predicted))
    if len(items) > MAX_ITEMS:
        raise UserValueError(
            f"Columns {predicted!r} and {truth!r} hold {len(items)} different items; at most "
            f"{MAX_ITEMS} are allowed in a model."
        )


def _is_list(cell: Any) -> bool:
    return isinstance(cell, list | tuple) or (
        type(cell).__name__ == "ndarray" and getattr(cell, "ndim", 0) == 1
    )


def _item_ids(cell: Iterable[Any], *, in_dicts: bool) -> Iterable[str]:
    if in_dicts:
        return (item["item_id"] for item in cell if valid_rec_obj(item))
    return (item for item in cell if isinstance(item, str))
