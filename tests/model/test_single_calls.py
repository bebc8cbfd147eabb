"""Options of single calls of models, and the responses behind their results."""

import asyncio
import copy
import gc
import inspect
import pickle

import pytest
from builders import regression, regression_rows, save_model, unique_name

from arthurai import (
    ArthurAI,
    ArthurAttribute,
    ArthurModel,
    AsyncArthurAI,
    AsyncArthurModel,
    MethodNotApplicableError,
)
from arthurai.aio.model.bias.bias_metrics import AsyncBiasMetrics, AsyncRawBiasMetrics
from arthurai.aio.model.bias.threshold_mitigation import (
    AsyncRawThresholdMitigation,
    AsyncThresholdMitigation,
)
from arthurai.aio.model.model_groups import AsyncArthurModelGroup, AsyncRawModelGroupCalls
from arthurai.aio.model.raw_model_calls import AsyncRawModelCalls
from arthurai.model.bias.bias_metrics import BiasMetrics, RawBiasMetrics
from arthurai.model.bias.threshold_mitigation import RawThresholdMitigation, ThresholdMitigation
from arthurai.model.model_groups import ArthurModelGroup, RawModelGroupCalls
from arthurai.model.raw_model_calls import RawModelCalls
from arthurai.transport.raw_responses import ReceivedResponse

COUNT = {"select": [{"function": "count"}]}
KINDS = [
    (ArthurModel, RawModelCalls, AsyncArthurModel, AsyncRawModelCalls),
    (ArthurModelGroup, RawModelGroupCalls, AsyncArthurModelGroup, AsyncRawModelGroupCalls),
    (BiasMetrics, RawBiasMetrics, AsyncBiasMetrics, AsyncRawBiasMetrics),
    (
        ThresholdMitigation,
        RawThresholdMitigation,
        AsyncThresholdMitigation,
        AsyncRawThresholdMitigation,
    ),
]
#: Deprecated methods, and one that draws what another one fetches.
WITHOUT_RESPONSES = {
    *("plot_curves", "send_inference", "send_batch_inferences", "send_batch_ground_truths")
}


@pytest.fixture
def model(arthur):
    saved = save_model(arthur, regression())
    saved.send_inferences(regression_rows(range(5)))
    return saved


def unsaved(connection, kind=ArthurModel):
    """Return a model that is not saved yet."""
    attributes = [ArthurAttribute.from_dict(one) for one in regression()]
    return kind(unique_name(), "TABULAR", "REGRESSION", attributes=attributes, client=connection)


def asking(scripted, arthur_at):
    """Return a model on a server that answers queries, and the server."""
    server = scripted(
        {("POST", "/api/v3/models/m-1/inferences/query"): (200, {"query_result": [{"count": 3}]})}
    )
    model = unsaved(arthur_at(server))
    model.id = "m-1"
    return model, server


def test_headers_go_with_single_calls(scripted, arthur_at):
    model, server = asking(scripted, arthur_at)
    traced = model.with_options(headers={"X-Trace": "17"}).with_options(headers={"X-More": "1"})
    assert traced.query(COUNT) == model.query(COUNT) == [{"count": 3}]
    first, second = server.requests[-2:]
    assert (first.headers["x-trace"], first.headers["x-more"]) == ("17", "1")
    assert "x-trace" not in second.headers


def test_what_belongs_to_a_model_keeps_the_difference(scripted, arthur_at):
    model, server = asking(scripted, arthur_at)
    hurried = model.with_options(timeout=5, headers={"X-Trace": "17"})
    for mine in (hurried.bias.metrics.arthur_model, *hurried.viz.models):
        mine.query(COUNT)
        assert server.requests[-1].headers["x-trace"] == "17"
    for part in (model.bias.metrics, model.bias.mitigation_threshold):
        assert part.with_options(timeout=4).arthur_model._session.call_settings.timeout == 4
    (drawn,) = model.viz.with_options(timeout=4).models
    assert drawn._session.call_settings.timeout == 4
    assert model._session.call_settings.timeout is None


def test_only_the_connection_differs(arthur):
    model = unsaved(arthur)
    hurried = model.with_options(timeout=30)
    hurried.save()
    assert hurried.id is not None
    assert model.id == hurried.id
    model.display_name = "Both"
    assert hurried.display_name == "Both"
    assert hurried == model
    assert isinstance(hurried, ArthurModel)
    assert hurried.with_options(max_retries=0)._session.call_settings.timeout == 30


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
def test_copies_keep_the_connection_and_pickles_do_not(model, duplicate):
    hurried = model.with_options(timeout=30)
    twin = duplicate(hurried)
    assert twin == model
    assert twin._session is hurried._session
    twin.display_name = "Twin"
    assert model.display_name != "Twin"
    left = pickle.loads(pickle.dumps(hurried))
    assert left == model
    with pytest.raises(MethodNotApplicableError, match="has no connection"):
        left.with_options(timeout=30)
    assert left.attach(model._session).query(COUNT) == model.query(COUNT)


def test_pickles_of_older_versions_are_read(model):
    old = ArthurModel.__new__(ArthurModel)
    old.__setstate__({**model.__getstate__(), "_session": None})
    assert old == model
    assert "_session" not in vars(old)
    with pytest.raises(MethodNotApplicableError, match="has no connection"):
        old.query(COUNT)


def test_responses_come_with_results(model):
    found = model.with_raw_response.query(COUNT)
    assert found.result == [{"count": 5}]
    assert found.status == 200
    (response,) = found.responses
    assert b"query_result" in response.content
    assert found.request_id == response.request_id == found.headers["x-request-id"]
    sent = model.with_options(timeout=9).with_raw_response.send_inferences(regression_rows([9]))
    assert sent.result["counts"]["success"] == 1
    assert [one.method for one in sent.responses] == ["POST"]


def test_responses_of_all_that_a_call_sends(arthur):
    model = unsaved(arthur)
    found = model.with_raw_response.save()
    assert found.result == model.id
    assert len(found.responses) > 1
    assert len({one.request_id for one in found.responses}) == len(found.responses)
    page = model.with_raw_response.get_metrics()
    assert [metric.id for metric in page.result] == [m.id for m in model.get_metrics()]


def test_what_is_received_later_is_not_kept(arthur, model):
    again = arthur.with_raw_response.get_model(model.id).result
    gc.collect()
    before = sum(isinstance(one, ReceivedResponse) for one in gc.get_objects())
    for _ in range(3):
        again.query(COUNT)
    gc.collect()
    assert sum(isinstance(one, ReceivedResponse) for one in gc.get_objects()) <= before


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("nothing", "ArthurModel has no method 'nothing'"),
        ("iter_alerts", "'iter_alerts' sends its requests later"),
        ("build", "'build' of ArthurModel sends nothing"),
    ],
)
def test_what_has_no_responses_is_refused(model, name, why):
    with pytest.raises(AttributeError, match=why):
        getattr(model.with_raw_response, name)
    assert name not in dir(model.with_raw_response)


def sending_methods(kind):
    """Return the public methods of an asynchronous class that are awaited."""
    return {
        name
        for name in dir(kind)
        if not name.startswith("_")
        and inspect.iscoroutinefunction(inspect.unwrap(getattr(kind, name)))
    }


@pytest.mark.parametrize(("kind", "raw", "awaited_kind", "awaited_raw"), KINDS)
def test_every_method_that_sends_has_responses(kind, raw, awaited_kind, awaited_raw):
    wanted = sending_methods(awaited_kind) - WITHOUT_RESPONSES
    for owner, calls in ((kind, raw), (awaited_kind, awaited_raw)):
        assert {name for name in vars(calls) if not name.startswith("_")} == wanted
        for name in wanted:
            assert getattr(calls, name).__name__ == name
            assert inspect.signature(getattr(calls, name)) == inspect.signature(
                inspect.unwrap(getattr(owner, name))
            )


def test_groups_of_versions(arthur, model):
    group = arthur.get_model_group(arthur.get_model(model.id))
    found = group.with_options(timeout=30).with_raw_response.get_versions()
    assert [one.id for one in found.result] == [model.id]
    assert found.request_id
    hurried = group.with_options(timeout=30)
    hurried.name = "Renamed"
    assert group.name == "Renamed"
    assert pickle.loads(pickle.dumps(hurried)).name == "Renamed"


def test_asynchronous_models_have_the_same(arthur):
    async def run():
        async with AsyncArthurAI(url="local://") as connection:
            model = unsaved(connection, AsyncArthurModel)
            await model.with_options(timeout=30).save()
            assert model.id is not None
            await model.send_inferences(regression_rows(range(5)))
            found = await model.with_raw_response.query(COUNT)
            assert (found.result, found.status) == ([{"count": 5}], 200)
            assert found.request_id
            group = await connection.get_model_group(await connection.get_model(model.id))
            versions = await group.with_raw_response.get_versions()
            assert [one.id for one in versions.result] == [model.id]

    asyncio.run(run())


def test_a_logger_of_a_model_with_options_ends_with_the_connection(tmp_path):
    async def run():
        async with AsyncArthurAI(url="local://") as connection:
            traced = connection.with_options(headers={"X-Trace": "1"})
            threads = traced.session.blocking()
            assert threads.call_settings.headers == {"X-Trace": "1"}
            assert threads.http_client() is connection.session.blocking().http_client()
        with pytest.raises(MethodNotApplicableError, match="closed"):
            threads.http_client()

    asyncio.run(run())


def test_a_model_of_a_closed_connection_says_so():
    with ArthurAI(url="local://") as connection:
        model = save_model(connection, regression())
    with pytest.raises(MethodNotApplicableError, match="closed"):
        model.with_options(timeout=3).query(COUNT)
