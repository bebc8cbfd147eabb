"""Rows of inferences: nesting, merging, completing. Other programs import these from here."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from arthurai._compat.table_helpers import dataframe_like_to_list_of_dicts
from arthurai.common.attribute_spec import GROUND_TRUTH_STAGES, INFERENCE_STAGES
from arthurai.common.constants import InferenceType, Stage, TimestampInferenceType
from arthurai.common.exceptions import UnexpectedValueError, UserTypeError, UserValueError

if TYPE_CHECKING:
    import pandas as pd

    from arthurai.model.attributes import ArthurAttribute

__all__ = [
    "FALSE_DEFAULT_IGNORE_JOIN_ERRORS",
    "INFERENCE_STAGES",
    "RESERVED_COLUMNS",
    "add_inference_metadata_to_dataframe",
    "add_predictions_or_ground_truth",
    "nest_inference_and_ground_truth_data",
    "nest_reference_data",
    "parse_stage_attributes",
]

logger = logging.getLogger(__name__)

RESERVED_COLUMNS = {
    TimestampInferenceType.INFERENCE_TIMESTAMP,
    TimestampInferenceType.GROUND_TRUTH_TIMESTAMP,
    "partner_inference_id",
    "batch_id",
    InferenceType.INFERENCE_DATA,
    InferenceType.GROUND_TRUTH_DATA,
}
FALSE_DEFAULT_IGNORE_JOIN_ERRORS = False


def parse_stage_attributes(
    data: Any, attributes: list[ArthurAttribute], stage: str
) -> list[dict[str, Any]]:
    """Read the values of one stage.

    Args:
        data: A list of dicts, a dict of lists, a frame; or plain values when the stage has one
            attribute.
        attributes: The attributes of the model.
        stage: The stage.

    Returns:
        One dictionary a row.

    Raises:
        UserValueError: Plain values are given for several attributes.
        UserTypeError: ``data`` cannot be walked through.
    """
    is_rows = isinstance(data, list) and bool(data) and isinstance(data[0], Mapping)
    if is_rows or isinstance(data, Mapping) or hasattr(data, "columns"):
        return dataframe_like_to_list_of_dicts(data)
    if isinstance(data, str) or not isinstance(data, Iterable):
        raise UserTypeError(f"Values of stage {stage} need a table or a list, got {data!r:.60}.")
    names = [a.name for a in attributes if a.stage == stage and not a.implicit]
    if len(names) != 1:
        raise UserValueError(
            f"Plain values need exactly one attribute of stage {stage}, the model has {names}. "
            "Give a table with these columns."
        )
    return [{names[0]: value} for value in data]


def add_predictions_or_ground_truth(
    inference_data: list[dict[str, Any]],
    new_data: Any,
    attributes: list[ArthurAttribute],
    stage: str,
) -> None:
    """Merge predictions or ground truth given apart into nested rows, in place.

    Args:
        inference_data: Rows with ``inference_data``.
        new_data: The values, as :func:`parse_stage_attributes` reads them.
        attributes: The attributes of the model.
        stage: Predicted values, or a stage of ground truth.

    Raises:
        UnexpectedValueError: It is another stage.
        UserValueError: There are more or fewer values than rows.
    """
    if stage == Stage.PredictedValue:
        target = InferenceType.INFERENCE_DATA
    elif stage in GROUND_TRUTH_STAGES:
        target = InferenceType.GROUND_TRUTH_DATA
    else:
        raise UnexpectedValueError(f"Stage {stage!r} holds neither predictions nor ground truth.")
    rows = parse_stage_attributes(new_data, attributes, stage)
    if len(rows) != len(inference_data):
        raise UserValueError(
            f"There are {len(rows)} values of stage {stage} for {len(inference_data)} inferences."
        )
    for row, values in zip(inference_data, rows, strict=True):
        row[target] = {**row.get(target, {}), **values}


def nest_inference_and_ground_truth_data(
    data: list[dict[str, Any]], attributes: list[ArthurAttribute]
) -> list[dict[str, Any]]:
    """Sort the values of flat rows into inference data and ground truth.

    Args:
        data: The rows, flat or nested.
        attributes: The attributes of the model.

    Returns:
        New, nested rows.

    Raises:
        UserValueError: A key is no attribute, or a row is flat and nested at once.
        UserTypeError: Nested data is no dictionary.
    """
    homes = {
        a.name: InferenceType.INFERENCE_DATA
        if a.stage in INFERENCE_STAGES
        else InferenceType.GROUND_TRUTH_DATA
        for a in attributes
    }
    return [_nested_row(number, row, homes) for number, row in enumerate(data)]


def _nested_row(number: int, row: Mapping[str, Any], homes: Mapping[str, str]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    flat: dict[str, dict[str, Any]] = {}
    for key, value in row.items():
        if key in RESERVED_COLUMNS:
            nested[key] = value
        elif key in homes:
            flat.setdefault(homes[key], {})[key] = value
        else:
            raise UserValueError(f"Row {number} has {key!r}, which is no attribute of the model.")
    for home in (InferenceType.INFERENCE_DATA, InferenceType.GROUND_TRUTH_DATA):
        if home not in nested:
            continue
        if home in flat:
            raise UserValueError(
                f"Row {number} has {home!r} and, beside it, {list(flat[home])}; nest all or none."
            )
        if not isinstance(nested[home], Mapping):
            raise UserTypeError(
                f"{home!r} of row {number} needs a dictionary, got {type(nested[home]).__name__}."
            )
    return {**nested, **flat}


def nest_reference_data(
    data: list[dict[str, Any]],
    attributes: list[ArthurAttribute],  # noqa: ARG001 - part of the official signature
) -> list[dict[str, Any]]:
    """Wrap rows as reference rows; rows that are wrapped already stay as they are.

    Args:
        data: The rows.
        attributes: The attributes of the model; not looked at.

    Returns:
        New rows ``{"reference_data": {...}}``.

    Raises:
        UserValueError: ``data`` is no list of dicts, or some rows are wrapped and some not.
        UserTypeError: Wrapped data is no dictionary.
    """
    home = InferenceType.REFERENCE_DATA
    if not isinstance(data, list) or not all(isinstance(row, Mapping) for row in data):
        raise UserValueError("Reference data needs a list of dictionaries, one a row.")
    wrapped = [home in row for row in data]
    if any(wrapped) and not all(wrapped):
        raise UserValueError(
            f"Row {wrapped.index(False)} lacks {home!r}, which other rows have; wrap all or none."
        )
    for number, row in enumerate(data):
        if home in row and not isinstance(row[home], Mapping):
            raise UserTypeError(f"{home!r} of row {number} needs a dictionary, got {row[home]!r}.")
    return [dict(row) if home in row else {home: dict(row)} for row in data]


def add_inference_metadata_to_dataframe(
    df: pd.DataFrame,
    model_attributes: Collection[ArthurAttribute],
    ignore_join_errors: bool = False,
) -> pd.DataFrame:
    """Fill in times and ids a frame of inferences lacks.

    Args:
        df: The frame; it is not changed.
        model_attributes: The attributes of the model.
        ignore_join_errors: Make up ids although ground truth could then not be joined later.

    Returns:
        The frame itself when nothing is missing, otherwise a copy.

    Raises:
        UserValueError: No column is an attribute, or ids are missing and cannot be made up.
    """
    names = set(df.columns)
    inference = any(a.name in names for a in model_attributes if a.stage in INFERENCE_STAGES)
    truth = any(a.name in names for a in model_attributes if a.stage in GROUND_TRUTH_STAGES)
    if not inference and not truth:
        raise UserValueError("No column of the frame is an attribute of the model.")
    missing: dict[str, Any] = {}
    if "partner_inference_id" not in names:
        if not inference or not (truth or ignore_join_errors):
            raise UserValueError(
                "The frame needs a column partner_inference_id, by which inferences and ground "
                "truth find each other. For inferences that never get ground truth pass "
                "ignore_join_errors=True."
            )
        missing["partner_inference_id"] = [str(uuid.uuid4()) for _ in range(len(df))]
    now = datetime.now(UTC)
    for wanted, column in (
        (inference, TimestampInferenceType.INFERENCE_TIMESTAMP),
        (truth, TimestampInferenceType.GROUND_TRUTH_TIMESTAMP),
    ):
        if wanted and column not in names:
            missing[column] = [now] * len(df)
    if not missing:
        return df
    logger.info("Filled in %s for %d rows.", ", ".join(missing), len(df))
    return df.assign(**missing)
