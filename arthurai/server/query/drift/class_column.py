"""The class of a row, predicted or true, as one categorical column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arthurai.common.vocabulary import OutputType, Stage, ValueType
from arthurai.server.query.column_types import COLUMN_TYPES, ColumnType
from arthurai.server.query.errors import QueryError, unknown_name
from arthurai.server.query.functions.transformation import label_of_largest

if TYPE_CHECKING:
    from arthurai.server.model_schema import Attribute, ModelSchema
    from arthurai.server.query.row_sources import ModelSource
    from arthurai.server.query.sql import Binder

_CLASSIFIERS: Final = frozenset({OutputType.Multiclass, OutputType.Multilabel})


def class_labels(
    schema: ModelSchema,
    source: ModelSource,
    binder: Binder,
    names: tuple[str, ...],
    stage: str,
    path: str,
) -> str:
    """Return SQL of the list of classes that a row belongs to; a row of no class is not counted.

    Args:
        schema: Schema of the model.
        source: Rows of one side.
        binder: Takes the values of the statement.
        names: Classes to count, by the names of their attributes; `("*",)` means all.
        stage: `Stage.PredictedValue` or `Stage.GroundTruth`.
        path: Place in the request.

    Raises:
        QueryError: The model has no classes, or a name is not one of them.
    """
    if schema.output_type not in _CLASSIFIERS:
        raise QueryError(path, f"a {schema.output_type} model has no classes")
    attributes = schema.by_stage(stage)
    known = [a.name for a in attributes]
    wanted = known if names == ("*",) else list(names)
    for index, name in enumerate(wanted):
        if name not in known:
            raise unknown_name(f"{path}[{index}]", "class", name, known)
    if stage == Stage.PredictedValue:
        labels = _predicted(schema, source, binder, attributes, path)
    else:
        labels = _true(schema, source, binder, attributes, path)
    chosen = binder.bind_list(wanted)
    return f"[label for label in {labels} if list_contains({chosen}, label)]"


def _columns(
    source: ModelSource, attributes: tuple[Attribute, ...], path: str
) -> list[tuple[str, str]]:
    found = []
    for attribute in attributes:
        column = source.of_attribute(attribute)
        if column.type.is_numeric:
            found.append((attribute.name, column.double))
    if not found:
        raise QueryError(path, "the model has no numeric attribute for each of its classes")
    return found


def _predicted(
    schema: ModelSchema,
    source: ModelSource,
    binder: Binder,
    attributes: tuple[Attribute, ...],
    path: str,
) -> str:
    columns = [(sql, binder.bind_scalar(name)) for name, sql in _columns(source, attributes, path)]
    threshold = binder.bind_scalar(float(schema.threshold))
    if schema.output_type == OutputType.Multilabel:
        reached = ", ".join(
            f"CASE WHEN {sql} >= {threshold} THEN {label} END" for sql, label in columns
        )
        return f"[{reached}]"
    positive = schema.positive_predicted
    if schema.is_binary_classifier and positive is not None:
        other = next((a.name for a in attributes if a is not positive), f"not {positive.name}")
        value = source.of_attribute(positive).double
        label = (
            f"CASE WHEN {value} >= {threshold} THEN {binder.bind_scalar(positive.name)} "
            f"WHEN {value} IS NOT NULL THEN {binder.bind_scalar(other)} END"
        )
        return f"[{label}]"
    return f"[{label_of_largest(columns)}]"


def _true(
    schema: ModelSchema,
    source: ModelSource,
    binder: Binder,
    attributes: tuple[Attribute, ...],
    path: str,
) -> str:
    if attributes and all(a.stage == Stage.GroundTruth for a in attributes):
        hits = [
            f"CASE WHEN {sql} = 1 THEN {binder.bind_scalar(name)} END"
            for name, sql in _columns(source, attributes, path)
        ]
        if schema.output_type == OutputType.Multilabel:
            return f"[{', '.join(hits)}]"
        return f"[coalesce({', '.join(hits)})]"
    raise QueryError(path, "the model has no ground truth for its classes")


def is_categorical(attribute: Attribute | None, column_type: ColumnType) -> bool | None:
    """Return whether a column is categorical or continuous; `None` when it cannot be measured.

    Args:
        attribute: The attribute it comes from, if any.
        column_type: Its type.
    """
    if attribute is None or attribute.value_type in {ValueType.Unstructured_Text, ValueType.Image}:
        return None
    if column_type is ColumnType.TEXT or column_type is ColumnType.BOOL:
        return True
    if COLUMN_TYPES[attribute.value_type] in {ColumnType.INT, ColumnType.FLOAT}:
        return attribute.categorical
    return None
