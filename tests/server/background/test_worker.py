"""The worker thread that everything in the background is built on."""

import threading
import time

import pytest

from arthurai.server.background.worker import Worker

PATIENCE = 30


class Recorder:
    """Handles items slowly: each waits until the test lets it go."""

    def __init__(self, *, hold=False):
        self.items = []
        self.begun = threading.Semaphore(0)
        self.go_on = threading.Semaphore(0)
        self.hold = hold

    def __call__(self, item):
        self.begun.release()
        if self.hold:
            assert self.go_on.acquire(timeout=PATIENCE)
        self.items.append(item)
        if item == "bad":
            raise RuntimeError("boom")


@pytest.fixture
def start():
    """Start workers that are closed at the end, and give back each with its recorder."""
    workers = []

    def start(*, hold=False, **options):
        recorder = Recorder(hold=hold)
        workers.append(Worker("test-worker", recorder, **options))
        return workers[-1], recorder

    yield start
    for worker in workers:
        worker.close(wait=False)


def test_items_are_handled_in_order_on_one_thread(start):
    worker, recorder = start()
    for number in range(100):
        worker.put(number)
    assert worker.drain(PATIENCE)
    assert recorder.items == list(range(100))


def test_no_thread_starts_before_there_is_an_item(start):
    before = threading.active_count()
    worker, _ = start()
    assert worker.drain(0)
    assert threading.active_count() == before


@pytest.mark.parametrize(("coalesce", "expected"), [(True, "abc"), (False, "abbcb")])
def test_an_item_that_waits_already_is_added_again_only_without_coalescing(
    start, coalesce, expected
):
    worker, recorder = start(hold=True, coalesce=coalesce)
    worker.put("a")
    assert recorder.begun.acquire(timeout=PATIENCE)  # it is being handled, so it waits no more
    for item in "bbcb":
        worker.put(item)
    recorder.go_on.release(5)
    assert worker.drain(PATIENCE)
    assert "".join(recorder.items) == expected


def test_an_item_that_is_being_handled_is_handled_again(start):
    worker, recorder = start(hold=True)
    worker.put("a")
    assert recorder.begun.acquire(timeout=PATIENCE)
    worker.put("a")
    recorder.go_on.release(2)
    assert worker.drain(PATIENCE)
    assert recorder.items == ["a", "a"]


def test_an_exception_is_logged_and_does_not_end_the_thread(start, caplog):
    worker, recorder = start()
    worker.put("bad")
    worker.put("good")
    assert worker.drain(PATIENCE)
    assert recorder.items == ["bad", "good"]
    (record,) = caplog.records
    assert "test-worker" in record.getMessage()
    assert "'bad'" in record.getMessage()
    assert record.exc_info[0] is RuntimeError


def test_draining_gives_up_after_its_time_out(start):
    worker, recorder = start(hold=True)
    worker.put("a")
    assert not worker.drain(0.05)
    recorder.go_on.release()
    assert worker.drain(PATIENCE)


def test_closing_drops_what_is_waiting(start):
    worker, recorder = start(hold=True)
    worker.put("a")
    worker.put("b")
    assert recorder.begun.acquire(timeout=PATIENCE)
    worker.close(wait=False)
    recorder.go_on.release(2)
    worker.close()
    worker.put("c")
    assert worker.drain(0)
    assert recorder.items == ["a"]


def test_closing_can_finish_what_is_waiting(start):
    worker, recorder = start(hold=True)
    for item in "abc":
        worker.put(item)
    recorder.go_on.release(3)
    worker.close(finish=True)
    worker.put("d")
    assert recorder.items == ["a", "b", "c"]


def test_a_worker_can_be_closed_by_its_own_handler():
    closed = threading.Event()

    def close(_):
        worker.close()
        closed.set()

    worker = Worker("test-worker", close)
    worker.put("a")
    assert closed.wait(PATIENCE)
    assert worker.drain(PATIENCE)


def test_an_item_comes_once_per_period_until_the_worker_is_closed(start):
    worker, recorder = start()
    started = time.monotonic()
    worker.put_every(0.02, "tick")
    for _ in range(3):
        assert recorder.begun.acquire(timeout=PATIENCE)
    assert time.monotonic() - started >= 0.06
    worker.close()
    count = len(recorder.items)
    time.sleep(0.1)
    assert len(recorder.items) == count
    assert set(recorder.items) == {"tick"}


def test_items_that_keep_coming_do_not_hold_up_the_period(start):
    worker, recorder = start()
    worker.put_every(0.02, "tick")
    deadline = time.monotonic() + PATIENCE
    while "tick" not in recorder.items:
        assert time.monotonic() < deadline
        worker.put("other")
        time.sleep(0.001)
    assert "other" in recorder.items


def test_items_for_later_come_when_they_are_due_and_nobody_waits_for_them():
    handled = Recorder()
    worker = Worker("later", handled)
    worker.put_after(0.2, "second")
    worker.put_after(60, "never")
    worker.put("first")
    assert worker.drain(PATIENCE)
    assert handled.items == ["first"]
    deadline = time.monotonic() + PATIENCE
    while len(handled.items) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    worker.close()
    assert handled.items == ["first", "second"]


@pytest.mark.heavy
def test_closing_interrupts_what_takes_too_long(monkeypatch):
    monkeypatch.setattr("arthurai.server.background.worker.INTERRUPT_SECONDS", 0.1)
    monkeypatch.setattr("arthurai.server.background.worker.STOP_SECONDS", 0.5)
    interrupted = threading.Event()
    worker = Worker("long", lambda _: interrupted.wait(PATIENCE))
    worker.put(1)
    time.sleep(0.05)
    worker.close(interrupt=interrupted.set)
    assert interrupted.is_set()
    stuck = threading.Event()
    deaf = Worker("deaf", lambda _: stuck.wait(PATIENCE))
    deaf.put(1)
    time.sleep(0.05)
    start = time.monotonic()
    deaf.close(interrupt=lambda: None)
    assert time.monotonic() - start < 5
    stuck.set()
