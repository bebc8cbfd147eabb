"""Show the attribute list as a table."""

from __future__ import annotations

import html
import importlib.util
from typing import TYPE_CHECKING, Any, Final, Literal, cast, overload

from arthurai.common.checks import read_list, spell_choice
from arthurai.common.constants import Stage
from arthurai.common.exceptions import MissingParameterError, UserValueError
from arthurai.model.attributes import ArthurAttribute, as_categories
from arthurai.model.base_model import find_attributes, how_to_add_attributes, name_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from arthurai.model.base_model import ArthurModelBase
    from arthurai.typing import StageName, Strings

DEFAULT_PROPS: Final = (
    "value_type",
    "categorical",
    "is_unique",
    "categories",
    "bins",
    "range",
    "monitor_for_bias",
)

_ALIASES: Final = {"data_type": "value_type", "cutoffs": "bins", "unique": "is_unique"}

_CELL_WIDTH: Final = 40


class AttributeTable:
    """The table of `review` when pandas is not installed.

    Attributes:
        columns: Names of the columns.
        rows: Values of the rows, in the order of the columns.
    """

    def __init__(self, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        self.columns = list(columns)
        self.rows = [list(row) for row in rows]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, column: str) -> list[Any]:
        return [row[self.columns.index(column)] for row in self.rows]

    def __repr__(self) -> str:
        cells = [self.columns, *([_format_cell(value) for value in row] for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = (
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in cells
        )
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self.columns)
        body = "".join(
            "<tr>"
            + "".join(f"<td>{html.escape(_format_cell(value))}</td>" for value in row)
            + "</tr>"
            for row in self.rows
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


@overload
def review(
    self: ArthurModelBase,
    stage: StageName | None = None,
    props: Strings | None = None,
    print_df: Literal[False] = False,
) -> pd.DataFrame: ...


@overload
def review(
    self: ArthurModelBase,
    stage: StageName | None = None,
    props: Strings | None = None,
    *,
    print_df: Literal[True],
) -> None: ...


@overload
def review(
    self: ArthurModelBase, stage: StageName | None, props: Strings | None, print_df: Literal[True]
) -> None: ...


@overload
def review(
    self: ArthurModelBase,
    stage: StageName | None = None,
    props: Strings | None = None,
    print_df: bool = False,
) -> pd.DataFrame | None: ...


def review(
    self: ArthurModelBase,
    stage: StageName | None = None,
    props: Strings | None = None,
    print_df: bool = False,
) -> pd.DataFrame | None:
    """Return or display the attributes as a table.

    Args:
        stage: Only attributes of this stage.
        props: Columns of the table besides name and stage: fields of an attribute, or
            `range`.
        print_df: Display the table instead of returning it.

    Returns:
        A pandas DataFrame with one row per attribute, or an `AttributeTable` if pandas is not
        installed; `None` when it is displayed.

    Raises:
        MissingParameterError: The model has no attributes yet.
        UserValueError: A column is not a field of an attribute.
    """
    if self.attributes is None:
        raise MissingParameterError(
            f"model {name_of(self)!r} has no attributes to review; {how_to_add_attributes(self)}"
        )
    chosen = DEFAULT_PROPS if props is None else read_list("props", props, "fields")
    wanted = [_ALIASES.get(prop, prop) for prop in chosen]
    columns = ["name", *([] if stage is not None else ["stage"]), *wanted]
    rows = [
        [_value(attribute, column) for column in columns]
        for attribute in find_attributes(self, stage=spell_choice(stage, Stage.values()))
    ]
    table = _table(columns, rows)
    if not print_df:
        return table
    _display(table)
    return None


def _value(attribute: ArthurAttribute, prop: str) -> Any:
    if prop == "range":
        return f"[{attribute.min_range}, {attribute.max_range}]"
    if prop == "categories":
        return [_category(c) for c in as_categories(attribute.categories) or []]
    try:
        return getattr(attribute, prop)
    except AttributeError:
        raise UserValueError(
            f"props must be fields of ArthurAttribute such as {', '.join(DEFAULT_PROPS)}, got "
            f"{prop!r}"
        ) from None


def _category(category: Any) -> str:
    if category.label is None:
        return f"{{value: {category.value}}}"
    return f"{{label: {category.label}, value: {category.value}}}"


def _table(columns: list[str], rows: list[list[Any]]) -> pd.DataFrame:
    if importlib.util.find_spec("pandas") is None:
        # Without pandas its type is unknown to checkers, too.
        return cast("pd.DataFrame", AttributeTable(columns, rows))
    import pandas as pd

    return pd.DataFrame(rows, columns=columns, dtype=object)


def _format_cell(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= _CELL_WIDTH else f"{text[: _CELL_WIDTH - 3]}..."


def _display(table: Any) -> None:
    try:
        from IPython.display import display
    except ImportError:
        print(table)  # noqa: T201 - the caller asked to see it
    else:
        display(table)
