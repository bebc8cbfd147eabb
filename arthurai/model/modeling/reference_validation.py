"""Does a table of reference data fit the model it is meant for?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arthurai.common.constants import ValueType
from arthurai.common.exceptions import ArthurUserError, UserTypeError
from arthurai.model.base_model import find_attributes, name_of
from arthurai.model.modeling.attribute_list import name_problem
from arthurai.upload.arrow_types import read_arrow
from arthurai.upload.coerce import read_column
from arthurai.upload.images import read_images
from arthurai.upload.table import Frame, column_of

if TYPE_CHECKING:
    from arthurai.model.attributes import ArthurAttribute
    from arthurai.model.base_model import ArthurModelBase

_EXAMPLES = 3


def validate_reference_data(self: ArthurModelBase, reference_dataframe: Any) -> None:
    """Check that a table fits the attributes of the model.

    Args:
        reference_dataframe: The table.

    Raises:
        UserTypeError: It does not fit; the message lists every problem.
    """
    problems = reference_problems(self, reference_dataframe)
    if problems:
        raise UserTypeError(
            f"The reference data does not fit model {name_of(self)!r}:\n"
            + "\n".join(f"  - {problem}" for problem in problems)
        )


def reference_problems(model: ArthurModelBase, data: Any) -> list[str]:
    """List everything wrong with reference data.

    Args:
        model: The model.
        data: A table as :class:`~arthurai.upload.table.Frame` reads it.

    Returns:
        One sentence a problem; empty when the data fits.
    """
    try:
        frame = Frame(data, "reference data")
    except ArthurUserError as error:
        return [str(error)]
    if frame.num_rows == 0:
        return ["it has no rows"]
    wanted = {a.name: a for a in find_attributes(model, where=lambda a: not a.implicit)}
    problems = [
        f"column {name!r} is missing; give it, with empty values if there are none"
        for name in frame.missing(wanted)
    ]
    problems += [
        f"column {name!r} belongs to no attribute; drop it or add the attribute"
        for name in frame.names
        if name not in wanted
    ]
    problems += [problem for problem in map(name_problem, frame.names) if problem is not None]
    for name, attribute in wanted.items():
        if name in frame:
            problems += _column_problems(frame, attribute)
    return problems


def _column_problems(frame: Frame, attribute: ArthurAttribute) -> list[str]:
    name = attribute.name
    try:
        column = column_of(frame.source(name), name, "reference data")
        if column.holds == "images" and attribute.value_type == ValueType.Image:
            _, bad = read_images(list(frame.cells(name)), 0)
        elif column.holds in {"lists", "images"}:
            _, bad = read_column(list(frame.cells(name)), attribute.value_type, None, 0)
        elif column.values is None:
            return [f"column {name!r} holds {column.holds}, which no attribute can hold"]
        else:
            _, bad = read_arrow(column.values, attribute.value_type, None, 0)
    except ArthurUserError as error:
        return [str(error)]
    return [
        f"column {name!r} {what}; found {_examples(rows)}" for (what, _of_type), rows in bad.items()
    ]


def _examples(rows: list[tuple[int, object]]) -> str:
    shown = ", ".join(f"{value!r:.60} in row {row}" for row, value in rows[:_EXAMPLES])
    more = len(rows) - _EXAMPLES
    return f"{shown} and {more} more" if more > 0 else shown
