"""Lists that the server sends page by page.

Made by `python -m scripts.async_layer` from `arthurai/common/pagination.py`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.common.exceptions import UnexpectedValueError
from arthurai.common.text import quote_value

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from arthurai.common.pagination import P, T


async def iterate_items(
    fetch: Callable[[int], Awaitable[P]], items: Callable[[P], Sequence[T] | None]
) -> AsyncIterator[T]:
    """Yield the items of a list; each page is fetched when its first item is asked for.

    A page without items is the last.

    Args:
        fetch: Returns the page of a number, from 1.
        items: Returns the items of a page.

    Raises:
        UnexpectedValueError: The number of pages is not a number.
    """
    number, last = 1, 1
    while number <= last:
        page = await fetch(number)
        found, total = items(page), page.total_pages or 1
        if not isinstance(total, int):
            raise UnexpectedValueError(f"the server sent total_pages={quote_value(total)}")
        if not found:
            break
        for item in found:  # noqa: UP028 - the asynchronous twin has no `yield from`
            yield item
        number, last = number + 1, total


async def collect_pages(
    fetch: Callable[[int], Awaitable[P]], items: Callable[[P], Sequence[T] | None]
) -> list[T]:
    """Return the items of all pages of a list.

    Args:
        fetch: Returns the page of a number, from 1.
        items: Returns the items of a page.

    Raises:
        UnexpectedValueError: The number of pages is not a number.
    """
    return [item async for item in iterate_items(fetch, items)]
