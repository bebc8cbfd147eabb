"""What notebooks show of results: HTML without style of its own, everything in it escaped.

It takes the colors of the page, so that it can be read on light and dark ones, and needs no
network.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

from arthurai.common.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_ROWS: Final = 50
_MAX_CELL: Final = 200
_MAX_BLOCK: Final = 4_000

T = TypeVar("T")


def format_text(value: Any, limit: int = _MAX_CELL) -> str:
    """Return a value as escaped text, shortened.

    Args:
        value: Any value; `None` is an empty text.
        limit: Maximum number of characters before it is escaped.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = f"{value:.6g}" if isinstance(value, float) else printable(str(value))
    return html.escape(text if len(text) <= limit else f"{text[: limit - 1]}…")


def format_block(value: Any) -> str:
    """Return a dictionary or list as escaped, indented JSON that folds away."""
    text = json.dumps(value, indent=1, ensure_ascii=False, default=str)
    return (
        "<details><summary>show</summary>"
        f'<pre style="text-align:left">{format_text(text, _MAX_BLOCK)}</pre></details>'
    )


def format_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], total: int) -> str:
    """Return a table, cut after `MAX_ROWS` rows.

    Args:
        columns: Heads of the columns; an empty one for none.
        rows: Values by column.
        total: Number of all rows.
    """
    head = "".join(f"<th>{format_text(name)}</th>" for name in columns)
    shown = [row for row, _ in zip(rows, range(MAX_ROWS), strict=False)]
    body = "".join(
        "<tr>"
        + "".join(f'<td style="text-align:left">{_cell(value)}</td>' for value in row)
        + "</tr>"
        for row in shown
    )
    more = f"<p>and {total - len(shown):,} more</p>" if total > len(shown) else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def format_fields(title: str, fields: Mapping[str, Any]) -> str:
    """Return a title and the fields of one object, without those that are `None`.

    Args:
        title: What it is, as text.
        fields: Values by name.
    """
    rows = "".join(
        f'<tr><th style="text-align:left">{format_text(name)}</th>'
        f'<td style="text-align:left">{_cell(value)}</td></tr>'
        for name, value in fields.items()
        if value is not None
    )
    return f"<p><b>{format_text(title)}</b></p><table><tbody>{rows}</tbody></table>"


def _cell(value: Any) -> str:
    return (
        format_block(value) if isinstance(value, Mapping | list) and value else format_text(value)
    )


class DisplayedList(list[T]):
    """A list that notebooks show as a table; otherwise a list like any other.

    Its items name the columns in their class attribute `_shown_fields`.
    """

    __slots__ = ()

    def _repr_html_(self) -> str:
        if not self:
            return "<p>none</p>"
        names: tuple[str, ...] = getattr(self[0], "_shown_fields", ())
        if not names:
            return format_table(("",), ((repr(item),) for item in self), len(self))
        rows = ([getattr(item, name, None) for name in names] for item in self)
        return format_table([name.replace("_", " ") for name in names], rows, len(self))


class DisplayedRows(list[Any]):
    """Rows that notebooks show as a table; otherwise a list of dictionaries like any other."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        shown = [row for row in self[:MAX_ROWS] if isinstance(row, Mapping)]
        names = list(dict.fromkeys(name for row in shown for name in row))
        if not names:
            return "<p>none</p>"
        return format_table(names, ([row.get(name) for name in names] for row in shown), len(self))
