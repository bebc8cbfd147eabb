"""Pages and orders of lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from arthurai.server.http.api_errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

Item = TypeVar("Item")

DEFAULT_PAGE_SIZE: Final = 20


def paginate(
    items: Sequence[Item],
    params: Mapping[str, Any],
    shown: Callable[[Item], Any],
    *,
    key: str = "data",
) -> dict[str, Any]:
    """Return one page of a list in the envelope of the API.

    Args:
        items: All items in their order.
        params: Parameters of the request; ``page`` and ``page_size`` are read.
        shown: Turns an item of the page into its JSON form.
        key: Member that holds the items.
    """
    page = int(params.get("page") or 1)
    size = int(params.get("page_size") or DEFAULT_PAGE_SIZE)
    start = (page - 1) * size
    return {
        key: [shown(item) for item in items[start : start + size]],
        "page": page,
        "page_size": size,
        "total_pages": -(-len(items) // size),
        "total_count": len(items),
    }


def sort_key(sort: str | None, columns: Collection[str]) -> tuple[str, bool] | None:
    """Return the column and whether the order is descending, or ``None`` without a sort.

    Args:
        sort: ``column``, ``+column`` or ``-column``.
        columns: Columns that can be sorted by.

    Raises:
        ApiError: 400 for another column.
    """
    if not sort:
        return None
    column = sort[1:] if sort[0] in "+-" else sort
    if column not in columns:
        raise ApiError(
            400, f"parameter sort: no column {column[:100]!r}; use {', '.join(sorted(columns))}"
        )
    return column, sort.startswith("-")


def ordered(
    items: Sequence[Item],
    sort: str | None,
    columns: Mapping[str, Callable[[Item], Any]],
) -> list[Item]:
    """Return items in the order a request asks for; missing values come last.

    Args:
        items: The items in their natural order.
        sort: The request's ``sort``.
        columns: How to read each column that can be sorted by.

    Raises:
        ApiError: 400 for another column.
    """
    chosen = sort_key(sort, columns)
    if chosen is None:
        return list(items)
    column, descending = chosen
    read = columns[column]
    present = [item for item in items if read(item) is not None]
    missing = [item for item in items if read(item) is None]
    return sorted(present, key=read, reverse=descending) + missing
