"""Loggers: what is logged arrives once each, and whatever goes wrong is counted and said."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import stat
import threading
import time

import pandas as pd
import pytest
from builders import (
    NOW,
    regression,
    regression_rows,
    save_model,
    stored,
    stored_count,
    unsaved_model,
)

from arthurai.common.exceptions import (
    ArthurConnectionError,
    ArthurUnexpectedError,
    HttpExchange,
    MethodNotApplicableError,
    ResponseClientError,
    ResponseServerError,
    UserTypeError,
    UserValueError,
)
from arthurai.logger import LogCounts, SpoolDiskError, SpoolFullError, segment_file
from arthurai.model.base_model import require_session

MEMORY = {"memory_only": True}
SMALL = 128 << 10
PATIENT = 20


@pytest.fixture(params=["spool", "memory"])
def options(request):
    """Options of a logger that keeps rows on the disk, and of one that does not."""
    return MEMORY if request.param == "memory" else {}


def fill(log, taken):
    """Log rows until that raises; `taken` receives the ids of those that were taken."""
    for number in range(len(taken), 10_000):
        taken.append(log.log(regression_rows([number])[0]))


def eventually(condition):
    deadline = time.monotonic() + PATIENT
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_what_is_logged_arrives_with_its_values(model, make_logger, options):
    rows = regression_rows(range(20))
    log = make_logger(model, **options)
    ids = [log.log(row) for row in rows[:10]]
    ids += log.log_many(rows[10:])
    assert ids == [row["partner_inference_id"] for row in rows]
    assert log.flush(PATIENT) == LogCounts(accepted=20)
    found = stored(model, "amount", "count", "word", "flag", "story", "score")
    assert found == {
        row["partner_inference_id"]: {n: row[n] for n in found["id-0"]} for row in rows
    }


def test_rows_are_sent_without_a_flush(model, make_logger, options):
    log = make_logger(model, **options)
    for row in regression_rows(range(3)):
        log.log(row)
    eventually(lambda: log.counts.accepted == 3)
    assert stored_count(model) == 3


def test_a_full_batch_does_not_wait(model, make_logger):
    log = make_logger(model, flush_interval=3600, batch_rows=10)
    log.log_many(regression_rows(range(9)))
    time.sleep(0.1)
    assert log.counts.waiting == 9
    log.log_many(regression_rows([9]))
    eventually(lambda: log.counts.accepted == 10)


def test_batches_are_bounded_by_rows_and_bytes(model, flaky, make_logger):
    log = make_logger(model, batch_rows=7)
    log.log_many(regression_rows(range(20)))
    log.flush(PATIENT)
    assert [len(json.loads(body)) for body in flaky.bodies] == [7, 7, 6]
    flaky.bodies.clear()
    log = make_logger(model, batch_bytes=1000)
    log.log_many(regression_rows(range(20, 40)))
    log.flush(PATIENT)
    assert len(flaky.bodies) >= 4
    assert max(map(len, flaky.bodies)) < 1500


def test_ground_truth_arrives_with_and_after_its_inference(model, make_logger, options):
    log = make_logger(model, **options)
    log.log({**regression_rows([0])[0], "truth": 0.5})
    ids = log.log_many(regression_rows([1, 2, 3, 4]))
    assert log.log_ground_truth({"partner_inference_id": ids[0], "truth": 1.0}) == ids[:1]
    assert log.log_ground_truth([2.0, 3.0], ids[1:3]) == ids[1:3]
    assert log.log_ground_truth(4.0, ids[3], [NOW]) == ids[3:]
    assert log.flush(PATIENT).accepted == 9
    truths = {row_id: found["truth"] for row_id, found in stored(model, "truth").items()}
    assert truths == {"id-0": 0.5, "id-1": 1.0, "id-2": 2.0, "id-3": 3.0, "id-4": 4.0}


def test_a_frame_with_predictions_beside_it(model, make_logger):
    frame = pd.DataFrame(regression_rows(range(3))).drop(columns=["score", "partner_inference_id"])
    log = make_logger(model)
    ids = log.log_many(frame, predictions=[0.1, 0.2, 0.3], partner_inference_ids=["a", "b", "c"])
    log.flush(PATIENT)
    assert ids == ["a", "b", "c"]
    assert [found["score"] for found in stored(model, "score").values()] == [0.1, 0.2, 0.3]


def test_a_bad_row_raises_where_it_is_logged(model, make_logger, options):
    log = make_logger(model, **options)
    with pytest.raises(UserTypeError, match="column 'amount', row 0: must be a number"):
        log.log({**regression_rows([0])[0], "amount": "much"})
    with pytest.raises(UserTypeError, match="column 'amount', row 1"):
        log.log_many([*regression_rows([0]), {**regression_rows([1])[0], "amount": "much"}])
    with pytest.raises(UserValueError, match="ground truth"):
        log.log_ground_truth([{"partner_inference_id": "a"}])
    assert log.flush(PATIENT) == LogCounts()


@pytest.mark.parametrize("fault", ["before", "after"])
def test_while_the_server_is_away_rows_wait_and_then_arrive_once(
    model, flaky, make_logger, options, fault, caplog
):
    errors = []
    log = make_logger(model, on_error=lambda *error: errors.append(error), **options)
    flaky.fault = fault
    ids = log.log_many(regression_rows(range(30)))
    counts = log.flush(0.5)
    assert (counts.accepted, counts.rejected, counts.unknown + counts.waiting) == (0, 0, 30)
    assert counts.unknown == 30
    assert counts.failed_attempts >= 1
    assert {(type(error).__name__, rows) for error, rows in errors} == {
        ("ArthurConnectionError", 30)
    }
    assert caplog.text.count("logged rows wait") == 1
    flaky.fault = None
    counts = log.flush(PATIENT)
    assert (counts.accepted, counts.unknown, counts.waiting) == (30, 0, 0)
    assert sorted(stored(model)) == sorted(ids)
    assert stored_count(model) == 30


def test_a_flush_ends_in_time(model, flaky, make_logger, options):
    log = make_logger(model, **options)
    flaky.fault = "before"
    log.log_many(regression_rows(range(3)))
    started = time.monotonic()
    log.flush(0.3)
    assert 0.25 < time.monotonic() - started < 3


def refused(status):
    exchange = HttpExchange("POST", "https://x", status, None, 1, "no")
    kind = ResponseClientError if status < 500 else ResponseServerError
    return kind(f"status {status}", exchange=exchange)


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
def test_what_says_nothing_about_the_rows_never_costs_one(model, flaky, make_logger, status):
    log = make_logger(model)
    flaky.fault = refused(status)
    log.log_many(regression_rows(range(5)))
    counts = log.flush(0.3)
    assert (counts.accepted, counts.rejected, counts.unknown + counts.waiting) == (0, 0, 5)
    flaky.fault = None
    assert log.flush(PATIENT).accepted == 5


class Picky:
    """Refuses requests as a whole that contain a certain row."""

    def __init__(self, session, word):
        self._session = session
        self._word = word
        self.requests = 0

    def send(self, request, *, content=None, **more):
        self.requests += 1
        if self._word in content:
            raise refused(400)
        return self._session.send(request, content=content, **more)

    def __getattr__(self, name):
        return getattr(self._session, name)

    @property
    def __class__(self):  # models take sessions only
        return type(self._session)

    def blocking(self):
        return self


def test_a_row_for_which_requests_are_refused_is_found(model, make_logger, tmp_path):
    model.attach(Picky(require_session(model), b'"id-33"'))
    errors = []
    log = make_logger(model, on_error=lambda *error: errors.append(error))
    log.log_many(regression_rows(range(100)))
    counts = log.flush(PATIENT)
    assert (counts.accepted, counts.rejected) == (99, 1)
    (line,) = (tmp_path / "spool" / "rejected.jsonl").read_text().splitlines()
    entry = json.loads(line)
    assert entry["row"]["partner_inference_id"] == "id-33"
    assert (entry["status"], entry["kind"], entry["model_id"]) == (400, "inference", model.id)
    ((error, rows),) = errors
    assert rows == 1
    assert "1 logged rows were refused" in str(error)


def test_rows_for_a_model_that_takes_none_stand_in_a_file_with_the_reason(
    model, flaky, make_logger, tmp_path
):
    log = make_logger(model)
    model.archive()
    log.log_many(regression_rows(range(500)))
    counts = log.flush(PATIENT)
    assert (counts.accepted, counts.rejected, counts.waiting) == (0, 500, 0)
    path = tmp_path / "spool" / "rejected.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert sorted(line["row"]["partner_inference_id"] for line in lines) == sorted(
        f"id-{number}" for number in range(500)
    )
    assert all("archived" in line["reason"] for line in lines)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(flaky.bodies) < 60  # not two requests for each row


def test_bad_rows_at_the_start_of_a_batch_do_not_cost_the_good_ones(model, make_logger):
    model.attach(Picky(require_session(model), b'"bad-'))
    log = make_logger(model)
    log.log_many([*regression_rows(range(30), stem="bad"), *regression_rows(range(70))])
    counts = log.flush(PATIENT)
    assert (counts.accepted, counts.rejected) == (70, 30)


def test_rows_that_get_too_old_are_given_up_with_the_reason(model, flaky, make_logger, tmp_path):
    log = make_logger(model, max_age=0.2)
    flaky.fault = "before"
    log.log_many(regression_rows(range(3)))
    eventually(lambda: log.counts.rejected == 3)
    lines = (tmp_path / "spool" / "rejected.jsonl").read_text().splitlines()
    assert len(lines) == 3
    assert all("older than max_age" in json.loads(line)["reason"] for line in lines)


def test_a_clock_that_jumps_back_costs_nothing(model, flaky, make_logger, monkeypatch):
    log = make_logger(model, max_age=100)
    flaky.fault = "before"
    log.log_many(regression_rows(range(3)))
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() - 10**6)
    assert log.flush(0.3).rejected == 0
    flaky.fault = None
    assert log.flush(PATIENT).accepted == 3


def test_when_full_raise(model, flaky, make_logger, options):
    log = make_logger(model, max_rows=5, when_full="raise", **options)
    flaky.fault = "before"
    log.log_many(regression_rows(range(4)))
    with pytest.raises(SpoolFullError, match="the spool is full") as caught:
        log.log_many(regression_rows(range(4, 8)))
    assert caught.value.logged == 1
    with pytest.raises(ArthurUnexpectedError):
        log.log(regression_rows([9])[0])
    flaky.fault = None
    assert log.flush(PATIENT).accepted == 5
    log.log(regression_rows([9])[0])
    assert log.flush(PATIENT).accepted == 6


def test_when_full_drop_newest(model, flaky, make_logger, options):
    errors = []
    log = make_logger(
        model, max_rows=5, when_full="drop_newest", on_error=lambda *e: errors.append(e), **options
    )
    flaky.fault = "before"
    assert len(log.log_many(regression_rows(range(8)))) == 5
    assert log.log(regression_rows([9])[0]) is None
    flaky.fault = None
    counts = log.flush(PATIENT)
    assert (counts.accepted, counts.dropped) == (5, 4)
    assert sorted(stored(model)) == [f"id-{n}" for n in range(5)]
    assert sum(rows for error, rows in errors if isinstance(error, SpoolFullError)) == 4


def test_when_full_block(model, flaky, make_logger, options):
    log = make_logger(model, max_rows=5, **options)
    flaky.fault = "before"
    log.log_many(regression_rows(range(5)))
    done = threading.Event()

    def more():
        log.log_many(regression_rows(range(5, 20)))
        done.set()

    thread = threading.Thread(target=more)
    thread.start()
    assert not done.wait(0.3)
    flaky.fault = None
    assert done.wait(PATIENT)
    thread.join()
    assert log.flush(PATIENT).accepted == 20
    assert stored_count(model) == 20


def test_an_event_loop_is_never_blocked(model, flaky, make_logger, options):
    log = make_logger(model, max_rows=1, **options)
    flaky.fault = "before"

    async def handle():
        log.log(regression_rows([0])[0])
        with pytest.raises(SpoolFullError):
            log.log(regression_rows([1])[0])

    asyncio.run(handle())
    flaky.fault = None


def test_the_limit_of_bytes(model, flaky, make_logger, options):
    log = make_logger(model, max_bytes=SMALL, when_full="raise", **options)
    flaky.fault = "before"
    taken = []
    with pytest.raises(SpoolFullError):
        fill(log, taken)
    assert 500 < len(taken) < 700
    flaky.fault = None
    assert log.flush(PATIENT).accepted == len(taken)


def test_many_threads_lose_and_double_nothing(model, make_logger, options):
    log = make_logger(model, batch_rows=50, **options)

    def work(number):
        for at in range(50):
            log.log(regression_rows([at], stem=f"t{number}")[0])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert log.flush(PATIENT).accepted == 400
    assert sorted(stored(model)) == sorted(f"t{n}-{at}" for n in range(8) for at in range(50))


def test_what_is_left_at_the_end_is_said_and_sent_by_the_next_logger(
    model, flaky, make_logger, caplog
):
    log = make_logger(model)
    flaky.fault = "before"
    log.log_many(regression_rows(range(10)))
    counts = log.close(0.1)
    assert counts.unknown + counts.waiting == 10
    assert "10 logged rows were not sent yet" in caplog.text
    flaky.fault = None
    other = make_logger(model)
    eventually(lambda: other.counts.adopted == 10)
    assert other.counts.accepted == 10
    assert stored_count(model) == 10
    other.close()
    assert list(other.spool.iterdir()) == []


def test_what_others_left_behind_is_sent_at_once_and_hurries_no_row(model, flaky, make_logger):
    log = make_logger(model)
    flaky.fault = "before"
    log.log_many(regression_rows(range(10)))
    log.close(0.1)
    other = make_logger(model, flush_interval=3600, batch_rows=7)  # finds them, and fails once
    other.log_many(regression_rows(range(10, 13)))
    eventually(lambda: other.counts.failed_attempts)
    flaky.fault = None
    eventually(lambda: other.counts.adopted == 10)
    time.sleep(0.1)
    assert stored(model).keys() == {f"id-{n}" for n in range(10)}
    other.log_many(regression_rows(range(13, 17)))
    eventually(lambda: other.counts.accepted == 17)


def test_flush_does_not_wait_for_what_others_left_behind(model, flaky, make_logger):
    log = make_logger(model)
    flaky.fault = "before"
    log.log_many(regression_rows(range(10)))
    log.close(0.1)
    send, held = flaky.send, threading.Event()

    def hold(request, *, content=None, **more):
        if b'"id-0"' in content:
            held.set()
            raise ArthurConnectionError("refused")
        return send(request, content=content, **more)

    flaky.send = hold
    flaky.fault = None  # only now: a last attempt of the first logger must not succeed
    other = make_logger(model)
    held.clear()
    assert held.wait(PATIENT)
    other.log_many(regression_rows(range(10, 13)))
    counts = other.flush(PATIENT)
    assert (counts.accepted, counts.adopted, counts.unknown, counts.waiting) == (3, 0, 0, 0)
    flaky.send = send
    eventually(lambda: other.counts.adopted == 10)
    assert other.counts.accepted == 13


def test_a_row_is_sent_in_time_after_flushes_of_nothing(model, make_logger, options):
    log = make_logger(model, **{**options, "flush_interval": 0.05})
    for number in range(5):
        log.flush(PATIENT)
        log.log(regression_rows([number])[0])
        eventually(lambda count=number + 1: log.counts.accepted == count)


def test_what_is_left_in_memory_is_said_to_be_lost(model, flaky, make_logger, caplog):
    log = make_logger(model, **MEMORY)
    flaky.fault = "before"
    log.log_many(regression_rows(range(10)))
    log.close(0.1)
    assert "10 logged rows were not sent and are lost" in caplog.text


def test_rows_of_another_model_are_left_alone(arthur, model, flaky, make_logger):
    log = make_logger(model)
    flaky.fault = "before"
    log.log_many(regression_rows(range(2)))
    log.close(0.1)
    flaky.fault = None
    other = make_logger(save_model(arthur, regression()))
    other.log(regression_rows([9])[0])
    counts = other.close()
    assert (counts.accepted, counts.adopted) == (1, 0)
    assert stored_count(model) == 0


def test_a_closed_logger_says_so(model, make_logger, options):
    log = make_logger(model, **options)
    with log:
        log.log(regression_rows([0])[0])
    assert log.counts.accepted == 1
    assert log.close() == log.counts
    for call in (lambda: log.log(regression_rows([1])[0]), log.flush):
        with pytest.raises(MethodNotApplicableError, match="the logger is closed"):
            call()
    assert "closed" in repr(log)


def test_a_failing_hook_harms_nobody(model, flaky, make_logger, caplog):
    def hook(error, rows):
        raise RuntimeError("hook")

    log = make_logger(model, on_error=hook)
    flaky.fault = "before"
    log.log(regression_rows([0])[0])
    log.flush(0.2)
    flaky.fault = None
    assert log.flush(PATIENT).accepted == 1
    assert "`on_error` of the logger raised" in caplog.text


def test_an_error_nobody_foresaw_is_reported_and_the_thread_lives(model, flaky, make_logger):
    errors = []
    log = make_logger(model, on_error=lambda *error: errors.append(error))
    flaky.fault = ZeroDivisionError("odd")
    log.log(regression_rows([0])[0])
    log.flush(0.2)
    flaky.fault = None
    assert log.flush(PATIENT).accepted == 1
    assert any(isinstance(error, ZeroDivisionError) for error, _ in errors)


def test_a_full_disk_raises_and_never_lies(model, flaky, make_logger, monkeypatch):
    real = os.posix_fallocate

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    log = make_logger(model, max_bytes=SMALL * 4)
    log.log(regression_rows([0])[0])
    monkeypatch.setattr(os, "posix_fallocate", full)
    taken = ["id-0"]
    with pytest.raises(SpoolDiskError, match=r"did not take a row.*No space left") as caught:
        fill(log, taken)
    assert isinstance(caught.value, OSError)
    monkeypatch.setattr(os, "posix_fallocate", real)
    assert log.flush(PATIENT).accepted == len(taken)
    assert sorted(stored(model)) == sorted(taken)


def test_durable_rows_are_on_the_disk_when_the_call_returns(model, make_logger, monkeypatch):
    synced = []
    monkeypatch.setattr(segment_file, "_sync_data", lambda fd: synced.append(os.fstat(fd).st_ino))
    log = make_logger(model, sync_interval=3600, flush_interval=3600)
    log.log(regression_rows([0])[0])
    assert synced == []
    log.log(regression_rows([1])[0], durable=True)
    (segment,) = log.spool.glob("*/*.seg")
    assert synced == [segment.stat().st_ino]


def test_no_secret_is_on_the_disk(model, flaky, make_logger, tmp_path):
    require_session(model)._context.redact.add("top-secret")
    log = make_logger(model)
    flaky.fault = "before"
    log.log(regression_rows([0])[0])
    log.close(0.1)
    written = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    assert b"id-0" in written
    for secret in (b"top-secret", b"Authorization", b"api_key"):
        assert secret not in written


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"when_full": "explode"}, "when_full must be one of"),
        ({"batch_rows": 0}, "`batch_rows` must be greater than 0, got 0"),
        ({"batch_rows": 1.5}, "`batch_rows` must be a number, got 1.5"),
        ({"flush_interval": "1"}, "`flush_interval` must be a number"),
        ({"max_bytes": 1}, "`max_bytes` must be at least"),
        ({"max_age": -1}, "`max_age` must be greater than 0"),
        ({"spool": ""}, "`spool` must be the path of a directory"),
        ({"spool": "/proc/nowhere"}, "`spool` must be a directory that can be written to"),
        ({"spool": "x", "memory_only": True}, "must not be given together"),
        ({"on_error": 3}, "`on_error` must be a function"),
        ({"tz": "Mars"}, "`tz` must be the IANA name"),
    ],
)
def test_wrong_options_are_named(model, options, message):
    with pytest.raises((UserValueError, UserTypeError), match=message):
        model.logger(**options)


def test_models_that_cannot_be_logged(arthur):
    with pytest.raises(MethodNotApplicableError):
        unsaved_model(attributes=regression()).logger()


def test_a_server_in_memory_needs_no_spool(model):
    with model.logger() as log:
        assert log.spool is None
        assert "spool in memory" in repr(log)


def test_the_first_row_waits_for_others(model, flaky, make_logger):
    for number in range(30):
        log = make_logger(model, memory_only=True, flush_interval=3600)
        log.log(regression_rows([number])[0])
        time.sleep(0.005)
        assert log.counts.waiting == 1
        log.close()
    assert len(flaky.bodies) == 30


def test_a_spool_that_cannot_be_made_is_named(model, make_logger):
    errors = []
    loggers = [
        make_logger(model, when_full=how, on_error=lambda *error: errors.append(error))
        for how in ("block", "drop_newest")
    ]
    loggers[0].spool.rmdir()
    loggers[0].spool.write_text("not a directory any more")
    for call in (lambda: loggers[0].log(regression_rows([0])[0]), loggers[0].flush):
        with pytest.raises(SpoolDiskError, match="did not take a row"):
            call()
    assert loggers[1].log(regression_rows([0])[0]) is None
    assert loggers[1].counts.dropped == 1
    assert [type(error) for error, _ in errors] == [SpoolDiskError]


def test_a_row_that_was_interrupted_before_it_was_counted_harms_nobody(
    model, make_logger, monkeypatch
):
    log = make_logger(model, flush_interval=3600)
    log.log_many(regression_rows(range(3)))
    queue = log._worker.queue

    def interrupted(writer, record):
        taken = append(writer, record)
        raise KeyboardInterrupt if taken else AssertionError

    append = segment_file.SegmentWriter.append
    monkeypatch.setattr(segment_file.SegmentWriter, "append", interrupted)
    with pytest.raises(KeyboardInterrupt):
        log.log(regression_rows([3])[0])
    monkeypatch.undo()
    log.log(regression_rows([4])[0])
    assert (queue.appended, queue.rows) == (4, 4)
    log.flush(PATIENT)
    eventually(lambda: queue.rows == 0)
    log.log(regression_rows([5])[0])
    counts = log.flush(PATIENT)
    assert (counts.accepted, counts.waiting, counts.unknown) == (6, 0, 0)
    assert stored_count(model) == 6
