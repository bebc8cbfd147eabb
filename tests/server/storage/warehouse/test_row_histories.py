"""Any history of sends, repeats, ground truth and restarts ends as a plain model says."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from builders import inference, read, simple_schema, stamp, truth
from hypothesis import given
from hypothesis import strategies as st
from hypothesis_profiles import examples

from arthurai.server.storage.warehouse.data_store import DataStore
from arthurai.server.storage.warehouse.idempotency import RequestKey

IDS = st.integers(0, 2)
VALUES = st.integers(0, 2)
TRUTHS = st.none() | st.sampled_from([0.0, 1.0, 2.0])
SENDS = st.tuples(st.just("send"), st.lists(st.tuples(IDS, VALUES, TRUTHS), min_size=1, max_size=5))
LABELS = st.tuples(
    st.just("label"),
    st.lists(st.tuples(IDS, st.sampled_from([3.0, 4.0, 5.0])), min_size=1, max_size=3),
)
REPEATS = st.tuples(st.sampled_from(["repeat", "send again"]), st.integers(0, 20))
RESTARTS = st.tuples(st.just("restart"), st.none())


class Row:
    """A stored inference."""

    def __init__(self, number, value, actual):
        self.number, self.value, self.actual = number, value, actual
        self.labeled = False  # whether its ground truth was sent for the id


class Model:
    """What the store is to hold, in the plainest way."""

    def __init__(self):
        self.rows = []
        self.waiting = {}

    def send(self, sent):
        before, added = list(self.rows), []
        for number, value in dict.fromkeys((n, v) for n, v, _ in sent):
            truths = list(
                dict.fromkeys(t for n, v, t in sent if (n, v) == (number, value) and t is not None)
            )
            same = [r for r in before if (r.number, r.value) == (number, value)]
            if any(r.labeled for r in same):
                continue
            new = [t for t in truths if t not in [r.actual for r in same]]
            without = [r for r in same if r.actual is None]
            if new and without:
                without[0].actual = new.pop(0)
            elif not truths and not same:
                new = [None]
            added += [Row(number, value, t) for t in new]
        for row in added:
            labeled = [r for r in before if r.number == row.number and r.labeled]
            if row.actual is None and (labeled or row.number in self.waiting):
                row.actual = labeled[-1].actual if labeled else self.waiting[row.number]
                row.labeled = True
        for row in added:
            if row.labeled:
                self.waiting.pop(row.number, None)
        self.rows += added

    def label(self, sent):
        for number, actual in dict(sent).items():
            rows = [r for r in self.rows if r.number == number]
            for row in rows:
                row.actual, row.labeled = actual, True
            if rows:
                self.waiting.pop(number, None)
            else:
                self.waiting[number] = actual


def to_inferences(sent):
    return [
        inference(number, income=float(value), inference_timestamp=stamp(0))
        | (
            {}
            if actual is None
            else {"ground_truth_data": {"actual": actual}, "ground_truth_timestamp": stamp(1)}
        )
        for number, value, actual in sent
    ]


def perform(store, schema, kind, sent, key):
    if kind == "send":
        return store.append_inferences(schema, to_inferences(sent), key=key)
    return store.append_ground_truth(schema, [truth(n, t) for n, t in sent], key=key)


@given(st.lists(SENDS | LABELS | REPEATS | RESTARTS, min_size=1, max_size=14))
@examples(15)
def test_any_history_ends_as_the_model_says(history):
    schema, model = simple_schema(), Model()
    requests, outcomes = [], []
    with tempfile.TemporaryDirectory() as directory:
        store = DataStore(Path(directory))
        try:
            for step, (kind, what) in enumerate(history):
                if kind == "restart":
                    store.close()
                    store = DataStore(Path(directory))
                elif kind in {"send", "label"}:
                    requests.append((kind, what, RequestKey(f"key-{step}", b"")))
                    getattr(model, kind)(what)
                    outcomes.append(perform(store, schema, *requests[-1]))
                    assert outcomes[-1].accepted == len(what)
                elif requests and kind == "repeat":  # a retry: it changes nothing at all
                    place = what % len(requests)
                    assert perform(store, schema, *requests[place]) == outcomes[place]
                elif requests:  # another request with the same rows
                    old_kind, old_what, _ = requests[what % len(requests)]
                    getattr(model, old_kind)(old_what)
                    perform(store, schema, old_kind, old_what, None)
            store.create_model(schema)
            found = read(store, schema)
            assert Counter(
                (r["partner_inference_id"], r["income"], r["actual"]) for r in found
            ) == Counter((f"id-{r.number}", float(r.value), r.actual) for r in model.rows)
            assert store.waiting_truths() == len(model.waiting)
            # what waits is joined
            store.append_inferences(schema, to_inferences([(n, 9, None) for n in range(3)]))
            late = {r["partner_inference_id"]: r["actual"] for r in read(store, schema)[-3:]}
            for number, actual in model.waiting.items():
                assert late[f"id-{number}"] == actual
        finally:
            store.close()
