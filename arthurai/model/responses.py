"""Parse arguments and responses of the methods that query and monitor a model."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, TypeVar

from arthurai.common.checks import check_choice
from arthurai.common.exceptions import (
    ArthurUserError,
    ExpectedParameterNotFoundError,
    MissingParameterError,
    UserTypeError,
    UserValueError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from arthurai_api.types import ApiObject


_UTC_TIME: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|\+00:00)")


class FromDict(Protocol):
    """A class whose objects are created from the JSON of a response."""

    @classmethod
    def from_dict(cls, kvs: Mapping[str, Any], *, infer_missing: bool = False) -> Self:
        """Create an object from a dictionary."""
        ...


Received = TypeVar("Received", bound=FromDict)


def parse_response(kind: type[Received], found: ApiObject) -> Received:
    """Return what users get for an object of the API.

    Args:
        kind: Its class.
        found: The object as the server sent it.

    Raises:
        ExpectedParameterNotFoundError: The object lacks a member.
    """
    try:
        return kind.from_dict(found.as_received())
    except MissingParameterError as error:
        raise ExpectedParameterNotFoundError(f"the response is incomplete: {error}") from error


def check_page(page: int | None, page_size: int) -> None:
    """Raise unless page and page size are valid.

    Args:
        page: Number of the page, from 1 on, or `None` for all.
        page_size: Maximum number of items of a page.

    Raises:
        UserValueError: One is not a positive integer.
    """
    for name, value in (("page", page), ("page_size", page_size)):
        if name == "page" and value is None:
            continue
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise UserValueError(f"{name} must be a positive integer, got {value!r}")


def parse_time(name: str, value: datetime | str) -> datetime:
    """Parse a point in time that users pass as a filter.

    Args:
        name: The argument, for the message.
        value: A datetime or an ISO 8601 string; in UTC if it has no zone.

    Returns:
        The time in UTC.

    Raises:
        UserValueError: The string is not an ISO 8601 time.
        UserTypeError: The value is something else.
    """
    if isinstance(value, str):
        from dateutil.parser import isoparse

        try:
            value = isoparse(value)
        except ValueError as error:
            raise UserValueError(
                f"{name} must be an ISO 8601 time, got {value!r}: {error}"
            ) from error
    # NaT of pandas is a datetime by class, but not a time.
    if not isinstance(value, datetime) or value != value:  # noqa: PLR0124 - NaT differs from itself
        raise UserTypeError(f"{name} must be a datetime or an ISO 8601 string, got {value!r}")
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def format_time(name: str, value: datetime | str) -> str:
    """Format such a time for a query; see `parse_time`.

    Args:
        name: The argument, for the message.
        value: A datetime or an ISO 8601 string; in UTC if it has no zone.

    Returns:
        ISO 8601 in UTC, with fractions of a second only if there are any.
    """
    return parse_time(name, value).isoformat().removesuffix("+00:00") + "Z"


def filters_to_json(filters: Iterable[Any] | None) -> list[dict[str, Any]] | None:
    """Return filters as JSON.

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
        raise UserTypeError(
            f"filters must be a list, got {type(filters).__name__}: {filters!r:.100}"
        )
    items = []
    for number, item in enumerate(filters):
        if isinstance(item, Condition):
            items.append(item.to_filter())
        elif isinstance(item, Mapping):
            items.append(dict(item))
        else:
            raise UserTypeError(
                f"filters[{number}] must be a dictionary or a condition, got {item!r:.100}"
            )
    return items


def _to_times(values: list[Any]) -> list[Any]:
    """Return a column as times if all of its values are ISO 8601 times in UTC."""
    known = [value for value in values if value is not None]
    if not known or not all(isinstance(v, str) and _UTC_TIME.fullmatch(v) for v in known):
        return values
    try:
        return [None if value is None else datetime.fromisoformat(value) for value in values]
    except ValueError:
        return values


def to_table(
    rows: Sequence[Mapping[str, Any]],
    kind: str | None,
    *,
    texts: Iterable[str] = (),
    empty: Iterable[str] = (),
) -> Any:
    """Return rows as a table of a library.

    Args:
        rows: The rows, one dictionary each.
        kind: `pandas`, `polars` or `pyarrow`; `None` for the rows as they are.
        texts: Names of columns that stay as they are, even if they look like times.
        empty: Names of the columns where there are no rows.

    Returns:
        The table; its columns are the keys of the rows in the order of their first appearance,
        after `rollup`. Columns whose values are all ISO 8601 times in UTC are times.

    Raises:
        UserValueError: `kind` is something else.
        UserTypeError: The response is not a list of rows.
        ArthurUserError: The library is not installed.
    """
    if kind is None:
        return rows
    kind = check_choice("as_frame", kind, ("pandas", "polars", "pyarrow"))
    if not isinstance(rows, list | tuple) or not all(isinstance(row, Mapping) for row in rows):
        raise UserTypeError(
            f"the response is not a list of rows, which as_frame={kind!r} requires; leave it out"
        )
    names = list(dict.fromkeys(name for row in rows for name in row)) if rows else [*empty]
    if "rollup" in names:
        names = ["rollup", *(name for name in names if name != "rollup")]
    kept = frozenset(texts)
    columns = {
        name: values if name in kept else _to_times(values)
        for name in names
        for values in [[row.get(name) for row in rows]]
    }
    try:
        if kind == "pandas":
            import pandas as pd

            return pd.DataFrame(columns, columns=names)
        if kind == "polars":
            import polars as pl

            return pl.DataFrame(columns, strict=False)
    except ImportError as error:
        raise ArthurUserError(f"as_frame={kind!r} requires the package {kind}: {error}") from error
    import pyarrow as pa

    return pa.table(columns)
