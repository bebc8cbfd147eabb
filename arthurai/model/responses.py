"""What the monitoring calls share: pages of answers, tables, times and choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self, TypeVar

from arthurai.common.checks import check_choice, check_object
from arthurai.common.exceptions import (
    ArthurUserError,
    ExpectedParameterNotFoundError,
    MissingParameterError,
    UserTypeError,
    UserValueError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


Frame = Literal["pandas", "polars", "pyarrow"]
"""Kinds of tables that rows can be had as."""


class FromDict(Protocol):
    """What can be made of the JSON of an answer."""

    @classmethod
    def from_dict(cls, kvs: Mapping[str, Any], *, infer_missing: bool = False) -> Self:
        """Make an object from a dictionary."""
        ...


Received = TypeVar("Received", bound=FromDict)


def received(kind: type[Received], answer: Any) -> Received:
    """Make an object of an answer.

    Args:
        kind: Its class.
        answer: What the platform sent.

    Returns:
        The object.

    Raises:
        UnexpectedValueError: The answer is no object.
        ExpectedParameterNotFoundError: The answer lacks a member.
    """
    try:
        return kind.from_dict(check_object(answer))
    except MissingParameterError as error:
        raise ExpectedParameterNotFoundError(f"the answer is incomplete: {error}") from error


def page_numbers(page: int | None, page_size: int) -> None:
    """Check which page is asked for.

    Args:
        page: Number of the page, from 1 on, or `None` for all.
        page_size: Most items of a page.

    Raises:
        UserValueError: A number is below 1 or no whole number.
    """
    for name, value in (("page", page), ("page_size", page_size)):
        if name == "page" and value is None:
            continue
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise UserValueError(f"{name} needs a whole number from 1 on, got {value!r}")


def moment(name: str, value: datetime | str) -> datetime:
    """Read a point in time that users give to narrow an answer down.

    Args:
        name: The argument, for the message.
        value: A datetime or ISO 8601 text; without a zone it is in UTC.

    Returns:
        The time in UTC.

    Raises:
        UserValueError: The text is no ISO 8601 time.
        UserTypeError: The value is something else.
    """
    if isinstance(value, str):
        from dateutil.parser import isoparse

        try:
            value = isoparse(value)
        except ValueError as error:
            raise UserValueError(f"{name}={value!r} is no ISO 8601 time: {error}") from error
    # pandas' NaT is a datetime by class, but no time.
    if not isinstance(value, datetime) or value != value:  # noqa: PLR0124 - NaT differs from itself
        raise UserTypeError(f"{name} needs a datetime or ISO 8601 text, got {value!r}")
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def moment_text(name: str, value: datetime | str) -> str:
    """Write such a time for a query; see `moment`.

    Args:
        name: The argument, for the message.
        value: A datetime or ISO 8601 text; without a zone it is in UTC.

    Returns:
        ISO 8601 text in UTC, with fractions of a second only where there are any.
    """
    return moment(name, value).isoformat().removesuffix("+00:00") + "Z"


def filter_items(filters: Iterable[Any] | None) -> list[dict[str, Any]] | None:
    """Write filters as JSON.

    Args:
        filters: Dictionaries as the query language has them, or conditions made with
            `arthurai.query` such as `col("income") > 1000`.

    Returns:
        The dictionaries; `None` for `None`.

    Raises:
        UserTypeError: A filter is neither.
    """
    from arthurai.query import Condition

    if filters is None:
        return None
    if isinstance(filters, Mapping | Condition | str):
        raise UserTypeError(f"filters needs a list, got {type(filters).__name__}: {filters!r:.100}")
    items = []
    for number, item in enumerate(filters):
        if isinstance(item, Condition):
            items.append(item.filtered())
        elif isinstance(item, Mapping):
            items.append(dict(item))
        else:
            raise UserTypeError(
                f"filters[{number}] needs a dictionary or a condition, got {item!r:.100}"
            )
    return items


def as_table(rows: Sequence[Mapping[str, Any]], kind: str | None) -> Any:
    """Give rows as a table of the user's own kind.

    Args:
        rows: The rows, one dictionary each.
        kind: `pandas`, `polars` or `pyarrow`; `None` for the rows as they are.

    Returns:
        The table; its columns are the keys of the rows in the order of their first appearance,
        absent values are missing. Times stay ISO 8601 texts.

    Raises:
        UserValueError: `kind` is something else.
        UserTypeError: The answer is not a list of rows.
        ArthurUserError: The library is not installed.
    """
    if kind is None:
        return rows
    check_choice("as_frame", kind, ("pandas", "polars", "pyarrow"))
    if not isinstance(rows, list | tuple) or not all(isinstance(row, Mapping) for row in rows):
        raise UserTypeError(
            f"this answer is no list of rows, so it cannot be a {kind} table; leave as_frame out"
        )
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {name: [row.get(name) for row in rows] for name in names}
    try:
        if kind == "pandas":
            import pandas as pd

            return pd.DataFrame(columns, columns=names)
        if kind == "polars":
            import polars as pl

            return pl.DataFrame(columns, strict=False)
    except ImportError as error:
        raise ArthurUserError(f"as_frame={kind!r} needs the package {kind}: {error}") from error
    import pyarrow as pa

    return pa.table(columns)
