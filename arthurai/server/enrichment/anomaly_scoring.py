"""The enrichment that scores how unusual new inferences are."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pyarrow as pa

from arthurai.common.vocabulary import InputType
from arthurai.server.enrichment import anomaly
from arthurai.server.enrichment.base_enrichment import Enrichment
from arthurai.server.enrichment.state_store import ANOMALY
from arthurai.server.enrichment.training_data import (
    read_columns,
    read_reference,
    reference_is_closed,
)
from arthurai.server.storage.warehouse.errors import DataStoreError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arthurai.server.context import ScoredCallback, Stores
    from arthurai.server.enrichment.state_store import States
    from arthurai.server.model_schema import Attribute, ModelSchema
    from arthurai.server.storage.documents.stored_models import StoredModel

SLICE_ROWS: Final = 20_000
_MAX_IMAGES: Final = 5_000
_MAX_CACHED_DETECTORS: Final = 16


class _Detectors(NamedTuple):
    """The detectors of a model: that of its inputs, and those of generated texts by column."""

    inputs: anomaly.Detector | None
    outputs: dict[str, anomaly.Detector]


class AnomalyDetection(Enrichment):
    """Trains on the reference set, and scores the inferences that arrive after it was closed.

    Detectors are only kept in memory: training is repeatable, so a restarted server trains the same
    one again when it needs it.
    """

    name = ANOMALY

    def __init__(self, stores: Stores, states: States, on_scored: ScoredCallback) -> None:
        """Use the stores."""
        self._data = stores.data
        self._states = states
        self._on_scored = on_scored
        self._lock = threading.Lock()
        self._detectors: OrderedDict[tuple[str, tuple[Attribute, ...]], _Detectors] = OrderedDict()

    def train(self, record: StoredModel, state: Mapping[str, Any]) -> bool:
        """Train the detectors.

        Args:
            record: The model.
            state: The state of the enrichment.

        Returns:
            Whether they are trained, which requires a closed reference set.

        Raises:
            EnrichmentError: no input can be used, or packages are missing.
        """
        del state
        if not reference_is_closed(self._data, record.schema):
            return False
        self._train(record.schema)
        return True

    def advance(self, record: StoredModel, state: Mapping[str, Any]) -> bool:
        """Score the next inferences that have no score yet.

        Args:
            record: The model.
            state: The state of the enrichment.

        Returns:
            Whether there are more.
        """
        schema, store = record.schema, self._data
        used = (*anomaly.scored_inputs(schema), *schema.generated_texts)
        limit = _MAX_IMAGES if schema.input_type == InputType.Image else SLICE_ROWS
        columns = read_columns(
            store,
            store.relation(schema, "inference"),
            ["seq", "inference_id", "inference_timestamp", "batch_id", *(a.column for a in used)],
            where="seq > ?",
            params=[int(state["done"])],
            limit=limit,
        )
        if not columns["seq"]:
            return False
        trained = self._train(schema)
        if trained.inputs is not None:
            table = _table(columns["inference_id"], trained.inputs.score(columns))
            store.store_enrichment(record.id, "anomaly", table)
        for name, detector in trained.outputs.items():
            known = [row for row, value in enumerate(columns[name]) if value is not None]
            if not known:
                continue
            found = detector.score({anomaly.OUTPUT: [columns[name][row] for row in known]})
            table = _table([columns["inference_id"][row] for row in known], found)
            named = pa.array([name] * len(known), pa.string())
            store.store_enrichment(
                record.id, "output_anomaly", table.append_column("attribute", named)
            )
        if trained.inputs is not None or trained.outputs:
            moments = columns["inference_timestamp"]
            batches = {b for b in columns["batch_id"] if b is not None}
            # Rules on anomaly scores were evaluated before the scores existed.
            self._on_scored(record.id, batches, min(moments), max(moments))
        self._states.change(state, done=columns["seq"][-1])
        return len(columns["seq"]) == limit

    def _train(self, schema: ModelSchema) -> _Detectors:
        key = (schema.model_id, schema.attributes)
        with self._lock:
            if key in self._detectors:
                self._detectors.move_to_end(key)
                return self._detectors[key]
            reference = read_reference(
                self._data,
                schema,
                (*anomaly.scored_inputs(schema), *schema.generated_texts),
                **({"limit": _MAX_IMAGES} if schema.input_type == InputType.Image else {}),
            )
            digest = hashlib.sha256(schema.model_id.encode()).digest()
            seed = int.from_bytes(digest[:4], "big")
            images = self._data.images(schema)

            def read_image(image_id: str) -> bytes:
                try:
                    return images.get(image_id)
                except DataStoreError:
                    return b""

            outputs = {}
            for attribute in schema.generated_texts:
                known = [value for value in reference[attribute.column] if value is not None]
                detector = anomaly.train_output(schema, known, seed)
                if detector is not None:
                    outputs[attribute.column] = detector
            trained = _Detectors(anomaly.train(schema, reference, seed, read_image), outputs)
            self._detectors[key] = trained
            while len(self._detectors) > _MAX_CACHED_DETECTORS:
                self._detectors.popitem(last=False)
            return trained


def _table(ids: Sequence[str], found: anomaly.Scores) -> pa.Table:
    raw = pa.nulls(len(ids), pa.float64()) if found.raw is None else pa.array(found.raw)
    return pa.table(
        {
            "inference_id": pa.array(ids, pa.string()),
            "anomaly_score": pa.array(found.scores, pa.float64()),
            "raw_anomaly_score": raw,
        }
    )
