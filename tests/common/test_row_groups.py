"""Cutting of tables into parts of whole row groups."""

from hypothesis import given
from hypothesis import strategies as st

from arthurai.common.row_groups import ROW_GROUP_ROWS, rows_per_part

LEAST = 4 * ROW_GROUP_ROWS


def sizes(total, least):
    rows = rows_per_part(total, least)
    return [min(rows, total - start) for start in range(0, total, rows)]


@given(total=st.integers(1, 5_000_000), least=st.integers(ROW_GROUP_ROWS, LEAST))
def test_parts_are_neither_small_nor_large(total, least):
    parts = sizes(total, least)
    assert sum(parts) == total
    assert min(parts) >= min(total, ROW_GROUP_ROWS)
    assert max(parts) < 2 * least + ROW_GROUP_ROWS


def test_parts_are_whole_row_groups_where_that_leaves_no_small_rest():
    assert sizes(100_000, 48_000) == [2 * ROW_GROUP_ROWS, 100_000 - 2 * ROW_GROUP_ROWS]
    assert sizes(2 * LEAST, LEAST) == [LEAST, LEAST]
    assert sizes(147_457, 49_152) == [49_153, 49_153, 49_151]


def test_a_small_table_is_one_part():
    assert sizes(1, LEAST) == [1]
    assert sizes(ROW_GROUP_ROWS + 1, LEAST) == [ROW_GROUP_ROWS + 1]
    assert rows_per_part(0, LEAST) == 1
