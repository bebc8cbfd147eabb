"""Sending from several threads, after a fork, and by models that were pickled."""

from __future__ import annotations

import multiprocessing
import pickle
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest
from builders import regression, regression_rows, save_model, stored

from arthurai import ArthurAI
from arthurai.common.exceptions import MethodNotApplicableError


def make_rows(stem, count=20):
    return regression_rows(range(count), stem, word=stem)


def send(model, worker):
    rows = make_rows(f"w{worker}")
    data = [rows, pd.DataFrame(rows)][worker % 2]
    if worker % 3:
        return model.send_inferences(data, chunk_size=7).accepted
    return model.send_bulk_inferences(data=data, chunk_size=7)[0].accepted


def test_one_model_sends_from_many_threads(model):
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda worker: send(model, worker), range(16))) == [20] * 16
    held = stored(model, "count", "word")
    assert held == {
        f"w{worker}-{number}": {"count": number, "word": f"w{worker}"}
        for worker in range(16)
        for number in range(20)
    }


@pytest.fixture
def remote_model(served):
    with ArthurAI(url=served.url, access_key=served.key, allow_insecure=True) as connection:
        yield save_model(connection, regression())


def send_in_child(model, worker, outcome):
    outcome.put(send(model, worker))


def test_children_of_a_fork_send_on_connections_of_their_own(remote_model):
    assert send(remote_model, 0) == 20
    context = multiprocessing.get_context("fork")
    outcome = context.Queue()
    children = [
        context.Process(target=send_in_child, args=(remote_model, worker, outcome))
        for worker in range(1, 4)
    ]
    for child in children:
        child.start()
    assert [outcome.get(timeout=300) for _ in children] == [20] * 3
    for child in children:
        child.join(300)
    assert send(remote_model, 4) == 20
    assert len(stored(remote_model, "count")) == 100


def test_a_pickled_model_carries_no_connection_and_sends_on_a_new_one(model, arthur):
    copy = pickle.loads(pickle.dumps(model))
    with pytest.raises(MethodNotApplicableError, match="attach"):
        send(copy, 0)
    assert send(copy.attach(arthur.session), 0) == 20
    assert len(stored(model, "count")) == 20


def test_results_can_be_pickled(model):
    result = model.send_inferences(make_rows("p"))
    copy = pickle.loads(pickle.dumps(result))
    assert copy == result
    assert (copy.accepted, copy.failures, copy.total) == (20, [], 20)
