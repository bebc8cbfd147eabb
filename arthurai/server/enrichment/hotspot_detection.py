"""The enrichment that finds regions of the input in which a classifier is weak."""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.vocabulary import Stage, ValueType
from arthurai.server.document_kinds import Kind
from arthurai.server.enrichment.base_enrichment import Enrichment
from arthurai.server.enrichment.decision_tree import Node, find_weak_nodes, grow_tree
from arthurai.server.enrichment.feature_encoding import Encoder
from arthurai.server.enrichment.labels import class_attributes, find_classes
from arthurai.server.enrichment.state_store import HOTSPOTS
from arthurai.server.enrichment.training_data import read_columns
from arthurai.server.identifiers import new_id
from arthurai.server.storage.warehouse.datasets import COMPLETED
from arthurai.server.storage.warehouse.row_questions import (
    count_truths_by_batch,
    count_truths_by_window,
    find_time_span,
)
from arthurai.server.timestamps import format_timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from arthurai.server.context import Stores
    from arthurai.server.model_schema import Attribute, ModelSchema
    from arthurai.server.storage.documents.stored_models import StoredModel

WINDOW_DAYS: Final = 7
INSIGHT_METRIC: Final = "accuracy"
INSIGHT_THRESHOLD: Final = 0.4
_MAX_CACHED_TREES: Final = 32
_NUMBERS: Final = frozenset({ValueType.Integer, ValueType.Float})


@dataclass(frozen=True, slots=True)
class RowSelection:
    """The rows that a tree is grown on.

    Attributes:
        source: `ground_truth` or `reference`.
        where: Condition on the rows, values as `?`.
        params: The values.
        named: Members of an insight that name these rows.
    """

    source: str
    where: str
    params: tuple[Any, ...]
    named: tuple[tuple[str, str], ...] = ()


def select_batch(batch_id: str) -> RowSelection:
    """Return the rows of a batch.

    Args:
        batch_id: Its id.
    """
    return RowSelection("ground_truth", "batch_id = ?", (batch_id,), (("batch_id", batch_id),))


def select_reference() -> RowSelection:
    """Return the rows of the reference set."""
    return RowSelection("reference", "TRUE", ())


def select_window(start: dt.datetime) -> RowSelection:
    """Return the rows of seven days.

    Args:
        start: Their start, UTC without zone.
    """
    end = start + dt.timedelta(days=WINDOW_DAYS)
    named = (
        ("window_start", format_timestamp(start)),
        ("window_end", format_timestamp(end)),
    )
    where = "inference_timestamp >= ? AND inference_timestamp < ?"
    return RowSelection("ground_truth", where, (start, end), named)


class Hotspots(Enrichment):
    """Grows trees on demand, and finds insights when a batch or a window is complete."""

    name = HOTSPOTS
    packages = ("sklearn.tree",)

    def __init__(self, stores: Stores) -> None:
        """Use the stores."""
        self._control, self._data = stores
        self._lock = threading.Lock()
        self._trees: OrderedDict[tuple[Any, ...], Node | None] = OrderedDict()

    def find(
        self, schema: ModelSchema, region: RowSelection, metric: str, threshold: float
    ) -> list[Node]:
        """Return the weak nodes of the tree over some rows.

        Args:
            schema: Schema of the model.
            region: The rows.
            metric: `accuracy`, `precision`, `recall` or `f1`.
            threshold: Limit below which a node is weak.

        Raises:
            EnrichmentError: packages are missing.
        """
        root = self._tree(schema, region, numbers_only=False)
        return [] if root is None else find_weak_nodes(root, metric, threshold)

    def find_window(self, schema: ModelSchema, day: dt.date) -> RowSelection | None:
        """Return the window of seven days that holds a day, `None` if it is before all data.

        Windows are counted from the UTC day of the first inference.

        Args:
            schema: Schema of the model.
            day: The day, UTC.
        """
        span = find_time_span(self._data, schema)
        moment = dt.datetime.combine(day, dt.time())
        if span is None or moment < (first := _start_of_day(span[0])):
            return None
        return select_window(first + (moment - first) // _WINDOW * _WINDOW)

    def advance(self, record: StoredModel, state: Mapping[str, Any]) -> bool:
        """Find insights in a batch or window that is complete and was not searched yet.

        Args:
            record: The model.
            state: The state of the enrichment.

        Returns:
            Whether there may be more to search.
        """
        runs = self._control.documents(Kind.HOTSPOT_RUN)
        for region, rows in self._complete_selections(record.schema, int(state["since"])):
            run_id = "/".join((record.id, *(value for _, value in region.named)))
            run = runs.get(record.organization_id, run_id)
            if run is not None and run["rows"] == rows:
                continue
            root = self._tree(record.schema, region, numbers_only=True)
            with self._control.transaction():
                if root is not None:
                    self._store_insights(
                        record,
                        region,
                        find_weak_nodes(root, INSIGHT_METRIC, INSIGHT_THRESHOLD),
                    )
                runs.put(record.organization_id, run_id, {"rows": rows}, model_id=record.id)
            return True
        return False

    def _complete_selections(
        self, schema: ModelSchema, since: int
    ) -> Iterator[tuple[RowSelection, int]]:
        """Yield what is complete, with the number of its rows with ground truth."""
        if schema.is_batch:
            closed = {b.batch_id for b in self._data.batches(schema) if b.status == COMPLETED}
            rows = count_truths_by_batch(self._data, schema, since)
            yield from ((select_batch(b), count) for b, count in rows if b in closed)
            return
        span = find_time_span(self._data, schema)
        if span is None:
            return
        first, newest = _start_of_day(span[0]), span[1]
        windows = count_truths_by_window(self._data, schema, since, first, WINDOW_DAYS)
        for number, count in windows:
            start = first + number * _WINDOW
            if start + _WINDOW <= newest:
                yield select_window(start), count

    def _store_insights(self, record: StoredModel, region: RowSelection, nodes: list[Node]) -> None:
        """Replace the insights of the same rows that still have the status new."""
        documents = self._control.documents(Kind.INSIGHT)
        named = dict(region.named)
        handled = []
        for old in documents.list(record.organization_id, model_id=record.id, **named):
            if old["status"] == "new":
                documents.delete(record.organization_id, old["id"])
            else:
                handled.append(old["region"])
        run_id, moment = new_id(), format_timestamp(dt.datetime.now(dt.UTC))
        for node in nodes:
            if node["rules"] in handled:
                continue
            insight = {
                "id": new_id(),
                "model_id": record.id,
                "run_id": run_id,
                "metric_type": "accuracyhotspot",
                "threshold_value": INSIGHT_THRESHOLD,
                "metric_value": node[INSIGHT_METRIC],
                "region": node["rules"],
                "timestamp": moment,
                "status": "new",
                **named,
            }
            documents.put(record.organization_id, insight["id"], insight, model_id=record.id)

    def _tree(
        self, schema: ModelSchema, region: RowSelection, *, numbers_only: bool
    ) -> Node | None:
        relation = self._data.relation(schema, region.source)
        changed = "NULL" if region.source == "reference" else "max(ground_truth_timestamp)"
        stamp = self._data.fetch(
            f"SELECT count(*), max(seq), {changed} FROM {relation} WHERE {region.where}",
            region.params,
        )[1][0]
        key = (schema.model_id, schema.attributes, region, numbers_only, *stamp)
        with self._lock:
            if key in self._trees:
                self._trees.move_to_end(key)
                return self._trees[key]
        grown = self._grow(schema, region, relation, numbers_only=numbers_only)
        with self._lock:
            self._trees[key] = grown
            while len(self._trees) > _MAX_CACHED_TREES:
                self._trees.popitem(last=False)
        return grown

    def _grow(
        self, schema: ModelSchema, region: RowSelection, relation: str, *, numbers_only: bool
    ) -> Node | None:
        used = _features(schema, numbers_only=numbers_only)
        needed = {a.column: a for a in (*used, *class_attributes(schema))}
        columns = read_columns(
            self._data,
            relation,
            list(needed),
            where=region.where,
            params=region.params,
            order="hash(seq), seq",
        )
        truth, predicted = find_classes(schema, columns)
        known = [
            row for row, pair in enumerate(zip(truth, predicted, strict=True)) if None not in pair
        ]
        if not known:
            return None
        kept = {name: [values[row] for row in known] for name, values in columns.items()}
        encoder = Encoder(used, kept)
        return grow_tree(
            encoder.transform(kept),
            encoder.features,
            [str(truth[row]) for row in known],
            [str(predicted[row]) for row in known],
        )


_WINDOW: Final = dt.timedelta(days=WINDOW_DAYS)


def _features(schema: ModelSchema, *, numbers_only: bool) -> list[Attribute]:
    found = schema.by_stage(Stage.ModelPipelineInput, Stage.NonInputData)
    if numbers_only:  # the regions of insights are bounds of numbers
        return [a for a in found if a.value_type in _NUMBERS and not a.categorical]
    return [a for a in found if a.value_type != ValueType.Timestamp]


def _start_of_day(moment: dt.datetime) -> dt.datetime:
    return dt.datetime.combine(moment.date(), dt.time())
