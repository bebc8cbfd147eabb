"""Rows of inferences: nest, merge and complete them."""

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
from arthurai.common.text import list_names, quote_value

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
    """Return the values of one stage as rows.

    Args:
        data: A list of dicts, a dict of lists, a frame; or plain values when the stage has one
            attribute.
        attributes: The attributes of the model.
        stage: The stage.

    Returns:
        One dictionary per row.

    Raises:
        UserValueError: Plain values are given for several attributes.
        UserTypeError: `data` is not iterable.
    """
    is_rows = isinstance(data, list) and bool(data) and isinstance(data[0], Mapping)
    if is_rows or isinstance(data, Mapping) or hasattr(data, "columns"):
        return dataframe_like_to_list_of_dicts(data)
    if isinstance(data, str) or not isinstance(data, Iterable):
        raise UserTypeError(
            f"values of stage {stage} must be a table or a list, got {quote_value(data)}"
        )
    names = [a.name for a in attributes if a.stage == stage and not a.implicit]
    if len(names) != 1:
        raise UserValueError(
            f"plain values need exactly one attribute of stage {stage}, the model has "
            f"{list_names(names)}; give a table with these columns"
        )
    return [{names[0]: value} for value in data]


def add_predictions_or_ground_truth(
    inference_data: list[dict[str, Any]],
    new_data: Any,
    attributes: list[ArthurAttribute],
    stage: str,
) -> None:
    """Merge predictions or ground truth into nested rows, in place.

    Args:
        inference_data: Rows with `inference_data`.
        new_data: The values, as `parse_stage_attributes` reads them.
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
        raise UnexpectedValueError(
            f"stage must be one of predictions or ground truth, got {stage!r}"
        )
    rows = parse_stage_attributes(new_data, attributes, stage)
    if len(rows) != len(inference_data):
        raise UserValueError(
            f"there are {len(rows)} values of stage {stage} for {len(inference_data)} inferences"
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
        UserValueError: A key is not an attribute, or a row is flat and nested at once.
        UserTypeError: Nested data is not a dictionary.
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
            raise UserValueError(
                f"row {number} has {key!r}, which is not an attribute of the model"
            )
    for home in (InferenceType.INFERENCE_DATA, InferenceType.GROUND_TRUTH_DATA):
        if home not in nested:
            continue
        if home in flat:
            raise UserValueError(
                f"row {number} has {home!r} and, beside it, {list(flat[home])}; nest all or none"
            )
        if not isinstance(nested[home], Mapping):
            raise UserTypeError(
                f"{home!r} of row {number} must be a dict, got {type(nested[home]).__name__}"
            )
    places = dict.fromkeys(key if key in nested else homes[key] for key in row)
    return {place: flat[place] if place in flat else nested[place] for place in places}


def nest_reference_data(
    data: list[dict[str, Any]],
    attributes: list[ArthurAttribute],  # noqa: ARG001 - part of the official signature
) -> list[dict[str, Any]]:
    """Wrap rows as reference rows; rows that are wrapped already stay as they are.

    Args:
        data: The rows.
        attributes: Ignored.

    Returns:
        New rows `{"reference_data": {...}}`.

    Raises:
        UserValueError: `data` is not a list of dicts, or some rows are wrapped and some are not.
        UserTypeError: Wrapped data is not a dictionary.
    """
    home = InferenceType.REFERENCE_DATA
    if not isinstance(data, list) or not all(isinstance(row, Mapping) for row in data):
        raise UserValueError("data must be a list of dicts, one per row")
    wrapped = [home in row for row in data]
    if any(wrapped) and not all(wrapped):
        raise UserValueError(
            f"row {wrapped.index(False)} lacks {home!r}, which other rows have; wrap all or none"
        )
    for number, row in enumerate(data):
        if home in row and not isinstance(row[home], Mapping):
            raise UserTypeError(
                f"{home!r} of row {number} must be a dict, got {quote_value(row[home])}"
            )
    return [dict(row) if home in row else {home: dict(row)} for row in data]


def add_inference_metadata_to_dataframe(
    df: pd.DataFrame,
    model_attributes: Collection[ArthurAttribute],
    ignore_join_errors: bool = False,
) -> pd.DataFrame:
    """Fill in times and ids that a frame of inferences lacks.

    Args:
        df: The frame; it is not changed.
        model_attributes: The attributes of the model.
        ignore_join_errors: Generate ids although ground truth can then not be joined later.

    Returns:
        The frame itself when nothing is missing, otherwise a copy.

    Raises:
        UserValueError: No column is an attribute, or ids are missing and must not be generated.
    """
    names = set(df.columns)
    inference = any(a.name in names for a in model_attributes if a.stage in INFERENCE_STAGES)
    truth = any(a.name in names for a in model_attributes if a.stage in GROUND_TRUTH_STAGES)
    if not inference and not truth:
        raise UserValueError("df must have a column that is an attribute of the model")
    missing: dict[str, Any] = {}
    if "partner_inference_id" not in names:
        if not inference or not (truth or ignore_join_errors):
            raise UserValueError(
                "df must have a column partner_inference_id, by which inferences and ground truth "
                "are joined; for inferences that never get ground truth pass "
                "ignore_join_errors=True"
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
    logger.info("filled in %s for %d rows", ", ".join(missing), len(df))
    return df.assign(**missing)
