"""Expressions of a query: columns, function calls, and conditions on them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

from arthurai.common.exceptions import UserTypeError, UserValueError, arthur_excepted, wrap_errors
from arthurai.common.text import quote_value

if TYPE_CHECKING:
    from collections.abc import Iterable

_MAX_DEPTH: Final = 60
_MAX_INTEGER: Final = 2**64

Operand: TypeAlias = "Expression | str | float | bool | None"


logger = logging.getLogger(__name__)

_NO_TRUTH_VALUE: Final = (
    "a condition has no truth value, and conditions cannot be combined by `and`, `or`, `&`, `|` or "
    "chained comparisons: pass several conditions to where(), all of which must hold, and use "
    "isin() or or_() for alternatives"
)


@wrap_errors
@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A column, a function call, or a reference to another item of the same query.

    Comparisons return a `Condition`, arithmetic returns another expression.

    Attributes:
        kind: `property`, `function` or `alias_ref`.
        target: Name of the column, the function or the alias.
        parameters: Parameters of the function, as JSON.
        name: Alias of the item in the result; `None` for the default name.
    """

    kind: str
    target: str
    parameters: Mapping[str, Any] | None = None
    name: str | None = None

    def as_(self, name: str) -> Expression:
        """Return the same expression under another name in the result.

        Args:
            name: Key of the value in the rows of the result.

        Raises:
            UserTypeError: The name is not a non-empty string, or the expression is a reference.
        """
        if not isinstance(name, str) or not name:
            raise UserTypeError(f"`name` must be a non-empty string, got {quote_value(name)}")
        if self.kind == "alias_ref":
            raise UserTypeError(f"alias({self.target!r}) refers to an item that already has a name")
        return replace(self, name=name)

    # -- conditions ----------------------------------------------------------------------------

    def __eq__(self, other: object) -> Condition:  # type: ignore[override]
        return Condition(self, "eq", other)

    def __ne__(self, other: object) -> Condition:  # type: ignore[override]
        return Condition(self, "ne", other)

    def __lt__(self, other: object) -> Condition:
        return Condition(self, "lt", other)

    def __le__(self, other: object) -> Condition:
        return Condition(self, "lte", other)

    def __gt__(self, other: object) -> Condition:
        return Condition(self, "gt", other)

    def __ge__(self, other: object) -> Condition:
        return Condition(self, "gte", other)

    __hash__ = None  # type: ignore[assignment] # == makes a condition

    def isin(self, values: Iterable[object]) -> Condition:
        """Return a condition: the value is in the list; `None` in it matches missing values."""
        if isinstance(values, str):
            raise UserTypeError(
                f"`values` must be a list of values, got the string {quote_value(values)}"
            )
        return Condition(self, "in", list(values))

    def like(self, pattern: str) -> Condition:
        """Return a condition: the text matches a pattern with `%` or `_`, or contains the text."""
        return Condition(self, "like", pattern)

    def is_null(self) -> Condition:
        """Return a condition: the value is missing."""
        return Condition(self, "IsNull", None)

    def not_null(self) -> Condition:
        """Return a condition: the value is present."""
        return Condition(self, "NotNull", None)

    def __and__(self, other: object) -> NoReturn:
        """Raise for `a > 1 & b > 2`, which Python reads as `a > (1 & b) > 2`.

        Raises:
            UserTypeError: Always.
        """
        raise UserTypeError(_NO_TRUTH_VALUE)

    __or__ = __rand__ = __ror__ = __and__

    # -- arithmetic ----------------------------------------------------------------------------

    def __add__(self, other: Operand) -> Expression:
        return call("add", left=operand(self), right=operand(other))

    def __radd__(self, other: Operand) -> Expression:
        return call("add", left=operand(other), right=operand(self))

    def __sub__(self, other: Operand) -> Expression:
        return call("subtract", left=operand(self), right=operand(other))

    def __rsub__(self, other: Operand) -> Expression:
        return call("subtract", left=operand(other), right=operand(self))

    def __mul__(self, other: Operand) -> Expression:
        return call("multiply", left=operand(self), right=operand(other))

    def __rmul__(self, other: Operand) -> Expression:
        return call("multiply", left=operand(other), right=operand(self))

    def __truediv__(self, other: Operand) -> Expression:
        return call("divide", left=operand(self), right=operand(other))

    def __rtruediv__(self, other: Operand) -> Expression:
        return call("divide", left=operand(other), right=operand(self))

    def __abs__(self) -> Expression:
        return call("abs", property=operand(self))

    # -- order and JSON ------------------------------------------------------------------------

    def asc(self) -> Order:
        """Return a sort key in ascending order."""
        return Order(self, "asc")

    def desc(self) -> Order:
        """Return a sort key in descending order."""
        return Order(self, "desc")

    def to_select(self) -> dict[str, Any]:
        """Return the JSON of this expression as an item of `select`.

        Raises:
            UserTypeError: It is a reference to another item.
        """
        if self.kind == "alias_ref":
            raise UserTypeError(
                f"alias({self.target!r}) cannot be selected; select the item itself"
            )
        item: dict[str, Any] = {self.kind: self.target}
        if self.name is not None:
            item["alias"] = self.name
        if self.parameters:
            item["parameters"] = dict(self.parameters)
        return item

    def to_reference(self) -> dict[str, str]:
        """Return the JSON that refers to this expression in `filter`, `group_by` and `order_by`.

        A function without an alias is referred to by its own name, which is its name in the result.
        """
        if self.kind == "property":
            return {"property": self.target}
        return {"alias": self.name or self.target}


@wrap_errors
@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison of an expression with a value.

    Attributes:
        left: What is compared.
        comparator: `eq`, `ne`, `lt`, `lte`, `gt`, `gte`, `in`, `like`, `IsNull` or `NotNull`.
        value: A plain value, or a list for `in`.
    """

    left: Expression
    comparator: str
    value: object

    def __post_init__(self) -> None:
        """Raise for a comparison with another expression, which the language does not support."""
        if isinstance(self.value, Expression):
            raise UserTypeError(
                "a condition compares an expression with a plain value; to compare two columns, "
                "subtract them: (col('a') - col('b')).as_('d') > 0"
            )

    def __bool__(self) -> bool:
        """Raise for `a < x < b`, `and` and `or`, which Python would reduce to one side.

        Raises:
            UserTypeError: Always.
        """
        raise UserTypeError(_NO_TRUTH_VALUE)

    def __and__(self, other: object) -> NoReturn:
        """Raise for `&` and `|`, the operators of data frames.

        Raises:
            UserTypeError: Always.
        """
        raise UserTypeError(_NO_TRUTH_VALUE)

    __or__ = __and__

    def to_filter(self) -> dict[str, Any]:
        """Return the JSON of the condition as an item of `filter`."""
        return {
            **self.left.to_reference(),
            "comparator": self.comparator,
            "value": plain(self.value),
        }

    def to_parameters(self) -> dict[str, Any]:
        """Return the JSON of the condition as parameters of `rate`, `countIf`, `if` …."""
        return {
            "property": operand(self.left),
            "comparator": self.comparator,
            "value": plain(self.value),
        }


@wrap_errors
@dataclass(frozen=True, slots=True)
class Order:
    """A sort key.

    Attributes:
        by: The expression to sort by.
        direction: `asc` or `desc`.
    """

    by: Expression
    direction: str

    def to_order(self) -> dict[str, str]:
        """Return the JSON of the sort key as an item of `order_by`."""
        return {**self.by.to_reference(), "direction": self.direction}


@arthur_excepted("col() failed")
def col(name: str) -> Expression:
    """Return a column: an attribute, `inference_timestamp`, a column of a subquery, or `*`.

    Args:
        name: Name of the column.
    """
    if not isinstance(name, str) or not name:
        raise UserTypeError(f"`name` must be a non-empty string, got {quote_value(name)}")
    return Expression("property", name)


@arthur_excepted("alias() failed")
def alias(name: str) -> Expression:
    """Return a reference to another item of the same query by its name in the result.

    Args:
        name: The name that was given to the item with `as_`.
    """
    if not isinstance(name, str) or not name:
        raise UserTypeError(f"`name` must be a non-empty string, got {quote_value(name)}")
    return Expression("alias_ref", name, name=name)


def call(function: str, **parameters: object) -> Expression:
    """Return a function call; parameters that are `None` are omitted.

    Args:
        function: Name of the function in the query language.
        **parameters: Its parameters as JSON.
    """
    given = {name: plain(value) for name, value in parameters.items() if value is not None}
    return Expression("function", function, given)


def expression(value: Expression | str) -> Expression:
    """Return a column for a name, and an expression as it is.

    Raises:
        UserTypeError: It is neither.
    """
    if isinstance(value, Expression):
        return value
    if isinstance(value, str):
        return col(value)
    raise UserTypeError(
        f"must be a column name or an expression, got {quote_value(value)} of {type(value)}"
    )


def ref(value: Expression | str) -> object:
    """Return the JSON of a parameter that is a column name or an expression."""
    return operand(expression(value))


def operand(value: Operand) -> object:
    """Return the JSON of a parameter: a string is a column name, other values are literals."""
    if not isinstance(value, Expression):
        return plain(value)
    if value.kind == "property":
        return value.target
    if value.kind == "alias_ref":
        return {"alias_ref": value.target}
    return {"nested_function": value.to_select()}


def plain(value: Any, depth: int = 0) -> Any:
    """Return a value as JSON: times as ISO 8601 strings, numpy scalars as numbers.

    Args:
        value: A scalar, a time, or lists and dictionaries of these.
        depth: How many lists and dictionaries it stands in.

    Raises:
        UserTypeError: The value has no JSON form.
        UserValueError: It is NaN, infinite, outside 64 bits, not Unicode, or nested too deeply.
    """
    if depth > _MAX_DEPTH:
        raise UserValueError("a value in a query is nested too deeply, or contains itself")
    try:
        if isinstance(value, list | tuple | Mapping):
            value = dict(value.items()) if isinstance(value, Mapping) else list(value)
        else:
            value = _plain_scalar(value)
    except Exception as error:
        raise UserTypeError(
            f"a value in a query must be a scalar, got {type(value).__name__} "
            f"{quote_value(value)}: {quote_value(error)}"
        ) from error
    if isinstance(value, list):
        return [plain(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {plain_key(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, float) and not abs(value) < float("inf"):
        raise UserValueError(f"{value!r} cannot be sent; use is_null() to find missing values")
    if isinstance(value, int) and not -_MAX_INTEGER <= value < _MAX_INTEGER:
        raise UserValueError(f"{quote_value(value)} cannot be sent: integers have 64 bits")
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise UserValueError(f"{quote_value(value)} is not valid Unicode") from None
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise UserTypeError(
        f"a value in a query must be a scalar, a time or a list of these, "
        f"got {quote_value(value)} of {type(value)}"
    )


def plain_key(key: object) -> str:
    """Return a key of a JSON object.

    Raises:
        UserTypeError: It is not a string.
    """
    if not isinstance(key, str):
        raise UserTypeError(f"a key in a query must be a string, got {quote_value(key)}")
    return str(plain(key))


@cache
def _report_naive_times() -> None:
    logger.warning("a time without a zone in a query is read as UTC; say so: tzinfo=timezone.utc")


def _plain_scalar(value: Any) -> Any:
    if isinstance(value, str | int | float | bool | None):
        return value
    if hasattr(value, "isoformat") and value == value:  # noqa: PLR0124 - NaT differs from itself
        if getattr(value, "tzinfo", value) is None:
            _report_naive_times()
        return value.isoformat()
    return value.item() if hasattr(value, "item") else value
