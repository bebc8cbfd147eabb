"""Lists that the server sends page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arthurai.common.checks import check_object
from arthurai.common.exceptions import ExpectedParameterNotFoundError, UnexpectedValueError
from arthurai.common.text import quote_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def read_page(body: Any, key: str = "data") -> tuple[list[Any], int]:
    """Return the items of one page of a list, and the number of pages.

    Args:
        body: The page.
        key: Member that holds the items; `null` stands for none.

    Raises:
        ExpectedParameterNotFoundError: The page has no such member.
        UnexpectedValueError: The body is not a page.
    """
    page = check_object(body)
    if key not in page:
        raise ExpectedParameterNotFoundError(
            f"the response lacks {key!r}: {quote_value(body, 200)}"
        )
    items, pages = page[key], page.get("total_pages")
    if not isinstance(items, list | None) or not isinstance(pages, int | None):
        raise UnexpectedValueError(
            f"the server sent a page without a list of {key}: {quote_value(body, 200)}"
        )
    return items or [], pages or 1


def iterate_pages(fetch: Callable[[int], Any], key: str = "data") -> Iterator[Any]:
    """Iterate over the items of all pages of a list; each page is fetched when it is needed.

    Args:
        fetch: Returns the page of a number, from 1 on.
        key: Member that holds the items of a page.
    """
    number = pages = 1
    while number <= pages:
        items, pages = read_page(fetch(number), key)
        if not items:
            return
        yield from items
        number += 1
