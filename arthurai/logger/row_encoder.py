"""Rows checked against a model and encoded, one at a time and fast.

A row whose values have the plain types of their attributes is encoded directly. Every other row
takes the way of `send_inferences(strict=True)`, whose result and whose error messages are the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson

from arthurai.common.exceptions import UserValueError
from arthurai.common.limits import MAX_INTEGER, MIN_INTEGER
from arthurai.common.vocabulary import MAX_INFERENCE_ID_LENGTH, ValueType
from arthurai.logger.row_ids import RowIds
from arthurai.upload.coerce import CoercionError, coercion, holds_infinity, is_missing
from arthurai.upload.columnar import columns_of_rows, is_row_list
from arthurai.upload.encode_json import json_bodies
from arthurai.upload.local_times import LocalTimes
from arthurai.upload.meta_columns import find_labeled
from arthurai.upload.surprises import Surprises
from arthurai.upload.upload_schema import OPTIONAL_STAGES
from arthurai.upload.validate import Validator
from arthurai.upload.validated_table import (
    ALWAYS,
    GROUND_TRUTHS,
    INFERENCES,
    NEVER,
    RowMetadata,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from arthurai.upload.redact_columns import Redaction
    from arthurai.upload.send_rules import SendRules
    from arthurai.upload.upload_schema import UploadSchema

_ID: Final = "partner_inference_id"
_INFERENCE_TIME: Final = "inference_timestamp"
_TRUTH_TIME: Final = "ground_truth_timestamp"
_BATCH: Final = "batch_id"
_META: Final = frozenset({_ID, _INFERENCE_TIME, _TRUTH_TIME, _BATCH})

_PLAIN_TYPES: Final[dict[str, type]] = {
    ValueType.Float: float,
    ValueType.Integer: int,
    ValueType.Boolean: bool,
    ValueType.String: str,
    ValueType.Unstructured_Text: str,
}
_NONE: Final = type(None)
_MAX_SHAPES: Final = 64
_MAX_BODY_BYTES: Final = 16_000_000

EncodedRow = tuple[str, bytes]
"""The `partner_inference_id` of a row, and the row as a JSON object of the API."""


class _Shape(NamedTuple):
    """The types that the values of a row must have, and which of them are integers."""

    types: tuple[type, ...]
    integers: tuple[str, ...]


class RowEncoder:
    """Checks and encodes the rows of one model. Safe to use from several threads.

    Args:
        schema: The model's attributes.
        zone: How timestamps without zone are read.
        rules: What happens to what does not fit; strict.
        scope: What surprises are about, such as the id of the model.
        redaction: What happens to values first.
        logprobs: Whether likelihoods of tokens are given as log-probabilities, see `Validator`.
    """

    def __init__(
        self,
        schema: UploadSchema,
        zone: LocalTimes | None,
        rules: SendRules,
        scope: str,
        redaction: Redaction | None = None,
        logprobs: bool | None = None,
    ) -> None:
        self._redaction = redaction
        self._schema = schema
        self._zone = zone
        self._rules = rules
        self._scope = scope
        self._logprobs = logprobs
        self._likelihoods = {
            item.name for item in schema.attributes if item.value_type == ValueType.TokenLikelihoods
        }
        self._ignored = rules.left_out | {item.name for item in schema.attributes if item.implicit}
        self._plain = {
            name: _PLAIN_TYPES.get(item.value_type, _NONE) for name, item in schema.sendable.items()
        }
        # Rows with local times that are not certain are left to the validator, which reports them.
        certain = zone and LocalTimes(zone.zone, "raise", "raise")
        self._coercions: dict[str, Callable[[Any], Any]] = {
            name: coercion(item.value_type, certain) for name, item in schema.sendable.items()
        }
        self._truths = frozenset(schema.truth)
        self._required = frozenset(
            name for name, item in schema.inference.items() if item.stage not in OPTIONAL_STAGES
        )
        self._to_time = coercion(ValueType.Timestamp, certain)
        self._shapes: dict[tuple[str, ...], _Shape] = {}
        self._ids = RowIds()
        self._expectations = _Expectations(schema, scope)

    # -- inferences ----------------------------------------------------------------------------

    def encode_inference(self, row: Mapping[str, Any], beside: Mapping[str, Any]) -> EncodedRow:
        """Check and encode one row.

        Args:
            row: The row.
            beside: `partner_inference_id`, `inference_timestamp` and the like, given beside it.

        Raises:
            UserTypeError: The row has values of wrong types.
            UserValueError: The row has wrong values.
        """
        if self._redaction is not None:
            whole = {**row, **beside}
            redacted = self._redaction.apply_to_row(whole)
            return self._encode_plain(redacted) or self._encode_table([whole], None, INFERENCES)[0]
        encoded = self._encode_known_shape(row, beside)
        if encoded is not None:
            return encoded
        if beside:
            row = {**row, **beside}
        encoded = self._encode_plain(row)
        if encoded is not None:
            return encoded
        return self._encode_table([row], None, INFERENCES)[0]

    def encode_inferences(self, rows: Any, metadata: RowMetadata | None = None) -> list[EncodedRow]:
        """Check and encode a table; no row of it is encoded when one is wrong.

        Args:
            rows: A list of dicts, or any other table.
            metadata: What was given beside it.

        Raises:
            UserTypeError: The table has values of wrong types.
            UserValueError: The table has wrong values.
        """
        if (
            metadata is None
            and self._redaction is None
            and isinstance(rows, list)
            and is_row_list(rows)
        ):
            found = []
            for row in rows:
                encoded = self._encode_known_shape(row, {}) or self._encode_plain(row)
                if encoded is None:
                    break
                found.append(encoded)
            else:
                return found
        return self._encode_table(rows, metadata, INFERENCES)

    def _encode_known_shape(
        self, row: Mapping[str, Any], beside: Mapping[str, Any]
    ) -> EncodedRow | None:
        """Return a row encoded that has the keys of an earlier one and plain values only."""
        if type(row) is not dict:
            return None
        shape = self._shapes.get(tuple(row))
        if shape is None or tuple(map(type, row.values())) != shape.types:
            return None
        for name in shape.integers:
            if not MIN_INTEGER <= row[name] <= MAX_INTEGER:
                return None
        head = self._read_meta(beside, list(beside))
        if head is None or (self._schema.is_batch and _BATCH not in head):
            return None
        encoded = _dump(head, row)
        if encoded is not None:
            self._expectations.check(row)
        return encoded

    def _remember_shape(self, row: Mapping[str, Any]) -> None:
        """Remember the keys of a row of which nothing but values of attributes is sent."""
        names = tuple(row)
        types = tuple(self._plain.get(name, _NONE) for name in names)
        if _NONE not in types and self._truths.isdisjoint(names):
            integers = tuple(name for name in names if self._plain[name] is int)
            self._shapes[names] = _Shape(types, integers)

    def _encode_plain(self, row: Mapping[str, Any]) -> EncodedRow | None:
        """Return a flat row encoded; `None` if it needs a closer look."""
        plain = self._plain
        data: dict[str, Any] = {}
        odd: list[str] = []
        meta: list[str] = []
        for name, value in row.items():
            expected = plain.get(name)
            if expected is None:
                if name in _META:
                    meta.append(name)
                elif name not in self._ignored:
                    return None
                continue
            kind = type(value)
            if kind is int and not MIN_INTEGER <= value <= MAX_INTEGER:
                return None
            if kind is not expected:
                odd.append(name)
            data[name] = value
        if not self._required <= data.keys() or (odd and not self._coerce(data, odd)):
            return None
        head = self._read_meta(row, meta)
        if head is None or (self._schema.is_batch and _BATCH not in head):
            return None
        encoded = self._dump_with_truth(data, head)
        if encoded is not None:
            self._expectations.check(data)
            if len(self._shapes) < _MAX_SHAPES:
                self._remember_shape(row)
        return encoded

    def _coerce(self, data: dict[str, Any], odd: list[str]) -> bool:
        """Coerce values that are not of the plain type in place; return whether that worked."""
        for name in odd:
            value = data[name]
            if value is None:
                continue
            # The validator tells log-probabilities by their shape, and what becomes of infinity.
            if name in self._likelihoods or holds_infinity(value):
                return False
            try:
                data[name] = None if is_missing(value) else self._coercions[name](value)
            except CoercionError:
                return False
        return True

    def _read_meta(self, row: Mapping[str, Any], names: list[str]) -> dict[str, Any] | None:
        """Return id, times and batch of a row, the id and the time filled in; `None` if odd."""
        head: dict[str, Any] = {}
        for name in names:
            value = row[name]
            if name in {_INFERENCE_TIME, _TRUTH_TIME}:
                try:
                    if is_missing(value):
                        return None
                    head[name] = self._to_time(value)
                except CoercionError:
                    return None
            elif type(value) is not str or not value:
                return None
            else:
                head[name] = value
        if _ID not in head:
            head[_ID] = self._ids.make_id()
        elif len(head[_ID]) > MAX_INFERENCE_ID_LENGTH:
            return None
        if _INFERENCE_TIME not in head:
            head[_INFERENCE_TIME] = _now()
        return head

    def _dump_with_truth(self, data: dict[str, Any], head: dict[str, Any]) -> EncodedRow | None:
        truth_time = head.pop(_TRUTH_TIME, None)
        if not self._truths.isdisjoint(data):
            truth = {name: data[name] for name in self._truths & data.keys()}
            if any(map(_is_infinite, truth.values())):
                return None
            data = {name: value for name, value in data.items() if name not in truth}
            if find_labeled({name: [value] for name, value in truth.items()}) is None:
                head[_TRUTH_TIME] = truth_time or _now()
                head["ground_truth_data"] = truth
        return _dump(head, data)

    # -- ground truth --------------------------------------------------------------------------

    def encode_ground_truths(
        self, ground_truths: Any, metadata: RowMetadata | None
    ) -> list[EncodedRow]:
        """Check and encode ground truth.

        Args:
            ground_truths: A row, a table, or the values of the only ground-truth attribute.
            metadata: What was given beside it.

        Raises:
            UserTypeError: The ground truth has values of wrong types.
            UserValueError: The ground truth has wrong values.
        """
        if isinstance(ground_truths, Mapping) and not isinstance(
            ground_truths.get(_ID), list | tuple
        ):
            ground_truths = [ground_truths]
        return self._encode_table(ground_truths, metadata, GROUND_TRUTHS)

    # -- any table -----------------------------------------------------------------------------

    def _encode_table(
        self, rows: Any, metadata: RowMetadata | None, purpose: str
    ) -> list[EncodedRow]:
        is_truth = purpose == GROUND_TRUTHS
        validator = Validator(
            self._schema,
            purpose,
            name="ground_truths" if is_truth else "rows",
            zone=self._zone,
            make_ids=NEVER if is_truth else ALWAYS,
            rules=self._rules,
            scope=self._scope,
            redaction=self._redaction,
            logprobs=self._logprobs,
        )
        if is_truth:
            rows = validator.as_table(rows)
        errors = validator.errors()
        if is_row_list(rows):
            table = columns_of_rows(rows, self._schema, errors)
        else:
            from arthurai.upload.table_batches import read_table

            table = read_table(rows, self._schema, errors)
        errors.raise_any()
        if not table.rows:
            return []
        valid = validator.validate(table, metadata=metadata, errors=errors)
        validator.log("clocks", "logarithms", "likelihoods")
        encoded: list[EncodedRow] = []
        try:
            bodies = list(json_bodies(valid, max_bytes=_MAX_BODY_BYTES))
        except TypeError as error:  # an id that is not Unicode
            raise UserValueError(
                f"`{validator.name}` cannot be written as JSON: {error}"
            ) from error
        for body in bodies:
            for row in orjson.loads(body.content):
                self._expectations.check(
                    row.get("inference_data", {}) | row.get("ground_truth_data", {})
                )
                encoded.append((row[_ID], orjson.dumps(row)))
        return encoded


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _dump(head: dict[str, Any], data: Mapping[str, Any]) -> EncodedRow | None:
    """Return a row encoded; `None` if it has values that cannot be."""
    head["inference_data"] = data
    try:
        content = orjson.dumps(head)
    except TypeError:  # text that is not Unicode, or a value of an unknown type
        return None
    if b":null" in content and any(map(_is_infinite, data.values())):
        return None
    return head[_ID], content


def _is_infinite(value: Any) -> bool:
    return isinstance(value, float) and math.isinf(value)


class _Expectations:
    """New categories and values out of range; each column is warned about once.

    Args:
        schema: The model's attributes.
        scope: What surprises are about.
    """

    def __init__(self, schema: UploadSchema, scope: str) -> None:
        self._scope = scope
        self._attributes = schema.sendable
        self._ranges: dict[str, tuple[float, float]] = {}
        self._categories: dict[str, frozenset[str]] = {}
        for name, item in schema.sendable.items():
            if item.categorical:
                if item.categories and item.value_type in {ValueType.Integer, ValueType.String}:
                    self._categories[name] = frozenset(item.categories)
            elif item.value_type in {ValueType.Integer, ValueType.Float} and not (
                item.min_range is None and item.max_range is None
            ):
                low, high = item.min_range, item.max_range
                self._ranges[name] = (
                    float("-inf") if low is None else low,
                    float("inf") if high is None else high,
                )

    def check(self, data: Mapping[str, Any]) -> None:
        """Warn about what a row has that the model was not described with."""
        unexpected = [
            name
            for name, (low, high) in self._ranges.items()
            if (value := data.get(name)) is not None and not low <= value <= high
        ]
        unexpected += [
            name
            for name, known in self._categories.items()
            if (value := data.get(name)) is not None and str(value) not in known
        ]
        for name in unexpected:
            self._warn(name, data[name])

    def _warn(self, name: str, value: Any) -> None:
        if is_missing(value):
            return
        surprises = Surprises(self._scope)
        surprises.check(self._attributes[name], [value])
        surprises.log()
        # Replaced, not changed: other threads may be reading.
        self._ranges = {key: item for key, item in self._ranges.items() if key != name}
        self._categories = {key: item for key, item in self._categories.items() if key != name}
