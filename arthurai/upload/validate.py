"""Validation of a table against the attributes of a model, before it is encoded.

By default the server judges values: what does not fit is encoded as given, and reported. A row
that cannot be encoded is refused alone. In strict mode a table is refused when anything is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

from arthurai.common.limits import BINARY_CLASSES
from arthurai.common.text import list_names, suggest
from arthurai.common.vocabulary import META_COLUMNS, OutputType, Stage, ValueType
from arthurai.upload.as_given import column_as_given
from arthurai.upload.coerce import INFINITE, InvalidRows, coerce_column, is_missing
from arthurai.upload.columnar import ABSENT, SparseColumn, is_arrow, is_row_list, to_list
from arthurai.upload.diagnostics import ValidationErrors
from arthurai.upload.extra_columns import is_named_table, read_extra_columns, read_values
from arthurai.upload.images import read_images
from arthurai.upload.local_times import CLOCK_CHANGES, LocalTimes, describe_guess
from arthurai.upload.log_probabilities import (
    convert_column,
    convert_logarithms,
    drop_infinities,
    find_unlikely,
)
from arthurai.upload.meta_columns import MetaColumns
from arthurai.upload.redact_columns import is_sampled
from arthurai.upload.send_rules import IGNORE, SendRules
from arthurai.upload.surprises import Surprises
from arthurai.upload.time_zones import NAIVE
from arthurai.upload.upload_schema import OPTIONAL_STAGES
from arthurai.upload.validated_table import (
    ALWAYS,
    GROUND_TRUTHS,
    REFERENCE,
    RowMetadata,
    ValidatedTable,
)

if TYPE_CHECKING:
    from datetime import datetime

    from arthurai.common.attribute_spec import AttributeSpec
    from arthurai.upload.columnar import Column, ColumnarTable
    from arthurai.upload.derived_ids import DerivedIds
    from arthurai.upload.redact_columns import Redaction
    from arthurai.upload.upload_schema import UploadSchema

_MAX_NAMED: Final = 10


class Validator:
    """Validation of the tables of one call.

    Args:
        schema: The model's attributes.
        purpose: `INFERENCES`, `GROUND_TRUTHS` or `REFERENCE`.
        name: What the caller calls the table, for messages.
        zone: How timestamps without zone are read.
        make_ids: Which rows without `partner_inference_id` get one, see `MetaColumns`.
        other_stages: Whether attributes of other stages are left out without a word.
        rules: What happens to what does not fit.
        parquet: Whether the rows are sent as Parquet files.
        naive_is_utc: Whether timestamps of Arrow columns without zone are read as UTC.
        scope: What surprises are about, such as the id of the model.
        redaction: What happens to values first.
        sample: Share of the rows that are sent, by their ids; `None` for all.
        logprobs: Whether likelihoods of tokens are given as log-probabilities; `None` tells by
            their shape.
        now: The time that rows without one get; that of the call when omitted.
        derived_ids: Makes ids for rows without one, instead of random ones.

    Attributes:
        sampled_out: Number of rows that `sample` has left out.
    """

    def __init__(
        self,
        schema: UploadSchema,
        purpose: str,
        *,
        name: str,
        zone: LocalTimes | None = None,
        make_ids: str = ALWAYS,
        other_stages: bool = False,
        rules: SendRules | None = None,
        parquet: bool = False,
        naive_is_utc: bool = False,
        scope: str = "",
        logprobs: bool | None = None,
        redaction: Redaction | None = None,
        sample: float | None = None,
        now: datetime | None = None,
        derived_ids: DerivedIds | None = None,
    ) -> None:
        self.schema = schema
        self.purpose = purpose
        self.name = name
        self.rules = rules or SendRules()
        self.sampled_out = 0
        self._redaction = redaction
        self._sample = None if purpose == REFERENCE else sample
        self._zone = zone
        self._other_stages = other_stages
        self._parquet = parquet
        self._naive_is_utc = naive_is_utc
        self._logprobs = logprobs
        self._surprises = Surprises(scope)
        self._meta = MetaColumns(
            schema,
            purpose,
            make_ids=make_ids,
            parquet=parquet,
            coerce=self._coerce_values,
            surprises=self._surprises,
            now=now,
            derived_ids=derived_ids,
        )

    @property
    def call_time(self) -> datetime | None:
        """The time of the call, once rows have it instead of one of their own."""
        return self._meta.call_time

    def errors(self, *, start: int = 0, source: str | None = None) -> ValidationErrors:
        """Return a collection for what is wrong with one table of the call.

        Args:
            start: Number of its first row in what the caller gave.
            source: Where it comes from, if not from the caller.
        """
        return ValidationErrors(self.name, strict=self.rules.strict, start=start, source=source)

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
        errors = self.errors(start=start) if errors is None else errors
        columns = self._rename(table.columns)
        if metadata is not None:
            columns |= self._read_metadata(metadata, table.rows, errors)
        if self._redaction is not None:
            columns = self._redaction.apply(columns)
        self._check_names(columns, start, errors)
        valid = ValidatedTable(start, table.rows)
        if self.purpose != GROUND_TRUTHS:
            valid.inference = self._coerce(columns, self.schema.inference, start, errors)
            if not errors.strict:
                self._add_complement(valid)
        valid.truth = self._coerce(columns, self.schema.truth, start, errors)
        if self.purpose != REFERENCE:
            self._meta.add(valid, columns, errors)
        errors.raise_any()
        valid.refused = errors.refused
        return valid if self._sample is None else self._draw(valid, self._sample)

    def _draw(self, valid: ValidatedTable, share: float) -> ValidatedTable:
        """Return the rows that are in the sample."""
        ids = to_list(valid.meta["partner_inference_id"])
        drawn = [row for row, one in enumerate(ids) if is_sampled(one, share)]
        self.sampled_out += valid.rows - len(drawn)
        return valid.sampled(drawn)

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

    def log(self, *kinds: str) -> None:
        """Log what was filled in and what was unexpected, once for the call.

        Args:
            *kinds: Only surprises of these kinds; all when omitted.
        """
        self._surprises.log(*kinds)

    def _rename(self, columns: Mapping[str, Column]) -> dict[str, Column]:
        """Return columns by the names of attributes, where `build` renamed them."""
        renamed = self.schema.renamed
        return {
            renamed[name] if name in renamed and renamed[name] not in columns else name: column
            for name, column in columns.items()
        }

    def _read_metadata(
        self, metadata: RowMetadata, rows: int, errors: ValidationErrors
    ) -> dict[str, Column]:
        found: dict[str, Column] = {}
        if metadata.predictions is not None:
            found |= read_extra_columns(
                metadata.predictions,
                self.schema.predicted,
                name="predictions",
                what="predicted",
                renamed=self.schema.renamed,
            )
        if metadata.ground_truths is not None:
            found |= read_extra_columns(
                metadata.ground_truths,
                self.schema.truths,
                name="ground_truths",
                what="ground truth",
                renamed=self.schema.renamed,
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

    # -- names -----------------------------------------------------------------------------------

    def _check_names(
        self, columns: Mapping[str, Column], start: int, errors: ValidationErrors
    ) -> None:
        known = self.schema.truth if self.purpose == GROUND_TRUTHS else self.schema.sendable
        self._check_missing(columns, known, errors)
        allowed = {*META_COLUMNS, *known}
        ignored = {
            item.name for item in self.schema.attributes if item.implicit or self._other_stages
        } | self.rules.left_out
        for column, values in columns.items():
            if column in allowed or column in ignored:
                continue
            text = self._describe_unknown(column, values, start, allowed)
            if self.rules.refuses_extra:
                errors.add(text)
            elif self.rules.extra != IGNORE:
                self._surprises.add(
                    "extra",
                    column,
                    text=f"{text}; it was left out. Pass extra='ignore' to leave such columns out "
                    "without a warning, or extra='error' to refuse them",
                )

    def _check_missing(
        self,
        columns: Mapping[str, Column],
        known: Mapping[str, AttributeSpec],
        errors: ValidationErrors,
    ) -> None:
        if self.purpose == GROUND_TRUTHS:
            return
        optional = OPTIONAL_STAGES
        known_otherwise: tuple[str, ...] = ()
        if not errors.strict:
            known_otherwise = self._complementary(columns)[1:]
            if self.purpose == REFERENCE:
                optional |= {Stage.PredictedValue}
        missing = [
            item
            for item in self.schema.inference.values()
            if item.name not in columns
            and item.stage not in optional
            and item.name not in known_otherwise
        ]
        if not missing:
            return
        names = ", ".join(f"{a.name!r} ({a.stage}, {a.value_type})" for a in missing[:_MAX_NAMED])
        names += f" and {len(missing) - _MAX_NAMED} more" if len(missing) > _MAX_NAMED else ""
        if errors.strict:
            errors.add(f"missing columns: {names}")
        elif not columns.keys() & known.keys():
            errors.add(
                f"no column is an attribute of the model, which has {list_names(known, _MAX_NAMED)}"
                f"; the columns are {list_names(columns, _MAX_NAMED) or 'none at all'}"
            )
        else:
            self._surprises.add(
                "missing",
                names,
                text=f"missing columns: {names}; their values are null. Give the columns, or pass "
                "strict=True to refuse such tables",
            )

    def _describe_unknown(
        self, column: str, values: Column, start: int, allowed: Iterable[str]
    ) -> str:
        where = ""
        if isinstance(values, SparseColumn):
            first = next(row for row, value in enumerate(values, start) if value is not ABSENT)
            where = f" (first in row {first})"
        what = "a ground truth attribute" if self.purpose == GROUND_TRUTHS else "an attribute"
        return (
            f"unknown column {column!r}{where}: not {what} of the model{suggest(column, allowed)}"
        )

    # -- values ----------------------------------------------------------------------------------

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
            if attribute.stage == Stage.GroundTruthClass:
                values = _number_classes(values, attribute)
            if attribute is self.schema.image:
                column, invalid = read_images(to_list(values), start)
                errors.add_invalid(name, invalid)
            else:
                column, invalid = self._coerce_column(name, values, attribute.value_type, start)
                if attribute.value_type == ValueType.TokenLikelihoods and not is_arrow(column):
                    given = to_list(values)
                    column = self._read_likelihoods(name, column, given, start, errors)
                    finite, infinite = drop_infinities(column)
                    if infinite:
                        column = cast("Column", finite)
                        rows = [(start + place, given[place]) for place in infinite]
                        invalid = {**invalid, (INFINITE, False): rows}
                if invalid:
                    column, invalid = self._settle(name, values, column, invalid, start, errors)
            found[name] = column
            if not invalid:
                self._surprises.check(attribute, column)
        return found

    def _read_likelihoods(
        self, name: str, column: Any, given: Any, start: int, errors: ValidationErrors
    ) -> Column:
        """Return a column of likelihoods, log-probabilities converted."""
        if self._logprobs is not None:
            if self._logprobs:
                column, wrong = convert_logarithms(column, given)
                what = "must be log-probabilities, which are at most 0, as logprobs=True says"
            else:
                wrong = find_unlikely(column)
                what = "must be likelihoods, which are from 0 to 1, as logprobs=False says"
            if errors.strict:
                if wrong:
                    errors.add_rows(name, what, [(start + place, given[place]) for place in wrong])
            elif wrong:
                self._surprises.add(
                    "likelihoods",
                    name,
                    what,
                    text=f"column {name!r}: {{count}} rows hold values that {what}; they were "
                    "stored nevertheless",
                    count=len(wrong),
                )
            return column
        converted, logarithms, outside = convert_column(column)
        if logarithms:
            self._surprises.add(
                "logarithms",
                name,
                text=f"column {name!r}: {{count}} values are at most 0, so they were read as "
                "log-probabilities and stored as likelihoods; pass logprobs=True to say so, or "
                "logprobs=False to store them as given",
                count=logarithms,
            )
        if outside:
            self._surprises.add(
                "likelihoods",
                name,
                text=f"column {name!r}: {{count}} values are outside of 0 to 1, so they are no "
                "likelihoods; they were stored as given",
                count=outside,
            )
        return converted

    def _coerce_values(
        self, name: str, values: Column, value_type: str, start: int, errors: ValidationErrors
    ) -> Column:
        column, invalid = self._coerce_column(name, values, value_type, start)
        return self._settle(name, values, column, invalid, start, errors)[0] if invalid else column

    def _coerce_column(
        self, name: str, values: Column, value_type: str, start: int
    ) -> tuple[Column, InvalidRows]:
        zone = self._zone
        if zone is not None:
            zone = zone.reporting(partial(self._add_guess, name))
        if not is_arrow(values):
            return coerce_column(values, value_type, zone, start)
        from arthurai.upload.arrow_types import coerce_array, is_naive

        if value_type == ValueType.Timestamp and self._naive_is_utc and is_naive(values.type):
            zone = LocalTimes(UTC)
            self._surprises.add(
                "naive",
                name,
                text=f"column {name!r}: {{count}} times have no zone and were read as UTC; pass "
                "`tz` to read them in another zone",
                count=len(values) - values.null_count,
            )
        return coerce_array(values, value_type, zone, start)

    def _add_guess(self, name: str, what: str) -> None:
        """Count a local time that was read by a rule which the caller did not choose."""
        self._surprises.add("clocks", name, what, text=describe_guess(name, what))

    def _settle(
        self,
        name: str,
        values: Column,
        column: Column,
        invalid: InvalidRows,
        start: int,
        errors: ValidationErrors,
    ) -> tuple[Column, InvalidRows]:
        """Return a column with invalid rows as it is sent, and the rows that are invalid still."""
        if errors.strict:
            errors.add_invalid(name, invalid)
            return column, invalid
        invalid = dict(invalid)
        infinite = invalid.pop((INFINITE, False), None)
        if infinite:
            became = "left out" if self.purpose == GROUND_TRUTHS else "stored as null"
            self._surprises.add(
                "infinite",
                name,
                text=f"column {name!r}: {{count}} infinite values were {became}; replace them, or "
                "pass strict=True to refuse them",
                count=len(infinite),
            )
        naive = invalid.pop((NAIVE, False), None)
        if naive:
            # A call in which no time has a zone lacks `tz`; a few such times are those of bad rows.
            add = errors.add_column if len(naive) == _count_present(values) else errors.add_rows
            add(name, NAIVE, naive)
        for what in CLOCK_CHANGES:  # as given they would be times of no zone
            if changed := invalid.pop((what, False), None):
                errors.add_rows(name, what, changed)
        if not invalid:
            return column, invalid
        column, refused = column_as_given(
            values, column, invalid, parquet=self._parquet, start=start
        )
        for row, what, value in refused:
            errors.add_rows(name, what, [(row, value)])
        refused_rows = {row for row, _, _ in refused}
        for (what, _), rows in invalid.items():
            sent = [item for item in rows if item[0] not in refused_rows]
            if sent:
                self._surprises.add_misfits(name, what, sent)
        return column, invalid

    def _complementary(self, columns: Mapping[str, Column]) -> tuple[str, ...]:
        """Return the given and the absent prediction of a binary classifier; nothing otherwise."""
        predicted = self.schema.predicted
        if (
            self.schema.output_type != OutputType.Multiclass
            or len(predicted) != BINARY_CLASSES
            or any(item.value_type != ValueType.Float for item in predicted)
        ):
            return ()
        names = sorted((item.name for item in predicted), key=lambda name: name not in columns)
        return tuple(names) if names[0] in columns and names[1] not in columns else ()

    def _add_complement(self, valid: ValidatedTable) -> None:
        """Add the prediction of a binary classifier that is known from the other one."""
        names = self._complementary(valid.inference)
        column = _complement(valid.inference[names[0]]) if names else None
        if column is None:
            return
        valid.inference[names[1]] = column
        self._surprises.add(
            "complement",
            names[1],
            text=f"column {names[1]!r} was computed as 1 - {names[0]!r} in {{count}} rows",
            count=valid.rows,
        )


def _count_present(values: Column) -> int:
    if is_arrow(values):
        return int(len(values) - values.null_count)
    return sum(not is_missing(value) for value in values)


def _complement(column: Column) -> Column | None:
    """Return 1 minus each probability, `None` for a column that holds others than numbers."""
    if is_arrow(column):
        import pyarrow as pa
        import pyarrow.compute as pc

        return pc.subtract(1.0, column) if pa.types.is_floating(column.type) else None
    if not all(value is None or isinstance(value, float) for value in column):
        return None
    return [None if is_missing(value) else 1.0 - value for value in column]


def _number_classes(values: Column, attribute: AttributeSpec) -> Column:
    """Return true classes with booleans as 0 and 1, where the classes are whole numbers."""
    if attribute.value_type != ValueType.Integer:
        return values
    if not is_arrow(values):
        if not any(type(value).__name__ in {"bool", "bool_"} for value in values):
            return values
        return [int(v) if type(v).__name__ in {"bool", "bool_"} else v for v in values]
    import pyarrow as pa

    return values.cast(pa.int64()) if pa.types.is_boolean(values.type) else values
