"""Uploads: rows are validated, encoded, sent in parallel, and their outcomes counted.

There are two ways: rows as JSON, with a response per row, and files, with counts and failures.
"""

from __future__ import annotations

import itertools
import logging
import tempfile
import threading
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.exceptions import (
    ArthurUserError,
    UserTypeError,
    UserValueError,
)
from arthurai.common.row_groups import ROW_GROUP_ROWS, rows_per_part
from arthurai.common.wait import is_interactive, open_bar
from arthurai.transport.idempotency_header import add_key
from arthurai.transport.multipart import FilePart
from arthurai.upload.columnar import columns_of_rows, is_row_list, slice_column, to_list
from arthurai.upload.encode_json import json_bodies
from arthurai.upload.images import split_by_size, unique_names, zip_images
from arthurai.upload.parallel_threads import Request, send_all
from arthurai.upload.row_outcomes import (
    NOT_SAFE_TO_REPEAT,
    SAFE_TO_REPEAT,
    RowOutcomes,
    SentRows,
    expand_file_response,
    parse_file_response,
)
from arthurai.upload.send_rules import SendRules
from arthurai.upload.validate import Validator
from arthurai.upload.validated_table import INFERENCES, REFERENCE, RowMetadata, ValidatedTable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from arthurai.transport.session import Session
    from arthurai.upload.columnar import ColumnarTable
    from arthurai.upload.diagnostics import ValidationErrors
    from arthurai.upload.images import Image
    from arthurai.upload.upload_schema import UploadSchema
    from arthurai.upload.validated_table import Body
    from arthurai_api.types import RequestParts

logger = logging.getLogger(__name__)

JSON_ROWS: Final = 5_000
MAX_JSON_BYTES: Final = 16_000_000
MIN_FILE_ROWS: Final = 8_192
FILE_ROWS: Final = 49_152
"""Least rows of a file where there are so many: some of them may be refused."""

MAX_FILE_ROWS: Final = 2 * ROW_GROUP_ROWS
"""Rows of a file where the number of all rows is not known."""

LARGE_FILE_ROWS: Final = 4 * ROW_GROUP_ROWS
"""Least rows of a file of a large table: the server commits less often."""

MAX_FILE_BYTES: Final = 64_000_000
MAX_ZIP_BYTES: Final = 64_000_000
"""Maximum size of the images of one request, unless a single image is larger."""

DEFAULT_WORKERS: Final = 2
BAR_DELAY_SECONDS: Final = 1.0
"""From when on a progress bar is shown that nobody asked for."""

_EXPORT_ROW_GROUP_ROWS: Final = 5_000
_ANY_SIZE: Final = 2**62


@dataclass(frozen=True, slots=True)
class UploadOptions:
    """How a call sends.

    Attributes:
        progress: Whether to show a progress bar on standard error; `None` when the call takes
            long and a terminal or notebook shows it.
        chunk_size: Maximum number of rows of one request; `None` for that of the format.
        max_workers: Maximum number of requests in flight; `None` for `DEFAULT_WORKERS`.
    """

    progress: bool | None = None
    chunk_size: int | None = None
    max_workers: int | None = None

    def __post_init__(self) -> None:
        for name in ("chunk_size", "max_workers"):
            value = getattr(self, name)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int):
                raise UserTypeError(f"`{name}` must be a whole number, got {value!r}")
            if value < 1:
                raise UserValueError(f"`{name}` must be at least 1, got {value}")


@dataclass(slots=True)
class Uploader:
    """One call that sends rows.

    Attributes:
        session: The connection.
        request: The request without its body.
        validator: Validates the rows.
        options: How to send.
        part_name: Form field of the rows, if they are sent as files.
        fields: Other form fields.
        json_files: Whether files are JSON even for a model whose files are Parquet.
        by_file: What sends the same rows as files, for calls with an outcome per row: to servers
            that number the failures of a file, files of many rows go faster.
        keys: Idempotency keys of the requests, in their order; random when omitted.
    """

    session: Session
    request: RequestParts
    validator: Validator
    options: UploadOptions = field(default_factory=UploadOptions)
    part_name: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    json_files: bool = False
    by_file: Uploader | None = None
    keys: Iterator[str] | None = None

    @property
    def sends_parquet(self) -> bool:
        """Whether rows go as Parquet files."""
        return bool(self.part_name) and not self.json_files and self.validator.schema.sends_parquet

    @property
    def _may_send_by_file(self) -> bool:
        return (
            self.by_file is not None
            and self.by_file.sends_parquet
            and self.session.numbers_failures
        )

    def send_rows(self, data: Any, metadata: RowMetadata | None = None) -> RowOutcomes:
        """Send rows, as JSON or by file; the result has one entry per row.

        Args:
            data: Any table, or a stream of them.
            metadata: What was given beside it; with a stream, nothing that is by row.

        Raises:
            ArthurUserError: The table is invalid; nothing was sent of one that is in memory.
            ArthurError: A request failed as a whole; `result` says what was accepted.
        """
        outcomes = RowOutcomes(by_row=True, add_ids=self.validator.purpose == INFERENCES)
        self._send(data, metadata, outcomes, self._row_requests)
        return outcomes

    def send_files(self, data: Any, metadata: RowMetadata | None = None) -> RowOutcomes:
        """Send rows as files; the responses have counts and the rows refused.

        Args:
            data: Any table, or a stream of them.
            metadata: What was given beside it; with a stream, nothing that is by row.

        Raises:
            ArthurUserError: The table is invalid; nothing was sent of one that is in memory.
            ArthurError: A request failed as a whole; `result` says what was accepted.
        """
        is_reference = self.validator.purpose == REFERENCE
        hint = NOT_SAFE_TO_REPEAT if is_reference else SAFE_TO_REPEAT
        outcomes = RowOutcomes(by_row=False, repeat_hint=hint)
        self._send(data, metadata, outcomes, self.file_requests)
        return outcomes

    def _send(
        self,
        data: Any,
        metadata: RowMetadata | None,
        outcomes: RowOutcomes,
        make_requests: Callable[[ValidatedTable], Iterator[Request]],
    ) -> None:
        # Rows given as dicts never touch Arrow, which is slow to import.
        with nullcontext() if isinstance(data, list) else system_memory:
            table = None if _is_stream(data) else self._validate(data, metadata)
            total = None if table is None else table.rows
            rows = self._rows_per_request(total)
            # The server has the smallest part sooner, and stores it while the next one is encoded.
            parts = (
                self._validate_stream(data, metadata, rows)
                if table is None
                else table.split(rows, rest_first=self.options.chunk_size is None)
            )
            # Keeps no request, and so no body, while the next one is encoded.
            requests = itertools.chain.from_iterable(map(make_requests, parts))
            workers = self.options.max_workers or DEFAULT_WORKERS
            try:
                with progress_bar(self.options, total, self.validator.name) as advance:
                    send_all(requests, outcomes, workers=workers, total=total, advance=advance)
            except BaseException as error:
                sent = outcomes.result.total
                if table is not None and sent < table.rows:
                    outcomes.add_unsent(_sent_rows(table, sent, table.rows - sent))
                if sent or not isinstance(error, ArthurUserError):
                    outcomes.attach_to(error)
                raise
            finally:
                outcomes.result.sampled_out = self.validator.sampled_out
        if not outcomes.result.total:
            logger.info("`%s` has no rows, nothing was sent", self.validator.name)
        self.validator.log()

    def _validate(self, data: Any, metadata: RowMetadata | None) -> ValidatedTable:
        """Return a table in memory, validated as a whole."""
        errors = self.validator.errors()
        table = _read(data, self.validator.schema, errors)
        if not table.rows:
            return ValidatedTable(0, 0)
        return self.validator.validate(table, metadata=metadata, errors=errors)

    def _validate_stream(
        self, data: Any, metadata: RowMetadata | None, rows: int
    ) -> Iterator[ValidatedTable]:
        """Yield a stream in validated tables of at most `rows` rows."""
        from arthurai.upload.table_batches import read_batches

        if metadata is not None and metadata.is_by_row():
            raise UserValueError(
                "A table that is read in batches (generator, reader, dataset, lazy frame) takes no "
                "values given beside it; put predictions, ground truths, timestamps and ids in its "
                "columns, or read it whole first (a lazy frame with collect())"
            )
        for table, errors in read_batches(
            data, self.validator.schema, make_errors=self.validator.errors, rows=rows
        ):
            valid = self.validator.validate(
                table, start=errors.start, metadata=metadata, errors=errors
            )
            yield from valid.split(rows)

    def _rows_per_request(self, total: int | None) -> int:
        if self.options.chunk_size is not None:
            return self.options.chunk_size
        is_small = total is not None and total <= JSON_ROWS
        if not self.sends_parquet and (is_small or not self._may_send_by_file):
            return JSON_ROWS
        if total is None:
            return MAX_FILE_ROWS
        if total < ROW_GROUP_ROWS:
            return MIN_FILE_ROWS
        return rows_per_part(total, LARGE_FILE_ROWS if total >= 2 * LARGE_FILE_ROWS else FILE_ROWS)

    def _row_requests(self, table: ValidatedTable) -> Iterator[Request]:
        if self.by_file is not None and table.rows > JSON_ROWS and self._may_send_by_file:
            from arthurai.upload.encode_parquet import has_file_types

            if has_file_types(table, self.validator.schema):
                for request in self.by_file.file_requests(table):
                    rows = len(request.rows.sent())
                    send = request.send and partial(_send_numbered, request.send, rows)
                    yield replace(request, send=send)
                return
        for part in table.split(self.options.chunk_size or JSON_ROWS):
            yield from self._json_requests(part)

    def _new_request(self) -> RequestParts:
        key = None if self.keys is None else next(self.keys)
        return add_key(self.request, self.validator.call_time, key)

    def _json_requests(self, table: ValidatedTable) -> Iterator[Request]:
        encode = partial(json_bodies, max_bytes=MAX_JSON_BYTES)
        for body, rows in _encode_kept(table, encode):
            send = None
            if body is not None:
                is_single = body.rows == 1
                send = partial(self._send_json, self._new_request(), body.content, is_single)
            yield Request(rows, send)

    def _send_json(self, request: RequestParts, content: bytes, is_single: bool) -> Any:
        from arthurai.transport.attempts import CallOptions

        options = CallOptions(retry=True, single_row=is_single)
        return self.session.send(request, content=content, options=options).json()

    def file_requests(self, table: ValidatedTable) -> Iterator[Request]:
        """Yield the requests that send rows as files, with their images.

        Args:
            table: The rows.
        """
        image = self.validator.schema.image
        if image is None or image.name not in table.inference:
            for body, rows in _encode_kept(table, self._encode_file):
                send = None
                if body is not None:
                    send = partial(self._upload, self._new_request(), body.content)
                yield Request(rows, send)
            return
        for start, count in split_by_size(table.inference[image.name], MAX_ZIP_BYTES):
            part = table.slice(start, count)
            images = part.inference[image.name]
            names = part.inference[image.name] = unique_names(images)
            for body, rows in _encode_kept(part, self._encode_file):
                first = rows.start - part.start
                these = slice(first, first + rows.count)
                upload = None
                if body is not None:
                    upload = partial(
                        self._upload_images,
                        self._new_request(),
                        body.content,
                        images[these],
                        names[these],
                    )
                yield Request(rows, upload)

    def _encode_file(self, table: ValidatedTable) -> Iterator[Body]:
        """Yield files no larger than allowed, unless a single row is."""
        if self.fields.get("batch_id"):  # the form says it for all rows
            meta = {name: column for name, column in table.meta.items() if name != "batch_id"}
            table = replace(table, meta=meta)
        if not self.sends_parquet:
            is_reference = self.validator.purpose == REFERENCE
            return json_bodies(table, max_bytes=MAX_JSON_BYTES, reference=is_reference)
        from arthurai.upload.encode_parquet import parquet_bodies

        return parquet_bodies(
            table,
            self.validator.schema,
            max_bytes=MAX_FILE_BYTES,
            deltas=self.session.is_embedded_server,
        )

    def _upload(self, request: RequestParts, content: bytes, *others: FilePart) -> Any:
        suffix, media_type = "json", "application/json"
        if self.sends_parquet:
            suffix, media_type = "parquet", "application/vnd.apache.parquet"
        rows = FilePart(self.part_name, f"{self.part_name}.{suffix}", content, media_type)
        # Reference rows have no ids: a server that does not know keys would store a repeat twice.
        is_reference = self.validator.purpose == REFERENCE
        retry = None if is_reference and not self.session.knows_idempotency_keys else True
        response = self.session.send(
            request, files=[rows, *others], fields=self.fields, retry=retry
        )
        body = response.json() if response.content else None
        return parse_file_response(response.status_code, body)

    def _upload_images(
        self,
        request: RequestParts,
        content: bytes,
        images: Sequence[Image | None],
        names: Sequence[str | None],
    ) -> Any:
        with zip_images(images, names) as archive:
            part = FilePart("image_data", "images.zip", archive, "application/zip")
            return self._upload(request, content, part)


def _send_numbered(send: Callable[[], Any], rows: int) -> Any:
    """Send a file, and return its response with one result per row."""
    return expand_file_response(send(), rows)


def _is_stream(data: Any) -> bool:
    if isinstance(data, list):
        return False
    from arthurai.upload.table_batches import is_stream

    return is_stream(data)


def _read(data: Any, schema: UploadSchema, errors: ValidationErrors) -> ColumnarTable:
    """Return a table in memory by column."""
    if is_row_list(data):
        table = columns_of_rows(data, schema, errors)
    else:
        from arthurai.upload.table_batches import read_table

        table = read_table(data, schema, errors)
    errors.raise_any()
    return table


def _encode_kept(
    table: ValidatedTable, encode: Callable[[ValidatedTable], Iterator[Body]]
) -> Iterator[tuple[Body | None, SentRows]]:
    """Yield the bodies of a table without its refused rows, and the rows that each stands for.

    Each refused row stands with the rows of the body before or after it; without any body, alone.
    """
    if not table.refused:
        for body in encode(table):
            yield body, _sent_rows(table, body.start - table.start, body.rows)
        return
    kept = table.kept()
    if not kept:
        yield None, _sent_rows(table, 0, table.rows)
        return
    start = 0
    for body in encode(table.take(kept)):
        last = body.start - table.start + body.rows
        end = table.rows if last == len(kept) else kept[last - 1] + 1
        yield body, _sent_rows(table, start, end - start)
        start = end


def _sent_rows(table: ValidatedTable, first: int, rows: int) -> SentRows:
    """Return rows of a table, from its row `first`, for the account of what became of them."""
    ids = table.meta.get("partner_inference_id")
    batches = table.meta.get("batch_id")
    start = table.start + first
    return SentRows(
        start,
        rows,
        [] if ids is None else slice_column(ids, first, rows),
        None if batches is None else to_list(slice_column(batches, first, rows)),
        {row - start: why for row, why in table.refused.items() if start <= row < start + rows},
        None if table.numbers is None else table.numbers[first : first + rows],
    )


@contextmanager
def progress_bar(
    options: UploadOptions, total: int | None, name: str
) -> Iterator[Callable[[int], object]]:
    """Show a progress bar on standard error if asked to, or if somebody would wait without one.

    Args:
        options: How the call sends.
        total: Number of rows, `None` if unknown.
        name: What the rows are.

    Yields:
        The function that counts finished rows.
    """
    is_long = total is None or total > JSON_ROWS
    wanted = is_long and is_interactive() if options.progress is None else options.progress
    if not wanted:
        yield lambda _rows: None
        return
    delay = 0 if options.progress else BAR_DELAY_SECONDS
    what = name.replace("_", " ")
    with open_bar(total=total, desc=what, unit=" rows", unit_scale=True, delay=delay) as bar:
        yield bar.update


class _SystemMemory:
    """Makes Arrow take memory from the system, and give it back, while rows are sent.

    Arrow's usual allocators keep what they once had for themselves, so that a call that needs a
    few megabytes at a time holds ten times as much. A pool the program has chosen itself stays.
    Calls at the same time share the pool: the first sets it, the last resets it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls = 0
        self._usual: Any = None

    def __enter__(self) -> None:
        import pyarrow as pa

        with self._lock:
            self._calls += 1
            current = pa.default_memory_pool()
            if self._calls == 1 and current.backend_name in {"mimalloc", "jemalloc"}:
                self._usual = current
                pa.set_memory_pool(pa.system_memory_pool())

    def __exit__(self, *error: object) -> None:
        import pyarrow as pa

        with self._lock:
            self._calls -= 1
            if self._calls == 0 and self._usual is not None:
                pa.set_memory_pool(self._usual)
                self._usual = None


system_memory: Final = _SystemMemory()


# -- Files -----------------------------------------------------------------------------------------


def write_files(
    data: Any, schema: UploadSchema, *, reference: bool, stem: str, rows_per_file: int
) -> str:
    """Write a table as the files the platform takes.

    Args:
        data: Any table.
        schema: The model's attributes.
        reference: Whether the rows are reference data (else inferences).
        stem: Beginning of the file names.
        rows_per_file: Maximum number of rows of one file.

    Returns:
        Path of a new temporary directory, which the caller removes.

    Raises:
        UserTypeError: The data is not a table.
        UserValueError: `rows_per_file` is less than 1.
    """
    if rows_per_file < 1:
        raise UserValueError(f"`max_rows_per_file` must be at least 1, got {rows_per_file}")
    directory = Path(tempfile.mkdtemp(prefix="arthurai-"))
    if schema.sends_parquet:
        import pyarrow.parquet as pq

        from arthurai.upload.table_batches import iter_tables

        for number, table in enumerate(iter_tables(data, name="df", rows=rows_per_file)):
            pq.write_table(
                table,
                directory / f"{stem}-{number}.parquet",
                row_group_size=_EXPORT_ROW_GROUP_ROWS,
                allow_truncated_timestamps=True,
            )
        return str(directory)
    purpose = REFERENCE if reference else INFERENCES
    validator = Validator(schema, purpose, name="df", rules=SendRules(strict=True))
    valid = validator.validate(_read(data, schema, validator.errors()))
    for number, part in enumerate(valid.split(rows_per_file)):
        for body in json_bodies(part, max_bytes=_ANY_SIZE, reference=reference):
            (directory / f"{stem}-{number}.json").write_bytes(body.content)
    return str(directory)
