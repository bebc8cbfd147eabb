"""How large a row is, against a count by hand of each value."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from arthurai.server.storage.warehouse.row_results import RowResults
from arthurai.server.storage.warehouse.row_sizes import max_row_bytes, reject_large_rows

COLUMNS = {
    "text": (pa.string(), ["aé", None, "abcd"], [3, 0, 4]),
    "large text": (pa.large_string(), ["", "ab", "c"], [0, 2, 1]),
    "float": (pa.float64(), [1.0, None, 2.0], [8, 8, 8]),
    "time": (pa.timestamp("us"), [dt.datetime(2026, 1, 1)] * 3, [8, 8, 8]),  # noqa: DTZ001 - naive
    "nothing": (pa.null(), [None] * 3, [0, 0, 0]),
    "tokens": (pa.list_(pa.string()), [["a", "bcd"], None, ["xx"]], [4, 0, 2]),
    "likelihoods": (
        pa.list_(pa.map_(pa.string(), pa.float64())),
        [[[("a", 0.5)], [("bb", 0.5)]], [], [[("ccc", 0.1)]]],
        [19, 0, 11],
    ),
    "ranked": (
        pa.list_(pa.struct({"item": pa.string(), "score": pa.float64()})),
        [[{"item": "xyz", "score": 1.0}], [], [{"item": "", "score": 1.0}] * 2],
        [11, 0, 16],
    ),
}


@pytest.mark.parametrize("name", list(COLUMNS))
@pytest.mark.parametrize("first", [0, 1])
def test_rows_above_the_bound_are_rejected(name, first):
    kind, values, sizes = COLUMNS[name]
    table = pa.table({"row": [10, 11, 12], "value": pa.array(values, kind)}).slice(first)
    for most in {*sizes, 3, 9}:
        results = RowResults(total=13)
        kept = reject_large_rows(table, 8 + most, results)
        too_large = {10 + n for n in range(first, 3) if sizes[n] > most}
        assert set(results.failures) == too_large
        assert set(kept.column("row").to_pylist()) == {10 + n for n in range(first, 3)} - too_large
        assert {failure.status for failure in results.failures.values()} <= {413}


def test_a_vector_of_the_largest_rows_takes_a_quarter_of_the_memory():
    assert 2048 * max_row_bytes(2**30) == 2**28
