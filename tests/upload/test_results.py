"""What calls return and raise, batches, streams, repeated ids, and interrupted calls."""

from __future__ import annotations

import json
import signal
import threading
import time

import pandas as pd
import pyarrow as pa
import pytest
from builders import NOW, regression_rows, stored, stored_count
from thread_warnings import warns

from arthurai.common.exceptions import ArthurError, ResponseClientError
from arthurai.common.vocabulary import ValueType
from arthurai.model.base_model import require_session
from arthurai_api.api.datasets import get_batch, get_reference_data


def make_rows(count, start=0, **changes):
    return regression_rows(range(start, start + count), **changes)


def test_the_result_is_what_official_users_know(model):
    result = model.send_inferences(make_rows(3), chunk_size=2)
    assert result == {
        "counts": {"success": 3, "failure": 0, "total": 3},
        "results": [
            {"message": "success", "status": 200, "partner_inference_id": f"id-{n}"}
            for n in range(3)
        ],
    }
    assert json.loads(json.dumps(result)) == result
    assert (result.accepted, result.rejected, result.unknown, result.failures) == (3, 0, 0, [])


def test_a_long_result_shows_its_ends_only(model):
    assert repr(model.send_inferences(make_rows(10))).count("'status': 200") == 10
    shown = repr(model.send_inferences(make_rows(40, start=10)))
    assert "{'success': 40, 'failure': 0, 'total': 40}" in shown
    assert shown.count("'status': 200") == 5
    assert "… 35 more" in shown


def test_ids_are_made_up_and_told(model):
    rows = [{k: v for k, v in row.items() if k != "partner_inference_id"} for row in make_rows(4)]
    ids = [entry["partner_inference_id"] for entry in model.send_inferences(rows)["results"]]
    assert len(set(ids)) == 4
    assert stored(model, "count") == {row_id: {"count": n} for n, row_id in enumerate(ids)}


def test_the_callers_rows_are_left_alone(model):
    rows = make_rows(2)
    rows[0].pop("partner_inference_id")
    before = [dict(row) for row in rows]
    scores = [0.1, 0.2]
    model.send_inferences(rows, scores)
    assert rows == before
    assert scores == [0.1, 0.2]


def refusing(model):
    """Let the client take fractions as counts, which the server refuses row by row."""
    model.get_attribute("count").value_type = ValueType.Float
    return model


def make_mixed_rows(count, bad):
    return [
        {**row, "count": 0.5 if number in bad else float(number)}
        for number, row in enumerate(make_rows(count))
    ]


def test_a_repeated_row_is_harmless_and_another_one_is_a_further_inference(model):
    model.send_inferences(make_rows(4))
    assert model.send_inferences(make_rows(4)).accepted == 4
    assert stored_count(model) == 4
    changed = make_rows(4)
    changed[2]["amount"] = -1.0
    assert model.send_inferences(changed, chunk_size=2).accepted == 4
    assert stored_count(model) == 5


def test_a_row_that_the_server_refuses_fails_alone(model):
    rows = make_mixed_rows(4, bad={2})
    with pytest.raises(ResponseClientError, match=r"row 2 \('id-2'\): 400") as caught:
        refusing(model).send_inferences(rows, chunk_size=2)
    result = caught.value.result
    assert (result.accepted, result.rejected, result.unknown) == (3, 1, 0)
    [failure] = result.failures
    assert (failure.row, failure.partner_inference_id, failure.status) == (2, "id-2", 400)
    assert failure.outcome == "rejected"
    assert result["counts"] == {"success": 3, "failure": 1, "total": 4}
    assert [entry["status"] for entry in result["results"]] == [200, 200, 400, 200]
    assert stored_count(model) == 3


def test_failing_silently_returns_the_result_and_logs(model, caplog):
    result = refusing(model).send_inferences(make_mixed_rows(2, bad={0, 1}), fail_silently=True)
    assert result["counts"] == {"success": 0, "failure": 2, "total": 2}
    assert [failure.status for failure in result.failures] == [400, 400]
    assert "'id-0'" in caplog.text


def test_refused_rows_of_a_file_are_named(model):
    rows = pd.DataFrame(make_mixed_rows(4, bad={1}))
    result, closed = refusing(model).send_bulk_inferences(
        data=rows, chunk_size=3, fail_silently=True
    )
    assert closed is None
    assert (result.accepted, result.rejected) == (3, 1)
    [failure] = result.failures
    assert (failure.row, failure.partner_inference_id) == (1, "id-1")
    assert [len(refused) for refused in result["failures"]] == [1, 0]  # one list for each file


def test_partly_known_ground_truth_travels_for_the_rows_that_have_it(model):
    for number, frame in enumerate((list, pd.DataFrame, pa.Table.from_pylist)):
        rows = make_rows(3, start=10 * number, truth=1.0)
        rows[1]["truth"] = None
        model.send_inferences(frame(rows))
    held = stored(model, "truth", "ground_truth_timestamp")
    for number in range(3):
        found = [held[f"id-{10 * number + place}"] for place in range(3)]
        assert [row["truth"] for row in found] == [1.0, None, 1.0]
        assert [row["ground_truth_timestamp"] is None for row in found] == [False, True, False]


def batch(model, batch_id):
    return get_batch.sync(model.id, batch_id, client=require_session(model).api)


def test_batches_are_closed_with_the_rows_they_took(batch_model):
    batch_model.send_inferences(make_rows(3), batch_id=["a", "b", "a"])
    assert (batch(batch_model, "a").records, batch(batch_model, "b").records) == (2, 1)
    assert batch(batch_model, "a").partner_record_count == 2
    assert batch(batch_model, "b").status in {"uploaded", "processing", "completed"}


def test_a_bulk_batch_is_closed_once_everything_was_taken(batch_model):
    result, closed = batch_model.send_bulk_inferences("c", data=make_rows(4), chunk_size=1)
    assert result.batches == {"c": 4}
    assert closed == {"dataset_close_result": {"message": "success"}}
    result, closed = batch_model.send_bulk_inferences(
        "d", data=make_rows(4, 10), complete_batch=False
    )
    assert closed is None
    assert batch(batch_model, "d").status == "started"
    assert batch_model.close_batch("d", 4) == {"dataset_close_result": {"message": "success"}}


def test_a_batch_with_refused_rows_stays_open(batch_model, caplog):
    rows = pd.DataFrame(make_mixed_rows(3, bad={0}))
    result, closed = refusing(batch_model).send_bulk_inferences("e", data=rows, fail_silently=True)
    assert closed is None
    assert result.rejected >= 1
    assert "stays open" in caplog.text


def test_reference_data_is_closed_with_its_rows(model):
    rows = [
        {k: v for k, v in row.items() if k not in {"partner_inference_id", "inference_timestamp"}}
        for row in make_rows(5, truth=1.0)
    ]
    result, closed = model.set_reference_data(data=pd.DataFrame(rows), chunk_size=2)
    assert result["counts"] == {"success": 5, "failure": 0, "total": 5}
    assert closed == {"dataset_close_result": {"message": "success"}}
    held = get_reference_data.sync(model.id, client=require_session(model).api)
    assert held.records == 5


def test_the_old_single_row_call_still_works(model):
    with warns(DeprecationWarning, match="use send_inferences"):
        result = model.send_inference(
            NOW,
            "old",
            {"amount": 1.0, "count": 1, "word": "w", "flag": True, "story": "s"},
            None,
            {"score": 0.5},
            {"truth": 0.25},
        )
    assert result["counts"]["success"] == 1
    assert stored(model, "truth", "score")["old"] == {"truth": 0.25, "score": 0.5}


def test_the_old_batch_calls_still_work(batch_model):
    with warns(DeprecationWarning, match="use send_bulk_inferences"):
        result, closed = batch_model.send_batch_inferences("old", data=make_rows(2))
    assert result.accepted == 2
    assert closed is not None
    truths = [{"partner_inference_id": f"id-{n}", "truth": 1.0} for n in range(2)]
    with warns(DeprecationWarning, match="use send_bulk_ground_truths"):
        assert batch_model.send_batch_ground_truths(data=truths).accepted == 2


def test_progress_is_shown_when_asked_for(model, capsys):
    model.send_inferences(make_rows(10), chunk_size=3, progress=True)
    assert "10" in capsys.readouterr().err
    model.send_inferences(make_rows(10, 20), chunk_size=3)
    assert capsys.readouterr().err == ""


def test_a_stream_that_fails_says_what_was_accepted(model):
    def source():
        yield pd.DataFrame(make_rows(4))
        yield pd.DataFrame(make_rows(4, 4))
        raise ConnectionAbortedError("the warehouse went away")

    with pytest.raises(ArthurError, match="the warehouse went away") as caught:
        model.send_inferences(source(), chunk_size=4)
    assert isinstance(caught.value.__cause__, ConnectionAbortedError)
    assert caught.value.result.accepted == 8
    assert any("8 rows accepted" in note for note in caught.value.__notes__)
    assert stored_count(model) == 8


@pytest.mark.usefixtures("strict")
def test_a_stream_that_goes_wrong_says_what_was_accepted(model):
    good = [pd.DataFrame(make_rows(2, start)) for start in (0, 2)]
    pieces = iter([*good, pd.DataFrame(make_rows(4, 4, amount="x"))])
    with pytest.raises(ArthurError, match=r"nothing of these rows(?s:.)*rows 4, 5, 6") as caught:
        model.send_bulk_inferences(data=pieces)
    assert any("4 rows accepted" in note for note in caught.value.__notes__)
    assert stored_count(model) == 4


@pytest.mark.usefixtures("strict")
def test_a_dataset_with_wrong_columns_is_refused_before_its_rows_are_read(model):
    table = pa.Table.from_pylist(make_rows(4)).drop_columns("amount")
    with pytest.raises(ArthurError, match="missing columns: 'amount'"):
        model.send_bulk_inferences(data=table.to_reader())
    assert stored_count(model) == 0


@pytest.fixture
def ctrl_c():
    """Make Ctrl-C work, which whoever runs the tests may have switched off."""
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, former)


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_tells_what_was_accepted_and_how_to_go_on(model):
    def source():
        for number in range(1000):
            if number == 5:
                signal.raise_signal(signal.SIGINT)
            yield make_rows(1, number)

    with pytest.raises(KeyboardInterrupt) as caught:
        model.send_inferences(source(), chunk_size=1)
    result = caught.value.result
    assert result.accepted == stored_count(model) == 5
    assert any("5 rows accepted" in note and "harmless" in note for note in caught.value.__notes__)


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_between_requests_of_a_table_books_the_rest_as_not_sent(model):
    main = threading.main_thread().ident

    def interrupt():
        while stored_count(model) < 3:
            time.sleep(0.005)
        signal.pthread_kill(main, signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt) as caught:
        model.send_inferences(make_rows(2000), chunk_size=1)
    thread.join()
    result = caught.value.result
    assert result.total == 2000
    held = stored(model, "count")
    bad = {failure.row for failure in result.failures}
    unknown = set(result.unknown_rows)
    assert {f"id-{n}" for n in range(2000) if n not in bad} <= held.keys()
    assert held.keys() <= {f"id-{n}" for n in range(2000) if n not in bad or n in unknown}
    assert model.send_inferences(make_rows(2000)).accepted == 2000
    assert stored_count(model) == 2000
