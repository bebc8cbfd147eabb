"""What stands in a query: columns, calls of functions, and conditions on them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

from arthurai.common.exceptions import UserTypeError, UserValueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Operand: TypeAlias = "Expression | str | float | bool | None"


_NO_TRUTH_VALUE: Final = (
    "a condition is no truth value, and `and`, `or`, `&`, `|` or a chain of comparisons join no "
    "two of them: give several conditions to where(), where all have to hold, and use isin() or "
    "or_() for alternatives"
)


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A column, a call of a function, or a reference to another item of the same query.

    Comparisons give a `Condition`, arithmetic gives another expression.

    Attributes:
        kind: `property`, `function` or `alias_ref`.
        target: Name of the column, the function or the alias.
        parameters: Of the function, as JSON.
        name: Alias of the item in the result; `None` for the default name.
    """

    kind: str
    target: str
    parameters: Mapping[str, Any] | None = None
    name: str | None = None

    def as_(self, name: str) -> Expression:
        """Return the same expression under a name of its own in the result.

        Args:
            name: Key of the value in the rows of the result.

        Raises:
            UserTypeError: The name is no text, or the expression is itself a reference.
        """
        if not isinstance(name, str) or not name:
            raise UserTypeError(f"name={name!r} must be a text that is not empty")
        if self.kind == "alias_ref":
            raise UserTypeError(f"alias({self.target!r}) refers to an item that has a name already")
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

    def isin(self, values: Iterable[Any]) -> Condition:
        """Hold where the value is one of these; `None` among them matches missing values."""
        if isinstance(values, str):
            raise UserTypeError(f"values={values!r} must be a list of values, not one text")
        return Condition(self, "in", list(values))

    def like(self, pattern: str) -> Condition:
        """Hold where a text matches a pattern with `%` and `_`, or contains one without these."""
        return Condition(self, "like", pattern)

    def is_null(self) -> Condition:
        """Hold where the value is missing."""
        return Condition(self, "IsNull", None)

    def not_null(self) -> Condition:
        """Hold where the value is present."""
        return Condition(self, "NotNull", None)

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
        """Sort by this, smallest first."""
        return Order(self, "asc")

    def desc(self) -> Order:
        """Sort by this, largest first."""
        return Order(self, "desc")

    def selected(self) -> dict[str, Any]:
        """Return the JSON of this expression as an item of `select`.

        Raises:
            UserTypeError: It is a reference, which is no item of its own.
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

    def referred(self) -> dict[str, str]:
        """Return the JSON that refers to this expression in `filter`, `group_by`, `order_by`.

        A function without an alias is referred to by its own name, which is its name in the result.
        """
        if self.kind == "property":
            return {"property": self.target}
        return {"alias": self.name or self.target}


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
    value: Any

    def __post_init__(self) -> None:
        """Refuse to compare with another expression, which the language cannot."""
        if isinstance(self.value, Expression):
            raise UserTypeError(
                "a condition compares an expression with a plain value. To compare two columns, "
                "subtract them: (col('a') - col('b')).as_('d') > 0"
            )

    def __bool__(self) -> bool:
        """Refuse `a < x < b`, `and` and `or`, which Python would resolve to one side.

        Raises:
            UserTypeError: Always.
        """
        raise UserTypeError(_NO_TRUTH_VALUE)

    def __and__(self, other: object) -> NoReturn:
        """Refuse `&` and `|` of data frames.

        Raises:
            UserTypeError: Always.
        """
        raise UserTypeError(_NO_TRUTH_VALUE)

    __or__ = __and__

    def filtered(self) -> dict[str, Any]:
        """Return the JSON of the condition as an item of `filter`."""
        return {**self.left.referred(), "comparator": self.comparator, "value": plain(self.value)}

    def parameters(self) -> dict[str, Any]:
        """Return the JSON of the condition as parameters of `rate`, `countIf`, `if` …."""
        return {
            "property": operand(self.left),
            "comparator": self.comparator,
            "value": plain(self.value),
        }


@dataclass(frozen=True, slots=True)
class Order:
    """A direction to sort by.

    Attributes:
        by: What the rows are sorted by.
        direction: `asc` or `desc`.
    """

    by: Expression
    direction: str

    def ordered(self) -> dict[str, str]:
        """Return the JSON of the item of `order_by`."""
        return {**self.by.referred(), "direction": self.direction}


def col(name: str) -> Expression:
    """Return a column: an attribute, `inference_timestamp`, a column of a subquery, or `*`.

    Args:
        name: Name of the column.
    """
    if not isinstance(name, str) or not name:
        raise UserTypeError(f"name={name!r} must be a text that is not empty")
    return Expression("property", name)


def alias(name: str) -> Expression:
    """Return a reference to another item of the same query by its name in the result.

    Args:
        name: The name that the item was given with `as_`.
    """
    if not isinstance(name, str) or not name:
        raise UserTypeError(f"name={name!r} must be a text that is not empty")
    return Expression("alias_ref", name, name=name)


def call(function: str, **parameters: Any) -> Expression:
    """Return a call of a function of the language; parameters that are `None` are left out.

    Args:
        function: Its name on the wire.
        **parameters: Its parameters as JSON.
    """
    given = {name: value for name, value in parameters.items() if value is not None}
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
    raise UserTypeError(f"{value!r} must be a column name or an expression, not {type(value)}")


def ref(value: Expression | str) -> Any:
    """Return the JSON of a parameter that names a column or holds an expression."""
    return operand(expression(value))


def operand(value: Operand) -> Any:
    """Return the JSON of a parameter: a text is a column name, a number or truth value itself."""
    if not isinstance(value, Expression):
        return plain(value)
    if value.kind == "property":
        return value.target
    if value.kind == "alias_ref":
        return {"alias_ref": value.target}
    return {"nested_function": value.selected()}


def plain(value: Any) -> Any:
    """Return a value as JSON has it: times as ISO texts, numpy scalars as numbers.

    Raises:
        UserTypeError: JSON has no such value.
        UserValueError: It is no number (NaN) or infinite.
    """
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not abs(value) < float("inf"):
        raise UserValueError(f"{value!r} cannot be sent; use is_null() to look for missing values")
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise UserTypeError(f"{value!r} of {type(value)} has no place in a query")
