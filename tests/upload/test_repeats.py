"""Tables that are sent again, and whole numbers with more digits than a float holds."""

from __future__ import annotations

import pandas as pd
import pytest
from builders import attribute, regression, save_model, stored

from arthurai.common.exceptions import UserValueError
from arthurai.model.base_model import attached_session

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


@pytest.fixture
def wire(model, monkeypatch):
    """The names of all headers that are sent."""
    names = []
    session = attached_session(model)
    send_request = session.send

    def send(request, **more):
        names.extend(name.lower() for name in request.headers)
        return send_request(request, **more)

    monkeypatch.setattr(session, "send", send)
    return names


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


def untimed(table):
    return table.drop(columns="inference_timestamp")


def count(model):
    return model.query({"select": [{"function": "count"}]})[0]["count"]


@pytest.mark.parametrize("again", ROADS)
@pytest.mark.parametrize("road", ROADS)
def test_a_repeat_changes_nothing_when_times_were_filled_in(model, road, again):
    table = untimed(TABLE)
    first = send(model, table, road)
    assert first.accepted == ROWS
    before = stored(model, "inference_timestamp", "truth", "amount")
    repeat = send(model, table, again)
    assert (repeat.accepted, repeat.failures) == (ROWS, [])
    assert count(model) == ROWS
    assert stored(model, "inference_timestamp", "truth", "amount") == before
    changed = table.assign(amount=table["amount"] + 1)
    assert send(model, changed, again).accepted == ROWS
    assert count(model) == 2 * ROWS  # other inputs are further inferences


def test_a_repeat_without_times_is_one_of_rows_that_were_sent_with_times(model):
    send(model, TABLE, "table")
    before = stored(model, "inference_timestamp")
    send(model, untimed(TABLE), "table")
    assert count(model) == ROWS
    assert stored(model, "inference_timestamp") == before
    other = TABLE["inference_timestamp"] + pd.Timedelta(days=1)
    send(model, TABLE.assign(inference_timestamp=other), "table")
    assert count(model) == 2 * ROWS  # a time that was given is compared


def test_rows_that_lack_a_time_are_repeats_beside_rows_that_have_one(model):
    rows = TABLE.astype(object).where(TABLE.notna(), None).to_dict("records")
    for row in rows[::2]:
        del row["inference_timestamp"]
    for _ in range(3):
        assert model.send_inferences(rows).accepted == ROWS
    assert count(model) == ROWS


def test_single_rows_and_streams_are_repeats_too(model):
    table = untimed(TABLE)
    for start in range(2):
        for row in range(ROWS):
            model.send_inferences(table.iloc[[row]])
        chunks = (table.iloc[row : row + 2] for row in range(start, ROWS, 2))
        model.send_inferences(chunks, chunk_size=2)
    assert count(model) == ROWS


def test_a_repeat_that_brings_the_truth_completes_rows_whose_times_were_filled_in(model):
    send(model, untimed(TABLE).drop(columns="truth"), "table")
    for _ in range(2):
        send(model, untimed(TABLE), "bulk")
        assert count(model) == ROWS
    found = stored(model, "truth")
    assert [found[f"id-{row}"]["truth"] for row in range(ROWS)] == list(TABLE["truth"])


def test_without_ids_every_send_stores_rows_and_says_so(model, caplog):
    caplog.set_level("INFO", "arthurai")
    anonymous = untimed(TABLE).drop(columns="partner_inference_id")
    for _ in range(2):
        assert model.send_inferences(anonymous).accepted == ROWS
    assert count(model) == 2 * ROWS
    assert "rows that are sent again are stored again, unless their ids are given" in caplog.text


def test_only_calls_that_fill_in_times_of_known_ids_say_so(model, wire):
    send(model, TABLE, "table")
    model.send_inferences(untimed(TABLE).drop(columns="partner_inference_id"))
    model.update_inference_ground_truths(TABLE[["partner_inference_id", "truth"]])
    assert not [name for name in wire if name == "arthur-call-time"]
    send(model, untimed(TABLE), "table")
    assert wire.count("arthur-call-time") == 1


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
