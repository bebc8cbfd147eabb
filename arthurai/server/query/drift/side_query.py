"""One side of a drift request as rows: group keys, bucket of time or batch, measured columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from arthurai.common.attribute_spec import GROUND_TRUTH_STAGES
from arthurai.common.vocabulary import Stage
from arthurai.server.query.ast import Property
from arthurai.server.query.column_types import Kind
from arthurai.server.query.conditions import condition_sql
from arthurai.server.query.drift.class_column import class_labels, measurable
from arthurai.server.query.errors import QueryError, shown
from arthurai.server.query.execute import fetch
from arthurai.server.query.functions.transformation import truncated
from arthurai.server.query.row_sources import ModelSource
from arthurai.server.query.sql import double, select

if TYPE_CHECKING:
    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.query.drift.drift_request import DriftRequest, Side
    from arthurai.server.query.row_sources import Column
    from arthurai.server.query.sql import Binder, Store

_SAMPLE_STEPS = 1_000_000


@dataclass(frozen=True, slots=True)
class Measured:
    """Something whose drift is asked for.

    Attributes:
        key: Its key in the answer.
        path: Its place in the request.
        categorical: Whether values are categories; else quantile bins are made.
        labels: Names of classes when it is the predicted or true class of a row.
        stage: Stage of those classes.
    """

    key: str
    path: str
    categorical: bool
    labels: tuple[str, ...] = ()
    stage: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """Rows of one side.

    Attributes:
        sql: SELECT with the columns ``k0`` … (group keys), ``u`` (bucket) and ``x0`` … (measured:
            doubles, texts, or lists of class labels).
        keys: Names of the group key columns and, last, ``u``.
        groups: Group columns, to read their values back.
    """

    sql: str
    keys: tuple[str, ...]
    groups: tuple[Column, ...]


def measured(request: DriftRequest, schema: ModelSchema) -> list[Measured]:
    """Return what a request measures.

    Args:
        request: The request.
        schema: Schema of the model.

    Raises:
        QueryError: An attribute is unknown or has no histogram.
    """
    found = []
    source = ModelSource(schema, _NoStore(), "reference")
    for index, name in enumerate(request.properties):
        path = f"properties[{index}]"
        column = source.find(name)
        if column is None:
            raise source.missing(name, path)
        categorical = measurable(column.attribute, column.kind)
        if categorical is None or column.boxes or name != getattr(column.attribute, "name", None):
            raise QueryError(
                path,
                f"the drift of {shown(name)} cannot be measured: it is neither a number, a "
                "category nor a boolean",
            )
        found.append(Measured(name, path, categorical))
    truths = {a.name for a in schema.by_stage(Stage.GroundTruth)}
    predicted, true = request.predicted_classes, request.truth_classes
    if predicted and predicted != ("*",) and set(predicted) <= truths and not true:
        predicted, true = (), predicted
    if predicted:
        found.append(
            Measured("predictedClass", "predicted_classes", True, predicted, Stage.PredictedValue)
        )
    if true:
        found.append(
            Measured("groundTruthClass", "ground_truth_classes", True, true, Stage.GroundTruth)
        )
    return found


class _NoStore:
    """Names are looked up without data."""

    def relation(self, model_id: str, source: str) -> str:
        raise LookupError(model_id, source)

    def fetch(self, sql: str, params: Any, /) -> tuple[list[str], list[tuple[Any, ...]]]:
        raise LookupError(sql, params)


def frame(
    request: DriftRequest,
    side: Side,
    wanted: list[Measured],
    schema: ModelSchema,
    store: Store,
    binder: Binder,
) -> Frame:
    """Return the rows of one side.

    Args:
        request: The request.
        side: Base or target of it.
        wanted: What is measured.
        schema: Schema of the model.
        store: Holds the data.
        binder: Takes the values of the statement.

    Raises:
        QueryError: A column does not exist on this side, or a filter does not fit.
    """
    source = ModelSource(schema, store, side.source)
    columns = []
    groups = []
    for index, group in enumerate(request.groups):
        column = _column(source, group)
        if not column.kind.scalar:
            raise QueryError(group.path, f"a {column.kind.value} column cannot be a grouping key")
        groups.append(column)
        columns.append(f"{column.sql} AS k{index}")
    keys = [f"k{index}" for index in range(len(groups))]
    rolled = request.rollup if side is request.target else None
    columns.append(f"{_bucket(source, side, rolled)} AS u")
    for index, item in enumerate(wanted):
        columns.append(f"{_value(item, source, side, schema, binder)} AS x{index}")
    where = []
    for condition in side.filters:
        if not isinstance(condition.target, Property):
            raise QueryError(condition.path, 'drift filters name a "property"')
        column = _column(source, condition.target)
        where.append(condition_sql(column.sql, column.kind, condition, binder, in_where=True))
    if request.sample < 1 and source.inference_id:
        kept = int(request.sample * _SAMPLE_STEPS)
        where.append(f"hash({source.inference_id}) % {_SAMPLE_STEPS} < {kept}")
    return Frame(select(columns, source.from_sql(), where), (*keys, "u"), tuple(groups))


def text_key(keys: tuple[str, ...]) -> str:
    """Return SQL of one text that tells groups apart, null included.

    Lengths before the values keep neighbouring ones from merging.

    Args:
        keys: Names of the group key columns.
    """
    parts = []
    for key in keys:
        text = f"CAST({key} AS VARCHAR)"
        parts.append(f"coalesce(CAST(length({text}) AS VARCHAR) || ':' || {text}, '-')")
    return " || ".join(parts) if parts else "''"


def check_reference(request: DriftRequest, schema: ModelSchema, store: Store) -> None:
    """Refuse requests that read a reference set which is not there.

    Args:
        request: The request.
        schema: Schema of the model.
        store: Holds the data.

    Raises:
        QueryError: A side reads the reference set, and it has no rows.
    """
    sides = [request.base] if request.metric == "Thresholds" else [request.base, request.target]
    for side in sides:
        if side.source == "reference":
            relation = store.relation(schema.model_id, "reference")
            if not fetch(store, select(["1"], relation, limit="LIMIT 1"), []):
                raise QueryError(f"{side.path}.source", "no reference data")


def _column(source: ModelSource, node: Property) -> Column:
    column = source.find(node.name)
    if column is None:
        raise source.missing(node.name, node.path)
    if column.boxes:
        raise QueryError(node.path, "fields of bounding boxes have no drift")
    return column


def _bucket(source: ModelSource, side: Side, rollup: str | None) -> str:
    if rollup is None:
        return "NULL"
    name = "batch_id"
    if rollup != "batch_id":
        truth = side.source == "ground_truth"
        name = "ground_truth_timestamp" if truth else "inference_timestamp"
    column = source.find(name)
    if column is None:
        raise QueryError("rollup", "the reference data have neither time nor batch")
    return column.sql if rollup == "batch_id" else truncated(column.sql, rollup)


def _value(
    item: Measured, source: ModelSource, side: Side, schema: ModelSchema, binder: Binder
) -> str:
    if item.labels:
        if side.source == "ground_truth" and item.stage != Stage.GroundTruth:
            raise QueryError(item.path, "ground truth data hold no predictions")
        return class_labels(schema, source, binder, item.labels, item.stage, item.path)
    column = _column(source, Property(item.key, item.path))
    if (
        side.source == "ground_truth"
        and column.attribute is not None
        and column.attribute.stage not in GROUND_TRUTH_STAGES
    ):
        raise QueryError(item.path, f"{shown(item.key)} is no ground truth attribute")
    if item.categorical:
        return column.sql if column.kind is Kind.TEXT else f"CAST({column.sql} AS VARCHAR)"
    return double(column.sql, column.kind)
