"""`InferenceLogger`: rows are taken at once, kept on the disk, and sent in the background."""

from __future__ import annotations

import atexit
import logging
import os
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Self

from arthurai.common.checks import check_choice
from arthurai.common.exceptions import (
    ArthurUnexpectedError,
    MethodNotApplicableError,
    UserTypeError,
    UserValueError,
    wrap_errors,
)
from arthurai.logger.delivery import Delivery
from arthurai.logger.rejected_rows import REJECTED_NAME
from arthurai.logger.row_encoder import RowEncoder
from arthurai.logger.row_queue import MemoryQueue
from arthurai.logger.segment_file import GROUND_TRUTH, INFERENCE
from arthurai.logger.sender import LogCounts, Sender
from arthurai.logger.spool import MIN_SPOOL_BYTES, Spool
from arthurai.logger.spool_folder import SpoolInfo, list_folders
from arthurai.transport import fork_safety
from arthurai.upload.redact_columns import is_sampled
from arthurai.upload.validated_table import RowMetadata

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from types import TracebackType

    from arthurai.logger.row_queue import RowQueue
    from arthurai.transport.session import Session
    from arthurai.typing import Table, Times, Values
    from arthurai.upload.local_times import LocalTimes
    from arthurai.upload.redact_columns import Redaction
    from arthurai.upload.send_rules import SendRules
    from arthurai.upload.upload_schema import UploadSchema

logger = logging.getLogger(__name__)

BLOCK: Final = "block"
DROP_NEWEST: Final = "drop_newest"
RAISE: Final = "raise"

DEFAULT_SPOOL_BYTES: Final = 1 << 30
DEFAULT_MEMORY_BYTES: Final = 64 << 20
_CHECK_SECONDS: Final = 0.1


class SpoolFullError(ArthurUnexpectedError):
    """The spool has no room for a row; `logged` says how many rows of the call it took."""

    logged: int = 0


class SpoolDiskError(ArthurUnexpectedError, OSError):
    """The disk did not take a row; `logged` says how many rows of the call it took before."""

    logged: int = 0


@dataclass(frozen=True, slots=True)
class LoggerOptions:
    """How a logger keeps and sends rows; see `ArthurModel.logger`."""

    when_full: str = BLOCK
    flush_interval: float = 1.0
    batch_rows: int = 1_000
    batch_bytes: int = 4 << 20
    max_rows: int = 10_000_000
    max_bytes: int | None = None
    max_age: float | None = None
    sync_interval: float = 1.0
    exit_timeout: float = 5.0

    def __post_init__(self) -> None:
        check_choice("when_full", self.when_full, (BLOCK, DROP_NEWEST, RAISE))
        for item in fields(self)[1:]:
            value = getattr(self, item.name)
            if value is None and item.default is None:
                continue
            is_whole = isinstance(item.default, int) or item.name == "max_bytes"
            kinds = int if is_whole else int | float
            if isinstance(value, bool) or not isinstance(value, kinds):
                raise UserTypeError(f"`{item.name}` must be a number, got {value!r:.60}")
            if not value > 0:
                raise UserValueError(f"`{item.name}` must be greater than 0, got {value}")
        if self.max_bytes is not None and self.max_bytes < MIN_SPOOL_BYTES:
            raise UserValueError(
                f"`max_bytes` must be at least {MIN_SPOOL_BYTES}, got {self.max_bytes}"
            )


class _Worker:
    """What a logger has in one process: rows, and the threads that send and save them."""

    def __init__(self, queue: RowQueue, sender: Sender, sync_interval: float | None) -> None:
        self.queue = queue
        self.sender = sender
        self._sync_interval = sync_interval
        self._stopped = threading.Event()
        sender.thread.start()
        if sync_interval is not None:
            threading.Thread(target=self._sync, name="arthurai-logger-sync", daemon=True).start()

    def put(self, kind: bytes, contents: Sequence[bytes]) -> int:
        """Append rows, and wake the thread that sends if it has to know."""
        taken = self.queue.append(time.time(), kind, contents)
        if self.queue.rows >= self.sender.notify_at:
            self.sender.wake()
        return taken

    def wait_for_room(self) -> None:
        """Return when there may be room for more rows."""
        self.sender.wake()
        with self.sender.settled:
            self.sender.settled.wait(_CHECK_SECONDS)

    def _sync(self) -> None:
        while not self._stopped.wait(self._sync_interval):
            try:
                self.queue.sync()
            except OSError as error:
                self.sender.report(error, self.queue.rows)

    def stop(self, timeout: float) -> None:
        self._stopped.set()
        self.sender.stop(timeout)


@wrap_errors
class InferenceLogger:
    """Takes rows of one model at once and sends them in the background.

    Made by `ArthurModel.logger`, once for a program. Safe to use from several threads, and after a
    fork, where the child starts with an empty spool of its own.

    A row whose `log` has returned survives the death of the process; with `durable=True`, or after
    `flush`, that of the machine too. Rows are sent at least once, and the server stores a row that
    arrives twice under its `partner_inference_id` once.

    Args:
        session: The connection.
        model_id: The model.
        schema: Its attributes.
        root: Directory of all spools; `None` to keep rows in memory only.
        options: How rows are kept and sent.
        rules: What happens to what does not fit the model; strict.
        zone: How timestamps without zone are read.
        logprobs: Whether likelihoods of tokens are given as log-probabilities, see `Validator`.
        on_error: Called with each error and the number of rows it concerns.
        redaction: What happens to values before a row is kept.
        sample: Share of the rows that are kept, by their ids; `None` for all.
    """

    def __init__(
        self,
        session: Session,
        model_id: str,
        schema: UploadSchema,
        *,
        root: Path | None,
        options: LoggerOptions,
        rules: SendRules,
        zone: LocalTimes | None = None,
        logprobs: bool | None = None,
        on_error: Callable[[Exception, int], object] | None = None,
        redaction: Redaction | None = None,
        sample: float | None = None,
    ) -> None:
        self.model_id = model_id
        self.spool = root
        self._session = session
        self._options = options
        self._hook = on_error
        self._encoder = RowEncoder(
            schema, zone, rules, model_id, redaction=redaction, logprobs=logprobs
        )
        self._sample = sample
        self._sampled_out = 0
        self._lock = threading.Lock()
        self._worker: _Worker | None = None
        self._dropped = 0
        self._closed = False
        if root is not None:
            _check_root(root)
        fork_safety.watch(self)
        _open_loggers.add(self)
        if root is not None and list_folders(root):
            self._start()  # perhaps there are rows of a process that no longer runs

    # -- rows ----------------------------------------------------------------------------------

    def log(
        self,
        row: Mapping[str, Any],
        *,
        partner_inference_id: str | None = None,
        inference_timestamp: datetime | str | None = None,
        batch_id: str | None = None,
        durable: bool = False,
    ) -> str | None:
        """Take one inference.

        Args:
            row: Values by attribute name; ground truth may be among them.
            partner_inference_id: Its identifier; generated when omitted.
            inference_timestamp: Its time; now when omitted.
            batch_id: Its batch, for batch models.
            durable: Return when the row is on the disk.

        Returns:
            The `partner_inference_id`, also of a row that is not in the sample; `None` if the row
            was dropped because there is no room.

        Raises:
            ArthurUserError: The row does not fit the model, or the logger is closed.
            SpoolFullError: There is no room, and `when_full` is `raise`.
            SpoolDiskError: The disk did not take the row.
        """
        beside = {
            name: value
            for name, value in (
                ("partner_inference_id", partner_inference_id),
                ("inference_timestamp", inference_timestamp),
                ("batch_id", batch_id),
            )
            if value is not None
        }
        row_id, content = self._encoder.encode_inference(row, beside)
        if self._sample is not None and not is_sampled(row_id, self._sample):
            self._count_sampled_out(1)
            return row_id
        return row_id if self._append(INFERENCE, (content,), durable=durable) else None

    def log_many(
        self,
        rows: Table,
        *,
        predictions: Table | Values | None = None,
        partner_inference_ids: Values | None = None,
        inference_timestamps: Times | None = None,
        batch_id: str | None = None,
        durable: bool = False,
    ) -> list[str]:
        """Take inferences; none of them when one does not fit the model.

        Args:
            rows: A list of dicts, or any other table that fits into memory.
            predictions: Predicted values, if they are not in the rows.
            partner_inference_ids: Their identifiers; generated when omitted.
            inference_timestamps: Their times; now when omitted.
            batch_id: Their batch, for batch models.
            durable: Return when the rows are on the disk.

        Returns:
            The `partner_inference_id` of each row that was taken.

        Raises:
            ArthurUserError: A row does not fit the model, or the logger is closed.
            SpoolFullError: There is no room, and `when_full` is `raise`.
            SpoolDiskError: The disk did not take the rows.
        """
        metadata = RowMetadata(
            predictions=predictions,
            partner_inference_ids=partner_inference_ids,
            inference_timestamps=inference_timestamps,
            batch_id=batch_id,
        )
        has_metadata = batch_id is not None or metadata.is_by_row()
        encoded = self._encoder.encode_inferences(rows, metadata if has_metadata else None)
        return self._append_all(INFERENCE, encoded, durable=durable)

    def log_ground_truth(
        self,
        ground_truths: Table | Values | float | str | bool,
        partner_inference_ids: Values | str | None = None,
        ground_truth_timestamps: Times | None = None,
        *,
        durable: bool = False,
    ) -> list[str]:
        """Take ground truth of inferences; none of it when some does not fit the model.

        Args:
            ground_truths: One row, a table, or values of the only ground-truth attribute.
            partner_inference_ids: Identifier of each inference, unless the rows hold it.
            ground_truth_timestamps: Time of each ground truth; now when omitted.
            durable: Return when the ground truth is on the disk.

        Returns:
            The `partner_inference_id` of each row that was taken.

        Raises:
            ArthurUserError: The ground truth does not fit the model, or the logger is closed.
            SpoolFullError: There is no room, and `when_full` is `raise`.
            SpoolDiskError: The disk did not take the ground truth.
        """
        if isinstance(partner_inference_ids, str):
            partner_inference_ids = [partner_inference_ids]
            if not isinstance(ground_truths, Mapping | list):
                ground_truths = [ground_truths]
        metadata = RowMetadata(
            partner_inference_ids=partner_inference_ids,
            ground_truth_timestamps=ground_truth_timestamps,
        )
        encoded = self._encoder.encode_ground_truths(ground_truths, metadata)
        return self._append_all(GROUND_TRUTH, encoded, durable=durable)

    def _append_all(
        self, kind: bytes, encoded: Sequence[tuple[str, bytes]], *, durable: bool
    ) -> list[str]:
        if self._sample is not None:
            share = self._sample
            drawn = [row for row in encoded if is_sampled(row[0], share)]
            self._count_sampled_out(len(encoded) - len(drawn))
            encoded = drawn
        taken = self._append(kind, [content for _, content in encoded], durable=durable)
        return [row_id for row_id, _ in encoded[:taken]]

    def _count_sampled_out(self, rows: int) -> None:
        with self._lock:
            self._sampled_out += rows

    def _append(self, kind: bytes, contents: Sequence[bytes], *, durable: bool) -> int:
        """Put rows into the queue; return how many there was room for."""
        taken = 0
        try:
            worker = self._worker or self._start()
            taken = worker.put(kind, contents)
            while taken < len(contents):
                if self._closed:
                    raise _closed_error()
                if self._options.when_full != BLOCK or _in_event_loop():
                    return self._overflow(_full_error(), len(contents), taken)
                worker.wait_for_room()
                taken += worker.put(kind, contents[taken:])
        except OSError as error:
            failure = _disk_error(error, self.spool)
            return self._overflow(failure, len(contents), taken)
        if durable:
            try:
                worker.queue.sync()
            except OSError as error:
                raise _disk_error(error, self.spool) from error
        return taken

    def _overflow(self, error: SpoolFullError | SpoolDiskError, rows: int, taken: int) -> int:
        """Drop the rows that were not taken, or raise, as `when_full` says."""
        if self._options.when_full != DROP_NEWEST:
            error.logged = taken
            raise error
        with self._lock:
            self._dropped += rows - taken
        self._report(error, rows - taken)
        return taken

    # -- outcomes ------------------------------------------------------------------------------

    @property
    def counts(self) -> LogCounts:
        """What became of the rows so far."""
        worker = self._worker
        if worker is None:
            return LogCounts(dropped=self._dropped, sampled_out=self._sampled_out)
        return replace(worker.sender.count(self._dropped), sampled_out=self._sampled_out)

    def flush(self, timeout: float = 30.0) -> LogCounts:
        """Send every row now; return when each has an outcome, or the time is over.

        Rows are those that this logger has taken. What other processes left behind is sent after
        them, and not waited for; `counts.adopted` says how much of it was.

        Args:
            timeout: Maximum time in seconds.

        Returns:
            The counts since the logger was made; rows still `unknown` or `waiting` are sent later.

        Raises:
            MethodNotApplicableError: The logger is closed.
        """
        deadline = time.monotonic() + timeout
        if self._closed:
            raise _closed_error()
        worker = self._worker or self._start()
        try:
            worker.queue.sync()
        except OSError as error:
            self._report(error, worker.queue.rows)
        worker.sender.flush(deadline)
        return self.counts

    def close(self, timeout: float | None = None) -> LogCounts:
        """Flush and stop. Closing twice is harmless.

        Args:
            timeout: Maximum time in seconds; `exit_timeout` when omitted.

        Returns:
            The counts; rows `unknown` or `waiting` stay in the spool, and the next logger or
            `arthurai spool send` sends them. In memory they are lost.
        """
        timeout = self._options.exit_timeout if timeout is None else timeout
        with self._lock:
            worker, was_closed, self._closed = self._worker, self._closed, True
        _open_loggers.discard(self)
        if worker is None or was_closed:
            return self.counts
        deadline = time.monotonic() + timeout
        worker.sender.flush(deadline)
        counts = self.counts
        left = counts.unknown + counts.waiting
        worker.stop(max(deadline - time.monotonic(), _CHECK_SECONDS))
        if left and self.spool is None:
            logger.warning("%d logged rows were not sent and are lost: they were in memory", left)
        elif left:
            logger.warning(
                "%d logged rows were not sent yet; the next logger with this spool sends them, or "
                "`arthurai spool send %s`",
                left,
                self.spool,
            )
        return counts

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        where = "memory" if self.spool is None else repr(str(self.spool))
        counts = self.counts
        return (
            f"InferenceLogger(model {self.model_id!r}, spool in {where}: {counts.accepted} rows "
            f"accepted, {counts.rejected} rejected, {counts.unknown + counts.waiting} to be sent"
            f"{', closed' if self._closed else ''})"
        )

    # -- life ----------------------------------------------------------------------------------

    def _start(self) -> _Worker:
        """Return what this process has; made with the first row, so that a fork before is cheap."""
        with self._lock:
            if self._closed:
                raise _closed_error()
            if self._worker is None:
                try:
                    self._worker = self._make_worker()
                except OSError as error:
                    raise _disk_error(error, self.spool) from error
            return self._worker

    def _make_worker(self) -> _Worker:
        options, root = self._options, self.spool
        url = self._session.endpoint.url
        queue: RowQueue
        if root is None:
            queue = MemoryQueue(options.max_rows, options.max_bytes or DEFAULT_MEMORY_BYTES)
        else:
            info = SpoolInfo(
                model_id=self.model_id,
                url=url,
                organization_id=self._session.organization_id,
                created_at=datetime.now(UTC).isoformat(),
                pid=os.getpid(),
            )
            spool = Spool.create(root, info)
            spool.limit(options.max_rows, options.max_bytes or DEFAULT_SPOOL_BYTES)
            queue = spool
        sender = Sender(
            queue,
            Delivery(self._session, self.model_id),
            model_id=self.model_id,
            url=url,
            root=root,
            batch_rows=options.batch_rows,
            batch_bytes=options.batch_bytes,
            interval=options.flush_interval,
            max_age=options.max_age,
            on_error=self._report,
            rejected_path=None if root is None else root / REJECTED_NAME,
        )
        return _Worker(queue, sender, None if root is None else options.sync_interval)

    def after_fork(self) -> None:
        """Start over in a forked child: rows so far belong to the parent."""
        worker, self._worker = self._worker, None
        self._lock = threading.Lock()
        self._dropped = 0
        if worker is not None:
            worker.sender.abandon()

    def _report(self, error: Exception, rows: int) -> None:
        """Call the hook of the user, whose own errors are logged."""
        if self._hook is None:
            return
        try:
            self._hook(error, rows)
        except Exception:
            logger.exception("`on_error` of the logger raised")


def _full_error() -> SpoolFullError:
    return SpoolFullError(
        "the spool is full, so rows were not taken. Raise max_bytes or max_rows, or find out why "
        "rows are not sent (on_error)"
    )


def _disk_error(error: OSError, root: Path | None) -> SpoolDiskError:
    if isinstance(error, SpoolDiskError):
        return error
    return SpoolDiskError(
        f"the disk did not take a row: {error}. Free some space in {str(root)!r}, or choose "
        "another spool"
    )


def _closed_error() -> MethodNotApplicableError:
    return MethodNotApplicableError("the logger is closed; make a new one with model.logger()")


def _in_event_loop() -> bool:
    """Return whether this thread runs an event loop, which must not be blocked."""
    asyncio = sys.modules.get("asyncio")
    if asyncio is None:
        return False
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _check_root(root: Path) -> None:
    if sys.platform == "win32":
        raise MethodNotApplicableError(
            "a spool needs a POSIX system; use memory_only=True on Windows"
        )
    try:
        root.mkdir(0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UserValueError(
            f"`spool` must be a directory that can be written to, got {str(root)!r}: {error}"
        ) from error
    if not os.access(root, os.W_OK | os.X_OK):
        raise UserValueError(
            f"`spool` must be a directory that can be written to, got {str(root)!r}"
        )


_open_loggers: Final[set[InferenceLogger]] = set()


@atexit.register
def _close_all() -> None:
    for item in list(_open_loggers):
        item.close()
