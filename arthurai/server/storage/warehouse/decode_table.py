"""Decoding of inferences, ground truth and reference rows from tables, e.g. Parquet files."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from arthurai.common.text import find_similar, quote_value
from arthurai.common.vocabulary import MAX_INFERENCE_ID_LENGTH, META_COLUMNS, ValueType
from arthurai.server.storage.warehouse import arrow_columns
from arthurai.server.storage.warehouse.decode_json import batch_problem, id_problem
from arthurai.server.storage.warehouse.errors import BadDataError

if TYPE_CHECKING:
    from arthurai.server.model_schema import Attribute, ModelSchema
    from arthurai.server.storage.warehouse.row_results import RowResults


def check_columns(schema: ModelSchema, names: list[str], kind: str) -> None:
    """Check which columns a table has, before any row is read.

    Columns the model does not know are ignored, as long as no attribute is missing: then a name is
    likely to be misspelt.

    Args:
        schema: Schema of the model.
        names: Names of the columns.
        kind: `inference_data`, `ground_truth_data` or `reference_data`.

    Raises:
        BadDataError: If a column is missing or stands there twice.
    """
    required: tuple[str, ...] = ()
    wanted: tuple[Attribute, ...] = ()
    if kind == "inference_data":
        required = ("partner_inference_id", "inference_timestamp")
        wanted = schema.inference_attributes
    elif kind == "ground_truth_data":
        required = ("partner_inference_id", "ground_truth_timestamp")
    elif kind == "reference_data":
        wanted = schema.stored
    missing = [name for name in required if name not in names]
    if missing:
        raise BadDataError(f"{kind}: the column {missing[0]} is missing")
    known = {a.name for a in schema.attributes} | set(META_COLUMNS)
    for name in known:
        if names.count(name) > 1:
            raise BadDataError(f"{kind}: duplicate column {name}")
    if kind == "ground_truth_data" and not any(
        a.name in names for a in schema.ground_truth_attributes
    ):
        expected = ", ".join(a.name for a in schema.ground_truth_attributes) or "none at all"
        raise BadDataError(f"{kind}: no ground truth column; the model has {expected}")
    unknown = [name for name in names if name not in known]
    absent = [a.name for a in wanted if a.name not in names]
    for name in unknown:
        near = find_similar(name, absent)
        if near:
            raise BadDataError(
                f"{kind}: the model has no attribute {quote_value(name)}, and the column of"
                f" attribute {near[0]} is missing: rename or remove the column"
            )


class TableDecoder:
    """Converts a table with a column for each attribute to the columns of the warehouse.

    Args:
        schema: Schema of the model.
        table: The rows as read; their columns may be of any type.
        first_row: Place of the first row in the request.
        results: Takes rejected rows.
    """

    def __init__(
        self, schema: ModelSchema, table: pa.Table, *, first_row: int, results: RowResults
    ) -> None:
        self._schema = schema
        self._table = table
        self._first_row = first_row
        self._results = results
        self._names = table.column_names

    def _reject(self, place: int, message: str) -> None:
        self._results.reject(self._first_row + place, HTTPStatus.BAD_REQUEST, message)

    def inferences(self, batch_id: str | None) -> pa.Table:
        """Decode inferences, with ground truth where its columns are not null.

        Args:
            batch_id: Batch of all rows, overriding the one of each row.
        """
        check_columns(self._schema, self._names, "inference_data")
        found = {
            "row": self._rows(),
            "partner_inference_id": self._ids(),
            "inference_timestamp": self._timestamps("inference_timestamp"),
            "batch_id": self._batches(batch_id),
        }
        found |= self._attributes(self._schema.inference_attributes)
        truths = self._attributes(self._schema.ground_truth_attributes)
        found["ground_truth_timestamp"] = self._truth_timestamps(
            truths, found["inference_timestamp"]
        )
        return self._accepted(found | truths)

    def ground_truth(self) -> pa.Table:
        """Decode ground truth."""
        check_columns(self._schema, self._names, "ground_truth_data")
        truths = self._attributes(self._schema.ground_truth_attributes)
        given = _any_valid(truths, self._table.num_rows)
        for place in arrow_columns.find_true(pc.invert(given)):
            self._reject(place, "must have at least one ground truth value")
        found = {
            "row": self._rows(),
            "partner_inference_id": self._ids(),
            "ground_truth_timestamp": self._timestamps("ground_truth_timestamp"),
        }
        return self._accepted(found | truths)

    def reference(self) -> pa.Table:
        """Decode reference rows."""
        check_columns(self._schema, self._names, "reference_data")
        return self._accepted({"row": self._rows()} | self._attributes(self._schema.stored))

    def _rows(self) -> pa.Array:
        return arrow_columns.numbered(self._first_row, self._table.num_rows)

    def _column(self, name: str) -> pa.Array:
        return self._table.column(name).combine_chunks()

    def _ids(self) -> pa.Array:
        array = self._column("partner_inference_id")
        if pa.types.is_dictionary(array.type):
            array = array.dictionary_decode()
        if pa.types.is_integer(array.type):
            array = array.cast(pa.string())
        array, problems = arrow_columns.from_array(ValueType.String, array)
        for place, problem in problems.items():
            self._reject(place, f"partner_inference_id: {problem}")
        length = pc.utf8_length(array)
        good = pc.fill_null(
            pc.and_(pc.greater(length, 0), pc.less_equal(length, MAX_INFERENCE_ID_LENGTH)),
            False,
        )
        for place in arrow_columns.find_true(pc.invert(good)) + arrow_columns.find_nul(array):
            self._reject(place, id_problem(array[place].as_py()))
        return array

    def _timestamps(self, name: str) -> pa.Array:
        array, problems = arrow_columns.from_array(ValueType.Timestamp, self._column(name))
        for place, problem in problems.items():
            self._reject(place, f"{name}: {problem}")
        if array.null_count > len(problems):
            for place in arrow_columns.find_true(array.is_null()):
                self._reject(place, f"{name} is missing")
        return array

    def _truth_timestamps(self, truths: dict[str, pa.Array], default: pa.Array) -> pa.Array:
        given = _any_valid(truths, self._table.num_rows)
        found = default
        if "ground_truth_timestamp" in self._names:
            found, problems = arrow_columns.from_array(
                ValueType.Timestamp, self._column("ground_truth_timestamp")
            )
            for place, problem in problems.items():
                self._reject(place, f"ground_truth_timestamp: {problem}")
            found = pc.coalesce(found, default)
        return pc.if_else(given, found, pa.scalar(None, found.type))

    def _batches(self, batch_id: str | None) -> pa.Array:
        found = pa.repeat(pa.scalar(batch_id, pa.string()), self._table.num_rows)
        if batch_id is None and "batch_id" in self._names:
            found, problems = arrow_columns.from_array(ValueType.String, self._column("batch_id"))
            for place, problem in problems.items():
                self._reject(place, f"batch_id: {problem}")
            found = pc.if_else(pc.equal(found, ""), pa.scalar(None, pa.string()), found)
        for place in arrow_columns.find_nul(found):
            self._reject(place, batch_problem(found[place].as_py()))
        if self._schema.is_batch and found.null_count:
            for place in arrow_columns.find_true(found.is_null()):
                self._reject(place, "batch_id is missing: this is a batch model")
        return found

    def _attributes(self, attributes: tuple[Attribute, ...]) -> dict[str, pa.Array]:
        found = {}
        for attribute in attributes:
            kind = attribute.value_type
            if attribute.name not in self._names:
                found[attribute.column] = pa.nulls(
                    self._table.num_rows, arrow_columns.ARROW_TYPES[kind]
                )
                continue
            array, problems = arrow_columns.from_array(kind, self._column(attribute.name))
            for place, problem in problems.items():
                self._reject(place, f"attribute {attribute.name}: {problem}")
            found[attribute.column] = array
        return found

    def _accepted(self, found: dict[str, pa.Array]) -> pa.Table:
        return self._results.drop_rejected(pa.table(found))


def _any_valid(arrays: dict[str, pa.Array], size: int) -> pa.Array:
    """Return for each row whether any of the columns has a value."""
    found = pa.repeat(pa.scalar(False), size)
    for array in arrays.values():
        found = pc.or_(found, array.is_valid())
    return found
