"""Sending from an event loop: cancellation, failures, order, and one connection for many tasks."""

from __future__ import annotations

import asyncio
import inspect
import json
import time
from collections import Counter

import pandas as pd
import pytest
from builders import regression, regression_rows, stored_count

from arthurai import ArthurAI, ArthurAttribute, ArthurModel, AsyncArthurAI
from arthurai.common.exceptions import ArthurError, ResponseServerError, UserValueError

pytestmark = pytest.mark.heavy


def attributes():
    return [ArthurAttribute.from_dict(fields) for fields in regression()]


async def saved_model(arthur, **fields):
    model = arthur.model("prices", "TABULAR", "REGRESSION", **fields)
    model.attributes = attributes()
    await model.save(skip_validation=True)
    return model


async def count(model):
    (row,) = await model.query({"select": [{"function": "count"}]})
    return row["count"]


@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.1, 0.4])
def test_a_canceled_send_leaves_whole_counts(seconds):
    rows = regression_rows(range(6000))

    async def cancel():
        async with AsyncArthurAI(url="local://") as arthur:
            model = await saved_model(arthur)
            sending = asyncio.create_task(model.send_inferences(rows, chunk_size=300))
            await asyncio.sleep(seconds)
            sending.cancel()
            try:
                result = await sending
            except asyncio.CancelledError as error:
                result = getattr(error, "result", None)
            await asyncio.sleep(0.5)  # requests that the server has go on to their end
            between = await count(model)
            again = await model.send_inferences(rows)
            return result, between, again.accepted, await count(model)

    result, between, accepted, stored = asyncio.run(cancel())
    if result is not None:
        assert result.accepted + result.rejected + result.unknown == len(rows) == result.total
        assert result.accepted <= between <= result.accepted + result.unknown
    assert accepted == stored == len(rows)


def test_a_time_out_of_the_caller_cancels():
    async def hurry():
        async with AsyncArthurAI(url="local://") as arthur:
            model = await saved_model(arthur)
            try:
                async with asyncio.timeout(0.05):
                    await model.send_inferences(regression_rows(range(20_000)), chunk_size=100)
            except TimeoutError as error:
                return error
        return None

    assert isinstance(asyncio.run(hurry()), TimeoutError)


def test_an_error_of_the_source_counts_what_was_sent():
    def rows():
        yield regression_rows(range(2000))
        raise OSError("the source is gone")

    async def send():
        async with AsyncArthurAI(url="local://") as arthur:
            model = await saved_model(arthur)
            with pytest.raises(ArthurError) as caught:
                await model.send_inferences(rows(), chunk_size=500)
            return caught.value, await count(model)

    error, stored = asyncio.run(send())
    assert isinstance(error.__cause__, OSError)
    assert error.result.accepted == stored == 2000


@pytest.mark.faults
def test_a_request_that_fails_stops_the_rest_with_the_error_of_the_blocking_call(scripted):
    path = "/api/v3/models/m/inferences"
    answers = []

    def answer(request):
        answers.append(len(json.loads(request.body)))
        if len(answers) % 4 == 2:
            return 500, {"error": "broken"}
        return 207, {
            "counts": {"success": answers[-1], "failure": 0, "total": answers[-1]},
            "results": [{"message": "success", "status": 200}] * answers[-1],
        }

    server = scripted({("POST", path): answer})
    options = {"access_key": "k" * 20, "allow_insecure": True, "http_options": {"attempts": 1}}
    fields = {"id": "m", "attributes": attributes()}
    rows = regression_rows(range(4000))
    how = {"chunk_size": 1000, "max_workers": 1}
    with ArthurAI(url=server.url, **options) as arthur:
        model = ArthurModel("m", "TABULAR", "REGRESSION", client=arthur, **fields)
        with pytest.raises(ResponseServerError) as blocking:
            model.send_inferences(rows, **how)

    async def send():
        answers.clear()
        async with AsyncArthurAI(url=server.url, **options) as arthur:
            model = arthur.model("m", "TABULAR", "REGRESSION")
            model.id, model.attributes = "m", attributes()
            await model.send_inferences(rows, **how)

    with pytest.raises(ResponseServerError) as awaited:
        asyncio.run(send())
    assert str(awaited.value) == str(blocking.value)
    assert awaited.value.__notes__ == blocking.value.__notes__
    assert awaited.value.result["counts"] == blocking.value.result["counts"]


def test_many_tasks_share_one_connection():
    async def send_together():
        async with AsyncArthurAI(url="local://") as arthur:
            model = await saved_model(arthur)
            results = await asyncio.gather(
                *(
                    model.send_inferences(regression_rows(range(20), stem=f"task{task}"))
                    for task in range(12)
                )
            )
            return [result.accepted for result in results], await count(model)

    assert asyncio.run(send_together()) == ([20] * 12, 240)


def test_a_large_table_does_not_hold_up_other_tasks():
    table = pd.DataFrame(regression_rows(range(50_000)))

    async def watch():
        async with AsyncArthurAI(url="local://") as arthur:
            model = await saved_model(arthur)
            await model.send_inferences(table.head(10))  # imports what is needed
            sending = asyncio.create_task(model.send_bulk_inferences(data=table))
            gaps, last = [], time.monotonic()
            while not sending.done():
                await asyncio.sleep(0.005)
                gaps.append(time.monotonic() - last)
                last = time.monotonic()
            result, _ = await sending
            return result.accepted, gaps

    accepted, gaps = asyncio.run(watch())
    assert accepted == len(table)
    assert len(gaps) > 10
    assert sorted(gaps)[len(gaps) // 2] < 0.1


def test_real_sockets_serve_the_same(served):
    async def send():
        options = {"url": served.url, "access_key": served.key, "allow_insecure": True}
        async with AsyncArthurAI(**options) as arthur:
            model = arthur.model(None, "TABULAR", "REGRESSION", display_name="sockets")
            model.attributes = attributes()
            await model.save(skip_validation=True)
            results = await asyncio.gather(
                *(
                    model.send_inferences(regression_rows(range(100), stem=f"task{task}"))
                    for task in range(8)
                )
            )
            with pytest.raises(UserValueError):
                await model.query({"select": []}, "no such type")
            return model.id, Counter(result.accepted for result in results), await count(model)

    model_id, accepted, stored = asyncio.run(send())
    assert accepted == {100: 8}
    assert stored == 800
    options = {"url": served.url, "access_key": served.key, "allow_insecure": True}
    with ArthurAI(**options) as arthur:
        assert stored_count(arthur.get_model(model_id)) == 800


def test_monitored_coroutines_log_without_waiting():
    async def serve():
        async with AsyncArthurAI(url="local://") as arthur:
            model = await saved_model(arthur)
            with model.logger(memory_only=True) as logger:
                (row,) = regression_rows([0])
                (name,) = [a.name for a in model.get_attributes(stage="PREDICTED_VALUE")]
                truths = {a.name for a in model.get_attributes(stage="GROUND_TRUTH")}
                inputs = {k: v for k, v in row.items() if k not in {name, *truths}}

                @model.monitor(logger=logger, strict=True)
                async def predict(row):
                    return 0.5

                assert inspect.iscoroutinefunction(predict)
                assert await predict(inputs) == 0.5
                counts = await asyncio.to_thread(logger.flush, 20)
            return counts.accepted, await count(model)

    assert asyncio.run(serve()) == (1, 1)
