"""`Sender`: the thread that sends what a logger has taken, and never gives a row up silently."""

from __future__ import annotations

import logging
import random
import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from arthurai.common.exceptions import ResponseClientError
from arthurai.logger.rejected_rows import Refusal, write_refusals
from arthurai.logger.spool_folder import (
    READ_BYTES,
    SpoolFolder,
    SpoolInfoError,
    list_folders,
    read_info,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from arthurai.logger.delivery import Delivery, Outcome
    from arthurai.logger.row_queue import RowQueue, RowSource
    from arthurai.logger.segment_file import Record

logger = logging.getLogger(__name__)

_FIRST_DELAY_SECONDS: Final = 0.25
_MAX_DELAY_SECONDS: Final = 30.0
_MAX_EXPONENT: Final = 8
_MAX_FLUSH_DELAY_SECONDS: Final = 1.0
_REMINDER_SECONDS: Final = 60.0
_MAX_ROW_ATTEMPTS: Final = 5
_CHECK_SECONDS: Final = 0.2
_NEVER: Final = 2**62


@dataclass(frozen=True, slots=True)
class LogCounts:
    """What became of the rows of a logger.

    `accepted`, `rejected`, `unknown` and `waiting` add up to all rows it has taken and adopted.

    Attributes:
        accepted: Rows that the server has.
        rejected: Rows that the server refused; `rejected.jsonl` in the spool says why.
        unknown: Rows that were sent without a readable response; they are sent again.
        waiting: Rows that were not sent yet.
        dropped: Rows that were never taken, because there was no room for them.
        adopted: Rows that other processes had left behind, among those accepted and rejected.
        failed_attempts: How often rows could not be sent.
        sampled_out: Rows that `sample` has left out; they are in no other count.
    """

    accepted: int = 0
    rejected: int = 0
    unknown: int = 0
    waiting: int = 0
    dropped: int = 0
    adopted: int = 0
    failed_attempts: int = 0
    sampled_out: int = 0


@dataclass(slots=True)
class _Counters:
    """What a sender has counted; see `LogCounts`."""

    accepted: int = 0
    rejected: int = 0
    unknown: int = 0
    adopted: int = 0
    failed_attempts: int = 0


@dataclass(slots=True)
class _Batch:
    """Rows that were read from a source and are not acknowledged.

    Attributes:
        source: Where they come from.
        records: All of them.
        waiting: Those without an outcome.
        attempts: How often some of them were sent without one.
    """

    source: RowSource
    records: list[Record]
    waiting: list[Record]
    attempts: int = 0


class Sender:
    """Sends rows in batches on a thread of its own.

    Args:
        queue: The rows of this process.
        delivery: Sends rows.
        model_id: The model.
        url: Address of the server; spools of other processes are adopted if they are for it.
        root: Where these spools are; `None` for none.
        on_error: Called with each error and the number of rows it concerns; does not raise.
        rejected_path: The file of refused rows, `None` to keep none.
        batch_rows: Maximum number of rows of one request.
        batch_bytes: About the maximum size of one request.
        interval: How long a row waits for others, in seconds.
        max_age: From when on, in seconds, a row that cannot be sent counts as refused.

    Attributes:
        notify_at: From how many waiting rows on `wake` has to be called.
        settled: Notified whenever rows were settled, and when the thread ends.
    """

    def __init__(
        self,
        queue: RowQueue,
        delivery: Delivery,
        *,
        model_id: str,
        url: str,
        root: Path | None,
        on_error: Callable[[Exception, int], object],
        rejected_path: Path | None,
        batch_rows: int = 1_000,
        batch_bytes: int = 4 << 20,
        interval: float = 1.0,
        max_age: float | None = None,
    ) -> None:
        self._counters = _Counters()
        self.notify_at = _NEVER
        self.settled = threading.Condition()
        self._queue = queue
        self._delivery = delivery
        self._model_id = model_id
        self._url = url
        self._root = root
        self._rejected_path = rejected_path
        self._batch_rows = batch_rows
        self._batch_bytes = batch_bytes
        self._interval = interval
        self._max_age = max_age
        self._on_error = on_error
        self._batches: dict[int, _Batch] = {}
        self._orphans: list[Path] = []
        self._orphan: SpoolFolder | None = None
        self._own_settled = 0
        self._failures = 0
        self._retry_at: float | None = None
        self._due_at: float | None = None
        self._reminded_at = 0.0
        self._is_failing = False
        self._hurry = False
        self._flushes = 0
        self._stopping = False
        self._wake = threading.Event()
        self.thread = threading.Thread(target=self._run, name="arthurai-logger", daemon=True)

    # -- for other threads ---------------------------------------------------------------------

    def wake(self) -> None:
        """Say that there is something to do."""
        self.notify_at = _NEVER
        self._wake.set()

    def flush(self, deadline: float) -> None:
        """Return when everything logged so far has an outcome, or the time is over.

        Args:
            deadline: End of the time, as `time.monotonic` counts.
        """
        target = self._queue.appended
        self._flushes += 1
        try:
            self._hurry = True
            self.wake()
            with self.settled:
                while self._acknowledged() < target and self.thread.is_alive():
                    left = deadline - time.monotonic()
                    if left <= 0:
                        break
                    # Woken now and then: a thread that ends by force notifies nobody.
                    self.settled.wait(min(left, _CHECK_SECONDS))
        finally:
            self._flushes -= 1

    def _acknowledged(self) -> int:
        return self._queue.appended - self._queue.rows

    def count(self, dropped: int) -> LogCounts:
        """Return what became of all rows so far, `dropped` of which were never taken."""
        with self.settled:
            counters = replace(self._counters)
            # Of rows that are taken in this moment, those that come after this line do not count.
            left = self._queue.appended - self._own_settled
        return LogCounts(
            accepted=counters.accepted,
            rejected=counters.rejected,
            unknown=counters.unknown,
            waiting=left - counters.unknown,
            dropped=dropped,
            adopted=counters.adopted,
            failed_attempts=counters.failed_attempts,
        )

    def stop(self, timeout: float) -> None:
        """End the thread after the request in flight; return when it has, or the time is over."""
        self._stopping = True
        self.wake()
        if self.thread.is_alive():
            self.thread.join(timeout)

    def send_folder(self, folder: SpoolFolder) -> LogCounts:
        """Send the rows of a folder, in the caller's thread; stop at the first failure.

        Returns:
            The counts; the rows of the failed attempt are `unknown` or `waiting`.
        """
        while self._send_batch(folder) and folder.read(1, READ_BYTES):
            pass
        batch = self._batches.get(id(folder))
        counts = self.count(0)
        return counts if batch is None else replace(counts, waiting=len(batch.waiting))

    def abandon(self) -> None:
        """Close the files of the parent in a forked child."""
        self._queue.abandon()
        if self._orphan is not None:
            self._orphan.abandon()

    # -- the thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._orphans = self._find_orphans()
            while not self._stopping:
                self._wait_until_due()
                if self._stopping:
                    break
                try:
                    is_done = (not self._is_due() or self._send_own()) and self._send_orphans()
                except Exception as error:  # noqa: BLE001 - the thread must live; it is reported
                    self.report(error, self._queue.rows)
                    is_done = False
                if is_done:
                    self._recover()
                else:
                    self._delay()
        finally:
            self._close()

    def _find_orphans(self) -> list[Path]:
        """Return the folders that may have been left behind, not its own."""
        own = self._queue.path if isinstance(self._queue, SpoolFolder) else None
        folders = [] if self._root is None else list_folders(self._root)
        return [folder for folder in folders if folder != own]

    def _wait_until_due(self) -> None:
        self._wake.clear()
        if self._stopping or self._hurry:
            return
        if self._retry_at is not None:
            while not (self._stopping or self._hurry):
                left = self._retry_at - time.monotonic()
                if left <= 0:
                    return
                self._wake.wait(left)
                self._wake.clear()
            return
        if self._orphans or self._orphan is not None:
            return
        while not self._stopping:
            self.notify_at = self._batch_rows if self._queue.rows else 1
            if self._is_due():
                break
            due_in = None if self._due_at is None else self._due_at - time.monotonic()
            self._wake.wait(due_in)  # ends early for the first row as well
            self._wake.clear()
        self.notify_at = _NEVER

    def _is_due(self) -> bool:
        """Return whether its own rows are to be sent: rows of other processes do not hurry them."""
        rows = self._queue.rows
        if self._hurry or rows >= self._batch_rows:
            return True
        now = time.monotonic()
        if not rows:
            self._due_at = None
        elif self._due_at is None:
            self._due_at = now + self._interval
        return self._due_at is not None and now >= self._due_at

    def _send_own(self) -> bool:
        """Send the rows that are there now; return whether all of them got an outcome."""
        self._hurry = False  # before the rows are counted: a flush after that hurries again
        self._due_at = time.monotonic()  # what has no outcome is due at the next attempt
        target = self._queue.appended
        while self._own_settled < target and not self._stopping:
            if not self._send_batch(self._queue):
                return False
        self._due_at = None
        return True

    def _send_orphans(self) -> bool:
        """Send one batch of rows that another process left behind; return whether that worked."""
        orphan = self._orphan
        if orphan is None:
            orphan = self._orphan = self._adopt_next()
        if orphan is None:
            return True
        if not self._send_batch(orphan):
            return False
        if not orphan.read(1, READ_BYTES):
            self._orphan = None
            orphan.release()
        return True

    def _send_batch(self, source: RowSource) -> bool:
        """Send one batch; return whether all its rows got an outcome and are acknowledged."""
        batch = self._batches.get(id(source))
        if batch is None:
            records = source.read(self._batch_rows, self._batch_bytes)
            if not records:
                return True
            batch = self._batches[id(source)] = _Batch(source, records, records)
        if batch.waiting:
            outcome = self._delivery.deliver(batch.waiting)
            self._settle(batch, outcome)
        if batch.waiting:
            return False
        source.acknowledge(batch.records)
        del self._batches[id(source)]
        with self.settled:
            self.settled.notify_all()
        return True

    def _settle(self, batch: _Batch, outcome: Outcome) -> None:
        """Count the outcome of an attempt, and keep what has to be sent again."""
        now = time.time()
        batch.attempts += 1
        refused = list(outcome.refused)
        waiting = []
        for failed in outcome.failed:
            if batch.attempts >= _MAX_ROW_ATTEMPTS:
                refused.append(failed)
            else:
                waiting.append(failed.record)
        for record in outcome.waiting:
            if self._max_age is not None and now - record.logged_at > self._max_age:
                reason = f"older than max_age, {self._max_age} seconds; {outcome.error}"
                refused.append(Refusal(record, None, reason))
            else:
                waiting.append(record)
        if refused:
            self._refuse(refused)
        settled = len(batch.waiting) - len(waiting)
        batch.waiting = waiting
        with self.settled:
            self._counters.accepted += outcome.accepted
            self._counters.rejected += len(refused)
            if batch.source is self._queue:
                self._own_settled += settled
                self._counters.unknown = len(waiting) if outcome.is_unknown else 0
            else:
                self._counters.adopted += settled
            self.settled.notify_all()
        if waiting and outcome.error is not None:
            self.report(outcome.error, len(waiting))

    def _refuse(self, refused: list[Refusal]) -> None:
        first = refused[0]
        where = "they are not kept"
        if self._rejected_path is not None:
            write_refusals(self._rejected_path, self._model_id, refused)
            where = f"they stand in {self._rejected_path}"
        error = ResponseClientError(
            f"{len(refused)} logged rows were refused ({where}), the first of them with status "
            f"{first.status}: {first.reason}"
        )
        logger.warning("%s", error)
        self._on_error(error, len(refused))

    # -- failures ------------------------------------------------------------------------------

    def report(self, error: Exception, rows: int) -> None:
        """Report an attempt after which rows have to wait: the first one, then once a minute."""
        self._counters.failed_attempts += 1
        now = time.monotonic()
        if not self._is_failing or now - self._reminded_at > _REMINDER_SECONDS:
            self._reminded_at = now
            logger.warning("logged rows wait to be sent again: %s", error)
        self._is_failing = True
        self._on_error(error, rows)

    def _recover(self) -> None:
        if self._is_failing:
            logger.info("logged rows are sent again")
        self._is_failing = False
        self._failures = 0
        self._retry_at = None

    def _delay(self) -> None:
        """Set the time of the next attempt."""
        most = min(_FIRST_DELAY_SECONDS * 2**self._failures, _MAX_DELAY_SECONDS)
        self._failures = min(self._failures + 1, _MAX_EXPONENT)
        if self._flushes:
            most = min(most, _MAX_FLUSH_DELAY_SECONDS)
        self._retry_at = time.monotonic() + most * random.uniform(0.5, 1.0)  # noqa: S311 - jitter

    # -- spools of other processes -------------------------------------------------------------

    def _adopt_next(self) -> SpoolFolder | None:
        """Take over the next folder of a process that no longer runs, if there is one."""
        while self._orphans:
            path = self._orphans.pop(0)
            try:
                info = read_info(path)
                if (info.model_id, info.url) == (self._model_id, self._url):
                    orphan = SpoolFolder.adopt(path)
                    if orphan is not None:
                        return orphan
            except FileNotFoundError:
                continue  # another process has sent it meanwhile
            except (OSError, SpoolInfoError) as error:
                self.report(error, 0)
        return None

    def _close(self) -> None:
        """Release the spools; what is waiting in them stays on the disk."""
        releases = [self._queue.close]
        if self._orphan is not None:
            releases.append(self._orphan.release)
        for release in releases:
            try:
                release()
            except OSError as error:
                self.report(error, 0)
        with self.settled:
            self.settled.notify_all()
