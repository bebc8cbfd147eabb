"""Lists that come page by page."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arthurai.common.exceptions import UnexpectedValueError
from arthurai.common.pagination import collect_pages, iterate_items
from arthurai_api.types import UNSET


def items_of(pages):
    return collect_pages(lambda number: pages[number - 1], lambda page: page.data)


@given(st.integers(0, 23), st.integers(1, 6))
def test_every_item_of_every_page_once(number, size):
    pages = [list(range(number))[i : i + size] for i in range(0, number, size)]
    asked = []

    def fetch(page):
        asked.append(page)
        data = pages[page - 1] if page <= len(pages) else None
        return SimpleNamespace(data=data, total_pages=len(pages))

    assert collect_pages(fetch, lambda page: page.data) == list(range(number))
    assert asked == list(range(1, max(1, len(pages)) + 1))


def test_a_page_is_fetched_when_it_is_asked_for():
    asked = []

    def fetch(number):
        asked.append(number)
        return SimpleNamespace(data=[number, -number], total_pages=3)

    items = iterate_items(fetch, lambda page: page.data)
    assert asked == []
    assert [next(items), next(items)] == [1, -1]
    assert asked == [1]
    assert [*items] == [2, -2, 3, -3]


@pytest.mark.parametrize("total", [None, UNSET, 0, 1])
def test_a_page_may_leave_out_how_many_there_are(total):
    assert items_of([SimpleNamespace(data=[1], total_pages=total)]) == [1]


@pytest.mark.parametrize("data", [None, []])
def test_a_page_without_items_is_the_last(data):
    assert items_of([SimpleNamespace(data=data, total_pages=10**9)]) == []


def test_a_number_of_pages_that_is_not_a_number_is_refused():
    for data in ([1], []):
        with pytest.raises(UnexpectedValueError, match="total_pages='3'"):
            items_of([SimpleNamespace(data=data, total_pages="3")])
