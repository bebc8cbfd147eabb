"""Pages and order of lists."""

from __future__ import annotations

from operator import methodcaller
from typing import TYPE_CHECKING, Any, Final, TypeVar

from arthurai.server.http.api_errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Item = TypeVar("Item")

DEFAULT_PAGE_SIZE: Final = 20


def paginate(
    items: Sequence[Any],
    params: Mapping[str, Any],
    to_api: Callable[[Any], Any] = dict,
    *,
    key: str = "data",
) -> dict[str, Any]:
    """Return one page of a list in the envelope of the API.

    Args:
        items: All items in their order.
        params: Parameters of the request; `page` and `page_size` are read.
        to_api: Turns an item of the page into its JSON form; documents are shown as they are.
        key: Member that holds the items.
    """
    page = int(params.get("page") or 1)
    size = int(params.get("page_size") or DEFAULT_PAGE_SIZE)
    start = (page - 1) * size
    return {
        key: [to_api(item) for item in items[start : start + size]],
        "page": page,
        "page_size": size,
        "total_pages": -(-len(items) // size),
        "total_count": len(items),
    }


def sort_items(
    items: Sequence[Item],
    sort: str | None,
    columns: Mapping[str, Callable[[Item], Any]],
) -> list[Item]:
    """Return items in the order that a request asks for; missing values come last.

    Args:
        items: The items in their natural order.
        sort: `column`, `+column` or `-column` for descending order; nothing keeps the order.
        columns: How to read each column that can be sorted by.

    Raises:
        ApiError: 400 for another column.
    """
    if not sort:
        return list(items)
    column = sort[1:] if sort[0] in "+- " else sort  # a plus of a query string is a space
    if column not in columns:
        raise ApiError(
            400, f"parameter sort: no column {column[:100]!r}; use {', '.join(sorted(columns))}"
        )
    read = columns[column]
    present = [item for item in items if read(item) is not None]
    missing = [item for item in items if read(item) is None]
    return sorted(present, key=read, reverse=sort.startswith("-")) + missing


def member_columns(*names: str) -> dict[str, Callable[[Mapping[str, Any]], Any]]:
    """Return how to read the members of documents that can be sorted by.

    Args:
        names: Names of the members.
    """
    return {name: methodcaller("get", name) for name in names}
