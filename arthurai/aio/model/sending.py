"""Send inferences, ground truth and reference data of a model.

Made by `python -m scripts.async_layer` from `arthurai/model/sending.py`; not edited by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from arthurai.aio.model.base_model import require_connection
from arthurai.aio.model.dataset_closing import close_batches, close_reference_set
from arthurai.aio.model.enrichments import await_enrichments_ready
from arthurai.aio.model.send_setup import send
from arthurai.aio.upload.uploader import AsyncUploader
from arthurai.common.exceptions import UserTypeError, UserValueError
from arthurai.common.threads import run_in_thread
from arthurai.model.base_model import name_of, note_inferences
from arthurai.model.modeling.estimators import find_predictions
from arthurai.model.send_setup import check_batch_id, choose_source, make_validator
from arthurai.model.sending import logger
from arthurai.upload.uploader import UploadOptions
from arthurai.upload.validated_table import (
    ALWAYS,
    GROUND_TRUTHS,
    INFERENCES,
    NEVER,
    REFERENCE,
    WITH_TRUTH,
    RowMetadata,
)

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping
    from typing import Any

    from arthurai.model.base_model import ArthurModelBase
    from arthurai.typing import DataFile, Estimator, ExtraColumns, Table, Times, TimeZone, Values
    from arthurai.upload.local_times import Ambiguous, Nonexistent
    from arthurai.upload.redact_columns import Action
    from arthurai.upload.row_outcomes import SendResult


async def send_inferences(
    self: ArthurModelBase,
    inferences: Table,
    predictions: Table | Values | Estimator | None = None,
    inference_timestamps: Times | None = None,
    ground_truths: Table | Values | None = None,
    ground_truth_timestamps: Times | None = None,
    tz: TimeZone | None = None,
    partner_inference_ids: Values | None = None,
    batch_id: str | None = None,
    fail_silently: bool = False,
    complete_batch: bool = True,
    wait_for_enrichments: bool = False,
    *,
    ambiguous: Ambiguous | None = None,
    nonexistent: Nonexistent | None = None,
    logprobs: bool | None = None,
    progress: bool | None = None,
    chunk_size: int | None = None,
    max_workers: int | None = None,
    strict: bool | None = None,
    extra: ExtraColumns | None = None,
    redact: Mapping[str, Action] | None = None,
    sample: float | None = None,
) -> SendResult:
    """Send inferences row by row; for many rows see `send_bulk_inferences`.

    Args:
        inferences: The rows: list of dicts, dict of lists, or a frame; flat, or with
            `inference_data` and `ground_truth_data`. Also an array with a column for each input.
        predictions: Predicted values, if they are not in the rows, or the scikit-learn estimator
            that predicts them.
        inference_timestamps: Time of each inference; now when omitted.
        ground_truths: Ground truth, if it is not in the rows.
        ground_truth_timestamps: Time of each ground truth; now when omitted.
        tz: Time zone of times that have none.
        partner_inference_ids: Identifier of each inference; generated when omitted.
        batch_id: Batch of all rows.
        fail_silently: Log rows that were not accepted instead of raising.
        complete_batch: Close the batches of a batch model afterwards.
        wait_for_enrichments: Wait until all enrichments are set up first.
        ambiguous: What becomes of local times that occur twice, as in `tz_localize` of pandas:
            `"raise"`, `"NaT"`, `True` (the earlier one) or `False`. When omitted the earlier one is
            taken, with a warning; refused in strict mode.
        nonexistent: The same for local times that do not occur: `"raise"`, `"NaT"`,
            `"shift_forward"`, `"shift_backward"` or a `timedelta`. When omitted they are moved by
            the time that was skipped, with a warning; refused in strict mode.
        logprobs: Whether likelihoods of tokens are given as log-probabilities; by default told by
            their shape, with a warning.
        progress: Show a progress bar; by default for long calls, in terminals and notebooks.
        chunk_size: Maximum number of rows per request.
        max_workers: Maximum number of concurrent requests.
        strict: Check the whole table first, and send nothing when anything is wrong; by default
            as `ArthurAI` and `ARTHUR_STRICT` say, else no.
        extra: `"error"` refuses columns that are not attributes, `"ignore"` leaves them out
            without a warning; by default as `model.extra_columns` says.
        redact: What happens to columns before anything is sent: `"hash"`, `"drop"` or a function
            of a value, by name; added to `model.redact`.
        sample: Share of the rows to send, chosen by `partner_inference_id`; by default as
            `model.sample` says.

    Returns:
        The response: `counts` and, for each row, `results`.

    Raises:
        MethodNotApplicableError: The model is not saved.
        UserValueError: Rows do not fit the model.
        ArthurError: Sending failed, or rows were rejected.
    """
    from arthurai_api.api.inferences import send_inference_file
    from arthurai_api.api.inferences import send_inferences as send_rows

    options = UploadOptions(progress, chunk_size, max_workers)
    session, model_id = require_connection(self, "take inferences")
    validator = make_validator(
        self,
        session,
        INFERENCES,
        name="inferences",
        tz=tz,
        ambiguous=ambiguous,
        nonexistent=nonexistent,
        logprobs=logprobs,
        strict=strict,
        extra=extra,
        redact=redact,
        sample=sample,
    )
    if wait_for_enrichments:
        await await_enrichments_ready(self)
    file_request = send_inference_file.build_request(model_id)
    by_file = AsyncUploader(session, file_request, validator, options, "inference_data")
    row_request = send_rows.build_request(model_id)
    by_row = AsyncUploader(session, row_request, validator, options, by_file=by_file)
    metadata = RowMetadata(
        predictions=await run_in_thread(find_predictions, self, predictions, inferences),
        ground_truths=ground_truths,
        inference_timestamps=inference_timestamps,
        ground_truth_timestamps=ground_truth_timestamps,
        partner_inference_ids=partner_inference_ids,
        batch_id=batch_id,
    )
    upload = by_row.send_rows
    if validator.schema.image is not None:
        upload = replace(by_file, json_files=True).send_files
    result, answered = await send(lambda: upload(inferences, metadata), fail_silently=fail_silently)
    note_inferences(self, result.accepted)
    if validator.schema.image is not None:
        result["failures"] = [entry for entries in result["failures"] for entry in entries]
    if validator.schema.is_batch and complete_batch and answered:
        await close_batches(self, result)
    return result


async def update_inference_ground_truths(
    self: ArthurModelBase,
    ground_truths: Table | Values,
    partner_inference_ids: Values | None = None,
    ground_truth_timestamps: Times | None = None,
    tz: TimeZone | None = None,
    fail_silently: bool = False,
    *,
    ambiguous: Ambiguous | None = None,
    nonexistent: Nonexistent | None = None,
    progress: bool | None = None,
    chunk_size: int | None = None,
    max_workers: int | None = None,
    strict: bool | None = None,
    extra: ExtraColumns | None = None,
    redact: Mapping[str, Action] | None = None,
    sample: float | None = None,
) -> SendResult:
    """Add ground truth to inferences that were sent before.

    Args:
        ground_truths: The rows, or the values of the only ground-truth attribute.
        partner_inference_ids: Identifier of each inference, unless the rows hold it.
        ground_truth_timestamps: Time of each ground truth; now when omitted.
        tz: Time zone of times that have none.
        fail_silently: Log rows that were not accepted instead of raising.
        ambiguous: What becomes of local times that occur twice, as for `send_inferences`.
        nonexistent: The same for local times that do not occur.
        progress: Show a progress bar; by default for long calls, in terminals and notebooks.
        chunk_size: Maximum number of rows per request.
        max_workers: Maximum number of concurrent requests.
        strict: Check the whole table first, and send nothing when anything is wrong; by default
            as `ArthurAI` and `ARTHUR_STRICT` say, else no.
        extra: `"error"` refuses columns that are not attributes, `"ignore"` leaves them out
            without a warning; by default as `model.extra_columns` says.
        redact: What happens to columns before anything is sent: `"hash"`, `"drop"` or a function
            of a value, by name; added to `model.redact`.
        sample: Share of the rows to send, as for `send_inferences`.

    Returns:
        The response: `counts` and, for each row, `results`.

    Raises:
        MethodNotApplicableError: The model is not saved.
        UserValueError: Rows do not fit the model.
        ArthurError: Sending failed, or rows were rejected.
    """
    from arthurai_api.api.inferences import update_inferences

    options = UploadOptions(progress, chunk_size, max_workers)
    session, model_id = require_connection(self, "take ground truth")
    validator = make_validator(
        self,
        session,
        GROUND_TRUTHS,
        name="ground_truths",
        tz=tz,
        ambiguous=ambiguous,
        nonexistent=nonexistent,
        strict=strict,
        extra=extra,
        redact=redact,
        sample=sample,
        make_ids=NEVER,
    )
    uploader = AsyncUploader(session, update_inferences.build_request(model_id), validator, options)
    metadata = RowMetadata(
        ground_truth_timestamps=ground_truth_timestamps,
        partner_inference_ids=partner_inference_ids,
    )
    if isinstance(ground_truths, Iterator) and (
        ground_truth_timestamps is not None or partner_inference_ids is not None
    ):
        ground_truths = list(ground_truths)
    table = await run_in_thread(validator.as_table, ground_truths)
    result, _ = await send(lambda: uploader.send_rows(table, metadata), fail_silently=fail_silently)
    return result


async def send_bulk_inferences(
    self: ArthurModelBase,
    batch_id: str | None = None,
    directory_path: str | os.PathLike[str] | None = None,
    data: Table | None = None,
    files: Iterable[DataFile] | None = None,
    complete_batch: bool = True,
    ignore_join_errors: bool = False,
    wait_for_enrichments: bool = False,
    *,
    tz: TimeZone | None = None,
    ambiguous: Ambiguous | None = None,
    nonexistent: Nonexistent | None = None,
    logprobs: bool | None = None,
    progress: bool | None = None,
    chunk_size: int | None = None,
    max_workers: int | None = None,
    strict: bool | None = None,
    extra: ExtraColumns | None = None,
    redact: Mapping[str, Action] | None = None,
    sample: float | None = None,
    fail_silently: bool | None = None,
) -> tuple[SendResult, dict[str, Any] | None]:
    """Send many inferences as files.

    Args:
        batch_id: Batch of all rows, for batch models.
        directory_path: Directory of Parquet or JSON files.
        data: A table.
        files: Parquet or JSON files: paths or open binary files.
        complete_batch: Close the batch afterwards when every row was accepted.
        ignore_join_errors: Make up identifiers for rows that have none.
        wait_for_enrichments: Wait until all enrichments are set up first.
        tz: Time zone of times that have none: a name or a tzinfo.
        ambiguous: What becomes of local times that occur twice, as for `send_inferences`.
        nonexistent: The same for local times that do not occur.
        logprobs: Whether log-probabilities of tokens are given, as for `send_inferences`.
        progress: Show a progress bar; by default for long calls, in terminals and notebooks.
        chunk_size: Maximum number of rows per request.
        max_workers: Maximum number of concurrent requests.
        strict: Check the whole table first, and send nothing when anything is wrong; by default
            as `ArthurAI` and `ARTHUR_STRICT` say, else no.
        extra: `"error"` refuses columns that are not attributes, `"ignore"` leaves them out
            without a warning; by default as `model.extra_columns` says.
        redact: What happens to columns before anything is sent: `"hash"`, `"drop"` or a function
            of a value, by name; added to `model.redact`.
        sample: Share of the rows to send, as for `send_inferences`.
        fail_silently: Whether rows that were not accepted, and requests without an answer, are
            logged instead of raised. By default refused rows are logged and counted, as in the
            official SDK, and everything else is raised.

    Returns:
        `counts` and `failures`, and the response to closing the batch or `None`.

    Raises:
        MissingParameterError: No data is given.
        MethodNotApplicableError: The model is not saved.
        ArthurError: Sending failed, or rows were rejected and `fail_silently` is false.
    """
    from arthurai_api.api.inferences import send_inference_file
    from arthurai_api.models.inference_file_form import InferenceFileForm

    options = UploadOptions(progress, chunk_size, max_workers)
    session, model_id = require_connection(self, "take inferences")
    check_batch_id(batch_id)
    source = await run_in_thread(choose_source, directory_path, data, files)
    validator = make_validator(
        self,
        session,
        INFERENCES,
        name="inferences",
        tz=tz,
        ambiguous=ambiguous,
        nonexistent=nonexistent,
        logprobs=logprobs,
        strict=strict,
        extra=extra,
        redact=redact,
        sample=sample,
        as_files=True,
        reads_files=data is None,
        make_ids=ALWAYS if ignore_join_errors else WITH_TRUTH,
    )
    if wait_for_enrichments:
        await await_enrichments_ready(self)
    uploader = AsyncUploader(
        session,
        send_inference_file.build_request(model_id),
        validator,
        options,
        part_name="inference_data",
        fields=InferenceFileForm(batch_id=batch_id or "").to_dict(),
    )
    metadata = RowMetadata(batch_id=batch_id)
    result, _ = await send(
        lambda: uploader.send_files(source, metadata), fail_silently=fail_silently
    )
    note_inferences(self, result.accepted)
    closed = None
    if validator.schema.is_batch and complete_batch:
        if result.failures:
            logger.warning(
                "the batch stays open because not every row was accepted (%s); send the rest, then "
                "call close_batch()",
                result.summary(),
            )
        else:
            closed = await close_batches(self, result)
    return result, closed


async def send_bulk_ground_truths(
    self: ArthurModelBase,
    directory_path: str | os.PathLike[str] | None = None,
    data: Table | None = None,
    files: Iterable[DataFile] | None = None,
    *,
    tz: TimeZone | None = None,
    ambiguous: Ambiguous | None = None,
    nonexistent: Nonexistent | None = None,
    progress: bool | None = None,
    chunk_size: int | None = None,
    max_workers: int | None = None,
    strict: bool | None = None,
    extra: ExtraColumns | None = None,
    redact: Mapping[str, Action] | None = None,
    sample: float | None = None,
    fail_silently: bool | None = None,
) -> SendResult:
    """Send ground truth of many inferences as files.

    Args:
        directory_path: Directory of Parquet or JSON files.
        data: A table with `partner_inference_id`.
        files: Parquet or JSON files: paths or open binary files.
        tz: Time zone of times that have none: a name or a tzinfo.
        ambiguous: What becomes of local times that occur twice, as for `send_inferences`.
        nonexistent: The same for local times that do not occur.
        progress: Show a progress bar; by default for long calls, in terminals and notebooks.
        chunk_size: Maximum number of rows per request.
        max_workers: Maximum number of concurrent requests.
        strict: Check the whole table first, and send nothing when anything is wrong; by default
            as `ArthurAI` and `ARTHUR_STRICT` say, else no.
        extra: `"error"` refuses columns that are not attributes, `"ignore"` leaves them out
            without a warning; by default as `model.extra_columns` says.
        redact: What happens to columns before anything is sent: `"hash"`, `"drop"` or a function
            of a value, by name; added to `model.redact`.
        sample: Share of the rows to send, as for `send_inferences`.
        fail_silently: Whether rows that were not accepted, and requests without an answer, are
            logged instead of raised. By default refused rows are logged and counted, as in the
            official SDK, and everything else is raised.

    Returns:
        `counts` and `failures`.

    Raises:
        MissingParameterError: No data is given.
        MethodNotApplicableError: The model is not saved.
        ArthurError: Sending failed, or rows were rejected and `fail_silently` is false.
    """
    from arthurai_api.api.inferences import send_inference_file

    options = UploadOptions(progress, chunk_size, max_workers)
    session, model_id = require_connection(self, "take ground truth")
    source = await run_in_thread(choose_source, directory_path, data, files)
    validator = make_validator(
        self,
        session,
        GROUND_TRUTHS,
        name="ground_truths",
        tz=tz,
        ambiguous=ambiguous,
        nonexistent=nonexistent,
        strict=strict,
        extra=extra,
        redact=redact,
        sample=sample,
        as_files=True,
        reads_files=data is None,
        make_ids=NEVER,
        other_stages=True,
    )
    uploader = AsyncUploader(
        session,
        send_inference_file.build_request(model_id),
        validator,
        options,
        part_name="ground_truth_data",
    )
    result, _ = await send(lambda: uploader.send_files(source), fail_silently=fail_silently)
    return result


async def set_reference_data(
    self: ArthurModelBase,
    directory_path: str | os.PathLike[str] | None = None,
    data: Table | None = None,
    files: Iterable[DataFile] | None = None,
    *,
    tz: TimeZone | None = None,
    ambiguous: Ambiguous | None = None,
    nonexistent: Nonexistent | None = None,
    logprobs: bool | None = None,
    progress: bool | None = None,
    chunk_size: int | None = None,
    max_workers: int | None = None,
    strict: bool | None = None,
    extra: ExtraColumns | None = None,
    redact: Mapping[str, Action] | None = None,
) -> tuple[SendResult, dict[str, Any] | None] | None:
    """Set the reference data, with which inferences are compared.

    Args:
        directory_path: Directory of Parquet or JSON files.
        data: A table; on an unsaved model it is kept and sent by `save()`.
        files: Parquet or JSON files: paths or open binary files.
        tz: Time zone of times that have none: a name or a tzinfo.
        ambiguous: What becomes of local times that occur twice, as for `send_inferences`.
        nonexistent: The same for local times that do not occur.
        logprobs: Whether log-probabilities of tokens are given, as for `send_inferences`.
        progress: Show a progress bar; by default for long calls, in terminals and notebooks.
        chunk_size: Maximum number of rows per request.
        max_workers: Maximum number of concurrent requests.
        strict: Check the whole table first, and send nothing when anything is wrong; by default
            as `ArthurAI` and `ARTHUR_STRICT` say, else no.
        extra: `"error"` refuses columns that are not attributes, `"ignore"` leaves them out
            without a warning; by default as `model.extra_columns` says.
        redact: What happens to columns before anything is sent: `"hash"`, `"drop"` or a function
            of a value, by name; added to `model.redact`.

    Returns:
        `counts` and `failures`, and the response to closing the set or `None`; nothing
        when the table is only kept.

    Raises:
        MissingParameterError: No data is given.
        ArthurError: Sending failed.
    """
    from arthurai_api.api.datasets import upload_reference_data

    options = UploadOptions(progress, chunk_size, max_workers)
    source = await run_in_thread(choose_source, directory_path, data, files)
    if self.id is None:
        if data is None:
            raise UserTypeError(
                f"model {name_of(self)!r} is not saved: give its reference data as "
                "`data` (it is sent by save()), or save the model before giving files"
            )
        self.reference_dataframe = data
        return None
    session, model_id = require_connection(self, "take reference data")
    validator = make_validator(
        self,
        session,
        REFERENCE,
        name="reference_data",
        tz=tz,
        ambiguous=ambiguous,
        nonexistent=nonexistent,
        logprobs=logprobs,
        strict=strict,
        extra=extra,
        redact=redact,
        as_files=True,
        reads_files=data is None,
    )
    uploader = AsyncUploader(
        session,
        upload_reference_data.build_request(model_id),
        validator,
        options,
        part_name="reference_data",
    )
    result = (await uploader.send_files(source)).result
    if not result.total:
        raise UserValueError("the reference data has no rows; give at least one")
    if result.failures:
        logger.warning(
            "the reference set stays open because not every row was accepted: %s", result.summary()
        )
        return result, None
    return result, await close_reference_set(self, result.accepted)
