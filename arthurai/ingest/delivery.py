"""From a table to the server: check, cut, encode, send, account.

Two ways lead there: rows as JSON with an answer a row, and files with counts and failures.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import ModuleType
from typing import Any, Protocol

from arthurai.common.exceptions import UserTypeError, UserValueError
from arthurai.ingest import sources
from arthurai.ingest.accounting import NO_REPEAT, REPEAT, Account, Sent
from arthurai.ingest.encode_json import Body, json_bodies
from arthurai.ingest.encode_parquet import parquet_file, to_table
from arthurai.ingest.gather import gather_table
from arthurai.ingest.prepare import REFERENCE, Extras, Preparer
from arthurai.ingest.prepared import Prepared, column_list
from arthurai.ingest.problems import Problems
from arthurai.ingest.progress import Progress
from arthurai.ingest.schema import IngestSchema
from arthurai.ingest.sender import Job, send_all

logger = logging.getLogger(__name__)

JSON_ROWS = 10_000
JSON_BYTES = 16_000_000
FILE_ROWS = 131_072
FILE_BYTES = 64_000_000
WORKERS = 2


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

    def send_files(
        self, operation: ModuleType, *args: Any, parts: Sequence[Any], **kwargs: Any
    ) -> Any:
        """Calls an operation with a multipart body."""


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
        name: what the rows are called in the progress bar and in messages.
    """

    connection: Connection
    model_id: str
    schema: IngestSchema
    preparer: Preparer
    operation: ModuleType
    options: Options = field(default_factory=Options)
    part_name: str = ""
    fields: dict[str, str] = field(default_factory=dict)

    def send_rows(self, data: Any, extras: Extras | None = None) -> Account:
        """Sends rows as JSON; the answer has one entry a row.

        Args:
            data: any table, or a stream of them.
            extras: what was given beside it; streams take none that go by row.

        Raises:
            ArthurUserError: the table is wrong; nothing was sent of one that is in memory.
            ArthurError: a request failed as a whole; `result` says what was accepted.
        """
        account = Account(by_row=True)
        rows = self.options.chunk_size or JSON_ROWS
        self._send(data, extras, account, rows, self._json_job)
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
        rows = self.options.chunk_size or (FILE_ROWS if self.schema.sends_parquet else JSON_ROWS)
        self._send(data, extras, account, rows, self._file_job)
        return account

    def _send(
        self,
        data: Any,
        extras: Extras | None,
        account: Account,
        rows: int,
        make_job: Callable[[Prepared], Job],
    ) -> None:
        streamed = sources.is_stream(data)
        if streamed:
            parts = self._stream(data, extras, rows)
            total = None
        else:
            problems = Problems(self.preparer.name)
            gathered = sources.gather(data, self.schema, problems)
            prepared = self.preparer.prepare(gathered, extras=extras, problems=problems)
            if not prepared.rows and not isinstance(data, list):
                raise UserValueError(
                    f"`{self.preparer.name}` has no rows, so there is nothing to send."
                )
            parts = prepared.cuts(rows)
            total = prepared.rows
        what = self.preparer.name.replace("_", " ")
        with Progress(shown=self.options.progress, total=total, what=what) as progress:
            jobs = (make_job(part) for part in parts)
            send_all(jobs, account, workers=self.options.workers, progress=progress)
        self.preparer.log()

    def _stream(self, data: Any, extras: Extras | None, rows: int) -> Iterator[Prepared]:
        if extras is not None and extras.by_row():
            raise UserValueError(
                "A table that is read piece by piece (generator, reader, dataset, lazy frame) "
                "takes no values given apart; put predictions, ground truths, timestamps and ids "
                "in its columns."
            )
        for columns in sources.known_schemas(data):
            self.preparer.prepare(gather_table(columns.empty_table()), extras=extras)
        start = 0
        for gathered, problems in sources.stream(
            data, self.schema, name=self.preparer.name, rows=rows
        ):
            prepared = self.preparer.prepare(
                gathered, start=start, extras=extras, problems=problems
            )
            start += prepared.rows
            yield from prepared.cuts(rows)
        if not start:
            raise UserValueError(
                f"`{self.preparer.name}` has no rows, so there is nothing to send."
            )

    # -- JSON ----------------------------------------------------------------------------------

    def _json_job(self, part: Prepared) -> Job:
        def run() -> Iterator[Sent]:
            for body in json_bodies(part, most_bytes=JSON_BYTES):
                yield _exchange(part, body.start, body.rows, partial(self._post, body))

        return Job(part.rows, run, _lost_of(part))

    def _post(self, body: Body) -> Any:
        return self.connection.send_encoded(
            self.operation,
            self.model_id,
            content=body.content,
            content_type="application/json",
        )

    # -- files ---------------------------------------------------------------------------------

    def _file_job(self, part: Prepared) -> Job:
        def run() -> Iterator[Sent]:
            for piece, content in self._files(part):
                yield _exchange(piece, piece.start, piece.rows, partial(self._upload, content))

        return Job(part.rows, run, _lost_of(part))

    def _files(self, part: Prepared) -> Iterator[tuple[Prepared, bytes]]:
        """Files no larger than allowed, unless a single row is."""
        if not self.schema.sends_parquet:
            reference = self.preparer.purpose == REFERENCE
            for body in json_bodies(part, most_bytes=JSON_BYTES, reference=reference):
                yield part.cut(body.start - part.start, body.rows), body.content
            return
        content = parquet_file(to_table(part, self.schema))
        if len(content) <= FILE_BYTES or part.rows == 1:
            yield part, content
            return
        half = part.rows // 2
        yield from self._files(part.cut(0, half))
        yield from self._files(part.cut(half, part.rows - half))

    def _upload(self, content: bytes) -> Any:
        from arthurai.transport.uploads import FilePart

        suffix, kind = (
            ("parquet", "application/vnd.apache.parquet")
            if self.schema.sends_parquet
            else ("json", "application/json")
        )
        part = FilePart(self.part_name, f"{self.part_name}.{suffix}", content, kind)
        # Reference rows have no ids: a repeat of an upload that arrived would store them twice.
        retry = None if self.preparer.purpose == REFERENCE else True
        return self.connection.send_files(
            self.operation, self.model_id, parts=[part], fields=self.fields, retry=retry
        )


def _exchange(part: Prepared, start: int, rows: int, post: Callable[[], Any]) -> Sent:
    """Runs one request; whatever it raises is kept for the books."""
    sent = _sent(part, start, rows)
    try:
        return sent.answered(post())
    except Exception as error:  # noqa: BLE001 - booked, and raised by `send_all`
        return sent.failed(error)


def _sent(part: Prepared, start: int, rows: int) -> Sent:
    first = start - part.start
    ids = part.meta.get("partner_inference_id")
    batches = part.meta.get("batch_id")
    return Sent(
        start,
        rows,
        () if ids is None else column_list(ids[first : first + rows]),
        None if batches is None else column_list(batches[first : first + rows]),
    )


def _lost_of(part: Prepared) -> Callable[[int, BaseException], Sent]:
    def lost(reported: int, why: BaseException) -> Sent:
        sent = _sent(part, part.start + reported, part.rows - reported)
        return sent.failed(why)

    return lost
