"""Uploads: rows are validated, encoded, sent in parallel, and their outcomes counted.

Made by `python -m scripts.async_layer` from `arthurai/upload/uploader.py`; not edited by hand.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from arthurai.common.exceptions import ArthurUserError, UserValueError
from arthurai.common.row_groups import ROW_GROUP_ROWS, rows_per_part
from arthurai.common.threads import enter_in_thread, run_in_thread
from arthurai.transport.async_session import AsyncSession
from arthurai.transport.idempotency_header import add_key
from arthurai.transport.multipart import FilePart
from arthurai.upload.encode_json import json_bodies
from arthurai.upload.images import split_by_size, unique_names, zip_images
from arthurai.upload.parallel_tasks import send_all
from arthurai.upload.parallel_threads import Request
from arthurai.upload.row_outcomes import (
    NOT_SAFE_TO_REPEAT,
    SAFE_TO_REPEAT,
    RowOutcomes,
    expand_file_response,
    parse_file_response,
)
from arthurai.upload.uploader import (
    LARGE_FILE_ROWS,
    MAX_FILE_ROWS,
    UploadOptions,
    _encode_kept,
    _is_stream,
    _read,
    _sent_rows,
    logger,
    progress_bar,
    system_memory,
)
from arthurai.upload.validate import Validator
from arthurai.upload.validated_table import INFERENCES, REFERENCE, ValidatedTable
from arthurai_api.types import RequestParts

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from typing import Any

    from arthurai.upload.images import Image
    from arthurai.upload.validated_table import Body, RowMetadata

JSON_ROWS: Final = 5_000
MAX_JSON_BYTES: Final = 16_000_000
MIN_FILE_ROWS: Final = 8_192
FILE_ROWS: Final = 49_152
MAX_FILE_BYTES: Final = 64_000_000
MAX_ZIP_BYTES: Final = 64_000_000
DEFAULT_WORKERS: Final = 2


@dataclass(slots=True)
class AsyncUploader:
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

    session: AsyncSession
    request: RequestParts
    validator: Validator
    options: UploadOptions = field(default_factory=UploadOptions)
    part_name: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    json_files: bool = False
    by_file: AsyncUploader | None = None
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

    async def send_rows(self, data: Any, metadata: RowMetadata | None = None) -> RowOutcomes:
        """Send rows, as JSON or by file; the result has one entry per row.

        Args:
            data: Any table, or a stream of them.
            metadata: What was given beside it; with a stream, nothing that is by row.

        Raises:
            ArthurUserError: The table is invalid; nothing was sent of one that is in memory.
            ArthurError: A request failed as a whole; `result` says what was accepted.
        """
        outcomes = RowOutcomes(by_row=True, add_ids=self.validator.purpose == INFERENCES)
        await self._send(data, metadata, outcomes, self._row_requests)
        return outcomes

    async def send_files(self, data: Any, metadata: RowMetadata | None = None) -> RowOutcomes:
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
        await self._send(data, metadata, outcomes, self.file_requests)
        return outcomes

    async def _send(
        self,
        data: Any,
        metadata: RowMetadata | None,
        outcomes: RowOutcomes,
        make_requests: Callable[[ValidatedTable], Iterator[Request]],
    ) -> None:
        # Rows given as dicts never touch Arrow, which is slow to import.
        with nullcontext() if isinstance(data, list) else system_memory:
            table = (
                None if _is_stream(data) else await run_in_thread(self._validate, data, metadata)
            )
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
                    await send_all(
                        requests, outcomes, workers=workers, total=total, advance=advance
                    )
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

    async def _send_json(self, request: RequestParts, content: bytes, is_single: bool) -> Any:
        from arthurai.transport.attempts import CallOptions

        options = CallOptions(retry=True, single_row=is_single)
        return (await self.session.send(request, content=content, options=options)).json()

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

    async def _upload(self, request: RequestParts, content: bytes, *others: FilePart) -> Any:
        suffix, media_type = "json", "application/json"
        if self.sends_parquet:
            suffix, media_type = "parquet", "application/vnd.apache.parquet"
        rows = FilePart(self.part_name, f"{self.part_name}.{suffix}", content, media_type)
        # Reference rows have no ids: a server that does not know keys would store a repeat twice.
        is_reference = self.validator.purpose == REFERENCE
        retry = None if is_reference and not self.session.knows_idempotency_keys else True
        response = await self.session.send(
            request, files=[rows, *others], fields=self.fields, retry=retry
        )
        body = response.json() if response.content else None
        return parse_file_response(response.status_code, body)

    async def _upload_images(
        self,
        request: RequestParts,
        content: bytes,
        images: Sequence[Image | None],
        names: Sequence[str | None],
    ) -> Any:
        async with enter_in_thread(zip_images(images, names)) as archive:
            part = FilePart("image_data", "images.zip", archive, "application/zip")
            return await self._upload(request, content, part)


async def _send_numbered(send: Callable[[], Awaitable[Any]], rows: int) -> Any:
    """Send a file, and return its response with one result per row."""
    return expand_file_response(await send(), rows)
