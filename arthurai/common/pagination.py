"""Lists that the server sends page by page."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from arthurai.common.exceptions import UnexpectedValueError
from arthurai.common.text import quote_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


class Page(Protocol):
    """One page of a list."""

    @property
    def total_pages(self) -> object:
        """Number of pages; false where the server leaves it out."""
        ...


P = TypeVar("P", bound=Page)
T = TypeVar("T")


def iterate_items(
    fetch: Callable[[int], P], items: Callable[[P], Sequence[T] | None]
) -> Iterator[T]:
    """Yield the items of a list; each page is fetched when its first item is asked for.

    A page without items is the last.

    Args:
        fetch: Returns the page of a number, from 1.
        items: Returns the items of a page.

    Raises:
        UnexpectedValueError: The number of pages is not a number.
    """
    for number in itertools.count(1):
        page = fetch(number)
        found = items(page)
        is_last = is_last_page(page, number, found)
        for item in found or ():  # noqa: UP028 - the asynchronous twin has no `yield from`
            yield item
        if is_last:
            return


def is_last_page(page: object, number: int, items: Sequence[Any] | None) -> bool:
    """Return whether no page follows one: it is the last by its number, or it is empty.

    Args:
        page: The page; a list that comes as a whole has no number of pages.
        number: Its number, from 1.
        items: Its items.

    Raises:
        UnexpectedValueError: The number of pages is not a number.
    """
    total = getattr(page, "total_pages", None) or 1
    if not isinstance(total, int):
        raise UnexpectedValueError(f"the server sent total_pages={quote_value(total)}")
    return number >= total or not items


def collect_pages(fetch: Callable[[int], P], items: Callable[[P], Sequence[T] | None]) -> list[T]:
    """Return the items of all pages of a list.

    Args:
        fetch: Returns the page of a number, from 1.
        items: Returns the items of a page.

    Raises:
        UnexpectedValueError: The number of pages is not a number.
    """
    return [item for item in iterate_items(fetch, items)]  # noqa: C416 - likewise
