"""Does a value fit the type of its attribute? Other programs import these from here."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from arthurai.common.constants import ValueType
from arthurai.common.exceptions import (
    UnexpectedTypeError,
    UnexpectedValueError,
    UserTypeError,
    UserValueError,
)
from arthurai.model.modeling.attribute_list import check_names
from arthurai.model.modeling.outputs import valid_rec_obj
from arthurai.upload.coerce import BadCellError, reader
from arthurai.upload.table import is_missing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from arthurai.model.attributes import ArthurAttribute

__all__ = [
    "ensure_obj_matches_attr_value_type",
    "get_first_elem_if_valid_list",
    "obj_value_type_mismatch_err",
    "valid_rec_obj",
    "validate_attr_names",
    "validate_series_data_type",
    "validate_token_likelihoods_type",
]

logger = logging.getLogger(__name__)


def validate_series_data_type(series: Any, attr: ArthurAttribute) -> None:
    """Check every value of a column against its attribute.

    Args:
        series: A pandas series, or any values.
        attr: The attribute.

    Raises:
        UserTypeError: A value is of another type.
        UserValueError: A value is of the right type but impossible, such as a time without zone.
    """
    nothing = True
    for value in series:
        if not is_missing(value):
            nothing = False
            ensure_obj_matches_attr_value_type(value, attr.value_type, attr.name)
    if nothing:
        logger.warning("Column %r holds no values and cannot be validated.", attr.name)


def obj_value_type_mismatch_err(attr_name: str, expected: str, obj_type: str) -> UserTypeError:
    """Make the error for a value of the wrong type.

    Args:
        attr_name: Name of the attribute.
        expected: The type it needs.
        obj_type: The type found.

    Returns:
        The error, to be raised.
    """
    return UserTypeError(f"Attribute {attr_name!r} needs {expected}, got {obj_type}.")


def ensure_obj_matches_attr_value_type(obj: Any, value_type: str, source: str) -> None:
    """Check one value against a value type.

    Args:
        obj: The value.
        value_type: The value type.
        source: Where the value comes from, for messages.

    Raises:
        UnexpectedTypeError: There is no value or no source.
        UnexpectedValueError: The value type is unknown.
        UserTypeError: The value is of another type.
        UserValueError: The value is of the right type but impossible.
    """
    if obj is None or source is None:
        raise UnexpectedTypeError(f"A value and its source are needed, got {obj!r} of {source!r}.")
    if value_type not in ValueType.list():
        raise UnexpectedValueError(f"{value_type!r} is none of {', '.join(ValueType.list())}.")
    try:
        reader(value_type, None)(obj)
    except BadCellError as error:
        kind = UserTypeError if error.of_type else UserValueError
        raise kind(f"{source}: {error}; got {obj!r:.60} ({type(obj).__name__}).") from error


def get_first_elem_if_valid_list(obj: Any, source: str, expected: str, outer_type: str = "") -> Any:
    """Give the first item of a list or array.

    Args:
        obj: The list or array.
        source: Where it comes from, for messages.
        expected: What its items are, for messages.
        outer_type: What holds the list, for messages.

    Returns:
        The first item; ``None``, with a warning, if there is none.

    Raises:
        UserTypeError: ``obj`` is no list.
    """
    if not isinstance(obj, list | tuple) and type(obj).__name__ != "ndarray":
        inside = f" in {outer_type}" if outer_type else ""
        raise UserTypeError(f"{source} needs a list of {expected}{inside}, got {obj!r:.60}.")
    if len(obj) == 0 or obj[0] is None:
        logger.warning("%s holds no %s and cannot be validated.", source, expected)
        return None
    return obj[0]


def validate_token_likelihoods_type(obj: Any, source: str) -> None:
    """Check a list of token likelihoods.

    Args:
        obj: For each position a dictionary of token to probability.
        source: Where it comes from, for messages.

    Raises:
        UserTypeError: It is something else.
    """
    ensure_obj_matches_attr_value_type(obj, ValueType.TokenLikelihoods, source)


def validate_attr_names(col_names: Iterable[Any]) -> None:
    """Refuse names no attribute can have.

    Args:
        col_names: Names of columns.

    Raises:
        UserTypeError: A name is not text.
        UserValueError: A name holds other characters than letters, digits and underscores, or
            starts with a digit.
    """
    check_names(col_names)
