"""The class of a row, predicted or true, as one categorical column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.common.vocabulary import Stage
from arthurai.server.query.column_types import KIND_OF_VALUE_TYPE, Kind
from arthurai.server.query.errors import QueryError, unknown
from arthurai.server.query.functions.transformation import label_of_largest
from arthurai.server.query.sql import double

if TYPE_CHECKING:
    from arthurai.server.model_schema import Attribute, ModelSchema
    from arthurai.server.query.row_sources import ModelSource
    from arthurai.server.query.sql import Binder

_CLASSIFIERS = frozenset({"MULTICLASS", "MULTILABEL"})


def class_labels(
    schema: ModelSchema,
    source: ModelSource,
    binder: Binder,
    names: tuple[str, ...],
    stage: str,
    path: str,
) -> str:
    """Return SQL of the list of classes a row belongs to; empty lists count nowhere.

    Args:
        schema: Schema of the model.
        source: Rows of one side.
        binder: Takes the values of the statement.
        names: Classes that count, by the names of their attributes; ``("*",)`` means all.
        stage: ``PREDICTED_VALUE`` or ``GROUND_TRUTH``.
        path: Place in the request.

    Raises:
        QueryError: The model has no classes, or a name is none of them.
    """
    if schema.output_type not in _CLASSIFIERS:
        raise QueryError(path, f"a {schema.output_type} model has no classes")
    attributes = schema.by_stage(stage)
    known = [a.name for a in attributes]
    wanted = known if names == ("*",) else list(names)
    for index, name in enumerate(wanted):
        if name not in known:
            raise unknown(f"{path}[{index}]", "class", name, known)
    if stage == Stage.PredictedValue:
        labels = _predicted(schema, source, binder, attributes, path)
    else:
        labels = _true(schema, source, binder, attributes, path)
    chosen = binder.several(wanted)
    return f"[label for label in {labels} if list_contains({chosen}, label)]"


def _columns(
    source: ModelSource, attributes: tuple[Attribute, ...], path: str
) -> list[tuple[str, str]]:
    found = []
    for attribute in attributes:
        column = source.of_attribute(attribute, "")
        if column.kind.numeric:
            found.append((attribute.name, double(column.sql, column.kind)))
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
    columns = [(sql, binder.scalar(name)) for name, sql in _columns(source, attributes, path)]
    threshold = binder.scalar(float(schema.threshold))
    if schema.output_type == "MULTILABEL":
        reached = ", ".join(
            f"CASE WHEN {sql} >= {threshold} THEN {label} END" for sql, label in columns
        )
        return f"[{reached}]"
    positive = schema.positive_predicted
    if schema.is_binary_classifier and positive is not None:
        other = next((a.name for a in attributes if a is not positive), f"not {positive.name}")
        sql = source.of_attribute(positive, "")
        value = double(sql.sql, sql.kind)
        label = (
            f"CASE WHEN {value} >= {threshold} THEN {binder.scalar(positive.name)} "
            f"WHEN {value} IS NOT NULL THEN {binder.scalar(other)} END"
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
            f"CASE WHEN {sql} = 1 THEN {binder.scalar(name)} END"
            for name, sql in _columns(source, attributes, path)
        ]
        if schema.output_type == "MULTILABEL":
            return f"[{', '.join(hits)}]"
        return f"[coalesce({', '.join(hits)})]"
    raise QueryError(path, "the model has no ground truth of its classes")


def measurable(attribute: Attribute | None, kind: Kind) -> bool | None:
    """Tell whether a column is categorical (true), continuous (false) or not measurable (none).

    Args:
        attribute: The attribute it comes from, if any.
        kind: What it holds.
    """
    if attribute is None or attribute.value_type in {"UNSTRUCTURED_TEXT", "IMAGE"}:
        return None
    if kind is Kind.TEXT or kind is Kind.BOOL:
        return True
    if KIND_OF_VALUE_TYPE[attribute.value_type] in {Kind.INT, Kind.FLOAT}:
        return attribute.categorical
    return None
