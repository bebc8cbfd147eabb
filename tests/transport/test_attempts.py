"""What each attempt sends and what follows from its outcome, decided without I/O."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from arthurai.common.exceptions import ArthurConnectionError, ResponseServerError, UserValueError
from arthurai.transport.attempts import (
    OPTIONS_KEY,
    ApiResponse,
    Attempts,
    CallOptions,
    ClientContext,
    Renew,
    Wait,
)
from arthurai.transport.auth import ApiKey
from arthurai.transport.options import parse_endpoint
from arthurai.transport.redaction import Redactor


@pytest.fixture
def context(policy):
    return ClientContext(
        endpoint=parse_endpoint("https://arthur.example"),
        credentials=ApiKey("key"),
        policy=policy,
        redact=Redactor(),
        organization_id="org-1",
        max_response_bytes=100,
    )


def attempts_for(context, method="GET", url="https://arthur.example/api/x", **options):
    extensions = {OPTIONS_KEY: CallOptions(**options)}
    return Attempts(context, httpx.Request(method, url, extensions=extensions))


def answer(attempts, status, body=b"{}", **headers):
    request = attempts.request
    return attempts.read(httpx.Response(status, headers=headers, request=request), body)


def test_each_attempt_carries_token_and_organization(context):
    attempts = attempts_for(context)
    assert attempts.needs_token
    for number, token in enumerate(("first", "second"), start=1):
        attempts.authorize(token)
        assert attempts.request.headers["authorization"] == token
        assert attempts.request.headers["arthur-organization-id"] == "org-1"
        assert attempts.made == number


def test_a_public_request_carries_neither(context):
    attempts = attempts_for(context, public=True)
    assert not attempts.needs_token
    attempts.authorize(None)
    assert not {"authorization", "arthur-organization-id"} & set(attempts.request.headers)


def test_nothing_goes_to_another_server(context):
    with pytest.raises(UserValueError, match="no other server"):
        attempts_for(context, url="https://elsewhere.example/api/x")


def test_outcomes_say_what_to_do_next(context):
    attempts = attempts_for(context)
    attempts.authorize("old")
    assert attempts.after_response(answer(attempts, 503)) == Wait(0.25)
    attempts.authorize("old")
    assert attempts.after_error(httpx.ReadError("cut")) == Wait(0.5)
    attempts.authorize("old")
    assert attempts.after_response(answer(attempts, 401)) == Renew("old")
    attempts.authorize("new")
    response = answer(attempts, 200, b'{"a": 1}')
    assert attempts.after_response(response) is None
    assert attempts.finish(response).json() == {"a": 1}


def test_the_last_outcome_is_raised(context):
    attempts = attempts_for(context, attempts=1)
    attempts.authorize("key")
    with pytest.raises(ArthurConnectionError, match="cut"):
        attempts.after_error(httpx.ReadError("cut"))
    response = answer(attempts, 500, b'{"error": "why"}')
    assert attempts.after_response(response) is None
    with pytest.raises(ResponseServerError, match="why"):
        attempts.finish(response)


def test_an_asynchronous_client_can_follow_the_same_decisions(context):
    script = iter([httpx.Response(503), httpx.ReadError("cut"), httpx.Response(200, json={"a": 1})])

    def handle(request):
        assert request.headers["authorization"] == "key"
        outcome = next(script)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def send(attempts) -> ApiResponse:
        async with httpx.AsyncClient(transport=httpx.MockTransport(handle)) as client:
            while True:
                attempts.authorize("key")
                try:
                    response = await client.send(attempts.request)
                except httpx.HTTPError as error:
                    context.policy.sleep(attempts.after_error(error).seconds)
                    continue
                whole = attempts.read(response, response.content)
                step = attempts.after_response(whole)
                if step is None:
                    return attempts.finish(whole)
                context.policy.sleep(step.seconds)

    assert asyncio.run(send(attempts_for(context))).json() == {"a": 1}
    assert context.policy.clock.slept == [0.25, 0.5]
