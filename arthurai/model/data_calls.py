"""The calls of a model that send data and ask about it."""

from __future__ import annotations

import os
from typing import IO, TYPE_CHECKING, Any

from arthurai.common.constants import ImageResponseType
from arthurai.common.exceptions import arthur_excepted
from arthurai.model import inference_images as images
from arthurai.model import querying, sending
from arthurai.model.base_model import ModelRecord
from arthurai.model.responses import as_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from arthurai.model.responses import Frame
    from arthurai.upload.report import SendResult

DataFile = str | os.PathLike[str] | IO[bytes]
DEFAULT_ROWS_PER_FILE = 500_000


class DataCalls(ModelRecord):
    """Sending inferences, ground truth and reference data, and querying them."""

    @arthur_excepted("failed to send inferences")
    def send_inferences(
        self,
        inferences: Any,
        predictions: Any = None,
        inference_timestamps: Sequence[datetime | str] | None = None,
        ground_truths: Any = None,
        ground_truth_timestamps: Sequence[datetime | str] | None = None,
        tz: Any = None,
        partner_inference_ids: Sequence[str] | None = None,
        batch_id: str | None = None,
        fail_silently: bool = False,
        complete_batch: bool = True,
        wait_for_enrichments: bool = False,
        *,
        progress: bool = False,
        chunk_size: int | None = None,
        max_workers: int | None = None,
    ) -> SendResult:
        """Send inferences row by row; for many rows see :meth:`send_bulk_inferences`.

        Args:
            inferences: The rows: list of dicts, dict of lists, or a frame; flat, or with
                ``inference_data`` and ``ground_truth_data``.
            predictions: Predicted values apart from the rows.
            inference_timestamps: Time of each inference; now where absent.
            ground_truths: Ground truth apart from the rows.
            ground_truth_timestamps: Time of each ground truth; now where absent.
            tz: Zone of times that have none.
            partner_inference_ids: Identifier of each inference; made up where absent.
            batch_id: Batch of all rows.
            fail_silently: Log refused rows instead of raising.
            complete_batch: Close the batches of a batch model afterwards.
            wait_for_enrichments: Wait until all enrichments are set up.
            progress: Show how far it is.
            chunk_size: Most rows of one request.
            max_workers: Most requests at a time.

        Returns:
            The answer: ``counts`` and, for each row, ``results``.

        Raises:
            MethodNotApplicableError: The model is not saved.
            UserValueError: Rows do not fit the model.
            ArthurError: Sending failed, or rows were refused.
        """
        return sending.send_inferences(
            self,
            inferences,
            predictions=predictions,
            inference_timestamps=inference_timestamps,
            ground_truths=ground_truths,
            ground_truth_timestamps=ground_truth_timestamps,
            tz=tz,
            partner_inference_ids=partner_inference_ids,
            batch_id=batch_id,
            fail_silently=fail_silently,
            complete_batch=complete_batch,
            wait_for_enrichments=wait_for_enrichments,
            progress=progress,
            chunk_size=chunk_size,
            max_workers=max_workers,
        )

    @arthur_excepted("failed to send the inference")
    def send_inference(
        self,
        inference_timestamp: datetime | str,
        partner_inference_id: str = "",
        model_pipeline_input: Mapping[str, Any] | None = None,
        non_input_data: Mapping[str, Any] | None = None,
        predicted_value: Mapping[str, Any] | None = None,
        ground_truth: Mapping[str, Any] | None = None,
    ) -> SendResult:
        """Send one inference; deprecated since 3.20.0, use :meth:`send_inferences`.

        Args:
            inference_timestamp: Time of the inference.
            partner_inference_id: Identifier of the inference; made up where empty.
            model_pipeline_input: Inputs by name.
            non_input_data: Other values by name.
            predicted_value: Predictions by name.
            ground_truth: Ground truth by name.

        Returns:
            The answer of :meth:`send_inferences`.
        """
        return sending.send_inference(
            self,
            inference_timestamp,
            partner_inference_id,
            model_pipeline_input,
            non_input_data,
            predicted_value,
            ground_truth,
        )

    @arthur_excepted("failed to update ground truths")
    def update_inference_ground_truths(
        self,
        ground_truths: Any,
        partner_inference_ids: Sequence[str] | None = None,
        ground_truth_timestamps: Sequence[datetime | str] | None = None,
        tz: Any = None,
        fail_silently: bool = False,
        *,
        progress: bool = False,
        chunk_size: int | None = None,
        max_workers: int | None = None,
    ) -> SendResult:
        """Add ground truth to inferences that were sent before.

        Args:
            ground_truths: The rows, or the values of the only ground-truth attribute.
            partner_inference_ids: Identifier of each inference, unless the rows hold it.
            ground_truth_timestamps: Time of each ground truth; now where absent.
            tz: Zone of times that have none.
            fail_silently: Log refused rows instead of raising.
            progress: Show how far it is.
            chunk_size: Most rows of one request.
            max_workers: Most requests at a time.

        Returns:
            The answer: ``counts`` and, for each row, ``results``.

        Raises:
            MethodNotApplicableError: The model is not saved.
            UserValueError: Rows do not fit the model.
            ArthurError: Sending failed, or rows were refused.
        """
        return sending.update_inference_ground_truths(
            self,
            ground_truths,
            partner_inference_ids=partner_inference_ids,
            ground_truth_timestamps=ground_truth_timestamps,
            tz=tz,
            fail_silently=fail_silently,
            progress=progress,
            chunk_size=chunk_size,
            max_workers=max_workers,
        )

    @arthur_excepted("failed to send bulk inferences")
    def send_bulk_inferences(
        self,
        batch_id: str | None = None,
        directory_path: str | None = None,
        data: Any = None,
        files: Sequence[DataFile] | None = None,
        complete_batch: bool = True,
        ignore_join_errors: bool = False,
        wait_for_enrichments: bool = False,
        *,
        tz: Any = None,
        progress: bool = False,
        chunk_size: int | None = None,
        max_workers: int | None = None,
    ) -> tuple[SendResult, dict[str, Any] | None]:
        """Send many inferences as files.

        Args:
            batch_id: Batch of all rows, for batch models.
            directory_path: Directory of Parquet or JSON files.
            data: A table.
            files: Parquet or JSON files: paths or open binary files.
            complete_batch: Close the batch afterwards when every row was accepted.
            ignore_join_errors: Make up identifiers for rows that have none.
            wait_for_enrichments: Wait until all enrichments are set up.
            tz: Zone of times that have none: a name, or a tzinfo.
            progress: Show how far it is.
            chunk_size: Most rows of one request.
            max_workers: Most requests at a time.

        Returns:
            ``counts`` and ``failures``, and the answer to closing the batch or ``None``.

        Raises:
            MissingParameterError: There is no data.
            MethodNotApplicableError: The model is not saved.
            ArthurError: Sending failed.
        """
        return sending.send_bulk_inferences(
            self,
            batch_id,
            directory_path,
            data,
            files,
            complete_batch,
            ignore_join_errors,
            wait_for_enrichments,
            tz=tz,
            progress=progress,
            chunk_size=chunk_size,
            max_workers=max_workers,
        )

    @arthur_excepted("failed to send bulk ground truths")
    def send_bulk_ground_truths(
        self,
        directory_path: str | None = None,
        data: Any = None,
        files: Sequence[DataFile] | None = None,
        *,
        tz: Any = None,
        progress: bool = False,
        chunk_size: int | None = None,
        max_workers: int | None = None,
    ) -> SendResult:
        """Send ground truth of many inferences as files.

        Args:
            directory_path: Directory of Parquet or JSON files.
            data: A table with ``partner_inference_id``.
            files: Parquet or JSON files: paths or open binary files.
            tz: Zone of times that have none: a name, or a tzinfo.
            progress: Show how far it is.
            chunk_size: Most rows of one request.
            max_workers: Most requests at a time.

        Returns:
            ``counts`` and ``failures``.

        Raises:
            MissingParameterError: There is no data.
            MethodNotApplicableError: The model is not saved.
            ArthurError: Sending failed.
        """
        return sending.send_bulk_ground_truths(
            self,
            directory_path,
            data,
            files,
            tz=tz,
            progress=progress,
            chunk_size=chunk_size,
            max_workers=max_workers,
        )

    def send_batch_inferences(
        self,
        batch_id: str | None,
        directory_path: str | None = None,
        data: Any = None,
        complete_batch: bool = True,
    ) -> tuple[SendResult, dict[str, Any] | None]:
        """Send a batch; deprecated since 3.10.0, use :meth:`send_bulk_inferences`.

        Args:
            batch_id: The batch.
            directory_path: Directory of Parquet or JSON files.
            data: A table.
            complete_batch: Close the batch afterwards.

        Returns:
            What :meth:`send_bulk_inferences` returns.
        """
        return sending.send_batch_inferences(self, batch_id, directory_path, data, complete_batch)

    @arthur_excepted("failed to send batch ground truths")
    def send_batch_ground_truths(
        self, directory_path: str | None = None, data: Any = None
    ) -> SendResult:
        """Send ground truth; deprecated since 3.10.0, use :meth:`send_bulk_ground_truths`.

        Args:
            directory_path: Directory of Parquet or JSON files.
            data: A table with ``partner_inference_id``.

        Returns:
            What :meth:`send_bulk_ground_truths` returns.
        """
        return sending.send_batch_ground_truths(self, directory_path, data)

    @arthur_excepted("failed to set reference data")
    def set_reference_data(
        self,
        directory_path: str | None = None,
        data: Any = None,
        files: Sequence[DataFile] | None = None,
        *,
        tz: Any = None,
        progress: bool = False,
        chunk_size: int | None = None,
        max_workers: int | None = None,
    ) -> tuple[SendResult, dict[str, Any] | None] | None:
        """Give the data that inferences are compared with.

        Args:
            directory_path: Directory of Parquet or JSON files.
            data: A table; on an unsaved model it is kept and sent by ``save()``.
            files: Parquet or JSON files: paths or open binary files.
            tz: Zone of times that have none: a name, or a tzinfo.
            progress: Show how far it is.
            chunk_size: Most rows of one request.
            max_workers: Most requests at a time.

        Returns:
            ``counts`` and ``failures``, and the answer to closing the set or ``None``; nothing
            when the table is only kept.

        Raises:
            MissingParameterError: There is no data.
            ArthurError: Sending failed.
        """
        return sending.set_reference_data(
            self,
            directory_path,
            data,
            files,
            tz=tz,
            progress=progress,
            chunk_size=chunk_size,
            max_workers=max_workers,
        )

    @arthur_excepted("failed to close the batch")
    def close_batch(self, batch_id: str, num_inferences: int | None = None) -> dict[str, Any]:
        """Declare a batch complete.

        Args:
            batch_id: The batch.
            num_inferences: Number of rows sent for it.

        Returns:
            The answer, below ``dataset_close_result``.

        Raises:
            MethodNotApplicableError: The model is not saved.
        """
        return sending.close_batch(self, batch_id, num_inferences)

    def convert_dataframe(
        self, df: Any, is_ref_data: bool, max_rows_per_file: int = DEFAULT_ROWS_PER_FILE
    ) -> str:
        """Write a table as the files the platform takes.

        Args:
            df: The table.
            is_ref_data: Whether it is reference data rather than inferences.
            max_rows_per_file: Most rows of one file.

        Returns:
            Path of a new temporary directory; the caller removes it.
        """
        return sending.convert_dataframe(self, df, is_ref_data, max_rows_per_file)

    def await_inferences(
        self, min_count: int = 1, with_ground_truth: bool = True, timeout_min: float | None = 5
    ) -> None:
        """Wait until inferences can be queried.

        Args:
            min_count: How many there must be at least.
            with_ground_truth: Count only those with ground truth.
            timeout_min: Most minutes to wait; ``None`` for no limit.

        Raises:
            TimeoutError: The time is over.
            MethodNotApplicableError: The model is not saved.
        """
        querying.await_inferences(self, min_count, with_ground_truth, timeout_min)

    @arthur_excepted("failed to query")
    def query(
        self,
        body: Mapping[str, Any],
        query_type: str = "base",
        *,
        as_frame: Frame | None = None,
    ) -> Any:
        """Ask about the data of the model.

        Args:
            body: The query.
            query_type: ``base``, ``drift`` or ``drift_psi_bucket_table``.
            as_frame: ``pandas``, ``polars`` or ``pyarrow`` for a table; times stay texts.

        Returns:
            The rows of the answer, one dictionary each, or a table of them.

        Raises:
            MethodNotApplicableError: The model is not saved.
            UserTypeError: ``body`` is no query.
            UserValueError: ``query_type`` or ``as_frame`` is none of the three.
            ResponseClientError: The platform does not accept the query.
        """
        return as_table(querying.query(self, body, query_type), as_frame)

    @arthur_excepted("failed to fetch the image")
    def get_image(
        self,
        image_id: str,
        save_path: str,
        type: str = ImageResponseType.RawImage,  # noqa: A002 - the official name
    ) -> str:
        """Fetch an image of an inference and store it.

        Args:
            image_id: Identifier of the image.
            save_path: Directory to store it in.
            type: Which rendering, a member of
                :class:`~arthurai.common.constants.ImageResponseType`.

        Returns:
            Path of the file.

        Raises:
            MethodNotApplicableError: The model is not saved.
            UserValueError: There is no such rendering or directory.
            ResponseClientError: There is no such image.
        """
        return images.get_image(self, image_id, save_path, type)
