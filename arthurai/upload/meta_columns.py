"""The columns beside the attributes: times, ids and batches of rows; missing ones are filled in."""

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime
from numbers import Integral
from typing import TYPE_CHECKING, Any, Final, Protocol
from uuid import UUID

from arthurai.common.vocabulary import MAX_INFERENCE_ID_LENGTH, ValueType
from arthurai.upload.as_given import to_jsonable
from arthurai.upload.coerce import CoercionError, holds_infinity, is_missing
from arthurai.upload.columnar import ABSENT, is_arrow, to_list
from arthurai.upload.time_zones import MISSING
from arthurai.upload.validated_table import ALWAYS, GROUND_TRUTHS, INFERENCES, NEVER, WITH_TRUTH

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from arthurai.upload.columnar import Column
    from arthurai.upload.derived_ids import DerivedIds
    from arthurai.upload.diagnostics import ValidationErrors
    from arthurai.upload.surprises import Surprises
    from arthurai.upload.upload_schema import UploadSchema
    from arthurai.upload.validated_table import ValidatedTable

_ID: Final = "partner_inference_id"
_TIME: Final = "inference_timestamp"
_TRUTH_TIME: Final = "ground_truth_timestamp"
_RANDOM: Final = "random; rows that are sent again are stored again, unless their ids are given"
_NOT_FINITE: Final = "must be finite, since the row has no other ground truth; replace it"


class Coerce(Protocol):
    """Coerces one column, and reports its invalid rows."""

    def __call__(
        self, name: str, values: Column, value_type: str, start: int, errors: ValidationErrors
    ) -> Column:
        """Return the column."""


class MetaColumns:
    """Makes the columns beside the attributes, for the tables of one call.

    Args:
        schema: The model's attributes.
        purpose: `INFERENCES` or `GROUND_TRUTHS`.
        make_ids: Which rows without `partner_inference_id` get one: `ALWAYS`, `NEVER`, or those
            `WITH_TRUTH`, which nothing has to be joined to later.
        parquet: Whether the columns are for Parquet files.
        coerce: Coerces one column.
        surprises: Is told what was filled in.
        now: The time that rows without one get; that of the call when omitted.
        derived_ids: Makes ids for rows without `partner_inference_id`, instead of random ones.

    Attributes:
        call_time: The time of the call, once rows with given ids have it instead of one of their
            own.
    """

    def __init__(
        self,
        schema: UploadSchema,
        purpose: str,
        *,
        make_ids: str,
        parquet: bool,
        coerce: Coerce,
        surprises: Surprises,
        now: datetime | None = None,
        derived_ids: DerivedIds | None = None,
    ) -> None:
        self._schema = schema
        self._purpose = purpose
        self._make_ids = make_ids
        self._parquet = parquet
        self._coerce = coerce
        self._surprises = surprises
        self.call_time: datetime | None = None
        self._started = datetime.now(UTC) if now is None else now
        self._now = self._started.isoformat()
        self._derived_ids = derived_ids

    def add(
        self, valid: ValidatedTable, columns: Mapping[str, Column], errors: ValidationErrors
    ) -> None:
        """Add the columns to a table whose attributes are known.

        Args:
            valid: The table.
            columns: What the caller gave.
            errors: Receives what is wrong.
        """
        if self._purpose == INFERENCES:
            valid.meta[_TIME] = self._times(_TIME, columns, valid, errors)
        if self._derived_ids is None:
            valid.meta[_ID] = self._ids(columns, valid, errors)
        if self._purpose == INFERENCES:
            batch_ids = self._batch_ids(columns, valid, errors)
            if batch_ids is not None:
                valid.meta["batch_id"] = batch_ids
        if valid.truth:
            valid.labeled = find_labeled(valid.truth)
            if self._purpose == GROUND_TRUTHS and valid.labeled is not None:
                self._judge_unlabeled(valid, columns, errors)
            valid.meta[_TRUTH_TIME] = self._times(
                _TRUTH_TIME, columns, valid, errors, needed=valid.labeled
            )
        elif self._purpose == GROUND_TRUTHS and self._schema.truth:
            errors.add(
                f"no ground truth columns; expected {', '.join(map(repr, self._schema.truth))}"
            )
        if self._derived_ids is not None:  # from everything else that is sent
            valid.meta[_ID] = self._ids(columns, valid, errors)

    def _judge_unlabeled(
        self, valid: ValidatedTable, columns: Mapping[str, Column], errors: ValidationErrors
    ) -> None:
        """Report rows without any ground truth, which the server refuses anyway.

        That a value was lost because it is infinite is what the caller has to know.
        """
        labeled = to_list(valid.labeled)
        unlabeled = [place for place, is_labeled in enumerate(labeled) if not is_labeled]
        infinite: set[int] = set()
        for name in valid.truth if unlabeled else ():
            given = to_list(columns[name])
            found = [place for place in unlabeled if holds_infinity(given[place])]
            infinite.update(found)
            if not errors.strict:  # else each infinity is an error of its own
                rows = [(valid.start + place, given[place]) for place in found]
                if rows:
                    errors.add_rows(name, _NOT_FINITE, rows)
        if errors.strict:
            missing = [(valid.start + place, None) for place in unlabeled if place not in infinite]
            if missing:
                errors.add_rows(", ".join(valid.truth), "ground truth is missing", missing)

    def _times(
        self,
        name: str,
        columns: Mapping[str, Column],
        valid: ValidatedTable,
        errors: ValidationErrors,
        *,
        needed: Column | None = None,
    ) -> Column:
        """Return a timestamp column, filled in where a row does not have the key.

        Ground truth is of the time of its inference where that was given, so that a repetition of
        the same table says the same; else of the time of the call. Rows that do not need a
        timestamp (`needed` is false) may lack one.
        """
        values: Column = columns.get(name)
        if values is None and name == _TRUTH_TIME:
            given = valid.meta.get(_TIME) if self._purpose == INFERENCES else columns.get(_TIME)
            if given is not None and columns.get(_TIME) is not None:
                self._fill(name, "the time of the inference", valid.rows)
                if self._purpose == INFERENCES:
                    return given
                values = given
        if values is None:
            self._fill_time(name, columns, valid.rows)
            return [self._now] * valid.rows
        if needed is not None:
            values = [
                value if is_needed else self._now
                for value, is_needed in zip(to_list(values), to_list(needed), strict=True)
            ]
        if not is_arrow(values):
            absent = sum(value is ABSENT for value in values)
            if absent:
                self._fill_time(name, columns, absent)
                values = [self._now if value is ABSENT else value for value in values]
        column = self._coerce(name, values, ValueType.Timestamp, valid.start, errors)
        if errors.strict and (values.null_count if is_arrow(values) else None in column):
            rows = enumerate(to_list(values), valid.start)
            missing = [(row, value) for row, value in rows if is_missing(value)]
            if missing:
                errors.add_rows(name, MISSING, missing)
        return column

    def _fill_time(self, name: str, columns: Mapping[str, Column], count: int) -> None:
        self._fill(name, "the time of the call", count)
        if name == _TIME and columns.get(_ID) is not None:
            self.call_time = self._started

    def _fill(self, name: str, with_what: str, count: int) -> None:
        self._surprises.add(
            "filled",
            name,
            with_what,
            text=f"filled in {{count}} {name.replace('_', ' ')}s ({with_what})",
            count=count,
            level=logging.INFO,
        )

    def _ids(
        self, columns: Mapping[str, Column], valid: ValidatedTable, errors: ValidationErrors
    ) -> Column:
        values = columns.get(_ID)
        make = self._make_ids == ALWAYS or (self._make_ids == WITH_TRUTH and bool(valid.truth))
        if values is None and not make:
            if self._make_ids == NEVER and not (errors.strict or self._parquet):
                return [None] * valid.rows  # the server refuses each row
            errors.add(f"missing column {_ID!r}: it says which inference a row belongs to")
            return []
        if values is None:
            return self._new_ids(valid, range(valid.rows))
        if is_arrow(values):
            from arthurai.upload.arrow_types import has_texts

            if has_texts(values, MAX_INFERENCE_ID_LENGTH, distinct=errors.strict):
                return values
        ids: list[Any] = list(to_list(values))
        if set(map(type, ids)) != {str} or "" in ids:
            ids = self._convert_ids(ids, valid, errors, make=make)
        if errors.strict:
            _check_ids(ids, valid.start, errors)
        return ids

    def _convert_ids(
        self, values: list[Any], valid: ValidatedTable, errors: ValidationErrors, *, make: bool
    ) -> list[Any]:
        """Return ids as text: numbers and UUIDs converted, missing ones generated if allowed."""
        start = valid.start
        wrong: list[tuple[int, object]] = []
        missing: list[tuple[int, object]] = []
        ids: list[Any] = []
        for row, value in enumerate(values, start):
            is_number = isinstance(value, Integral) and not isinstance(value, bool)
            if (isinstance(value, str) and value) or isinstance(value, UUID) or is_number:
                ids.append(str(value))
                continue
            ids.append(None)
            if value is ABSENT or _is_empty(value) or is_missing(value):
                missing.append((row, None))
            elif errors.strict or self._parquet:
                wrong.append((row, value))
            else:
                try:
                    ids[-1] = to_jsonable(value)
                except CoercionError:
                    wrong.append((row, value))
        if wrong:
            errors.add_rows(_ID, "must be text", wrong, of_type=True)
        if missing and make:
            places = [row - start for row, _ in missing]
            for place, made in zip(places, self._new_ids(valid, places), strict=True):
                ids[place] = made
        elif missing and (errors.strict or self._needs_ids):
            errors.add_rows(_ID, "the id is missing", missing)
        return ids

    def _new_ids(self, valid: ValidatedTable, places: Sequence[int]) -> list[str]:
        if self._derived_ids is None:
            self._fill(_ID, _RANDOM, len(places))
            return new_ids(len(places))
        self._fill(_ID, "derived from the rows", len(places))
        made = self._derived_ids.make(valid)
        return [made[place] for place in places]

    @property
    def _needs_ids(self) -> bool:
        """Whether a row without an id is refused here, so that no server makes one up."""
        return self._make_ids == NEVER and self._purpose == INFERENCES

    def _batch_ids(
        self, columns: Mapping[str, Column], valid: ValidatedTable, errors: ValidationErrors
    ) -> list[str | None] | None:
        values = columns.get("batch_id")
        if values is None:
            if self._schema.is_batch:
                errors.add(
                    "missing column 'batch_id': this is a batch model, so every row needs one; "
                    "give the argument `batch_id` or the column"
                )
            return None
        ids = [
            None if value is ABSENT or _is_empty(value) or is_missing(value) else value
            for value in to_list(values)
        ]
        rows = enumerate(ids, valid.start)
        wrong = [item for item in rows if not isinstance(item[1], str | int | None)]
        missing = [(row, None) for row, value in enumerate(ids, valid.start) if value is None]
        if wrong:
            errors.add_rows("batch_id", "must be text", wrong, of_type=True)
        if missing and self._schema.is_batch and errors.strict:
            errors.add_rows("batch_id", "the batch id is missing", missing)
        if len(missing) == valid.rows:
            return None
        return [None if value is None else str(value) for value in ids]


def _check_ids(ids: list[str | None], start: int, errors: ValidationErrors) -> None:
    """Add errors for ids that are too long, or those of an earlier row."""
    long = [
        (row, value)
        for row, value in enumerate(ids, start)
        if value is not None and len(value) > MAX_INFERENCE_ID_LENGTH
    ]
    if long:
        errors.add_rows(_ID, f"longer than {MAX_INFERENCE_ID_LENGTH} characters", long)
    if len(set(ids)) == len(ids):
        return
    first: dict[str | None, int] = {}
    repeated = [
        (row, value)
        for row, value in enumerate(ids, start)
        if first.setdefault(value, row) != row and value is not None
    ]
    if repeated:
        errors.add_rows(_ID, "the id is that of an earlier row", repeated)


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
    lists: Iterator[list[Any]] = map(to_list, columns)
    labeled = [not all(map(is_missing, values)) for values in zip(*lists, strict=True)]
    return None if all(labeled) else labeled


def _is_empty(value: object) -> bool:
    return isinstance(value, str) and not value
