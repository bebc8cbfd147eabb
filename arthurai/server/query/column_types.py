"""Types of columns, and the conversion of values in a query to them."""

from __future__ import annotations

import math
from datetime import datetime
from enum import StrEnum
from typing import Final

from dateutil import parser as date_parser

from arthurai.common.limits import MAX_INTEGER, MIN_INTEGER
from arthurai.common.text import quote_value
from arthurai.common.vocabulary import ValueType
from arthurai.server.query.errors import QueryError
from arthurai.server.timestamps import to_utc

INT64: Final = range(MIN_INTEGER, MAX_INTEGER + 1)
_MAX_FLOAT_BITS: Final = 1000  # safely below the range of a float, 2**1024


class ColumnType(StrEnum):
    """Type of the values of a column or an expression."""

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
    def is_numeric(self) -> bool:
        """Whether arithmetic works: numbers, and booleans as 0 and 1."""
        return self in _NUMERIC

    @property
    def is_scalar(self) -> bool:
        """Whether values can be compared, grouped and sorted."""
        return self in _SCALAR


NUMBERS: Final = frozenset({ColumnType.INT, ColumnType.FLOAT, ColumnType.BOOL})
ANY_TYPE: Final = frozenset(ColumnType)
_NUMERIC: Final = NUMBERS | {ColumnType.NULL}
_SCALAR: Final = _NUMERIC | {ColumnType.TEXT, ColumnType.TIME}

#: Type of the column of each value type.
COLUMN_TYPES: Final[dict[str, ColumnType]] = {
    ValueType.Integer: ColumnType.INT,
    ValueType.Float: ColumnType.FLOAT,
    ValueType.Boolean: ColumnType.BOOL,
    ValueType.String: ColumnType.TEXT,
    ValueType.Unstructured_Text: ColumnType.TEXT,
    ValueType.Image: ColumnType.TEXT,
    ValueType.Timestamp: ColumnType.TIME,
    ValueType.Tokens: ColumnType.TEXTS,
    ValueType.StringArray: ColumnType.TEXTS,
    ValueType.TokenLikelihoods: ColumnType.LIKELIHOODS,
    ValueType.BoundingBox: ColumnType.BOXES,
    ValueType.RankedList: ColumnType.RANKED,
    ValueType.TimeSeries: ColumnType.SERIES,
}

#: SQL type of the scalar types.
SQL_TYPES: Final[dict[ColumnType, str]] = {
    ColumnType.INT: "BIGINT",
    ColumnType.FLOAT: "DOUBLE",
    ColumnType.BOOL: "BOOLEAN",
    ColumnType.TEXT: "VARCHAR",
    ColumnType.TIME: "TIMESTAMP",
    ColumnType.NULL: "VARCHAR",
}


def common_type(types: list[ColumnType], path: str) -> ColumnType:
    """Return the type that can hold values of all these types; null when there are none.

    Args:
        types: The types.
        path: Place in the query, for the message.

    Raises:
        QueryError: There is no such type, e.g. for text and number.
    """
    found = set(types) - {ColumnType.NULL}
    if not found:
        return ColumnType.NULL
    if len(found) == 1:
        return found.pop()
    if found == {ColumnType.INT, ColumnType.BOOL}:
        return ColumnType.INT
    if found <= NUMBERS:
        return ColumnType.FLOAT
    names = " and ".join(sorted(column_type.value for column_type in found))
    raise QueryError(path, f"values of different types in one column: {names}")


def to_number(value: object, path: str) -> int | float:
    """Convert a JSON value to a finite number; numeric text and booleans are accepted.

    Args:
        value: The value.
        path: Place in the query, for the message.

    Raises:
        QueryError: The value is not a number.
    """
    found = value
    if isinstance(value, str):
        try:
            found = int(value) if value.strip().lstrip("+-").isdecimal() else float(value)
        except ValueError:
            found = None
    if isinstance(found, bool):
        return int(found)
    if isinstance(found, int) and found not in INT64:
        found = math.inf if found.bit_length() > _MAX_FLOAT_BITS else float(found)
    if isinstance(found, int) or (isinstance(found, float) and math.isfinite(found)):
        return found
    raise QueryError(path, f"must be a number, got {quote_value(value)}")


def to_whole(value: object, path: str) -> int:
    """Convert a JSON value to an integer; `5.0` and `"5"` are accepted.

    Args:
        value: The value.
        path: Place in the query, for the message.

    Raises:
        QueryError: The value is not an integer.
    """
    found = to_number(value, path)
    if isinstance(value, bool) or found != int(found):
        raise QueryError(path, f"must be an integer, got {quote_value(value)}")
    return int(found)


def to_timestamp(value: object, path: str) -> datetime:
    """Convert ISO 8601 text to a time in UTC without a zone; text without a zone is UTC.

    Args:
        value: The value.
        path: Place in the query, for the message.

    Raises:
        QueryError: The value is not a timestamp.
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
            f"must be an ISO 8601 timestamp such as 2024-03-01T00:00:00Z, got {quote_value(value)}",
        )
    try:
        return to_utc(found)
    except OverflowError as error:
        raise QueryError(path, f"timestamp {quote_value(value)} is out of range") from error


def to_text(value: object, path: str) -> str:
    """Convert a JSON scalar to text.

    Args:
        value: The value.
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
            raise QueryError(path, "the text contains half of a surrogate pair") from error
        return value
    raise QueryError(path, f"must be text, got {quote_value(value)}")


_BOOLEANS: Final = {"true": True, "false": False, "1": True, "0": False}


def to_boolean(value: object, path: str) -> bool:
    """Convert a JSON value to a boolean: true or false, 1 or 0, or one of these as text.

    Args:
        value: The value.
        path: Place in the query, for the message.

    Raises:
        QueryError: The value is not a boolean.
    """
    if isinstance(value, bool):
        return value
    found = _BOOLEANS.get(str(value).strip().lower()) if isinstance(value, int | str) else None
    if found is None and isinstance(value, float) and value in {0.0, 1.0}:
        found = bool(value)
    if found is None:
        raise QueryError(path, f"must be true or false, got {quote_value(value)}")
    return found


def coerce(value: object, column_type: ColumnType, path: str) -> object:
    """Convert a value of a query to the type of the column that it is compared with.

    Args:
        value: A JSON scalar, not null.
        column_type: A scalar type.
        path: Place in the query, for the message.

    Raises:
        QueryError: The value cannot be converted, or the type is not scalar.
    """
    if column_type in {ColumnType.INT, ColumnType.FLOAT}:
        return to_number(value, path)
    if column_type is ColumnType.BOOL:
        return to_boolean(value, path)
    if column_type is ColumnType.TIME:
        return to_timestamp(value, path)
    if column_type in {ColumnType.TEXT, ColumnType.NULL}:
        return to_text(value, path)
    raise QueryError(path, f"a {column_type.value} column cannot be compared with a value")


def type_of_value(value: object) -> ColumnType:
    """Return the type of a JSON scalar.

    Args:
        value: `None`, a boolean, a number or text.
    """
    if value is None:
        return ColumnType.NULL
    if isinstance(value, bool):
        return ColumnType.BOOL
    if isinstance(value, int):
        return ColumnType.INT if value in INT64 else ColumnType.FLOAT
    return ColumnType.FLOAT if isinstance(value, float) else ColumnType.TEXT
