"""Validation of a table against the attributes of a model, before anything is sent."""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from numbers import Integral
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from arthurai.common.text import suggest
from arthurai.common.vocabulary import MAX_INFERENCE_ID_LENGTH, META_COLUMNS, ValueType
from arthurai.upload.coerce import InvalidRows, coerce_column, is_missing
from arthurai.upload.columnar import (
    ABSENT,
    SparseColumn,
    is_arrow,
    is_row_list,
    slice_column,
    to_list,
)
from arthurai.upload.diagnostics import DataWarnings, ValidationErrors
from arthurai.upload.extra_columns import is_named_table, read_extra_columns, read_values
from arthurai.upload.images import read_images
from arthurai.upload.time_zones import MISSING
from arthurai.upload.upload_schema import OPTIONAL_STAGES

if TYPE_CHECKING:
    from datetime import tzinfo

    from arthurai.common.attribute_spec import AttributeSpec
    from arthurai.upload.columnar import Column, ColumnarTable
    from arthurai.upload.upload_schema import UploadSchema

logger = logging.getLogger(__name__)

_IDS: Final = "partner inference ids (random)"

INFERENCES: Final = "inferences"
GROUND_TRUTHS: Final = "ground_truths"
REFERENCE: Final = "reference"

ALWAYS: Final = "always"
NEVER: Final = "never"
WITH_TRUTH: Final = "with truth"


@dataclass(frozen=True, slots=True)
class RowMetadata:
    """What a call gives beside its rows.

    Attributes:
        predictions: Values of the predicted attributes, see `read_extra_columns`.
        ground_truths: Values of the ground truth attributes, likewise.
        inference_timestamps: One per row.
        ground_truth_timestamps: One per row.
        partner_inference_ids: One per row.
        batch_id: One for all rows, or one per row.
    """

    predictions: Any = None
    ground_truths: Any = None
    inference_timestamps: Any = None
    ground_truth_timestamps: Any = None
    partner_inference_ids: Any = None
    batch_id: Any = None

    def is_by_row(self) -> bool:
        """Return whether anything here has one value per row."""
        return any(
            value is not None
            for value in (
                self.predictions,
                self.ground_truths,
                self.inference_timestamps,
                self.ground_truth_timestamps,
                self.partner_inference_ids,
                None if isinstance(self.batch_id, str) else self.batch_id,
            )
        )


@dataclass(slots=True)
class ValidatedTable:
    """Valid rows, by column.

    Attributes:
        start: Number of the first row in what the caller gave.
        rows: Number of rows.
        inference: Columns of `inference_data` by attribute name.
        truth: Columns of `ground_truth_data` by attribute name.
        meta: `inference_timestamp`, `partner_inference_id`, `batch_id`, `ground_truth_timestamp`,
            those of them that are sent.
        labeled: Which rows have ground truth; `None` when all have, or the table has none.
    """

    start: int
    rows: int
    inference: dict[str, Column] = field(default_factory=dict)
    truth: dict[str, Column] = field(default_factory=dict)
    meta: dict[str, Column] = field(default_factory=dict)
    labeled: Column | None = None

    def slice(self, start: int, rows: int) -> ValidatedTable:
        """Return `rows` rows; `start` counts from the first row of this table."""
        rows = min(rows, self.rows - start)
        inference, truth, meta = (
            {name: slice_column(column, start, rows) for name, column in columns.items()}
            for columns in (self.inference, self.truth, self.meta)
        )
        labeled = None if self.labeled is None else slice_column(self.labeled, start, rows)
        return ValidatedTable(self.start + start, rows, inference, truth, meta, labeled)

    def split(self, rows: int) -> Iterator[ValidatedTable]:
        """Yield parts of at most `rows` rows."""
        for start in range(0, self.rows, rows):
            yield self.slice(start, rows)

    def arrow_columns(self) -> list[Column]:
        """Return the columns that are Arrow arrays."""
        columns = (self.inference | self.truth | self.meta).values()
        return [column for column in columns if is_arrow(column)]


@dataclass(frozen=True, slots=True)
class Body:
    """Encoded rows, as the content of one request or file.

    Attributes:
        start: Number of the first row.
        rows: Number of rows.
        content: JSON in UTF-8, or Parquet.
    """

    start: int
    rows: int
    content: bytes


class Validator:
    """Validation of the tables of one call.

    Args:
        schema: The model's attributes.
        purpose: `INFERENCES`, `GROUND_TRUTHS` or `REFERENCE`.
        name: What the caller calls the table, for messages.
        zone: Zone of naive timestamps.
        make_ids: Which rows without `partner_inference_id` get one: `ALWAYS`, `NEVER`, or those
            `WITH_TRUTH`, which nothing has to be joined to later.
        lenient: Whether attributes of other stages are left out (else they are refused).
    """

    def __init__(
        self,
        schema: UploadSchema,
        purpose: str,
        *,
        name: str,
        zone: tzinfo | None = None,
        make_ids: str = ALWAYS,
        lenient: bool = False,
    ) -> None:
        self.schema = schema
        self.purpose = purpose
        self.name = name
        self._zone = zone
        self._make_ids = make_ids
        self._lenient = lenient
        self._now = datetime.now(UTC).isoformat()
        self._filled: Counter[str] = Counter()
        self._warnings = DataWarnings()

    def validate(
        self,
        table: ColumnarTable,
        *,
        start: int = 0,
        metadata: RowMetadata | None = None,
        errors: ValidationErrors | None = None,
    ) -> ValidatedTable:
        """Return a table with its columns coerced to the model's attributes, and what rows lack.

        Args:
            table: What the caller gave, by column.
            start: Number of its first row in what the caller gave.
            metadata: What was given beside it.
            errors: What is known to be wrong already.

        Raises:
            UserTypeError: Every error is a wrong type.
            UserValueError: Some error is a wrong value.
        """
        errors = ValidationErrors(self.name) if errors is None else errors
        errors.later_part = start > 0
        columns = dict(table.columns)
        if metadata is not None:
            columns |= self._read_metadata(metadata, table.rows, errors)
        self._check_names(columns, start, errors)
        valid = ValidatedTable(start, table.rows)
        if self.purpose != GROUND_TRUTHS:
            valid.inference = self._coerce(columns, self.schema.inference, start, errors)
        valid.truth = self._coerce(columns, self.schema.truth, start, errors)
        if self.purpose != REFERENCE:
            self._add_meta(valid, columns, errors)
        errors.raise_any()
        return valid

    def as_table(self, ground_truths: Any) -> Any:
        """Return ground truth as a table; bare values are those of the only attribute of it.

        Raises:
            UserTypeError: The ground truth is neither a table nor values.
            UserValueError: There are bare values, but several ground truth attributes.
        """
        if (
            isinstance(ground_truths, Iterator)
            or is_row_list(ground_truths)
            or is_named_table(ground_truths)
        ):
            return ground_truths
        return read_extra_columns(
            ground_truths, self.schema.truths, name=self.name, what="ground truth"
        )

    def log(self) -> None:
        """Log what was filled in and what was unexpected, once for the call."""
        for what, count in (+self._filled).items():
            logger.info("filled in %d %s", count, what)
        self._warnings.log()

    def _read_metadata(
        self, metadata: RowMetadata, rows: int, errors: ValidationErrors
    ) -> dict[str, Column]:
        found: dict[str, Column] = {}
        if metadata.predictions is not None:
            found |= read_extra_columns(
                metadata.predictions, self.schema.predicted, name="predictions", what="predicted"
            )
        if metadata.ground_truths is not None:
            found |= read_extra_columns(
                metadata.ground_truths,
                self.schema.truths,
                name="ground_truths",
                what="ground truth",
            )
        for column, argument in (
            ("inference_timestamp", "inference_timestamps"),
            ("ground_truth_timestamp", "ground_truth_timestamps"),
            ("partner_inference_id", "partner_inference_ids"),
            ("batch_id", "batch_id"),
        ):
            values = getattr(metadata, argument)
            if isinstance(values, str) and argument == "batch_id":
                found[column] = [values] * rows
            elif values is not None:
                found[column] = read_values(values, name=argument)
        for column, values in list(found.items()):
            if len(values) != rows:
                errors.add(
                    f"{column!r}, given beside the rows, must have one value per row, got "
                    f"{len(values)} values for {rows} rows"
                )
                del found[column]
        return found

    def _check_names(
        self, columns: Mapping[str, Column], start: int, errors: ValidationErrors
    ) -> None:
        needed = {} if self.purpose == GROUND_TRUTHS else self.schema.inference
        missing = [
            f"{item.name!r} ({item.stage}, {item.value_type})"
            for item in needed.values()
            if item.name not in columns and item.stage not in OPTIONAL_STAGES
        ]
        if missing:
            errors.add(f"missing columns: {', '.join(missing)}")
        known = self.schema.truth if self.purpose == GROUND_TRUTHS else self.schema.sendable
        allowed = {*META_COLUMNS, *known}
        ignored = {item.name for item in self.schema.attributes if item.implicit or self._lenient}
        for column, values in columns.items():
            if column not in allowed and column not in ignored:
                errors.add(self._describe_unknown(column, values, start, allowed))

    def _describe_unknown(
        self, column: str, values: Column, start: int, allowed: Iterable[str]
    ) -> str:
        where = ""
        if isinstance(values, SparseColumn):
            first = next(row for row, value in enumerate(values, start) if value is not ABSENT)
            where = f" (first in row {first})"
        what = "ground truth attribute" if self.purpose == GROUND_TRUTHS else "attribute"
        return (
            f"unknown column {column!r}{where}: not a {what} of the model{suggest(column, allowed)}"
        )

    def _coerce(
        self,
        columns: Mapping[str, Column],
        attributes: Mapping[str, AttributeSpec],
        start: int,
        errors: ValidationErrors,
    ) -> dict[str, Column]:
        found: dict[str, Column] = {}
        for name, attribute in attributes.items():
            values = columns.get(name)
            if values is None:
                continue
            if isinstance(values, SparseColumn):
                values = [None if value is ABSENT else value for value in values]
            if attribute is self.schema.image:
                column, invalid = read_images(to_list(values), start)
            else:
                column, invalid = self._coerce_column(values, attribute.value_type, start)
            if invalid:
                errors.add_invalid(name, invalid)
            else:
                found[name] = column
                self._warnings.check(attribute, column)
        return found

    def _coerce_column(
        self, values: Column, value_type: str, start: int
    ) -> tuple[Column, InvalidRows]:
        if is_arrow(values):
            from arthurai.upload.arrow_types import coerce_array

            return coerce_array(values, value_type, self._zone, start)
        return coerce_column(values, value_type, self._zone, start)

    def _add_meta(
        self, valid: ValidatedTable, columns: Mapping[str, Column], errors: ValidationErrors
    ) -> None:
        if self.purpose == INFERENCES:
            valid.meta["inference_timestamp"] = self._timestamps(
                "inference_timestamp", columns, valid, errors
            )
        valid.meta["partner_inference_id"] = self._ids(columns, valid, errors)
        if self.purpose == INFERENCES:
            batch_ids = self._batch_ids(columns, valid, errors)
            if batch_ids is not None:
                valid.meta["batch_id"] = batch_ids
        if valid.truth:
            valid.labeled = find_labeled(valid.truth)
            if self.purpose == GROUND_TRUTHS and valid.labeled is not None:
                labeled = enumerate(to_list(valid.labeled), valid.start)
                unlabeled = [(row, None) for row, is_labeled in labeled if not is_labeled]
                errors.add_rows(", ".join(valid.truth), "ground truth is missing", unlabeled)
            valid.meta["ground_truth_timestamp"] = self._timestamps(
                "ground_truth_timestamp", columns, valid, errors, needed=valid.labeled
            )
        elif self.purpose == GROUND_TRUTHS and self.schema.truth:
            errors.add(
                f"no ground truth columns; expected {', '.join(map(repr, self.schema.truth))}"
            )

    def _timestamps(
        self,
        name: str,
        columns: Mapping[str, Column],
        valid: ValidatedTable,
        errors: ValidationErrors,
        *,
        needed: Column | None = None,
    ) -> Column:
        """Return a timestamp column, with the time of the call where a row does not have the key.

        Rows that do not need a timestamp (`needed` is false) may lack one.
        """
        filled = f"{name.replace('_', ' ')}s (the time of the call)"
        values: Column = columns.get(name)
        if values is None:
            self._filled[filled] += valid.rows
            return [self._now] * valid.rows
        if needed is not None:
            values = [
                value if is_needed else self._now
                for value, is_needed in zip(to_list(values), to_list(needed), strict=True)
            ]
        if not is_arrow(values):
            self._filled[filled] += sum(value is ABSENT for value in values)
            values = [self._now if value is ABSENT else value for value in values]
        column, invalid = self._coerce_column(values, ValueType.Timestamp, valid.start)
        errors.add_invalid(name, invalid)
        if values.null_count if is_arrow(values) else None in column:
            rows = enumerate(to_list(values), valid.start)
            missing = [(row, value) for row, value in rows if is_missing(value)]
            if missing:
                errors.add_rows(name, MISSING, missing)
        return column

    def _ids(
        self, columns: Mapping[str, Column], valid: ValidatedTable, errors: ValidationErrors
    ) -> Column:
        name = "partner_inference_id"
        values = columns.get(name)
        make = self._make_ids == ALWAYS or (self._make_ids == WITH_TRUTH and bool(valid.truth))
        if values is None and not make:
            errors.add(f"missing column {name!r}: it says which inference a row belongs to")
            return []
        if values is None:
            self._filled[_IDS] += valid.rows
            return new_ids(valid.rows)
        if is_arrow(values):
            from arthurai.upload.arrow_types import has_distinct_texts

            if has_distinct_texts(values, MAX_INFERENCE_ID_LENGTH):
                return values
        ids: list[str | None] = list(to_list(values))
        if set(map(type, ids)) != {str} or "" in ids:
            ids = self._convert_ids(ids, valid.start, errors, make=make)
        long = [
            (row, value)
            for row, value in enumerate(ids, valid.start)
            if value is not None and len(value) > MAX_INFERENCE_ID_LENGTH
        ]
        if long:
            errors.add_rows(name, f"longer than {MAX_INFERENCE_ID_LENGTH} characters", long)
        if len(set(ids)) != len(ids):
            first: dict[str | None, int] = {}
            repeated = [
                (row, value)
                for row, value in enumerate(ids, valid.start)
                if first.setdefault(value, row) != row and value is not None
            ]
            if repeated:
                errors.add_rows(name, "the id is that of an earlier row", repeated)
        return ids

    def _convert_ids(
        self, values: list[Any], start: int, errors: ValidationErrors, *, make: bool
    ) -> list[str | None]:
        """Return ids as text: numbers and UUIDs converted, missing ones generated if allowed."""
        wrong: list[tuple[int, object]] = []
        missing: list[tuple[int, object]] = []
        ids: list[str | None] = []
        for row, value in enumerate(values, start):
            is_number = isinstance(value, Integral) and not isinstance(value, bool)
            if (isinstance(value, str) and value) or isinstance(value, UUID) or is_number:
                ids.append(str(value))
                continue
            ids.append(None)
            if value is ABSENT or value == "" or is_missing(value):
                missing.append((row, None))
            else:
                wrong.append((row, value))
        if wrong:
            errors.add_rows("partner_inference_id", "must be text", wrong, of_type=True)
        if missing and make:
            self._filled[_IDS] += len(missing)
            made = iter(new_ids(ids.count(None)))
            return [next(made) if row_id is None else row_id for row_id in ids]
        if missing:
            errors.add_rows("partner_inference_id", "the id is missing", missing)
        return ids

    def _batch_ids(
        self, columns: Mapping[str, Column], valid: ValidatedTable, errors: ValidationErrors
    ) -> list[str | None] | None:
        values = columns.get("batch_id")
        if values is None:
            if self.schema.is_batch:
                errors.add(
                    "missing column 'batch_id': this is a batch model, so every row needs one; "
                    "give the argument `batch_id` or the column"
                )
            return None
        ids = [
            None if value is ABSENT or value == "" or is_missing(value) else value
            for value in to_list(values)
        ]
        rows = enumerate(ids, valid.start)
        wrong = [item for item in rows if not isinstance(item[1], str | int | None)]
        missing = [(row, None) for row, value in enumerate(ids, valid.start) if value is None]
        if wrong:
            errors.add_rows("batch_id", "must be text", wrong, of_type=True)
        if missing and self.schema.is_batch:
            errors.add_rows("batch_id", "the batch id is missing", missing)
        if len(missing) == valid.rows:
            return None
        return [None if value is None else str(value) for value in ids]


def new_ids(count: int) -> list[str]:
    """Return random ids of 32 hexadecimal digits."""
    digits = os.urandom(16 * count).hex()
    return [digits[start : start + 32] for start in range(0, 32 * count, 32)]


def find_labeled(truth: Mapping[str, Column]) -> Column | None:
    """Return which rows have at least one ground truth value; `None` if all have."""
    columns = list(truth.values())
    if all(is_arrow(column) for column in columns):
        from arthurai.upload.arrow_types import rows_with_values

        return rows_with_values(columns)
    lists = [to_list(column) for column in columns]
    labeled = [not all(map(is_missing, values)) for values in zip(*lists, strict=True)]
    return None if all(labeled) else labeled
