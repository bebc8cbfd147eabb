"""Checks of values against the value type of their attribute."""

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
from arthurai.common.text import list_names, quote_value
from arthurai.model.modeling.attribute_list import check_names
from arthurai.model.modeling.outputs import valid_rec_obj
from arthurai.upload.coerce import CoercionError, coercion, is_missing

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
    """Check every value of a column against its attribute; missing ones are skipped.

    Args:
        series: A pandas series, or any values.
        attr: The attribute.

    Raises:
        UserTypeError: A value is of another type.
        UserValueError: A value is of the right type but impossible, such as a time without zone.
    """
    values = [value for value in series if not is_missing(value)]
    if not values:
        logger.warning("column %r has no values and cannot be validated", attr.name)
    for value in values:
        ensure_obj_matches_attr_value_type(value, attr.value_type, attr.name)


def obj_value_type_mismatch_err(attr_name: str, expected: str, obj_type: str) -> UserTypeError:
    """Return the error for a value of the wrong type.

    Args:
        attr_name: Name of the attribute.
        expected: The type it must have.
        obj_type: The type found.
    """
    return UserTypeError(f"attribute {attr_name!r} must be {expected}, got {obj_type}")


def ensure_obj_matches_attr_value_type(obj: Any, value_type: str, source: str) -> None:
    """Check one value against a value type.

    Args:
        obj: The value.
        value_type: The value type.
        source: Where the value comes from, for messages.

    Raises:
        UnexpectedTypeError: Value or source is `None`.
        UnexpectedValueError: The value type is unknown.
        UserTypeError: The value is of another type.
        UserValueError: The value is of the right type but impossible.
    """
    if obj is None or source is None:
        raise UnexpectedTypeError(f"obj and source must not be None, got {obj!r} and {source!r}")
    if value_type not in ValueType.list():
        raise UnexpectedValueError(
            f"value_type must be one of {list_names(ValueType.list())}, got {value_type!r}"
        )
    try:
        coercion(value_type, None)(obj)
    except CoercionError as error:
        kind = UserTypeError if error.of_type else UserValueError
        raise kind(f"{source}: {error}; got {quote_value(obj)} ({type(obj).__name__})") from error


def get_first_elem_if_valid_list(obj: Any, source: str, expected: str, outer_type: str = "") -> Any:
    """Return the first item of a list or array; `None`, with a warning, when there is none.

    Args:
        obj: The list or array.
        source: Where it comes from, for messages.
        expected: What its items are, for messages.
        outer_type: What contains the list, for messages.

    Raises:
        UserTypeError: `obj` is not a list.
    """
    if not isinstance(obj, list | tuple) and type(obj).__name__ != "ndarray":
        inside = f" in {outer_type}" if outer_type else ""
        raise UserTypeError(
            f"{source} must be a list of {expected}{inside}, got {quote_value(obj)}"
        )
    if len(obj) == 0 or obj[0] is None:
        logger.warning("%s has no %s and cannot be validated", source, expected)
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
    """Check that all names can be names of attributes.

    Args:
        col_names: Names of columns.

    Raises:
        UserTypeError: A name is not a string.
        UserValueError: A name has other characters than letters, digits and underscores, or starts
            with a digit.
    """
    check_names(col_names)
