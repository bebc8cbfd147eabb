"""Kinds of columns, and the conversion of values of a query to them."""

from __future__ import annotations

import math
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from dateutil import parser as date_parser

from arthurai.common.limits import MAX_INTEGER, MIN_INTEGER
from arthurai.common.vocabulary import ValueType
from arthurai.server.query.errors import QueryError, shown
from arthurai.server.timestamps import to_utc

INT64: Final = range(MIN_INTEGER, MAX_INTEGER + 1)


class Kind(StrEnum):
    """What a column or an expression holds."""

    INT = "integer"
    FLOAT = "float"
    BOOL = "boolean"
    TEXT = "text"
    TIME = "timestamp"
    TEXTS = "list of texts"
    NUMBERS = "list of numbers"
    LIKELIHOODS = "token likelihoods"
    BOXES = "bounding boxes"
    RANKED = "ranked list"
    SERIES = "time series"
    OBJECT = "object"
    NULL = "null"

    @property
    def numeric(self) -> bool:
        """Whether arithmetic works: numbers, and booleans as 0 and 1."""
        return self in _NUMERIC

    @property
    def scalar(self) -> bool:
        """Whether values can be compared, grouped and sorted."""
        return self in _SCALAR


_NUMERIC: Final = frozenset({Kind.INT, Kind.FLOAT, Kind.BOOL, Kind.NULL})
_SCALAR: Final = _NUMERIC | {Kind.TEXT, Kind.TIME}

#: Kind of the column of each value type.
KIND_OF_VALUE_TYPE: Final[dict[str, Kind]] = {
    ValueType.Integer: Kind.INT,
    ValueType.Float: Kind.FLOAT,
    ValueType.Boolean: Kind.BOOL,
    ValueType.String: Kind.TEXT,
    ValueType.Unstructured_Text: Kind.TEXT,
    ValueType.Image: Kind.TEXT,
    ValueType.Timestamp: Kind.TIME,
    ValueType.Tokens: Kind.TEXTS,
    ValueType.StringArray: Kind.TEXTS,
    ValueType.TokenLikelihoods: Kind.LIKELIHOODS,
    ValueType.BoundingBox: Kind.BOXES,
    ValueType.RankedList: Kind.RANKED,
    ValueType.TimeSeries: Kind.SERIES,
}

#: SQL type of the scalar kinds.
SQL_TYPE: Final[dict[Kind, str]] = {
    Kind.INT: "BIGINT",
    Kind.FLOAT: "DOUBLE",
    Kind.BOOL: "BOOLEAN",
    Kind.TEXT: "VARCHAR",
    Kind.TIME: "TIMESTAMP",
    Kind.NULL: "VARCHAR",
}


def common_kind(kinds: list[Kind], path: str) -> Kind:
    """Return the kind that can hold values of all these kinds.

    Args:
        kinds: At least one kind.
        path: Place in the query, for the message.

    Raises:
        QueryError: The kinds do not go together, e.g. text and number.
    """
    found = {kind for kind in kinds if kind is not Kind.NULL}
    if not found:
        return Kind.NULL
    if len(found) == 1:
        return found.pop()
    if found == {Kind.INT, Kind.BOOL}:
        return Kind.INT
    if found <= {Kind.INT, Kind.FLOAT, Kind.BOOL}:
        return Kind.FLOAT
    names = " and ".join(sorted(kind.value for kind in found))
    raise QueryError(path, f"values of different kinds in one column: {names}")


def number(value: Any, path: str) -> int | float:
    """Convert a value to a finite number; numeric text and booleans are accepted.

    Args:
        value: Any value of a JSON document.
        path: Place in the query, for the message.

    Raises:
        QueryError: The value is no number.
    """
    found: Any = value
    if isinstance(value, str):
        try:
            found = int(value) if value.strip().lstrip("+-").isdecimal() else float(value)
        except ValueError:
            found = None
    if isinstance(found, bool):
        return int(found)
    if isinstance(found, int) and found not in INT64:
        found = math.inf if found.bit_length() > 1000 else float(found)  # noqa: PLR2004 - float's range is 2**1024
    if isinstance(found, int) or (isinstance(found, float) and math.isfinite(found)):
        return found
    raise QueryError(path, f"expected a number, found {shown(value)}")


def whole(value: Any, path: str) -> int:
    """Convert a value to a whole number; ``5.0`` and ``"5"`` are accepted.

    Args:
        value: Decoded JSON.
        path: Its place.

    Raises:
        QueryError: The value is not a whole number.
    """
    found = number(value, path)
    if isinstance(value, bool) or found != int(found):
        raise QueryError(path, f"expected a whole number, found {shown(value)}")
    return int(found)


def timestamp(value: Any, path: str) -> datetime:
    """Convert ISO 8601 text to a UTC time without zone; text without zone is UTC.

    Args:
        value: Any value of a JSON document.
        path: Place in the query, for the message.

    Raises:
        QueryError: The value is no timestamp.
    """
    found = value
    if isinstance(value, str):
        try:
            found = date_parser.isoparse(value.strip())
        except (ValueError, OverflowError):
            found = None
    if not isinstance(found, datetime):
        raise QueryError(
            path,
            f"expected an ISO 8601 timestamp such as 2024-03-01T00:00:00Z, found {shown(value)}",
        )
    try:
        return to_utc(found)
    except OverflowError as error:
        raise QueryError(path, f"timestamp {shown(value)} is out of range") from error


def text(value: Any, path: str) -> str:
    """Convert a scalar to text.

    Args:
        value: Any value of a JSON document.
        path: Place in the query, for the message.

    Raises:
        QueryError: The value is a list, an object, or text that is not valid Unicode.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise QueryError(path, "the text holds half of a surrogate pair") from error
        return value
    raise QueryError(path, f"expected text, found {shown(value)}")


_BOOLEANS: Final = {"true": True, "false": False, "1": True, "0": False}


def boolean(value: Any, path: str) -> bool:
    """Convert a value to a boolean: true/false, 1/0, or one of these as text.

    Args:
        value: Any value of a JSON document.
        path: Place in the query, for the message.

    Raises:
        QueryError: The value is no boolean.
    """
    if isinstance(value, bool):
        return value
    found = _BOOLEANS.get(str(value).strip().lower()) if isinstance(value, int | str) else None
    if found is None and isinstance(value, float) and value in {0.0, 1.0}:
        found = bool(value)
    if found is None:
        raise QueryError(path, f"expected true or false, found {shown(value)}")
    return found


def coerce(value: Any, kind: Kind, path: str) -> Any:
    """Convert a value of a query to the kind of the column it is compared with.

    Args:
        value: A scalar of a JSON document, not null.
        kind: A scalar kind.
        path: Place in the query, for the message.

    Raises:
        QueryError: The value cannot be converted, or the kind is not scalar.
    """
    if kind in {Kind.INT, Kind.FLOAT}:
        return number(value, path)
    if kind is Kind.BOOL:
        return boolean(value, path)
    if kind is Kind.TIME:
        return timestamp(value, path)
    if kind in {Kind.TEXT, Kind.NULL}:
        return text(value, path)
    raise QueryError(path, f"a {kind.value} column cannot be compared with a value")


def kind_of(value: Any) -> Kind:
    """Return the kind of a JSON scalar.

    Args:
        value: ``None``, a boolean, a number or text.
    """
    if value is None:
        return Kind.NULL
    if isinstance(value, bool):
        return Kind.BOOL
    if isinstance(value, int):
        return Kind.INT if value in INT64 else Kind.FLOAT
    return Kind.FLOAT if isinstance(value, float) else Kind.TEXT
