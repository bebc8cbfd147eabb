"""Lists that the server sends page by page.

Made by `python -m scripts.async_layer` from `arthurai/common/pagination.py`; not edited by hand.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from arthurai.common.pagination import is_last_page

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
    for number in itertools.count(1):
        page = await fetch(number)
        found = items(page)
        is_last = is_last_page(page, number, found)
        for item in found or ():  # noqa: UP028 - the asynchronous twin has no `yield from`
            yield item
        if is_last:
            return


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
