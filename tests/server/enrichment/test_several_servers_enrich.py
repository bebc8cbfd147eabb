"""Two servers that share control data and rows train and score once."""

from __future__ import annotations

import time
from collections import Counter

import numpy as np

from arthurai.server.app import create_app
from arthurai.server.context import Stores
from arthurai.server.enrichment.anomaly_scoring import AnomalyDetection
from arthurai.server.enrichment.manager import Enrichments
from arthurai.server.storage.documents import ControlStore


def test_two_servers_train_once_and_score_each_row_once(
    tmp_path, postgresql_cluster, enriched_on, regression, monkeypatch
):
    address = postgresql_cluster.location()
    random = np.random.default_rng(1)
    columns = {
        "a": random.normal(size=60).tolist(),
        "b": random.normal(size=60).tolist(),
        "c": ["x", "y"] * 30,
        "price": [1.0] * 60,
    }
    trained, scored = [], Counter()
    train = AnomalyDetection.train

    def note_training(self, record, state):
        trained.append(record.id)
        return train(self, record, state)

    monkeypatch.setattr(AnomalyDetection, "train", note_training)
    with create_app(tmp_path / "a", control=address) as app:
        store = app.data.store_enrichment

        def note_scores(model_id, source, table):
            if source == "anomaly":
                scored.update(table["inference_id"].to_pylist())
            store(model_id, source, table)

        monkeypatch.setattr(app.data, "store_enrichment", note_scores)
        control = ControlStore(address, app.secret)
        other = Enrichments(
            Stores(control, app.data),
            tmp_path / "b",
            lambda *_: None,
            limits=app.limits,
            allow_unconfined_code=False,
        )
        model = enriched_on(app, regression)
        model.reference({**columns, "paid": columns["price"]})
        for number in range(5):
            model.send(columns, start=60 * number)
        until = time.monotonic() + 60
        while len(scored) < 300 and time.monotonic() < until:
            assert other.drain(60)
            assert app.enrichments.drain(60)
            time.sleep(0.1)
        time.sleep(2.5)  # what waited for the other one
        assert other.drain(60)
        other.close()
        control.close()
        assert model.status("anomaly_detection") == "Ready"
        assert None not in model.scores().values()
    assert len(trained) == 1
    assert sorted(scored.values()) == [1] * 300
