"""Tables of answers without rows have the columns that were asked for."""

from __future__ import annotations

import pytest
from builders import regression, regression_rows, save_model

from arthurai.query import avg, col, count, drift, round_timestamp, select


@pytest.fixture(scope="module")
def model(arthur):
    saved = save_model(arthur, regression())
    saved.send_inferences(regression_rows(range(3)))
    return saved


NOBODY = col("amount") > 1e9
DAY = round_timestamp("day")
QUERIES = [
    (select("inference_timestamp", "amount").where(NOBODY), ["inference_timestamp", "amount"]),
    (
        select(DAY, avg("amount").as_("mean"), count()).where(NOBODY).group_by(DAY),
        ["day", "mean", "count"],
    ),
    (select("*").where(NOBODY), []),
    (drift("amount", base="inference", rollup="day", target_where=[NOBODY]), ["rollup", "amount"]),
]


@pytest.mark.parametrize(("query", "names"), QUERIES)
@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_tables_without_rows_have_columns(model, query, names, kind):
    table = model.query(query, as_frame=kind)
    assert len(table) == 0
    assert list(getattr(table, "column_names", getattr(table, "columns", ()))) == names
