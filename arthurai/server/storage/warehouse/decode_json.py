"""Decoding of inferences, ground truth and reference rows from JSON objects."""

from __future__ import annotations

from http import HTTPStatus
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from arthurai.common.text import quote_value, suggest
from arthurai.common.vocabulary import MAX_INFERENCE_ID_LENGTH, ValueType
from arthurai.server.storage.warehouse import arrow_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arthurai.server.model_schema import Attribute, ModelSchema
    from arthurai.server.storage.warehouse.row_results import RowResults


_EMPTY: Final[Mapping[str, Any]] = {}


class JsonDecoder:
    """Converts a list of JSON objects to columns, and rejects invalid ones.

    Args:
        schema: Schema of the model.
        items: The decoded objects; they may be anything.
        first_row: Place of the first object in the request.
        results: Takes rejected rows.
    """

    def __init__(
        self, schema: ModelSchema, items: Sequence[Any], *, first_row: int, results: RowResults
    ) -> None:
        self._schema = schema
        self._items: Sequence[Mapping[str, Any]] = items
        self._first_row = first_row
        self._results = results
        if set(map(type, items)) - {dict}:
            self._items = [item if isinstance(item, dict) else _EMPTY for item in items]
            for place, item in enumerate(items):
                if not isinstance(item, dict):
                    self._reject(place, f"must be an object, got {quote_value(item)}")

    def _reject(self, place: int, message: str) -> None:
        self._results.reject(self._first_row + place, HTTPStatus.BAD_REQUEST, message)

    def inferences(self, batch_id: str | None) -> pa.Table:
        """Decode `Inference` objects.

        Args:
            batch_id: Batch of all rows, overriding the one of each row.
        """
        data = self._maps("inference_data", required=True)
        truth = self._maps("ground_truth_data", required=False)
        found = {
            "row": self._rows(),
            "partner_inference_id": self._ids(),
            "inference_timestamp": self._timestamps("inference_timestamp", required=True),
            "ground_truth_timestamp": self._truth_timestamps(truth),
            "batch_id": self._batches(batch_id),
        }
        found |= self._attributes(data, self._schema.inference_attributes, "inference_data")
        found |= self._attributes(truth, self._schema.ground_truth_attributes, "ground_truth_data")
        return self._accepted(found)

    def ground_truth(self) -> pa.Table:
        """Decode `InferenceGroundTruth` objects."""
        truth = self._maps("ground_truth_data", required=True)
        found = {
            "row": self._rows(),
            "partner_inference_id": self._ids(),
            "ground_truth_timestamp": self._timestamps("ground_truth_timestamp", required=True),
        }
        for place, values in enumerate(truth):
            if not any(value is not None for value in values.values()):
                self._reject(place, "ground_truth_data: must have at least one value")
        found |= self._attributes(truth, self._schema.ground_truth_attributes, "ground_truth_data")
        return self._accepted(found)

    def reference(self) -> pa.Table:
        """Decode `ReferenceRow` objects; attributes in the object itself are accepted too."""
        wrapped = [
            item["reference_data"] if isinstance(item.get("reference_data"), dict) else item
            for item in self._items
        ]
        found = {"row": self._rows()}
        found |= self._attributes(wrapped, self._schema.stored, "reference_data")
        return self._accepted(found)

    def _rows(self) -> pa.Array:
        return arrow_columns.numbered(self._first_row, len(self._items))

    def _maps(self, key: str, *, required: bool) -> list[Mapping[str, Any]]:
        found = [item.get(key) for item in self._items]
        allowed = {dict} if required else {dict, type(None)}
        if set(map(type, found)) - allowed:
            for place, value in enumerate(found):
                if type(value) not in allowed:
                    what = (
                        "is missing" if value is None else f"is not an object: {quote_value(value)}"
                    )
                    self._reject(place, f"{key} {what}")
        return [value if isinstance(value, dict) else _EMPTY for value in found]

    def _ids(self) -> pa.Array:
        found = [item.get("partner_inference_id") for item in self._items]
        for place, value in enumerate(found):
            if (
                not isinstance(value, str)
                or not 0 < len(value) <= MAX_INFERENCE_ID_LENGTH
                or "\0" in value
            ):
                self._reject(place, id_problem(value))
                found[place] = None
        return pa.array(found, pa.string())

    def _timestamps(self, key: str, *, required: bool) -> pa.Array:
        array, problems = arrow_columns.from_values(
            ValueType.Timestamp, [item.get(key) for item in self._items]
        )
        for place, problem in problems.items():
            self._reject(place, f"{key}: {problem}")
        if required and array.null_count > len(problems):
            for place, item in enumerate(self._items):
                if item.get(key) is None:
                    self._reject(place, f"{key} is missing")
        return array

    def _truth_timestamps(self, truth: list[Mapping[str, Any]]) -> pa.Array:
        array = self._timestamps("ground_truth_timestamp", required=False)
        if not any(truth):
            return pa.nulls(len(truth), array.type)
        given = [any(v is not None for v in values.values()) for values in truth]
        timed = array.is_valid().to_pylist()
        for place, (has_truth, has_time) in enumerate(zip(given, timed, strict=True)):
            if has_truth and not has_time:
                self._reject(place, "ground_truth_timestamp is missing beside ground_truth_data")
        # Without ground truth there is no time at which it became known.
        return arrow_columns.only_where(array, given)

    def _batches(self, batch_id: str | None) -> pa.Array:
        found = [batch_id or item.get("batch_id") or None for item in self._items]
        for place, value in enumerate(found):
            if value is None and self._schema.is_batch:
                self._reject(place, "batch_id is missing: this is a batch model")
            elif value is not None and (not isinstance(value, str) or "\0" in value):
                self._reject(place, batch_problem(value))
                found[place] = None
        return pa.array(found, pa.string())

    def _attributes(
        self, maps: list[Mapping[str, Any]], attributes: tuple[Attribute, ...], where: str
    ) -> dict[str, pa.Array]:
        names = {a.name for a in attributes}
        # Values of implicit attributes may be sent, but the computed values are used.
        allowed = names | {a.name for a in self._schema.attributes if a.implicit}
        if set().union(*maps) - allowed:
            for place, values in enumerate(maps):
                unknown = values.keys() - allowed
                if unknown:
                    self._reject(place, self._unknown(sorted(unknown), names, where))
        found = {}
        by_attribute = _columns(maps, [a.name for a in attributes])
        for attribute, given in zip(attributes, by_attribute, strict=True):
            array, problems = arrow_columns.from_values(attribute.value_type, given)
            for place, problem in problems.items():
                self._reject(place, f"attribute {attribute.name}: {problem}")
            found[attribute.column] = array
        return found

    def _unknown(self, unknown: list[str], names: set[str], where: str) -> str:
        other = self._schema.attribute(unknown[0])
        if other is not None:
            return f"{where}: attribute {unknown[0]} of stage {other.stage} does not belong here"
        name = unknown[0]
        return f"{where}: the model has no attribute {quote_value(name)}{suggest(name, names)}"

    def _accepted(self, found: dict[str, pa.Array]) -> pa.Table:
        return self._results.drop_rejected(pa.table(found))


def _columns(maps: Sequence[Mapping[str, Any]], names: list[str]) -> list[Sequence[Any]]:
    """Convert maps to columns; missing members are null."""
    if len(names) > 1:
        try:
            # Several times faster; most rows lack no member.
            found: list[Sequence[Any]] = list(zip(*map(itemgetter(*names), maps), strict=True))
        except KeyError:
            pass
        else:
            return found or [()] * len(names)
    return [[values.get(name) for values in maps] for name in names]


def id_problem(value: object) -> str:
    """Return why a value is not a valid `partner_inference_id`."""
    if value is None:
        return "partner_inference_id is missing"
    if isinstance(value, str) and len(value) > MAX_INFERENCE_ID_LENGTH:
        return (
            f"partner_inference_id: must have at most {MAX_INFERENCE_ID_LENGTH} characters, "
            f"got {len(value)}"
        )
    if isinstance(value, str) and value:
        return f"partner_inference_id: {_nul_problem(value)}"
    return f"partner_inference_id: must be a non-empty string, got {quote_value(value)}"


def batch_problem(value: object) -> str:
    """Return why a value that is not null is not a valid `batch_id`."""
    if isinstance(value, str):
        return f"batch_id: {_nul_problem(value)}"
    return f"batch_id: must be a string, got {quote_value(value)}"


def _nul_problem(value: str) -> str:
    """Say what is wrong with a text by which rows are looked up, which a lake cannot do then."""
    return f"must not hold a NUL character, got {quote_value(value)}"
