"""Checks one table against the model and makes it ready to send.

Everything wrong is gathered and raised as one error before anything is sent.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any

from arthurai.common.text import suggest
from arthurai.common.vocabulary import MAX_INFERENCE_ID_LENGTH, META_COLUMNS
from arthurai.upload import coerce as cells
from arthurai.upload import timestamps as times
from arthurai.upload.arrow_types import read_arrow
from arthurai.upload.columnar import (
    ABSENT,
    Column,
    Gathered,
    SparseColumn,
    column_list,
    columns_apart,
    cut_column,
    is_arrow,
    value_list,
)
from arthurai.upload.diagnostics import Problems, Surprises
from arthurai.upload.images import read_images
from arthurai.upload.table import is_table
from arthurai.upload.upload_schema import (
    OPTIONAL_STAGES,
    IngestSchema,
)

if TYPE_CHECKING:
    from arthurai.common.attribute_spec import AttributeSpec

logger = logging.getLogger(__name__)

INFERENCES = "inferences"
GROUND_TRUTHS = "ground_truths"
REFERENCE = "reference"

ALWAYS = "always"
NEVER = "never"
WITH_TRUTH = "with truth"


@dataclass(frozen=True, slots=True)
class Extras:
    """What a call gives beside its table.

    Attributes:
        predictions: values of the predicted attributes, see `columns_apart`.
        ground_truths: values of the ground truth attributes, likewise.
        inference_timestamps: one a row.
        ground_truth_timestamps: one a row.
        partner_inference_ids: one a row.
        batch_id: one for all rows, or one a row.
        zone: zone of naive timestamps.
    """

    predictions: Any = None
    ground_truths: Any = None
    inference_timestamps: Any = None
    ground_truth_timestamps: Any = None
    partner_inference_ids: Any = None
    batch_id: Any = None
    zone: tzinfo | None = None

    def by_row(self) -> bool:
        """Whether anything here goes to rows by position."""
        return any(
            value is not None
            for value in (
                self.predictions,
                self.ground_truths,
                self.inference_timestamps,
                self.ground_truth_timestamps,
                self.partner_inference_ids,
            )
        ) or (self.batch_id is not None and not isinstance(self.batch_id, str))


def new_ids(count: int) -> list[str]:
    """Random ids of 32 hexadecimal digits."""
    digits = os.urandom(16 * count).hex()
    return [digits[start : start + 32] for start in range(0, 32 * count, 32)]


@dataclass(slots=True)
class Filled:
    """How many rows got a value they lacked, for the log."""

    inference_timestamps: int = 0
    ground_truth_timestamps: int = 0
    ids: int = 0


class Preparer:
    """Checks tables of one call and makes them ready to send.

    Args:
        schema: the model's attributes.
        purpose: `INFERENCES`, `GROUND_TRUTHS` or `REFERENCE`.
        name: what the caller calls the table, for messages.
        zone: zone of naive timestamps.
        make_ids: which rows without `partner_inference_id` get one: `ALWAYS`, `NEVER`, or those
            `WITH_TRUTH`, which nothing has to be joined to later.
        lenient: whether attributes of other stages are left out (else they are refused).
    """

    def __init__(
        self,
        schema: IngestSchema,
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
        self.zone = zone
        self._make_ids = make_ids
        self.lenient = lenient
        self.now = datetime.now(UTC).isoformat()
        self.filled = Filled()
        self.surprises = Surprises()

    def prepare(
        self,
        gathered: Gathered,
        *,
        start: int = 0,
        extras: Extras | None = None,
        problems: Problems | None = None,
    ) -> Prepared:
        """Checks one table.

        Args:
            gathered: its columns.
            start: number of its first row in what the caller gave.
            extras: what was given beside it.
            problems: what is known to be wrong already.

        Raises:
            UserTypeError: everything found is a wrong type.
            UserValueError: something else is wrong.
        """
        problems = Problems(self.name) if problems is None else problems
        problems.later_part = start > 0
        columns = dict(gathered.columns)
        if extras is not None:
            columns.update(self._given_apart(extras, gathered.rows, problems))
        self._check_names(columns, start, problems)
        prepared = Prepared(start, gathered.rows)
        if self.purpose != GROUND_TRUTHS:
            prepared.inference = self._attributes(
                columns, self.schema.inference.values(), start, problems
            )
        prepared.truth = self._attributes(columns, self.schema.truth.values(), start, problems)
        if self.purpose != REFERENCE:
            self._add_meta(prepared, columns, problems)
        problems.raise_found()
        return prepared

    def as_table(self, ground_truths: Any) -> Any:
        """Ground truth as a table: bare values are those of the only ground truth attribute.

        Raises:
            UserTypeError: neither a table nor values.
            UserValueError: bare values for a model with several ground truth attributes.
        """
        if isinstance(ground_truths, Mapping | Iterator) or is_table(ground_truths):
            return ground_truths
        if isinstance(ground_truths, list | tuple) and all(
            isinstance(row, Mapping) for row in ground_truths
        ):
            return ground_truths
        return columns_apart(ground_truths, self.schema.truths, name=self.name, what="ground truth")

    def log(self) -> None:
        """Writes what was filled in and what was surprising, once for the call."""
        for count, what in (
            (self.filled.inference_timestamps, "inference timestamps (the time of the call)"),
            (self.filled.ground_truth_timestamps, "ground truth timestamps (the time of the call)"),
            (self.filled.ids, "partner inference ids (random)"),
        ):
            if count:
                logger.info("filled in %d %s", count, what)
        self.surprises.log()

    def _given_apart(self, extras: Extras, rows: int, problems: Problems) -> dict[str, Column]:
        found: dict[str, Column] = {}
        if extras.predictions is not None:
            found |= columns_apart(
                extras.predictions, self.schema.predicted, name="predictions", what="predicted"
            )
        if extras.ground_truths is not None:
            found |= columns_apart(
                extras.ground_truths, self.schema.truths, name="ground_truths", what="ground truth"
            )
        singles = {
            "inference_timestamp": ("inference_timestamps", extras.inference_timestamps),
            "ground_truth_timestamp": ("ground_truth_timestamps", extras.ground_truth_timestamps),
            "partner_inference_id": ("partner_inference_ids", extras.partner_inference_ids),
            "batch_id": ("batch_id", extras.batch_id),
        }
        for column, (argument, values) in singles.items():
            if isinstance(values, str) and column == "batch_id":
                found[column] = [values] * rows
            elif values is not None:
                found[column] = value_list(values, name=argument)
        for column, values in list(found.items()):
            if len(values) != rows:
                problems.add(
                    f"{column!r} given apart has {len(values)} values for {rows} rows; "
                    "give one value a row"
                )
                del found[column]
        return found

    def _check_names(self, columns: Mapping[str, Column], start: int, problems: Problems) -> None:
        needed = {
            INFERENCES: self.schema.inference.values(),
            REFERENCE: [*self.schema.inference.values()],
            GROUND_TRUTHS: [],
        }[self.purpose]
        missing = [
            item
            for item in needed
            if item.name not in columns and item.stage not in OPTIONAL_STAGES
        ]
        if missing:
            problems.add(
                "missing columns: "
                + ", ".join(f"{item.name!r} ({item.stage}, {item.value_type})" for item in missing)
            )
        allowed = self._allowed()
        implicit = {item.name for item in self.schema.attributes if item.implicit}
        for column, values in columns.items():
            if column in allowed or column in implicit:
                continue
            if self.lenient and column in self.schema.sendable:
                continue
            problems.add(self._unknown(column, values, start, allowed))

    def _allowed(self) -> set[str]:
        allowed = set(META_COLUMNS)
        if self.purpose == GROUND_TRUTHS:
            return allowed | self.schema.truth.keys()
        return allowed | self.schema.sendable.keys()

    def _unknown(self, column: str, values: Column, start: int, allowed: Iterable[str]) -> str:
        where = ""
        if isinstance(values, SparseColumn):
            first = next(row for row, value in enumerate(values, start) if value is not ABSENT)
            where = f" (first in row {first})"
        kind = (
            "no ground truth attribute"
            if self.purpose == GROUND_TRUTHS
            else "no attribute of the model"
        )
        return f"unknown column {column!r}{where}: {kind}{suggest(column, allowed)}"

    def _attributes(
        self,
        columns: Mapping[str, Column],
        attributes: Iterable[AttributeSpec],
        start: int,
        problems: Problems,
    ) -> dict[str, Column]:
        found: dict[str, Column] = {}
        for attribute in attributes:
            values = columns.get(attribute.name)
            if values is None:
                continue
            column, bad = self._read(values, attribute, start)
            for (what, of_type), rows in bad.items():
                problems.add_rows(attribute.name, what, rows, of_type=of_type)
            if not bad:
                found[attribute.name] = column
                self.surprises.look(attribute, column)
        return found

    def _read(
        self, values: Column, attribute: AttributeSpec, start: int
    ) -> tuple[Column, cells.Bad]:
        if isinstance(values, SparseColumn):
            values = values.filled()
        if attribute is self.schema.image:
            return read_images(column_list(values), start)
        if is_arrow(values):
            return read_arrow(values, attribute.value_type, self.zone, start)
        return cells.read_column(values, attribute.value_type, self.zone, start)

    def _add_meta(
        self, prepared: Prepared, columns: Mapping[str, Column], problems: Problems
    ) -> None:
        start, rows = prepared.start, prepared.rows
        if self.purpose == INFERENCES:
            prepared.meta["inference_timestamp"], filled = self._times(
                "inference_timestamp", columns, prepared, problems
            )
            self.filled.inference_timestamps += filled
        prepared.meta["partner_inference_id"] = self._ids(columns, prepared, problems)
        if self.purpose == INFERENCES:
            batches = self._batches(columns, start, rows, problems)
            if batches is not None:
                prepared.meta["batch_id"] = batches
        if not prepared.truth:
            if self.purpose == GROUND_TRUTHS and self.schema.truth:
                problems.add(
                    "no ground truth columns; expected " + ", ".join(map(repr, self.schema.truth))
                )
            return
        prepared.labelled = labelled_rows(prepared.truth)
        if self.purpose == GROUND_TRUTHS and prepared.labelled is not None:
            bare = [
                (row, None)
                for row, has in enumerate(column_list(prepared.labelled), start)
                if not has
            ]
            problems.add_rows(", ".join(prepared.truth), "ground truth is missing", bare)
        prepared.meta["ground_truth_timestamp"], filled = self._times(
            "ground_truth_timestamp", columns, prepared, problems, needed=prepared.labelled
        )
        self.filled.ground_truth_timestamps += filled

    def _times(
        self,
        name: str,
        columns: Mapping[str, Column],
        prepared: Prepared,
        problems: Problems,
        *,
        needed: Column | None = None,
    ) -> tuple[Column, int]:
        """A timestamp column and how many rows of it were filled with the time of the call.

        Rows that do not need a timestamp (`needed` is false) may lack one.
        """
        start, rows = prepared.start, prepared.rows
        values = columns.get(name)
        if values is None:
            return [self.now] * rows, rows
        if needed is not None:
            values = [
                self.now if not need else value
                for value, need in zip(column_list(values), column_list(needed), strict=True)
            ]
        if is_arrow(values):
            column, wrong = times.arrow_instants(values, self.zone, start)
            filled = 0
        else:
            filled = sum(value is ABSENT for value in values)
            given = [self.now if value is ABSENT else value for value in values]
            column, wrong = times.texts(given, self.zone, start)
        for reason, bad in wrong.items():
            problems.add_rows(name, reason, bad, of_type=reason == times.NOT_TIME)
        return column, filled

    def _ids(self, columns: Mapping[str, Column], prepared: Prepared, problems: Problems) -> Column:
        values = columns.get("partner_inference_id")
        make = self._make_ids == ALWAYS or (self._make_ids == WITH_TRUTH and bool(prepared.truth))
        if values is None:
            if make:
                self.filled.ids += prepared.rows
                return new_ids(prepared.rows)
            problems.add(
                "missing column 'partner_inference_id': it says which inference a row belongs to"
            )
            return []
        if is_arrow(values) and _are_good_ids(values):
            return values
        return self._checked_ids(column_list(values), prepared.start, problems, make=make)

    def _checked_ids(
        self, values: Sequence[Any], start: int, problems: Problems, *, make: bool
    ) -> list[str]:
        ids = list(values)
        if set(map(type, ids)) != {str} or "" in ids:
            ids = self._texts(ids, start, problems, make=make)
        long = [
            (row, value)
            for row, value in enumerate(ids, start)
            if len(value) > MAX_INFERENCE_ID_LENGTH
        ]
        if long:
            problems.add_rows(
                "partner_inference_id", f"longer than {MAX_INFERENCE_ID_LENGTH} characters", long
            )
        if len(set(ids)) != len(ids):
            seen: dict[str, int] = {}
            again = [
                (row, value)
                for row, value in enumerate(ids, start)
                if seen.setdefault(value, row) != row
            ]
            problems.add_rows(
                "partner_inference_id", "the id stands in an earlier row already", again
            )
        return ids

    def _texts(
        self, values: Sequence[Any], start: int, problems: Problems, *, make: bool
    ) -> list[str]:
        """Ids as text; numbers and UUIDs are written out, missing ones made where allowed."""
        wrong: list[tuple[int, object]] = []
        missing: list[int] = []
        ids: list[str] = []
        for row, value in enumerate(values):
            number = isinstance(value, int) or type(value).__name__.startswith(("int", "uint"))
            if value is ABSENT or value == "" or cells.is_missing(value):
                missing.append(row)
                ids.append("")
            elif isinstance(value, str):
                ids.append(value)
            elif type(value).__name__ == "UUID" or (number and not isinstance(value, bool)):
                ids.append(str(value))
            else:
                wrong.append((start + row, value))
                ids.append(f"\0{row}")
        if wrong:
            problems.add_rows("partner_inference_id", "must be text", wrong, of_type=True)
        if missing and make:
            self.filled.ids += len(missing)
            for row, made in zip(missing, new_ids(len(missing)), strict=True):
                ids[row] = made
        elif missing:
            bare = [(start + row, None) for row in missing]
            problems.add_rows("partner_inference_id", "the id is missing", bare)
            for row in missing:
                ids[row] = f"\0{row}"
        return ids

    def _batches(
        self, columns: Mapping[str, Column], start: int, rows: int, problems: Problems
    ) -> list[str | None] | None:
        values = columns.get("batch_id")
        if values is None:
            if self.schema.is_batch:
                problems.add(
                    "missing column 'batch_id': this is a batch model, so every row needs one; "
                    "give the argument `batch_id` or the column"
                )
            return None
        batches = [
            None if value is ABSENT or value == "" or cells.is_missing(value) else value
            for value in column_list(values)
        ]
        odd = [
            (row, value)
            for row, value in enumerate(batches, start)
            if value is not None and not isinstance(value, str | int)
        ]
        bare = [(row, value) for row, value in enumerate(batches, start) if value is None]
        if odd:
            problems.add_rows("batch_id", "must be text", odd, of_type=True)
        if bare and self.schema.is_batch:
            problems.add_rows("batch_id", "the batch id is missing", bare)
        if len(bare) == rows:
            return None
        return [None if value is None else str(value) for value in batches]


def _are_good_ids(values: Column) -> bool:
    """Whether an Arrow column holds distinct ids, none missing, empty or too long."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = values.type
    if values.null_count or not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return False
    if not len(values):
        return True
    lengths = pc.min_max(pc.utf8_length(values)).as_py()
    if not 0 < lengths["min"] <= lengths["max"] <= MAX_INFERENCE_ID_LENGTH:
        return False
    return len(values.unique()) == len(values)


def labelled_rows(truth: Mapping[str, Column]) -> Column | None:
    """Which rows have at least one ground truth value; `None` when all have."""
    if all(is_arrow(column) for column in truth.values()):
        if any(column.null_count == 0 for column in truth.values()):
            return None
        import pyarrow.compute as pc

        first, *others = [pc.is_valid(column) for column in truth.values()]
        for other in others:
            first = pc.or_(first, other)
        return None if pc.all(first).as_py() else first
    lists = [column_list(column) for column in truth.values()]
    labelled = [
        not all(cells.is_missing(value) for value in values) for values in zip(*lists, strict=True)
    ]
    return None if all(labelled) else labelled


@dataclass(slots=True)
class Prepared:
    """Rows that passed the checks, by column.

    Attributes:
        start: number of the first row in what the caller gave.
        rows: how many.
        inference: columns of `inference_data` by attribute name.
        truth: columns of `ground_truth_data` by attribute name.
        meta: `inference_timestamp`, `partner_inference_id`, `batch_id`, `ground_truth_timestamp`,
            as far as they travel.
        labelled: which rows carry ground truth; `None` when all do (or there is none at all).
    """

    start: int
    rows: int
    inference: dict[str, Column] = field(default_factory=dict)
    truth: dict[str, Column] = field(default_factory=dict)
    meta: dict[str, Column] = field(default_factory=dict)
    labelled: Column | None = None

    def cut(self, start: int, rows: int) -> Prepared:
        """A part of the rows; `start` counts from the first row held here."""
        rows = min(rows, self.rows - start)
        labelled = None if self.labelled is None else cut_column(self.labelled, start, rows)
        return Prepared(
            start=self.start + start,
            rows=rows,
            inference={n: cut_column(c, start, rows) for n, c in self.inference.items()},
            truth={n: cut_column(c, start, rows) for n, c in self.truth.items()},
            meta={n: cut_column(c, start, rows) for n, c in self.meta.items()},
            labelled=labelled,
        )

    def cuts(self, rows: int) -> Iterator[Prepared]:
        """The rows in parts of at most `rows`."""
        for start in range(0, self.rows, rows):
            yield self.cut(start, rows)

    def columns(self) -> Iterator[Column]:
        """Every column that travels."""
        yield from self.inference.values()
        yield from self.truth.values()
        yield from self.meta.values()
