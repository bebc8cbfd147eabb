"""Create attributes from data: one attribute per column, described by its values."""

from __future__ import annotations

import logging
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from arthurai.common.checks import check_choice
from arthurai.common.constants import Stage, ValueType
from arthurai.common.exceptions import MethodNotApplicableError, UserValueError
from arthurai.model.attributes import FREE_TEXT_TYPES, ArthurAttribute
from arthurai.model.modeling.attribute_list import append_attributes, find_positions
from arthurai.model.modeling.detect_types import ColumnFacts, describe_column

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from arthurai.model.base_model import ArthurModelBase
    from arthurai.typing import StageName, Table
    from arthurai.upload.table_view import TableView

logger = logging.getLogger(__name__)

_MIN_PARALLEL_CELLS: Final = 500_000
"""Below this many cells threads cost more than they save."""
_MAX_NAMED: Final = 10
"""Columns that a log record names."""


def infer_schema(self: ArthurModelBase, data: Table, stage: StageName) -> None:
    """Add an attribute for each column, described by what the column holds.

    Args:
        data: A pandas or polars frame or named series, a pyarrow table, a list of dicts or a
            dict of lists.
        stage: Stage of the attributes: an input or non-input stage.

    Raises:
        MethodNotApplicableError: The stage holds predictions or ground truth.
        UserTypeError: `data` is not a table, or a column mixes types.
        UserValueError: There are no rows, a column holds times without time zone, or a name is
            taken or not allowed.
    """
    stage = check_choice("stage", stage, Stage.list())
    if stage in {Stage.PredictedValue, Stage.GroundTruth, Stage.GroundTruthClass}:
        raise MethodNotApplicableError(
            f"infer_schema cannot add attributes of stage {stage}: predicted values and ground "
            "truth are linked. Use build(), or one of the output helpers such as "
            "add_regression_output_attributes()"
        )
    from arthurai.upload.table_view import TableView

    frame = TableView(data)
    attributes = infer_attributes(self, frame, frame.names, stage)
    append_attributes(self, attributes)
    warn_about_categories(attributes)


def infer_attributes(
    model: ArthurModelBase, frame: TableView, names: Sequence[str], stage: str
) -> list[ArthurAttribute]:
    """Describe columns as attributes of a stage.

    Args:
        model: The model the attributes are for; it is not changed.
        frame: The data.
        names: The columns to describe, in the order of their positions.
        stage: Stage of the attributes.

    Returns:
        The attributes. Columns of a type no attribute can hold are left out with a warning.

    Raises:
        UserValueError: There are no rows, or a column holds times without time zone.
        UserTypeError: A column mixes types.
    """
    if frame.num_rows == 0:
        raise UserValueError("data has no rows, so nothing can be inferred from it")
    facts = _describe_columns(frame, names, model.input_type, stage)
    positions = find_positions(model, stage, range(len(names)))
    attributes = []
    for name, found, position in zip(names, facts, positions, strict=True):
        if found is None:
            column = frame.column(name)
            logger.warning(
                "Column %r holds %s, which no attribute can hold; it is left out of the schema, "
                "and of what is sent. To keep it, convert it to numbers, strings or times with a "
                "zone",
                name,
                column.holds or column.present().type,
            )
        else:
            may_be_empty = found.categorical and not found.categories and not found.is_unique
            if may_be_empty and not len(frame.column(name).present()):
                logger.warning(
                    "Column %r holds no values; its value type is set to %s. Correct it with "
                    "get_attribute(%r).set(value_type=...)",
                    name,
                    found.value_type,
                    name,
                )
            attributes.append(make_attribute(found, name=name, stage=stage, position=position))
    return attributes


def make_attribute(
    facts: ColumnFacts, *, name: str, stage: str, position: int | None
) -> ArthurAttribute:
    """Return the attribute for a column.

    Args:
        facts: What was found out about the column.
        name: Name of the attribute.
        stage: Stage of the attribute.
        position: Place within the stage.
    """
    return ArthurAttribute(
        name=name,
        value_type=facts.value_type,
        stage=str(stage),
        position=position,
        categorical=facts.categorical,
        min_range=facts.min_range,
        max_range=facts.max_range,
        categories=facts.categories,  # type: ignore[arg-type] # assignment takes raw values
        is_unique=facts.is_unique,
    )


def _describe_columns(
    frame: TableView, names: Iterable[str], input_type: str, stage: str
) -> list[ColumnFacts | None]:
    def describe(name: str) -> ColumnFacts | None:
        return describe_column(frame.column(name), input_type, stage)

    names = list(names)
    workers = max(1, min(len(names), os.cpu_count() or 1))
    if workers == 1 or frame.num_rows * len(names) < _MIN_PARALLEL_CELLS:
        return list(map(describe, names))
    # Arrow releases the interpreter lock while it counts; each worker holds one column.
    with ThreadPoolExecutor(workers, thread_name_prefix="arthurai-schema") as pool:
        return list(pool.map(describe, names))


def warn_about_categories(attributes: Iterable[ArthurAttribute]) -> None:
    """Warn that numbers are taken as categories, which may need correction; log that texts are."""
    listed = [a for a in attributes if a.categorical and a.categories]
    for of_texts in (False, True):
        categorical = [
            a.name
            for a in listed
            if (a.value_type == ValueType.String) is of_texts
            and a.value_type not in {*FREE_TEXT_TYPES, ValueType.Boolean}
        ]
        if not categorical:
            continue
        logger.log(
            logging.INFO if of_texts else logging.WARNING,
            "These attributes are categorical, with the categories of the data: %s%s. Check them "
            "with review() and correct them with set_attribute_labels() or attribute.set()",
            ", ".join(categorical[:_MAX_NAMED]),
            f" and {more} more" if (more := len(categorical) - _MAX_NAMED) > 0 else "",
        )
