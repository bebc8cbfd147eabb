import pytest
from hypothesis import given
from hypothesis import strategies as st

from arthurai.common.exceptions import ExpectedParameterNotFoundError, UnexpectedValueError
from arthurai.common.pagination import iterate_pages, read_page


@given(st.integers(0, 23), st.integers(1, 6))
def test_every_item_of_every_page_once(number, size):
    pages = [list(range(number))[i : i + size] for i in range(0, number, size)]
    asked = []

    def fetch(page):
        asked.append(page)
        data = pages[page - 1] if page <= len(pages) else None
        return {"data": data, "total_pages": len(pages)}

    assert list(iterate_pages(fetch)) == list(range(number))
    assert asked == list(range(1, max(1, len(pages)) + 1))


def test_odd_pages():
    assert read_page({"data": None}) == ([], 1)
    assert read_page({"metrics": [1], "total_pages": 4}, "metrics") == ([1], 4)
    assert list(iterate_pages(lambda _: {"data": [1]})) == [1]
    with pytest.raises(ExpectedParameterNotFoundError, match="'data'"):
        read_page({})
    for body in ([], None, {"data": 7}, {"data": {}}, {"data": [], "total_pages": "3"}):
        with pytest.raises(UnexpectedValueError):
            read_page(body)
