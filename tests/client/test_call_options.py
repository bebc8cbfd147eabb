"""Options of single calls, and the responses behind results."""

import asyncio
import time

import pytest

from arthurai import (
    ArthurAI,
    ArthurError,
    ArthurTimeoutError,
    AsyncArthurAI,
    ConflictError,
    NotFoundError,
    ResponseClientError,
    ResponseServerError,
    TooManyRequestsError,
    UserTypeError,
    UserValueError,
)
from arthurai_api.api.users import get_auth_info, list_users

pytestmark = pytest.mark.faults  # some servers here are made up
MODEL = {"id": "m-1", "partner_model_id": "m", "input_type": "TABULAR", "output_type": "REGRESSION"}
FOUND = {("GET", "/api/v3/models/m-1"): (200, MODEL)}


def connect(server, **options):
    return ArthurAI(
        url=server.url,
        access_key="key",
        organization_id="org",
        allow_insecure=True,
        http_options=options,
    )


@pytest.mark.parametrize(
    ("status", "kind"), [(404, NotFoundError), (409, ConflictError), (429, TooManyRequestsError)]
)
def test_common_refusals_have_classes_of_their_own(scripted, status, kind):
    server = scripted({("GET", "/api/v3/users"): (status, {"error": "no"})})
    arthur = connect(server, attempts=1)
    with pytest.raises(kind) as caught:
        list_users.sync(client=arthur.api)
    assert isinstance(caught.value, ResponseClientError)
    assert caught.value.status_code == status


def test_an_unknown_model_is_not_found(arthur):
    with pytest.raises(NotFoundError, match="no model with id"):
        arthur.get_model("00000000-0000-0000-0000-000000000000")


def test_headers_are_added(scripted):
    server = scripted(FOUND)
    arthur = connect(server)
    traced = arthur.with_options(headers={"X-Trace": "17"}).with_options(headers={"X-More": "1"})
    traced.get_model("m-1")
    arthur.get_model("m-1")
    first, second = server.requests[-2:]
    assert (first.headers["x-trace"], first.headers["x-more"]) == ("17", "1")
    assert first.headers["authorization"]
    assert "x-trace" not in second.headers


def test_retries_are_limited(scripted):
    server = scripted({("GET", "/api/v3/models/m-1"): (503, {"error": "busy"})})
    arthur = connect(server, attempts=2)
    for connection, count in (
        (arthur.with_options(max_retries=0), 1),
        (arthur, 2),
        (arthur.with_options(max_retries=2), 3),
    ):
        before = len(server.requests)
        with pytest.raises(ResponseServerError):
            connection.get_model("m-1")
        assert len(server.requests) - before == count


def test_the_time_out_is_replaced(scripted):
    server = scripted({("GET", "/api/v3/models/m-1"): lambda _: time.sleep(1.5) or (200, MODEL)})
    arthur = connect(server)
    started = time.perf_counter()
    with pytest.raises(ArthurTimeoutError):
        arthur.with_options(timeout=0.2, max_retries=0).get_model("m-1")
    assert time.perf_counter() - started < 1.2


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"timeout": 0}, UserValueError),
        ({"timeout": float("inf")}, UserValueError),
        ({"timeout": "1"}, UserTypeError),
        ({"max_retries": -1}, UserValueError),
        ({"max_retries": True}, UserTypeError),
        ({"headers": {"Authorization": "x"}}, UserValueError),
        ({"headers": {"X Y": "x"}}, UserValueError),
        ({"headers": {"X": "a\nb"}}, UserValueError),
        ({"headers": 3}, UserTypeError),
        ({"headers": {"X": 3}}, UserTypeError),
    ],
)
def test_impossible_options_are_refused(arthur, options, kind):
    with pytest.raises(kind, match=next(iter(options))):
        arthur.with_options(**options)


def test_the_copy_shares_the_connection():
    arthur = ArthurAI(url="local://")
    other = arthur.with_options(timeout=5)
    assert other.session.http_client() is arthur.session.http_client()
    assert other.with_options(max_retries=0).session.call_settings.timeout == 5
    get_auth_info.sync(client=other.api)
    other.close()
    with pytest.raises(ArthurError, match="closed"):
        arthur.list_models()


def test_responses_come_with_results(arthur):
    found = arthur.with_raw_response.list_models(page=1, page_size=5)
    assert isinstance(found.result, list)
    assert found.status == 200
    assert found.headers["content-type"].startswith("application/json")
    (response,) = found.responses
    assert response.method == "GET"
    assert response.content.startswith(b"{")
    assert found.request_id == response.request_id == found.headers["x-request-id"]
    with pytest.raises(AttributeError, match="no method 'nothing'"):
        arthur.with_raw_response.nothing  # noqa: B018 - reading it raises
    assert "list_models" in dir(arthur.with_raw_response)


def test_a_call_that_sends_nothing_has_no_response(arthur):
    found = arthur.with_raw_response.model(
        display_name="m", input_type="TABULAR", output_type="REGRESSION"
    )
    assert found.responses == ()
    assert (found.status, found.request_id, found.headers) == (None, None, {})


def test_asynchronous_calls_have_the_same_options():
    async def run():
        async with AsyncArthurAI(url="local://") as arthur:
            traced = arthur.with_options(timeout=5, headers={"X-Trace": "1"})
            assert await traced.list_models() == []
            found = await arthur.with_raw_response.list_models()
            assert (found.result, found.status) == ([], 200)
            assert found.request_id

    asyncio.run(run())
