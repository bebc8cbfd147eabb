"""Ground truth that arrives before its inference."""

from __future__ import annotations

import pyarrow as pa
import pytest
from builders import attribute, inference, make_schema, simple_schema, stamp, truth, values

from arthurai.server.storage.warehouse.data_store import DataStore


@pytest.fixture
def store():
    with DataStore() as opened:
        yield opened


@pytest.mark.parametrize("count", [3, 700])
def test_it_is_joined_when_the_inference_arrives(store, count):
    schema = simple_schema()
    outcome = store.append_ground_truth(schema, [truth(n, float(n)) for n in range(count)])

    assert outcome.status_counts() == {"success": count, "failure": 0, "total": count}
    assert store.counts(schema) == {"inference": 0, "ground_truth": 0, "reference": 0}
    assert store.waiting_truths() == count

    store.append_inferences(schema, [inference(n) for n in range(1, count + 1)])
    assert values(store, schema, "actual") == [*map(float, range(1, count)), None]
    assert store.waiting_truths() == 1


def test_the_last_one_wins_and_parts_add_up(store):
    schema = make_schema(
        [
            attribute("x", "FLOAT", "PIPELINE_INPUT"),
            attribute("a", "INTEGER", "GROUND_TRUTH"),
            attribute("b", "ARRAY(STRING)", "GROUND_TRUTH"),
        ]
    )

    def part(**data):
        return truth(1, 0) | {"ground_truth_data": data}

    store.append_ground_truth(schema, [part(a=1), part(b=["u"]), part(a=2, b=None)])
    store.append_ground_truth(schema, [part(a=3)])
    assert store.waiting_truths() == 1

    store.append_inferences(schema, [inference(1) | {"inference_data": {"x": 1}}])
    assert values(store, schema, "a") == [3]
    assert values(store, schema, "b") == [["u"]]


def test_all_inferences_of_the_id_take_it_and_one_with_its_own_does_not(store):
    schema = simple_schema()
    store.append_ground_truth(schema, [truth(1, 5.0)])
    own = {"ground_truth_data": {"actual": 9.0}, "ground_truth_timestamp": stamp(0)}

    store.append_inferences(schema, [inference(1) | own])
    assert (values(store, schema, "actual"), store.waiting_truths()) == ([9.0], 1)

    store.append_inferences(schema, [inference(1, income=2), inference(1, income=3)])
    assert (values(store, schema, "actual"), store.waiting_truths()) == ([9.0, 5.0, 5.0], 0)


def test_newer_ground_truth_of_the_id_replaces_it(store):
    schema = simple_schema()
    own = {"ground_truth_data": {"actual": 9.0}, "ground_truth_timestamp": stamp(0)}
    store.append_ground_truth(schema, [truth(1, 5.0)])
    store.append_inferences(schema, [inference(1) | own])

    store.append_ground_truth(schema, [truth(1, 6.0)])
    assert store.waiting_truths() == 0

    store.append_inferences(schema, [inference(1, income=2)])
    assert values(store, schema, "actual") == [6.0, 6.0]


def test_it_outlives_the_process_and_the_model_is_its_own(tmp_path):
    schema, other = (
        simple_schema(),
        make_schema([attribute("actual", "FLOAT", "GROUND_TRUTH")], model_id="other"),
    )
    with DataStore(tmp_path) as store:
        table = pa.table(
            {
                "partner_inference_id": ["id-1", "id-2"],
                "ground_truth_timestamp": [stamp(0)] * 2,
                "actual": [1.0, 2.0],
            }
        )
        assert store.append_ground_truth(schema, table).accepted == 2
        store.append_ground_truth(other, [truth(3, 3.0)])
    with DataStore(tmp_path) as store:
        assert [store.waiting_truths(m) for m in (None, "model-1", "other", "none")] == [3, 2, 1, 0]
        store.append_inferences(schema, [inference(1), inference(3)])
        assert values(store, schema, "actual") == [1.0, None]
        store.delete_model("other")
        assert store.waiting_truths() == 1


def test_it_follows_a_changed_schema(store):
    schema = simple_schema()
    store.append_ground_truth(schema, [truth(1, 5.0)])
    attributes = [
        attribute("income", "FLOAT", "PIPELINE_INPUT"),
        attribute("region", "STRING", "PIPELINE_INPUT"),
        attribute("predicted", "FLOAT", "PREDICTED_VALUE"),
        attribute("actual", "FLOAT", "GROUND_TRUTH"),
        attribute("second", "INTEGER", "GROUND_TRUTH"),
    ]
    wider = make_schema(attributes)
    store.update_schema(wider)
    both = truth(2, 6.0) | {"ground_truth_data": {"actual": 6.0, "second": 2}}
    store.append_ground_truth(wider, [both])

    store.append_inferences(wider, [inference(1), inference(2)])

    assert values(store, wider, "actual") == [5.0, 6.0]
    assert values(store, wider, "second") == [None, 2]
