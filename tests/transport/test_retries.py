"""What is sent again, how often, after which waits, and at whose cost."""

import statistics
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arthurai.common.exceptions import (
    ArthurConnectionError,
    ArthurTimeoutError,
    ResponseClientError,
    ResponseServerError,
)
from arthurai.transport.multipart import FilePart
from arthurai.transport.options import HttpOptions
from arthurai.transport.retries import RetryBudget, RetryPolicy, parse_retry_after
from arthurai_api.api.inferences import send_inference_file, send_inferences
from arthurai_api.api.models import archive_model, list_models
from arthurai_api.api.query import query

BOTH_SHELLS = True
BLOCKING_ONLY = (
    "test_a_list_of_chunks_is_replayed_whole",
    "test_an_iterator_is_never_sent_twice",
)  # streams are bodies of blocking sessions

OK = httpx.Response(200, json={"data": [], "total_pages": 0})
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def json_call(session, **kwargs):
    kwargs.setdefault("retry", True)
    return session.send(send_inferences.build_request("m"), content=b"[1]", **kwargs)


# -- how often -------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 520, 524, 599])
def test_a_read_is_tried_four_times(in_process, faulty, status):
    transport = faulty(httpx.Response(status))
    with pytest.raises((ResponseServerError, ResponseClientError)) as caught:
        in_process(transport).send(list_models.build_request())
    assert len(transport.requests) == 4
    assert caught.value.exchange.attempts == 4


@pytest.mark.parametrize("status", [300, 304, 400, 401, 402, 403, 404, 409, 413, 422, 501, 505])
def test_what_a_repeat_cannot_help_is_tried_once(in_process, faulty, status):
    transport = faulty(httpx.Response(status))
    with pytest.raises(Exception, match=str(status)):
        in_process(transport).send(list_models.build_request())
    assert len(transport.requests) == 1


@pytest.mark.parametrize("failures", [1, 2, 3])
def test_a_read_succeeds_once_the_server_does(in_process, faulty, clock, failures):
    transport = faulty(*[httpx.Response(503)] * failures, OK)
    assert in_process(transport).send(list_models.build_request()).json()["data"] == []
    assert len(transport.requests) == failures + 1
    assert clock.slept == [0.25, 0.5, 1.0][:failures]


def test_attempts_can_be_chosen(in_process, faulty):
    transport = faulty(httpx.Response(503))
    with pytest.raises(ResponseServerError):
        in_process(
            transport, policy=RetryPolicy(attempts=2, sleep=lambda _: None, budget=RetryBudget())
        ).send(list_models.build_request())
    assert len(transport.requests) == 2


def test_attempts_come_from_http_options(raw_server, connect, answers):
    server = raw_server(answers.whole(501))
    session = connect(server.url, options=HttpOptions(attempts=7), policy=None)
    assert session.options.attempts == 7


def test_a_delete_is_repeated(in_process, faulty):
    transport = faulty(httpx.Response(503), httpx.Response(204))
    archive_model.sync("m", client=in_process(transport).api)
    assert len(transport.requests) == 2


# -- writes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "entry", [httpx.Response(503), httpx.ReadTimeout("x"), httpx.ReadError("x")]
)
def test_a_post_that_may_have_worked_is_not_repeated(in_process, faulty, entry):
    transport = faulty(entry)
    with pytest.raises((ResponseServerError, ArthurTimeoutError, ArthurConnectionError)):
        in_process(transport).send(query.build_request("m"), json={})
    assert len(transport.requests) == 1


@pytest.mark.parametrize(
    "entry", [httpx.Response(429), httpx.ConnectError("x"), httpx.ConnectTimeout("x")]
)
def test_a_post_that_certainly_did_not_work_is_repeated(in_process, faulty, entry):
    transport = faulty(entry, OK)
    in_process(transport).send(query.build_request("m"), json={"select": []})
    assert [body for _, body in transport.requests] == [b'{"select":[]}'] * 2


def test_a_post_is_repeated_when_the_caller_says_it_is_harmless(in_process, faulty):
    transport = faulty(httpx.Response(503), httpx.ReadError("x"), OK)
    in_process(transport).send(query.build_request("m"), json={}, retry=True)
    assert len(transport.requests) == 3


def test_a_read_is_not_repeated_when_the_caller_forbids_it(in_process, faulty):
    transport = faulty(httpx.Response(503))
    with pytest.raises(ResponseServerError):
        in_process(transport).send(list_models.build_request(), retry=False)
    assert len(transport.requests) == 1


def test_encoded_rows_are_replayed_whole(in_process, faulty):
    transport = faulty(httpx.ReadError("x"), httpx.Response(207, json={}))
    json_call(in_process(transport))
    assert [body for _, body in transport.requests] == [b"[1]", b"[1]"]


def test_a_list_of_chunks_is_replayed_whole(in_process, faulty):
    transport = faulty(httpx.ReadError("x"), httpx.Response(207, json={}))
    in_process(transport).send(
        send_inferences.build_request("m"), content=[b"[1,", b"2]"], retry=True
    )
    assert [body for _, body in transport.requests] == [b"[1,2]", b"[1,2]"]


@pytest.mark.parametrize(
    "entry", [httpx.Response(503), httpx.Response(429), httpx.ConnectError("x")]
)
def test_an_iterator_is_never_sent_twice(in_process, faulty, entry):
    transport = faulty(entry)
    with pytest.raises((ResponseServerError, ResponseClientError, ArthurConnectionError)):
        in_process(transport).send(
            send_inferences.build_request("m"), content=iter([b"[]"]), retry=True
        )
    assert len(transport.requests) == 1


def test_a_file_is_sent_whole_again_after_a_reset(raw_server, connect, answers, tmp_path):
    path = tmp_path / "rows.parquet"
    path.write_bytes(bytes(range(256)) * 5000)
    server = raw_server(answers.reset, answers.whole(500), answers.whole(207))
    connect(server.url).send(
        send_inference_file.build_request("m"),
        files=[FilePart("inference_data", "rows.parquet", path)],
        fields={"batch_id": "b"},
        retry=True,
    )
    first, second, third = (request.body for request in server.requests)
    assert first == second == third
    assert path.read_bytes() in first


def test_a_file_is_not_sent_again_blindly(raw_server, connect, answers, tmp_path):
    path = tmp_path / "reference.parquet"
    path.write_bytes(b"x" * 1000)
    server = raw_server(answers.reset)
    with pytest.raises(ArthurConnectionError):
        connect(server.url).send(
            send_inference_file.build_request("m"), files=[FilePart("inference_data", "r", path)]
        )
    assert len(server.requests) == 1


# -- waits -----------------------------------------------------------------------------------------


def test_waits_double_up_to_the_cap():
    policy = RetryPolicy(draw=lambda: 1.0)
    assert [policy.wait(n) for n in range(8)] == [0.25, 0.5, 1, 2, 4, 8, 10, 10]


def test_jitter_is_even_over_the_whole_range():
    policy = RetryPolicy()
    drawn = [policy.wait(3) for _ in range(10_000)]
    assert min(drawn) >= 0
    assert max(drawn) <= 2
    deciles = statistics.quantiles(drawn, n=10)
    for expected, found in zip([0.2 * n for n in range(1, 10)], deciles, strict=True):
        assert abs(found - expected) < 0.1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3", 3.0),
        ("0", 0.0),
        ("2.5", 2.5),
        (" 7 ", 7.0),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 0.0),
        ("Wed, 31 Dec 2025 20:00:10 -0400", 10.0),
        (None, None),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("1e3", None),
        ("nan", None),
        ("inf", None),
        ("\u0663", None),
        ("9" * 5000, None),
        ("Mon, 32 Jan 2026 00:00:00 GMT", None),
    ],
)
def test_retry_after_is_read(header, seconds):
    assert parse_retry_after(header, NOW) == seconds


@given(st.text(max_size=200))
def test_no_retry_after_breaks_anything(header):
    seconds = parse_retry_after(header, NOW)
    assert seconds is None or seconds >= 0


@pytest.mark.parametrize(
    ("header", "slept"), [("5", 5.0), ("0.1", 0.25), ("120", 120.0), ("121", 0.25), ("x", 0.25)]
)
def test_retry_after_is_a_floor_up_to_two_minutes(in_process, faulty, clock, header, slept):
    transport = faulty(httpx.Response(429, headers={"Retry-After": header}), OK)
    in_process(transport).send(list_models.build_request())
    assert clock.slept == [slept]


def test_no_attempt_starts_after_the_deadline(in_process, faulty, policy, clock):
    transport = faulty(httpx.Response(503, headers={"Retry-After": "100"}))
    with pytest.raises(ResponseServerError):
        in_process(transport, policy=replace(policy, deadline=150.0)).send(
            list_models.build_request()
        )
    assert clock.slept == [100.0]
    assert len(transport.requests) == 2


# -- the budget ------------------------------------------------------------------------------------


def test_the_budget_ends_retries_when_everything_fails(in_process, faulty, policy):
    budget = RetryBudget(capacity=22)
    transport = faulty(httpx.Response(503))
    session = in_process(transport, policy=replace(policy, budget=budget))
    for _ in range(5):
        with pytest.raises(ResponseServerError):
            session.send(list_models.build_request())
    # 22 tokens pay for four retries of 5: three in the first call, one in the second
    assert len(transport.requests) == 5 + 4
    assert budget.tokens == 2


def test_a_time_out_costs_twice_as_much(in_process, faulty, policy):
    budget = RetryBudget(capacity=100)
    session = in_process(faulty(httpx.ReadTimeout("x")), policy=replace(policy, budget=budget))
    with pytest.raises(ArthurTimeoutError):
        session.send(list_models.build_request())
    assert budget.tokens == 100 - 3 * 10


def test_success_after_retries_gives_back_what_they_cost(in_process, faulty, policy):
    budget = RetryBudget(capacity=100)
    transport = faulty(httpx.Response(503), httpx.Response(503), OK)
    in_process(transport, policy=replace(policy, budget=budget)).send(list_models.build_request())
    assert budget.tokens == 100


def test_success_at_once_gives_one_back_up_to_the_capacity(in_process, faulty, policy):
    budget = RetryBudget(capacity=10)
    assert budget.spend(5)
    session = in_process(faulty(OK), policy=replace(policy, budget=budget))
    for _ in range(3):
        session.send(list_models.build_request())
    assert budget.tokens == 8
    for _ in range(10):
        session.send(list_models.build_request())
    assert budget.tokens == 10


def test_the_budget_is_shared_by_the_process():
    assert RetryPolicy().budget is RetryPolicy().budget


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 50)), max_size=60))
def test_the_budget_stays_between_nothing_and_its_capacity(steps):
    budget = RetryBudget(capacity=100)
    for spend, amount in steps:
        before = budget.tokens
        if spend:
            assert budget.spend(amount) == (amount <= before)
        else:
            budget.give_back(amount)
        assert 0 <= budget.tokens <= 100
