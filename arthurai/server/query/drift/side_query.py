"""One side of a drift request as rows: group keys, bucket of time or batch, measured columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arthurai.common.attribute_spec import GROUND_TRUTH_STAGES
from arthurai.common.text import quote_value
from arthurai.common.vocabulary import Stage
from arthurai.server.query.ast import Property
from arthurai.server.query.column_types import ColumnType
from arthurai.server.query.conditions import condition_sql
from arthurai.server.query.drift.class_column import class_labels, is_categorical
from arthurai.server.query.errors import QueryError, QueryProblems, read_each
from arthurai.server.query.execute import fetch
from arthurai.server.query.functions.transformation import truncate_time
from arthurai.server.query.model_columns import ModelColumns
from arthurai.server.query.row_sources import ModelSource, sample_condition
from arthurai.server.query.sql import Binder, select

if TYPE_CHECKING:
    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.query.ast import Condition
    from arthurai.server.query.drift.drift_request import DriftRequest, Side
    from arthurai.server.query.sql import Warehouse
    from arthurai.server.query.sql_expression import Column


@dataclass(frozen=True, slots=True)
class MeasuredColumn:
    """A column whose drift is asked for.

    Attributes:
        key: Its key in the response.
        path: Its place in the request.
        categorical: Whether values are categories; otherwise quantile bins are made.
        labels: Names of classes when it is the predicted or true class of a row.
        stage: Stage of those classes.
        counts_missing: Whether missing values are a bin of their own; otherwise they are left out.
        is_output: Whether it is a prediction or ground truth.
    """

    key: str
    path: str
    categorical: bool
    labels: tuple[str, ...] = ()
    stage: str = ""
    counts_missing: bool = False
    is_output: bool = True


@dataclass(frozen=True, slots=True)
class SideQuery:
    """The rows of one side.

    Attributes:
        sql: SELECT with the columns `k0` … (group keys), `u` (bucket) and `x0` … (measured:
            doubles, texts, or lists of class labels).
        keys: Names of the group key columns and, last, `u`.
        groups: Group columns, by whose names values are returned.
    """

    sql: str
    keys: tuple[str, ...]
    groups: tuple[Column, ...]


def find_measured_columns(request: DriftRequest, schema: ModelSchema) -> list[MeasuredColumn]:
    """Return what a request measures, in the order of the request.

    Args:
        request: The request.
        schema: Schema of the model.

    Raises:
        QueryError: An attribute is unknown or has no histogram.
    """
    columns = ModelColumns(schema, "reference")
    found = list(
        read_each(
            request.properties,
            lambda name, index: _measured_column(
                columns, name, f"properties[{index}]", bins_missing=request.missing == "bin"
            ),
        )
    )
    truths = {a.name for a in schema.by_stage(Stage.GroundTruth)}
    predicted, true = request.predicted_classes, request.truth_classes
    place = "ground_truth_classes"
    # Published requests name true classes here; and ground truth has no predictions to measure.
    if (
        predicted
        and not true
        and (set(predicted) <= truths or request.target.source == "ground_truth")
    ):
        place = "predicted_classes"
        predicted, true = (), _true_classes(schema, predicted)
    if predicted:
        found.append(
            MeasuredColumn(
                "predictedClass", "predicted_classes", True, predicted, Stage.PredictedValue
            )
        )
    if true:
        found.append(MeasuredColumn("groundTruthClass", place, True, true, Stage.GroundTruth))
    return found


def _measured_column(
    columns: ModelColumns, name: str, path: str, *, bins_missing: bool
) -> MeasuredColumn:
    column = columns.find(name)
    if column is None:
        raise columns.missing(name, path)
    categorical = is_categorical(column.attribute, column.type)
    if categorical is None or column.boxes or name != getattr(column.attribute, "name", None):
        raise QueryError(
            path,
            f"the drift of {quote_value(name)} cannot be measured: it is neither a number, a "
            "category nor a boolean; texts, images and lists have anomaly scores instead",
        )
    stage = getattr(column.attribute, "stage", None)
    return MeasuredColumn(
        name,
        path,
        categorical,
        # Ground truth that is missing has not arrived yet, which says nothing about drift.
        counts_missing=bins_missing and stage not in GROUND_TRUTH_STAGES,
        is_output=stage == Stage.PredictedValue or stage in GROUND_TRUTH_STAGES,
    )


def _true_classes(schema: ModelSchema, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of the ground truth of classes, which may be named by their predictions."""
    truths = {a.name for a in schema.by_stage(Stage.GroundTruth)}
    linked = {}
    for attribute in schema.by_stage(Stage.PredictedValue):
        truth = schema.ground_truth_of(attribute)
        if truth is not None and truth.name in truths:
            linked[attribute.name] = truth.name
    return tuple(name if name in truths else linked.get(name, name) for name in names)


def make_side_query(
    request: DriftRequest,
    side: Side,
    wanted: list[MeasuredColumn],
    schema: ModelSchema,
    warehouse: Warehouse,
    binder: Binder,
) -> SideQuery:
    """Return the rows of one side.

    Args:
        request: The request.
        side: Base or target of it.
        wanted: What is measured.
        schema: Schema of the model.
        warehouse: Holds the data.
        binder: Takes the values of the statement.

    Raises:
        QueryError: A column does not exist on this side, or a filter does not fit.
    """
    source = ModelSource(schema, warehouse, side.source)
    problems = QueryProblems()
    groups = problems.attempt(
        lambda: read_each(request.groups, lambda group, _: _group_column(source, group)), ()
    )
    rollup = request.rollup if side is request.target else None
    bucket = problems.attempt(lambda: _bucket(source, side, rollup, request.zone), "")
    values = problems.attempt(
        lambda: read_each(wanted, lambda item, _: _value(item, source, side, schema, binder)), ()
    )
    conditions = problems.attempt(
        lambda: read_each(side.filters, lambda given, _: _filter(source, given, binder)), ()
    )
    problems.raise_any()
    keys = [f"k{index}" for index in range(len(groups))]
    columns = [f"{column.sql} AS {key}" for column, key in zip(groups, keys, strict=True)]
    columns.append(f"{bucket} AS u")
    columns += [f"{value} AS x{index}" for index, value in enumerate(values)]
    where = list(conditions)
    if request.sample < 1 and source.inference_id:
        where.append(sample_condition(source.inference_id, request.sample))
    return SideQuery(select(columns, source.from_sql(), where), (*keys, "u"), groups)


def _group_column(source: ModelSource, group: Property) -> Column:
    column = _column(source, group)
    if not column.type.is_scalar:
        raise QueryError(group.path, f"a {column.type.value} column cannot be a grouping key")
    return column


def _filter(source: ModelSource, condition: Condition, binder: Binder) -> str:
    if not isinstance(condition.target, Property):
        raise QueryError(condition.path, 'drift filters name a "property"')
    column = _column(source, condition.target)
    return condition_sql(column, condition, binder, in_where=True)


def text_key(keys: tuple[str, ...]) -> str:
    """Return SQL of one text that identifies a group, null included.

    The length before each value keeps neighboring values from merging.

    Args:
        keys: Names of the group key columns.
    """
    parts = []
    for key in keys:
        text = f"CAST({key} AS VARCHAR)"
        parts.append(f"coalesce(CAST(length({text}) AS VARCHAR) || ':' || {text}, '-')")
    return " || ".join(parts) if parts else "''"


def require_reference_rows(
    request: DriftRequest, schema: ModelSchema, warehouse: Warehouse
) -> None:
    """Raise unless the reference set that a request reads has rows.

    Args:
        request: The request.
        schema: Schema of the model.
        warehouse: Holds the data.

    Raises:
        QueryError: A side reads the reference set, and it has no rows.
    """
    sides = [request.base] if request.metric == "Thresholds" else [request.base, request.target]
    for side in sides:
        if side.source == "reference":
            relation = warehouse.relation(schema.model_id, "reference")
            if not fetch(warehouse, select(["1"], relation, limit="LIMIT 1"), Binder()):
                raise QueryError(f"{side.path}.source", "no reference data")


def _column(source: ModelSource, node: Property) -> Column:
    column = source.find(node.name)
    if column is None:
        raise source.missing(node.name, node.path)
    if column.boxes:
        raise QueryError(node.path, "fields of bounding boxes have no drift")
    return column


def _bucket(source: ModelSource, side: Side, rollup: str | None, zone: str | None) -> str:
    if rollup is None:
        return "NULL"
    name = "batch_id"
    if rollup != "batch_id":
        truth = side.source == "ground_truth"
        name = "ground_truth_timestamp" if truth else "inference_timestamp"
    column = source.find(name)
    if column is None:
        raise QueryError("rollup", "the reference data have neither a time nor a batch")
    return column.sql if rollup == "batch_id" else truncate_time(column.sql, rollup, zone)


def _value(
    item: MeasuredColumn, source: ModelSource, side: Side, schema: ModelSchema, binder: Binder
) -> str:
    if item.labels:
        if side.source == "ground_truth" and item.stage != Stage.GroundTruth:
            raise QueryError(item.path, "ground truth data contain no predictions")
        return class_labels(schema, source, binder, item.labels, item.stage, item.path)
    column = _column(source, Property(item.key, item.path))
    if (
        side.source == "ground_truth"
        and column.attribute is not None
        and column.attribute.stage not in GROUND_TRUTH_STAGES
    ):
        raise QueryError(item.path, f"{quote_value(item.key)} is not a ground truth attribute")
    if item.categorical:
        return column.sql if column.type is ColumnType.TEXT else f"CAST({column.sql} AS VARCHAR)"
    return column.double
