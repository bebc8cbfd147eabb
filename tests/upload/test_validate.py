"""In strict mode a table that is wrong is refused whole, with everything that is wrong in one message."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from builders import attribute, regression, save_model, stored, stored_count, unsaved_model
from dateutil.tz import gettz

from arthurai.common.exceptions import (
    ArthurUserError,
    MethodNotApplicableError,
    MissingParameterError,
    UserTypeError,
    UserValueError,
)

pytestmark = pytest.mark.usefixtures("strict")

GOOD = {"amount": 1.5, "count": 3, "word": "a", "flag": True, "story": "long", "score": 0.5}


def rows(number=4, /, **changes):
    return [{**GOOD, **changes} for _ in range(number)]


FRAMES = [list, pd.DataFrame, pl.DataFrame, pa.Table.from_pylist]


def without(name):
    return [{key: value for key, value in row.items() if key != name} for row in rows()]


BAD = {
    "missing input": (without("amount"), ["missing", "'amount'", "FLOAT"]),
    "missing prediction": (without("score"), ["missing", "'score'"]),
    "unknown column": (rows(amuont=1), ["'amuont'", "did you mean 'amount'"]),
    "text for a float": (rows(amount="1.5"), ["'amount'", "rows 0, 1, 2 and 1 more"]),
    "text for an integer": (rows(count="3"), ["'count'", "whole number"]),
    "fraction for an integer": (rows(count=3.5), ["'count'", "whole number", "3.5"]),
    "flag for an integer": (rows(count=True), ["'count'", "whole number"]),
    "number for text": (rows(word=5), ["'word'", "text"]),
    "number for a flag": (rows(flag=1), ["'flag'", "true"]),
    "naive time": (rows(inference_timestamp=datetime(2024, 1, 1)), ["`tz`", "no zone"]),  # noqa: DTZ001
    "no time": (rows(inference_timestamp="yesterday"), ["inference_timestamp", "ISO-8601"]),
    "number for a time": (rows(inference_timestamp=5), ["inference_timestamp", "not a timestamp"]),
    "number with a fraction for an id": (rows(partner_inference_id=1.5), ["must be text"]),
    "one id twice": (rows(partner_inference_id="a"), ["rows 1, 2, 3", "earlier row"]),
    "an id too long": (rows(1, partner_inference_id="x" * 256), ["255"]),
}


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("what", BAD)
def test_bad_rows_are_refused_and_nothing_is_sent(model, what, frame):
    data, words = BAD[what]
    for send in (
        model.send_inferences,
        lambda table: model.send_bulk_inferences(data=table, ignore_join_errors=True),
    ):
        with pytest.raises(ArthurUserError) as caught:
            send(frame(data))
        for word in words:
            assert word in str(caught.value)
    assert stored_count(model) == 0


@pytest.mark.parametrize("frame", FRAMES)
def test_all_problems_stand_in_one_message(model, frame):
    data = frame(rows(amount="x", inference_timestamp=datetime(2024, 1, 1), extra=1))  # noqa: DTZ001
    with pytest.raises(UserValueError, match="3 problems; nothing of it was sent") as caught:
        model.send_inferences(data)
    for word in ("'amount'", "'inference_timestamp'", "'extra'"):
        assert word in str(caught.value)


def test_wrong_types_alone_are_a_type_error(model):
    with pytest.raises(UserTypeError) as caught:
        model.send_inferences(rows(amount="x"))
    assert isinstance(caught.value, TypeError)


def test_an_integer_a_float_cannot_hold_is_refused(model):
    for frame in FRAMES:
        with pytest.raises(UserValueError, match="'amount'"):
            model.send_inferences(frame(rows(amount=2**53 + 1)))


def test_whole_floats_become_integers(model):
    data = pd.DataFrame(rows(3)).assign(count=[1.0, np.nan, 3.0], partner_inference_id=list("abc"))
    model.send_inferences(data)
    assert [row["count"] for row in stored(model, "count").values()] == [1, None, 3]


def test_tables_without_rows_send_nothing(model, caplog, tmp_path):
    caplog.set_level("INFO", logger="arthurai")
    nothing = {"success": 0, "failure": 0, "total": 0}
    quiet = pd.DataFrame(rows()).assign(partner_inference_id="a", truth=1.0).head(0)
    quiet.to_parquet(tmp_path / "empty.parquet")
    for empty in ([], pd.DataFrame(rows()).head(0), pl.DataFrame(rows()).head(0), iter([])):
        caplog.clear()
        assert model.send_inferences(empty) == {"counts": nothing, "results": []}
        assert "`inferences` has no rows, nothing was sent" in caplog.text
    for source in ({"data": quiet}, {"directory_path": str(tmp_path)}):
        result, closed = model.send_bulk_inferences(**source)
        assert (result["counts"], closed) == (nothing, None)
        caplog.clear()
        truths = model.send_bulk_ground_truths(**source)
        assert truths["counts"] == nothing
        assert "`ground_truths` has no rows, nothing was sent" in caplog.text
    for empty in ([], pd.DataFrame({"partner_inference_id": [], "truth": []})):
        assert model.update_inference_ground_truths(empty) == {"counts": nothing, "results": []}
    assert stored(model, "count") == {}


@pytest.mark.parametrize("data", [5, "rows", [1, 2], np.zeros((2, 2, 2)), None])
def test_what_is_no_table_is_refused(model, data):
    with pytest.raises(UserTypeError, match="`inferences`"):
        model.send_inferences(data)


def test_nested_and_flat_values_of_one_kind_do_not_mix(model):
    with pytest.raises(UserValueError, match="row 1"):
        model.send_inferences([GOOD, {"inference_data": GOOD, "amount": 1.0}])
    with pytest.raises(UserTypeError, match="inference_data"):
        model.send_inferences([{"inference_data": [1]}])


def test_optional_stages_may_be_left_out_and_are_null(arthur):
    model = save_model(arthur, regression(attribute("extra", "STRING", "NON_INPUT_DATA")))
    model.send_inferences([{**GOOD, "partner_inference_id": "a"}])
    assert stored(model, "extra") == {"a": {"extra": None}}


ZONED = ZoneInfo("America/New_York")
INSTANTS = {
    "naive in winter": (datetime(2024, 1, 1, 12), "2024-01-01T17:00:00Z"),  # noqa: DTZ001
    "naive in summer": (datetime(2024, 7, 1, 12), "2024-07-01T16:00:00Z"),  # noqa: DTZ001
    "naive twice a year": (datetime(2024, 11, 3, 1, 30), "2024-11-03T05:30:00Z"),  # noqa: DTZ001
    "naive that never was": (datetime(2024, 3, 10, 2, 30), "2024-03-10T07:30:00Z"),  # noqa: DTZ001
    "naive text": ("2024-01-01T12:00:00", "2024-01-01T17:00:00Z"),
    "aware": (datetime(2024, 1, 1, 12, tzinfo=UTC), "2024-01-01T12:00:00Z"),
    "text with an offset": ("2024-01-01T12:00:00+02:00", "2024-01-01T10:00:00Z"),
    "nanoseconds": (pd.Timestamp("2024-01-01T12:00:00.123456789Z"), "2024-01-01T12:00:00.123456Z"),
}


@pytest.mark.parametrize("tz", ["America/New_York", ZONED, gettz("America/New_York")])
@pytest.mark.parametrize(
    "frame", [list, pd.DataFrame, lambda data: pl.DataFrame(data, strict=False)]
)
@pytest.mark.parametrize("what", INSTANTS)
def test_times_mean_what_their_zone_says(model, what, frame, tz):
    value, instant = INSTANTS[what]
    if isinstance(value, pd.Timestamp) and frame is not pd.DataFrame:
        value = value.to_pydatetime(warn=False)
    row = {**GOOD, "inference_timestamp": value, "partner_inference_id": "a"}
    changes = what in {"naive twice a year", "naive that never was"}  # refused in strict mode
    model.send_inferences(frame([row]), tz=tz, strict=not changes)
    assert datetime.fromisoformat(
        stored(model, "inference_timestamp")["a"]["inference_timestamp"]
    ) == datetime.fromisoformat(instant)


@pytest.mark.parametrize("frame", [list, pd.DataFrame, pl.DataFrame])
@pytest.mark.parametrize("tz", ["America/New_York", ZONED])
def test_files_take_a_zone_too(arthur, model, frame, tz):
    noon = datetime(2024, 1, 1, 12)  # noqa: DTZ001 - naive on purpose
    row = {**GOOD, "inference_timestamp": noon, "partner_inference_id": "a"}
    result, _ = model.send_bulk_inferences(data=frame([row]), tz=tz)
    assert result.accepted == 1
    truth = {"partner_inference_id": "a", "truth": 1.0, "ground_truth_timestamp": noon}
    assert model.send_bulk_ground_truths(data=frame([truth]), tz=tz).accepted == 1
    names = ("inference_timestamp", "ground_truth_timestamp")
    assert stored(model, *names)["a"] == dict.fromkeys(names, "2024-01-01T17:00:00Z")

    timed = save_model(arthur, regression(attribute("when", "TIMESTAMP", "NON_INPUT_DATA")))
    reference = {**GOOD, "when": noon, "truth": 1.0}
    result, _ = timed.set_reference_data(data=frame([reference]), tz=tz)
    assert result.accepted == 1
    held = timed.query({"select": [{"property": "when"}], "from": "reference"})
    assert held == [{"when": "2024-01-01T17:00:00Z"}]


@pytest.mark.parametrize("call", ["send_bulk_inferences", "send_bulk_ground_truths"])
def test_naive_times_in_files_need_a_zone(model, call):
    noon = datetime(2024, 1, 1, 12)  # noqa: DTZ001 - naive on purpose
    times = {"inference_timestamp": noon, "ground_truth_timestamp": noon, "truth": 1.0}
    with pytest.raises(UserValueError, match="`tz`"):
        getattr(model, call)(data=[{**GOOD, **times, "partner_inference_id": "a"}])
    with pytest.raises(UserValueError, match="'Mars/Olympus'"):
        getattr(model, call)(data=[GOOD], tz="Mars/Olympus")


def test_an_unknown_zone_is_named(model):
    with pytest.raises(UserValueError, match="'Mars/Olympus'"):
        model.send_inferences(rows(), tz="Mars/Olympus")
    with pytest.raises(UserTypeError, match="`tz`"):
        model.send_inferences(rows(), tz=5)


def test_new_categories_and_values_out_of_range_are_told_not_refused(arthur, caplog):
    kind = attribute("kind", "STRING", position=9, categorical=True, categories=["a", "b"])
    size = attribute("size", "FLOAT", position=10, min_range=0.0, max_range=1.0)
    data = [{**GOOD, "kind": "c", "size": 7.0}, {**GOOD, "kind": "a", "size": 0.5}]
    for frame in FRAMES:
        model = save_model(arthur, regression(kind, size))
        caplog.clear()
        with caplog.at_level(logging.WARNING, "arthurai.upload"):
            result = model.send_inferences(frame(data))
        assert result.accepted == 2
        assert "'c'" in caplog.text
        assert " to 7, not " in caplog.text


def test_options_are_checked(model):
    for name, value, error in (
        ("chunk_size", 0, UserValueError),
        ("max_workers", -1, UserValueError),
        ("chunk_size", 1.5, UserTypeError),
        ("max_workers", True, UserTypeError),
    ):
        with pytest.raises(error, match=name):
            model.send_inferences(rows(), **{name: value})


def test_a_source_is_needed_and_only_one(model):
    with pytest.raises(MissingParameterError, match="directory_path"):
        model.send_bulk_inferences()
    with pytest.raises(UserTypeError, match=r"batch_id must be a string, got DataFrame.*data="):
        model.send_bulk_inferences(pd.DataFrame(rows()))
    with pytest.raises(UserValueError, match="`data` and `files`"):
        model.set_reference_data(data=rows(), files=["x"])


def test_bulk_inferences_need_ids_unless_they_bring_their_truth(model):
    with pytest.raises(UserValueError, match="partner_inference_id"):
        model.send_bulk_inferences(data=pd.DataFrame(rows()))
    assert model.send_bulk_inferences(data=pd.DataFrame(rows(truth=1.0)))[0].accepted == 4
    assert model.send_bulk_inferences(data=rows(), ignore_join_errors=True)[0].accepted == 4


def test_ground_truth_needs_ids_and_values(model):
    with pytest.raises(UserValueError, match="partner_inference_id"):
        model.update_inference_ground_truths([1.0, 2.0])
    with pytest.raises(UserValueError, match="row 1: ground truth is missing"):
        model.update_inference_ground_truths([1.0, None], partner_inference_ids=["a", "b"])
    with pytest.raises(UserTypeError, match="`ground_truths`"):
        model.update_inference_ground_truths("text", partner_inference_ids=["a"])


def test_a_batch_model_needs_batches(batch_model):
    with pytest.raises(UserValueError, match="batch_id"):
        batch_model.send_inferences(rows())
    with pytest.raises(UserValueError, match="row 1: the batch id is missing"):
        batch_model.send_inferences(rows(2), batch_id=["a", None])


def test_an_unsaved_model_sends_nothing(arthur):

    model = unsaved_model(attributes=regression())
    model.attach(arthur.session)
    for call in (
        lambda: model.send_inferences(rows()),
        lambda: model.send_bulk_inferences(data=rows()),
        lambda: model.update_inference_ground_truths([1.0], ["a"]),
        lambda: model.close_batch("b"),
    ):
        with pytest.raises(MethodNotApplicableError):
            call()
    assert model.set_reference_data(data=rows()) is None
    assert model.reference_dataframe == rows()
