"""Tables that are sent again, and whole numbers with more digits than a float holds."""

from __future__ import annotations

import pandas as pd
import pytest
from builders import attribute, regression, save_model, stored

from arthurai.common.exceptions import UserValueError

ROWS = 6
EXACT = [2**53 + 1, 2**60 + 3, 2**63 - 1, -(2**62) - 1, 0, None]
TABLE = pd.DataFrame(
    {
        "amount": [row / 2 for row in range(ROWS)],
        "exact": pd.array(EXACT, dtype="Int64"),
        "score": [0.5] * ROWS,
        "truth": [float(row) for row in range(ROWS)],
        "partner_inference_id": [f"id-{row}" for row in range(ROWS)],
        "inference_timestamp": pd.date_range("2026-01-01", periods=ROWS, tz="UTC"),
    }
)


@pytest.fixture
def model(arthur):
    columns = {"amount": "FLOAT"}
    return save_model(
        arthur, regression(attribute("exact", "INTEGER", position=1), columns=columns)
    )


def send(model, table, road):
    if road == "bulk":
        return model.send_bulk_inferences(data=table, fail_silently=False)[0]
    rows = table if road == "table" else table.astype(object).where(table.notna(), None)
    return model.send_inferences(rows if road == "table" else rows.to_dict("records"))


ROADS = ["table", "rows", "bulk"]


@pytest.mark.parametrize("road", ROADS)
def test_a_table_that_is_sent_again_changes_nothing(model, road):
    assert "ground_truth_timestamp" not in TABLE  # it is filled in
    for _ in range(2):
        assert send(model, TABLE, road).accepted == ROWS
    assert model.query({"select": [{"function": "count"}]}) == [{"count": ROWS}]
    truths = TABLE[["partner_inference_id", "truth"]]
    for _ in range(2):
        assert model.update_inference_ground_truths(truths).accepted == ROWS
        assert model.send_bulk_ground_truths(data=truths, fail_silently=False).accepted == ROWS
    assert model.query({"select": [{"function": "count"}]}) == [{"count": ROWS}]
    found = stored(model, "truth")
    assert [found[f"id-{row}"]["truth"] for row in range(ROWS)] == list(TABLE["truth"])


@pytest.mark.parametrize("road", ROADS)
def test_integers_keep_all_their_digits(model, road):
    send(model, TABLE, road)
    found = stored(model, "exact")
    assert [found[f"id-{row}"]["exact"] for row in range(ROWS)] == EXACT
    for value, near in ((2**60 + 3, 2**60 + 2), (2**53 + 1, 2**53)):
        for wanted, count in ((value, 1), (near, 0)):
            condition = {"property": "exact", "comparator": "eq", "value": wanted}
            body = {"select": [{"function": "count"}], "filter": [condition]}
            assert model.query(body) == [{"count": count}]


@pytest.mark.parametrize("road", ROADS)
def test_digits_that_a_float_loses_are_reported_and_refused_when_strict(model, road, caplog):
    table = TABLE.assign(amount=[2**53 + 1, 2**53, 2**60, -(2**53) - 1, 1, 2])
    assert send(model, table, road).accepted == ROWS
    assert "'amount': 2 values do not fit the attribute" in caplog.text
    assert "has more digits than a float holds" in caplog.text
    with pytest.raises(UserValueError, match="'amount', rows 0, 3: has more digits than a float"):
        model.send_inferences(table, strict=True)
