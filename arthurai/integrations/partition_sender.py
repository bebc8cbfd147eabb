"""Rows of a frame that is spread over a cluster, each partition sent by the worker that has it."""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, Self
from uuid import uuid4

from arthurai.common.checks import check_choice, check_text
from arthurai.common.exceptions import (
    ArthurError,
    ArthurUserError,
    MethodNotApplicableError,
    UserValueError,
)
from arthurai.integrations.send_account import PartitionAccount, SendAccount
from arthurai.integrations.worker_connection import ServerAddress, find_provider
from arthurai.model.base_model import require_connection
from arthurai.model.send_setup import find_redaction, find_sample, make_validator, upload_schema
from arthurai.upload.row_outcomes import SendResult
from arthurai.upload.uploader import MAX_FILE_ROWS, Uploader, UploadOptions
from arthurai.upload.validated_table import (
    ALWAYS,
    GROUND_TRUTHS,
    INFERENCES,
    NEVER,
    REFERENCE,
    RowMetadata,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from arthurai.integrations.worker_connection import CredentialProvider
    from arthurai.model.model import ArthurModel
    from arthurai.transport.session import Session
    from arthurai.typing import ExtraColumns, TimeZone
    from arthurai.upload.redact_columns import Action
    from arthurai.upload.row_outcomes import RowOutcomes

logger = logging.getLogger(__name__)

REQUIRED: Final = "required"
DERIVED: Final = "derived"
KINDS: Final = (INFERENCES, GROUND_TRUTHS, REFERENCE)

_PARTS: Final = {
    INFERENCES: "inference_data",
    GROUND_TRUTHS: "ground_truth_data",
    REFERENCE: "reference_data",
}
_KEY_BYTES: Final = 16


class PartitionSender:
    """Sends the partitions of a frame from the workers of a cluster.

    A worker may be asked twice for a partition: its task was repeated after a failure, or ran on
    two machines at the same time. Nothing is stored twice then, provided that the partition has the
    same rows each time:

    * Inferences and ground truth are recognized by `partner_inference_id`; it must be in the
      rows, or is derived from them.
    * Rows of a reference set have no ids. Their requests carry keys that follow from `run`, the
      partition and the number of the request, for which the partition must have the same rows in
      the same order. With other rows the server refuses the request.

    Rows without a time get that of the making of the sender, so that a repeat says the same. When
    the whole job may be repeated with another sender, put times into the rows, and give `run` where
    ids are derived or the rows are reference data.

    A sender can be pickled. Credentials are not in it: each worker takes them from its environment
    (`ARTHUR_API_KEY`, or `ARTHUR_LOGIN` and `ARTHUR_PASSWORD`; `ARTHUR_REDACTION_KEY`) or asks
    `credentials`.

    Args:
        model: A saved model with its connection; its `redact`, `sample` and `extra_columns` hold on
            the workers, too.
        kind: What the rows are: `"inferences"`, `"ground_truths"` or `"reference"`.
        ids: `"required"`: a row without `partner_inference_id` is refused. `"derived"`: it gets the
            hash of `run`, its partition, the values that are sent, and the number of equal rows
            before it; ground truth cannot be sent to it later.
        run: Name of the job, which a repetition of the whole job gives again; random when omitted.
        credentials: Function that returns `access_key`, or `login` and `password`, and
            `redaction_key`, or where it is found, as `"package.module:function"`. It is called on
            the workers.
        batch_id: Batch of all rows, for batch models.
        tz: Time zone of times that have none.
        redact: What happens to columns before anything is sent, added to `model.redact`.
        sample: Share of the rows to send, chosen by `partner_inference_id`; by default as
            `model.sample` says.
        extra: `"error"` refuses columns that are not attributes, `"ignore"` leaves them out without
            a warning.
        rows_per_request: Maximum number of rows of one request.
        max_workers: Maximum number of concurrent requests of one partition.
        fail_silently: As for `send_bulk_inferences`: by default refused rows are logged and
            counted, and a request without an answer makes its task fail, so that the cluster
            repeats it. `True` counts its rows as unknown, and those after it as rejected; `False`
            also raises for refused rows, after all others were sent.

    Raises:
        MethodNotApplicableError: The model is not saved or not connected, or the server cannot
            recognize repeats.
        UserTypeError: An argument has the wrong type.
        UserValueError: An argument has an impossible value.
    """

    def __init__(
        self,
        model: ArthurModel,
        kind: str = INFERENCES,
        *,
        ids: str = REQUIRED,
        run: str | None = None,
        credentials: CredentialProvider | None = None,
        batch_id: str | None = None,
        tz: TimeZone | None = None,
        redact: Mapping[str, Action] | None = None,
        sample: float | None = None,
        extra: ExtraColumns | None = None,
        rows_per_request: int | None = None,
        max_workers: int | None = None,
        fail_silently: bool | None = None,
    ) -> None:
        session, self._model_id = require_connection(model, "be sent to from a cluster")
        self.kind = check_choice("kind", kind, KINDS)
        self.ids = check_choice("ids", ids, (REQUIRED, DERIVED))
        self.run = uuid4().hex if run is None else check_text("run", run)
        self._session: Session | None = session
        self._address = ServerAddress.of(session)
        self._model = copy.copy(model)
        self._model.reference_dataframe = None
        self._credentials = credentials
        self._batch_id = batch_id
        self._tz = tz
        self._redact = redact
        self._sample = sample
        self._extra = extra
        self._options = UploadOptions(False, rows_per_request or MAX_FILE_ROWS, max_workers)
        self._fail_silently = fail_silently
        self._now = datetime.now(UTC)
        self._check(session)

    def _check(self, session: Session) -> None:
        if self._credentials is not None:
            find_provider(self._credentials)
        schema = upload_schema(self._model)
        # Here, so that a misspelled column ends the job before it has begun.
        find_redaction(self._model, schema, self._redact)
        find_sample(self._model, self._sample)
        if self.ids == DERIVED and self.kind != INFERENCES:
            raise UserValueError(
                f"ids must be 'required' for {self.kind}, got 'derived': only inferences can have "
                "ids that nobody knows before"
            )
        if self.ids == DERIVED and schema.image is not None:
            raise UserValueError(
                "ids must be 'required' for models of images, got 'derived': give each row a "
                "`partner_inference_id`"
            )
        if self.kind == REFERENCE and not session.knows_idempotency_keys:
            raise MethodNotApplicableError(
                f"the server {session.endpoint.url} does not recognize repeated requests, so a "
                "task that is repeated would store reference rows twice; send them from one "
                "program with set_reference_data()"
            )

    def __getstate__(self) -> dict[str, Any]:
        """Return everything but the connection.

        Raises:
            MethodNotApplicableError: The server runs inside of this process.
        """
        self._address.check_sendable()
        return {**self.__dict__, "_session": None}

    def __repr__(self) -> str:
        return (
            f"PartitionSender({self.kind!r}, model={self._model_id!r}, url={self._address.url!r}, "
            f"ids={self.ids!r}, run={self.run!r})"
        )

    @property
    def is_local(self) -> bool:
        """Whether the server runs inside of this process, so that only its threads can send."""
        return self._address.is_local

    def detached(self) -> Self:
        """Return a sender without the connection of this one, as on a worker."""
        twin = copy.copy(self)
        twin._session = None  # noqa: SLF001 - of the same class
        twin._model = copy.copy(self._model).attach(None)  # noqa: SLF001
        return twin

    def check_payload(self, payload: bytes) -> None:
        """Raise if what is sent to the workers has a credential of this connection in it.

        Args:
            payload: The sender, pickled.

        Raises:
            UserValueError: It has, because `credentials` or a function in `redact` holds it.
        """
        session = self._session
        if session is None:
            return
        text = payload.decode("latin-1")
        key = session.redaction_key
        if session.redact(text) != text or (key is not None and key in text):
            raise UserValueError(
                "a credential would be part of what is sent to the workers, because `credentials` "
                "or a function in `redact` holds it: look it up inside of the function"
            )

    def send(self, tables: Iterable[Any], partition: str) -> PartitionAccount:
        """Send a partition; called on a worker.

        Args:
            tables: Its rows: any number of Arrow tables, record batches, or frames of pandas or
                polars.
            partition: Its name, the same for each attempt; no other of the frame has it.

        Returns:
            What became of its rows.

        Raises:
            ArthurUserError: The rows do not fit the model, or the server refused a whole request.
            ArthurError: A request failed as a whole; the task may be repeated.
        """
        rows = _PartitionRows(tables, self._options.chunk_size or MAX_FILE_ROWS)
        if not rows.has_any():
            return PartitionAccount(partition)
        if self._session is not None:
            return self._send(self._session, rows, partition)
        with self._address.connect(self._credentials) as arthur:
            return self._send(arthur.session, rows, partition)

    def _send(self, session: Session, rows: _PartitionRows, partition: str) -> PartitionAccount:
        uploader = self._uploader(session, partition)
        metadata = RowMetadata(batch_id=self._batch_id) if self.kind == INFERENCES else None
        try:
            outcomes: RowOutcomes = uploader.send_files(rows, metadata)
        except ArthurError as error:
            result = error.result
            is_refusal = isinstance(error, ArthurUserError)
            if not self._fail_silently or is_refusal or not isinstance(result, SendResult):
                error.add_note(f"partition {partition} of the frame was not sent whole")
                raise
            logger.error(  # noqa: TRY400 - the traceback is the SDK's
                "partition %s: %s", partition, error
            )
            unsent = rows.count_all() - result.total - result.sampled_out
            return PartitionAccount.of(partition, result, unsent=unsent)
        return PartitionAccount.of(partition, outcomes.result)

    def _uploader(self, session: Session, partition: str) -> Uploader:
        from arthurai_api.api.datasets import upload_reference_data
        from arthurai_api.api.inferences import send_inference_file

        model = copy.copy(self._model).attach(session)
        more: dict[str, Any] = {}
        if self.kind == INFERENCES:
            more["make_ids"] = NEVER
            if self.ids == DERIVED:
                from arthurai.upload.derived_ids import DerivedIds

                derived_ids = DerivedIds(f"{self.run}\0{partition}")
                more |= {"make_ids": ALWAYS, "derived_ids": derived_ids}
        elif self.kind == GROUND_TRUTHS:
            more |= {"make_ids": NEVER, "other_stages": True}
        validator = make_validator(
            model,
            session,
            self.kind,
            name=self.kind,
            tz=self._tz,
            ambiguous=None,
            nonexistent=None,
            strict=None,
            extra=self._extra,
            redact=self._redact,
            sample=self._sample,
            as_files=True,
            now=self._now,
            **more,
        )
        is_reference = self.kind == REFERENCE
        operation = upload_reference_data if is_reference else send_inference_file
        return Uploader(
            session,
            operation.build_request(self._model_id),
            validator,
            self._options,
            part_name=_PARTS[self.kind],
            fields={"batch_id": self._batch_id or ""} if self.kind == INFERENCES else {},
            keys=self._keys(partition) if is_reference else None,
        )

    def _keys(self, partition: str) -> Iterator[str]:
        number = 0
        while True:
            text = f"{self.run}\0{partition}\0{number}"
            yield blake2b(text.encode(), digest_size=_KEY_BYTES).hexdigest()
            number += 1

    def finish(
        self, partitions: Iterable[PartitionAccount], *, complete_batch: bool = True
    ) -> SendAccount:
        """Close what was sent: the batches of a batch model, or the reference set.

        Called on the driver, once all partitions are sent.

        Args:
            partitions: What became of the partitions, each once.
            complete_batch: Whether the batches of a batch model are closed.

        Returns:
            What became of all rows.

        Raises:
            ArthurError: Rows were not accepted and `fail_silently` is false, or closing failed.
        """
        account = SendAccount.of(partitions)
        if self._session is not None:
            self._close(self._session, account, complete_batch=complete_batch)
        elif self._has_to_close(account, complete_batch=complete_batch):
            with self._address.connect(self._credentials) as arthur:
                self._close(arthur.session, account, complete_batch=complete_batch)
        error = account.failure_error()
        if error is None:
            logger.info("%s", account.summary())
        elif self._fail_silently is False:
            raise error
        else:
            logger.error("%s", error)
        return account

    def _has_to_close(self, account: SendAccount, *, complete_batch: bool) -> bool:
        if account.rejected or account.unknown or not account.accepted:
            return False
        is_batch = bool(self._model.is_batch) and self.kind == INFERENCES and complete_batch
        return is_batch or self.kind == REFERENCE

    def _close(self, session: Session, account: SendAccount, *, complete_batch: bool) -> None:
        from arthurai.model.dataset_closing import close_batch, close_reference_set

        if not self._has_to_close(account, complete_batch=complete_batch):
            if account.total > account.accepted and (
                self._model.is_batch or self.kind == REFERENCE
            ):
                logger.warning("it stays open because not every row was accepted")
            return
        model = copy.copy(self._model).attach(session)
        if self.kind == REFERENCE:
            close_reference_set(model, account.accepted)
            return
        for batch_id, rows in account.batches.items():
            close_batch(model, batch_id, rows)


class _PartitionRows(Iterator[Any]):
    """The tables of a partition, Arrow tables in parts of the same number of rows."""

    def __init__(self, tables: Iterable[Any], rows: int) -> None:
        self._parts = _cut(iter(tables), rows)
        self._first: Any = None
        self._given = 0

    def has_any(self) -> bool:
        """Return whether there is a table."""
        if self._first is None:
            self._first = next(self._parts, None)
        return self._first is not None

    def __next__(self) -> Any:
        part, self._first = self._first, None
        if part is None:
            part = next(self._parts)
        self._given += len(part)
        return part

    def count_all(self) -> int:
        """Return the number of rows of the partition; those that are left are read."""
        for _ in self:
            pass
        return self._given


def _cut(tables: Iterator[Any], rows: int) -> Iterator[Any]:
    """Yield Arrow tables and batches as tables of `rows` rows, and other tables as they are."""
    import pyarrow as pa

    held: list[pa.Table] = []
    for given in tables:
        table = pa.Table.from_batches([given]) if isinstance(given, pa.RecordBatch) else given
        if not len(table):
            continue
        if held and (not isinstance(table, pa.Table) or table.schema != held[0].schema):
            yield pa.concat_tables(held)
            held = []
        if not isinstance(table, pa.Table):
            yield table
            continue
        held.append(table)
        while sum(map(len, held)) >= rows:
            whole = pa.concat_tables(held)
            yield whole.slice(0, rows)
            held = [whole.slice(rows)] if len(whole) > rows else []
    if held:
        yield pa.concat_tables(held)
