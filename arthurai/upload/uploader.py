"""From a table to the server: check, cut, encode, send, account.

Two ways lead there: rows as JSON with an answer a row, and files with counts and failures.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, Self

from arthurai.common.exceptions import (
    ArthurError,
    ArthurUserError,
    UserTypeError,
    UserValueError,
)
from arthurai.upload import columnar
from arthurai.upload.columnar import Gathered, column_list, gather_table
from arthurai.upload.diagnostics import Problems
from arthurai.upload.encode_json import json_bodies
from arthurai.upload.encode_parquet import parquet_file, to_table
from arthurai.upload.images import ZIP_BYTES, Image, cut_by_size, names_of, zipped
from arthurai.upload.report import NO_REPEAT, REPEAT, Account, Sent, file_answer
from arthurai.upload.validate import (
    GROUND_TRUTHS,
    INFERENCES,
    REFERENCE,
    Extras,
    Prepared,
    Preparer,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import ModuleType, TracebackType

    from arthurai.transport.multipart import FilePart
    from arthurai.upload.upload_schema import IngestSchema


logger = logging.getLogger(__name__)

JSON_ROWS = 5_000
JSON_BYTES = 16_000_000
FILE_ROWS = range(8_192, 65_537)
"""Fewest and most rows of a file of ours: a tenth of the table when that lies between."""
STREAMED_FILE_ROWS = 65_536
FILE_BYTES = 64_000_000
WORKERS = 2
BATCH = "batch_id"


class Connection(Protocol):
    """What sending needs of a session."""

    def send_encoded(
        self,
        operation: ModuleType,
        *args: Any,
        content: bytes | Iterable[bytes],
        content_type: str,
        **kwargs: Any,
    ) -> Any:
        """Calls an operation with an encoded body."""

    def upload(
        self, operation: ModuleType, *args: Any, parts: Sequence[Any], **kwargs: Any
    ) -> tuple[int, Any]:
        """Calls an operation with a multipart body; the status and the decoded body."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a call sends.

    Attributes:
        progress: show a bar of the rows that are through.
        chunk_size: most rows of one request; `None` leaves it to the format.
        max_workers: most requests in flight.
    """

    progress: bool = False
    chunk_size: int | None = None
    max_workers: int | None = None

    def __post_init__(self) -> None:
        for name in ("chunk_size", "max_workers"):
            value = getattr(self, name)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int):
                raise UserTypeError(f"`{name}` must be a whole number, got {value!r}.")
            if value < 1:
                raise UserValueError(f"`{name}` must be at least 1, got {value}.")

    @property
    def workers(self) -> int:
        """Requests in flight at most."""
        return self.max_workers or WORKERS


@dataclass(slots=True)
class Delivery:
    """One call that sends rows.

    Attributes:
        connection: the session.
        model_id: the model.
        schema: its attributes.
        preparer: checks the rows.
        operation: the generated module that is called.
        options: how to send.
        part_name: form field of the rows, when they go as files.
        fields: other form fields.
        json_files: files are JSON whatever the model's kind.
    """

    connection: Connection
    model_id: str
    schema: IngestSchema
    preparer: Preparer
    operation: ModuleType
    options: Options = field(default_factory=Options)
    part_name: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    json_files: bool = False

    @property
    def _as_parquet(self) -> bool:
        return self.schema.sends_parquet and not self.json_files

    def send_rows(self, data: Any, extras: Extras | None = None) -> Account:
        """Sends rows as JSON; the answer has one entry a row.

        Args:
            data: any table, or a stream of them.
            extras: what was given beside it; streams take none that go by row.

        Raises:
            ArthurUserError: the table is wrong; nothing was sent of one that is in memory.
            ArthurError: a request failed as a whole; `result` says what was accepted.
        """
        account = Account(by_row=True, add_ids=self.preparer.purpose == INFERENCES)
        self._send(data, extras, account, self._json_requests, as_json=True)
        return account

    def send_files(self, data: Any, extras: Extras | None = None) -> Account:
        """Sends rows as files; the answers have counts and the rows refused.

        Args:
            data: any table, or a stream of them.
            extras: what was given beside it.

        Raises:
            ArthurUserError: the table is wrong; nothing was sent of one that is in memory.
            ArthurError: a request failed as a whole; `result` says what was accepted.
        """
        reference = self.preparer.purpose == REFERENCE
        account = Account(by_row=False, how_to_go_on=NO_REPEAT if reference else REPEAT)
        self._send(data, extras, account, self._file_requests, as_json=not self._as_parquet)
        return account

    def _send(
        self,
        data: Any,
        extras: Extras | None,
        account: Account,
        make_requests: Callable[[Prepared], Iterator[Request]],
        *,
        as_json: bool,
    ) -> None:
        # Rows given as dicts never touch Arrow.
        memory = nullcontext() if isinstance(data, list) else returned_memory()
        with memory:
            self._send_parts(data, extras, account, make_requests, as_json=as_json)
        self.preparer.log()

    def _send_parts(
        self,
        data: Any,
        extras: Extras | None,
        account: Account,
        make_requests: Callable[[Prepared], Iterator[Request]],
        *,
        as_json: bool,
    ) -> None:
        prepared = None if columnar.is_stream(data) else self._prepared(data, extras)
        total = None if prepared is None else prepared.rows
        rows = self._rows(total, as_json=as_json)
        parts = self._stream(data, extras, rows) if prepared is None else prepared.cuts(rows)
        what = self.preparer.name.replace("_", " ")
        with Progress(shown=self.options.progress, total=total, what=what) as progress:
            requests = (request for part in parts for request in make_requests(part))
            try:
                send_all(requests, account, workers=self.options.workers, progress=progress)
            except BaseException as error:
                sent = account.result.total
                if prepared is not None and sent < prepared.rows:
                    account.add_unsent(_sent(prepared, sent, prepared.rows - sent))
                if sent or not isinstance(error, ArthurUserError):
                    explain(error, account)
                raise

    def _prepared(self, data: Any, extras: Extras | None) -> Prepared:
        """A table in memory, checked as a whole."""
        problems = Problems(self.preparer.name)
        gathered = columnar.gather(data, self.schema, problems)
        problems.raise_found()
        if gathered.rows:
            return self.preparer.prepare(gathered, extras=extras)
        if isinstance(data, list):
            return Prepared(0, 0)
        raise UserValueError(f"`{self.preparer.name}` has no rows, so there is nothing to send.")

    def _rows(self, total: int | None, *, as_json: bool) -> int:
        """Rows of one request."""
        if self.options.chunk_size is not None:
            return self.options.chunk_size
        if as_json:
            return JSON_ROWS
        if total is None:
            return STREAMED_FILE_ROWS
        return min(max(total // 10, FILE_ROWS.start), FILE_ROWS.stop - 1)

    def _stream(self, data: Any, extras: Extras | None, rows: int) -> Iterator[Prepared]:
        if extras is not None and extras.by_row():
            raise UserValueError(
                "A table that is read piece by piece (generator, reader, dataset, lazy frame) "
                "takes no values given apart; put predictions, ground truths, timestamps and ids "
                "in its columns, or read it whole first (a lazy frame with collect())."
            )
        for columns in columnar.known_schemas(data):
            empty = gather_table(columns.empty_table(), self.preparer.schema)
            self.preparer.prepare(empty, extras=extras)
        start = 0
        for gathered, problems in self._pieces(data, rows):
            prepared = self.preparer.prepare(
                gathered, start=start, extras=extras, problems=problems
            )
            start += prepared.rows
            yield from prepared.cuts(rows)
        if not start:
            raise UserValueError(
                f"`{self.preparer.name}` has no rows, so there is nothing to send."
            )

    def _pieces(self, data: Any, rows: int) -> Iterator[tuple[Gathered, Problems]]:
        """The stream; what ends it early is told apart from faults of sending."""
        name = self.preparer.name
        try:
            yield from columnar.stream(data, self.schema, name=name, rows=rows)
        except ArthurError:
            raise
        except Exception as error:
            raise ArthurUserError(
                f"`{name}` could not be read to its end: {type(error).__name__}: {error}"
            ) from error

    def _json_requests(self, part: Prepared) -> Iterator[Request]:
        for body in json_bodies(part, most_bytes=JSON_BYTES):
            yield Request(_sent(part, body.start, body.rows), partial(self._post, body.content))

    def _post(self, content: bytes) -> Any:
        return self.connection.send_encoded(
            self.operation, self.model_id, content=content, content_type="application/json"
        )

    @property
    def _images(self) -> str | None:
        """The attribute whose values travel as image files."""
        image = self.schema.image
        return None if image is None or self.preparer.purpose == GROUND_TRUTHS else image.name

    def _file_requests(self, part: Prepared) -> Iterator[Request]:
        if self._images is not None and self._images in part.inference:
            yield from self._image_requests(part, self._images)
            return
        for piece, content in self._files(part):
            upload = partial(self._upload, content)
            yield Request(_sent(piece, piece.start, piece.rows), upload)

    def _image_requests(self, part: Prepared, column: str) -> Iterator[Request]:
        for start, rows in cut_by_size(part.inference[column], ZIP_BYTES):
            piece = part.cut(start, rows)
            images = piece.inference[column]
            names = names_of(images)
            piece.inference[column] = names
            for file, content in self._files(piece):
                first = file.start - piece.start
                these = slice(first, first + file.rows)
                upload = partial(self._upload_images, content, images[these], names[these])
                yield Request(_sent(file, file.start, file.rows), upload)

    def _files(self, part: Prepared) -> Iterator[tuple[Prepared, bytes]]:
        """Files no larger than allowed, unless a single row is."""
        written = part
        if self.fields.get(BATCH):  # the form says it for all rows
            written = replace(part, meta={k: v for k, v in part.meta.items() if k != BATCH})
        if not self._as_parquet:
            reference = self.preparer.purpose == REFERENCE
            for body in json_bodies(written, most_bytes=JSON_BYTES, reference=reference):
                yield part.cut(body.start - part.start, body.rows), body.content
            return
        content = parquet_file(to_table(written, self.schema), self.schema)
        if len(content) <= FILE_BYTES or part.rows == 1:
            yield part, content
            return
        half = part.rows // 2
        yield from self._files(part.cut(0, half))
        yield from self._files(part.cut(half, part.rows - half))

    def _upload(self, content: bytes, *others: FilePart) -> Any:
        from arthurai.transport.multipart import FilePart

        suffix, kind = (
            ("parquet", "application/vnd.apache.parquet")
            if self._as_parquet
            else ("json", "application/json")
        )
        rows = FilePart(self.part_name, f"{self.part_name}.{suffix}", content, kind)
        # Reference rows have no ids: a repeat of an upload that arrived would store them twice.
        retry = None if self.preparer.purpose == REFERENCE else True
        status, body = self.connection.upload(
            self.operation, self.model_id, parts=[rows, *others], fields=self.fields, retry=retry
        )
        return file_answer(status, body)

    def _upload_images(
        self, content: bytes, images: Sequence[Image | None], names: Sequence[str | None]
    ) -> Any:
        from arthurai.transport.multipart import FilePart

        with zipped(images, names) as archive:
            part = FilePart("image_data", "images.zip", archive, "application/zip")
            return self._upload(content, part)


def _sent(part: Prepared, start: int, rows: int) -> Sent:
    first = start - part.start
    ids = part.meta.get("partner_inference_id")
    batches = part.meta.get(BATCH)
    return Sent(
        start,
        rows,
        () if ids is None else column_list(ids[first : first + rows]),
        None if batches is None else column_list(batches[first : first + rows]),
    )


PATIENCE = 5.0
"""Seconds an interrupted call waits for requests in flight."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request to make.

    Attributes:
        sent: the rows it carries, for the books.
        post: makes it and returns the decoded answer.
    """

    sent: Sent
    post: Callable[[], Any]


class _Runner(threading.Thread):
    """Makes one request and keeps its outcome, also when nobody waits for it.

    A daemon: after Ctrl-C the program can end while a request hangs.
    """

    def __init__(self, request: Request) -> None:
        super().__init__(name="arthurai-send", daemon=True)
        self.sent = request.sent
        self.outcome: Sent | None = None
        self._post: Callable[[], Any] | None = request.post

    def run(self) -> None:
        post, self._post = self._post, None  # the body is not needed after it was sent
        if post is None:
            return
        try:
            self.outcome = self.sent.answered(post())
        except BaseException as error:  # noqa: BLE001 - booked, and raised in the caller's thread
            self.outcome = self.sent.failed(error)

    @property
    def interruption(self) -> BaseException | None:
        """What ended the request from outside, if anything did."""
        error = None if self.outcome is None else self.outcome.error
        return None if isinstance(error, Exception) else error


def send_all(
    requests: Iterable[Request], account: Account, *, workers: int, progress: Progress
) -> None:
    """Makes requests, at most `workers` at a time, and books them in order.

    The first request that fails as a whole stops the rest: nothing more is read or sent. An
    exception of the source (a generator of the caller's, Ctrl-C) stops likewise; what was sent
    until then is booked first.

    Args:
        requests: made while earlier ones are under way.
        account: the books.
        workers: most requests in flight.
        progress: told about every request that is through.

    Raises:
        ArthurError: what stopped the call.
        BaseException: what interrupted the call.
    """
    waiting: deque[_Runner] = deque()
    try:
        for request, is_only in _with_only(requests):
            while len(waiting) >= workers:
                _finish(waiting, account, progress)
            if account.errors:
                break
            runner = _Runner(request)
            waiting.append(runner)
            if is_only or workers == 1:
                runner.run()
            else:
                runner.start()
        while waiting:
            _finish(waiting, account, progress)
    except BaseException as interruption:
        for runner in waiting:
            if runner.is_alive():
                runner.join(PATIENCE)
            account.add(runner.outcome or runner.sent.failed(interruption))
        raise
    if account.errors:
        raise account.errors[0]


def _with_only(requests: Iterable[Request]) -> Iterator[tuple[Request, bool]]:
    """Requests, and whether one is the only one (it needs no thread of its own)."""
    source = iter(requests)
    first = next(source, None)
    if first is None:
        return
    second = next(source, None)
    yield first, second is None
    del first
    if second is not None:
        yield second, False
        del second
    for request in source:
        yield request, False


def _finish(waiting: deque[_Runner], account: Account, progress: Progress) -> None:
    """Waits for the oldest request and books it."""
    runner = waiting[0]
    if runner.ident is not None:
        runner.join()
    if runner.interruption is not None:
        raise runner.interruption
    waiting.popleft()
    account.add(runner.outcome or runner.sent.failed(ArthurError("The request did not end.")))
    progress.advance(runner.sent.rows)


def explain(error: BaseException, account: Account) -> None:
    """Tells the error what was accepted before it, and attaches the result to it."""
    result = account.result
    error.result = result  # type: ignore[attr-defined]
    error.add_note(
        f"In all: {result.summary()}. The exception's `result.failures` names the rows that were "
        f"not accepted. {account.how_to_go_on}"
    )


class Progress:
    """Counts rows; shows a bar on standard error when asked to.

    Args:
        shown: whether to show a bar.
        total: rows in all, `None` when unknown.
        what: text before the bar.
    """

    def __init__(self, *, shown: bool, total: int | None, what: str) -> None:
        self._bar: Any = None
        if shown:
            from tqdm.auto import tqdm

            self._bar = tqdm(total=total, desc=what, unit=" rows", unit_scale=True)

    def advance(self, rows: int) -> None:
        """Adds rows that are through."""
        if self._bar is not None:
            self._bar.update(rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()


_LENDING_BACKENDS = frozenset({"mimalloc", "jemalloc"})


class _Lease:
    """The pool all running calls share; the first puts it in place, the last takes it away."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.holders = 0
        self.usual: Any = None

    def enter(self) -> None:
        import pyarrow as pa

        with self.lock:
            self.holders += 1
            if self.holders == 1:
                current = pa.default_memory_pool()
                if current.backend_name in _LENDING_BACKENDS:
                    self.usual = current
                    pa.set_memory_pool(pa.system_memory_pool())

    def leave(self) -> None:
        import pyarrow as pa

        with self.lock:
            self.holders -= 1
            if self.holders == 0 and self.usual is not None:
                pa.set_memory_pool(self.usual)
                self.usual = None


_lease = _Lease()


@contextmanager
def returned_memory() -> Iterator[None]:
    """Has Arrow take memory from the system and give it back, for the length of the block.

    Only where memory comes from changes, nothing of what other threads do with Arrow meanwhile. A
    pool the program has chosen itself stays.
    """
    _lease.enter()
    try:
        yield
    finally:
        _lease.leave()
