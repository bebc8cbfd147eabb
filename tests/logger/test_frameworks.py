"""The services of examples/serving log what they predict, and `model.monitor` what a function does."""

from __future__ import annotations

import asyncio
import importlib.util
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from builders import attribute, ground_truth, prediction, save_model, stored, stored_count

from arthurai.common.exceptions import UserTypeError, UserValueError

SERVING = Path(__file__).parents[2] / "examples" / "serving"
HOUSE = {"area": 100.0, "rooms": 4}
PATIENT = 20


@pytest.fixture
def model(arthur):
    return save_model(
        arthur,
        [
            attribute("area"),
            attribute("rooms", "INTEGER", position=1),
            prediction("predicted_price", attribute_link="price"),
            ground_truth("price", attribute_link="predicted_price"),
        ],
    )


def example(name):
    path = SERVING / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"serving_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def arrived(model, count):
    deadline = time.monotonic() + PATIENT
    while stored_count(model) < count:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return stored(model, "area", "rooms", "predicted_price", "price")


def test_fastapi(model, tmp_path):
    pytest.importorskip("fastapi")
    from fastapi.testclient import TestClient

    app = example("fastapi_app").create_app(model, str(tmp_path))
    with TestClient(app) as client:
        answers = [client.post("/predict", json=HOUSE).json() for _ in range(20)]
        assert client.post(f"/learn/{answers[0]['id']}?price=400").status_code == 200
    found = arrived(model, 20)
    assert found.keys() == {answer["id"] for answer in answers}
    first = found[answers[0]["id"]]
    assert first == {**HOUSE, "predicted_price": 390.0, "price": 400.0}
    assert list(tmp_path.iterdir()) == []


def test_flask(model, tmp_path):
    pytest.importorskip("flask")
    app = example("flask_app").create_app(model, str(tmp_path))
    ids = []

    def work():
        with app.test_client() as client:
            ids.extend(client.post("/predict", json=HOUSE).get_json()["id"] for _ in range(10))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    app.extensions["arthur"].close(PATIENT)
    assert sorted(arrived(model, 30)) == sorted(ids)


def test_celery(model, tmp_path):
    celery = pytest.importorskip("celery")
    app = celery.Celery(broker="memory://", set_as_current=False)
    app.conf.task_always_eager = True
    task = example("celery_task").create_task(app, model, str(tmp_path))
    assert [task.delay(HOUSE).get() for _ in range(5)] == [390.0] * 5
    celery.signals.worker_process_shutdown.send(sender=None)
    assert len(arrived(model, 5)) == 5


def test_a_function_that_is_frozen_between_calls(model, tmp_path):
    handle = example("lambda_function").create_handler(model, str(tmp_path))
    answers = [handle(HOUSE, None) for _ in range(3)]
    assert all(answer["logged"] for answer in answers)
    assert stored(model).keys() == {answer["id"] for answer in answers}


@pytest.fixture
def log(model):
    with model.logger(memory_only=True, flush_interval=0.02) as logger:
        yield logger


def predictions(model, count):
    return sorted(found["predicted_price"] for found in arrived(model, count).values())


def test_monitored_rows_with_any_shape_of_prediction(model, log):
    results = [390.0, np.float64(391.0), [392.0], np.array([393.0]), {"predicted_price": 394.0}]

    @model.monitor(logger=log)
    def predict(house, number=0):
        """Predict a price."""
        assert house is HOUSE
        return results[number]

    assert predict.__doc__ == "Predict a price."
    for number, result in enumerate(results):
        assert predict(HOUSE, number=number) is result
    assert predictions(model, 5) == [390.0, 391.0, 392.0, 393.0, 394.0]


def test_monitored_tables(model, log):
    frame = pd.DataFrame({"area": [100.0, 200.0], "rooms": [4, 5]})

    @model.monitor(logger=log)
    def predict(table):
        return 2 * table["area"].to_numpy()

    predict(frame)
    assert predictions(model, 2) == [200.0, 400.0]


def test_monitored_coroutines(model, log):
    @model.monitor(logger=log)
    async def predict(house):
        await asyncio.sleep(0)
        return house["area"]

    async def many():
        return await asyncio.gather(*(predict({**HOUSE, "area": float(n)}) for n in range(9)))

    assert asyncio.run(many()) == [float(n) for n in range(9)]
    assert predictions(model, 9) == [float(n) for n in range(9)]


def test_without_arguments_the_decorator_makes_its_own_logger(model):
    @model.monitor
    def predict(house):
        return house["area"]

    assert predict(HOUSE) == 100.0
    assert predictions(model, 1) == [100.0]


def test_a_call_that_cannot_be_logged_changes_nothing_unless_strict(model, log, caplog):
    def predict(house):
        return house.get("area", 0.0), 1.0

    assert model.monitor(predict, logger=log)(HOUSE) == (100.0, 1.0)
    assert model.monitor(lambda _: 1.0, logger=log)({"area": "large"}) == 1.0
    assert caplog.text.count("a prediction was not logged") == 2
    with pytest.raises((UserTypeError, UserValueError)):
        model.monitor(predict, logger=log, strict=True)(HOUSE)
    with pytest.raises(UserTypeError, match="must be a predict function"):
        model.monitor(3)
    assert log.flush(PATIENT).accepted == 0


def test_errors_of_the_function_itself_pass(model, log):
    @model.monitor(logger=log)
    def predict(house):
        raise KeyError(house["area"])

    with pytest.raises(KeyError):
        predict(HOUSE)
    assert log.counts.accepted == 0
