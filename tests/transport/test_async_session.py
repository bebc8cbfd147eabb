"""What only an asynchronous session does: tasks, cancellation, event loops, threads.

What it has in common with the blocking one is tested with that one, by `BOTH_SHELLS`.
"""

from __future__ import annotations

import asyncio
import threading
import time

import httpx
import pytest

from arthurai.common.exceptions import ArthurTimeoutError, MethodNotApplicableError
from arthurai.transport.async_session import AsyncSession
from arthurai.transport.auth import ApiKey, Login
from arthurai.transport.local import open_local
from arthurai.transport.options import Endpoint, HttpOptions, parse_endpoint
from arthurai_api.api.models import list_models

PAGE = {"data": [], "page": 1, "page_size": 20, "total_pages": 1, "total_count": 0}
BODY = b'{"data": [], "page": 1, "page_size": 20, "total_pages": 1, "total_count": 0}'


class InProcess:
    """Stands where the embedded server stands."""

    admin_key = "key"

    def __init__(self, handle):
        self._handle = handle

    def transport(self):
        return httpx.MockTransport(self._handle)

    def release(self):
        pass


def session_over(handle, credentials=None, **settings):
    endpoint = Endpoint("http://localhost", "local://", local=True)
    return AsyncSession(endpoint, credentials or ApiKey("key"), local=InProcess(handle), **settings)


async def until(is_true):
    for _ in range(1000):
        if is_true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("waited 10 seconds in vain")


def session_at(server, **options):
    endpoint = parse_endpoint(server.url, allow_insecure=True)
    return AsyncSession(endpoint, ApiKey("key"), options=HttpOptions(attempts=1, **options))


def test_a_request_does_not_hold_up_other_tasks():
    def slow(request):
        time.sleep(0.3)
        return httpx.Response(200, json=PAGE)

    async def count_while_waiting():
        session = session_over(slow)
        request = asyncio.create_task(session.send(list_models.build_request()))
        ticks = 0
        while not request.done():
            await asyncio.sleep(0.01)
            ticks += 1
        await session.close()
        return ticks

    assert asyncio.run(count_while_waiting()) >= 10


def test_requests_of_several_tasks_are_in_flight_together():
    both = threading.Barrier(4, timeout=10)

    def meet(request):
        both.wait()
        return httpx.Response(200, json=PAGE)

    async def send_four():
        session = session_over(meet)
        await asyncio.gather(*(list_models.asyncio(client=session.api) for _ in range(4)))
        await session.close()

    asyncio.run(send_four())


def test_tasks_log_in_once_together():
    logins = []

    def office(request):
        if request.url.path.endswith("/login"):
            logins.append(request.headers.get("authorization"))
            time.sleep(0.05)
            cookie = "Authorization=the-token; Path=/"
            return httpx.Response(200, json={"id": "u"}, headers={"Set-Cookie": cookie})
        assert request.headers["authorization"] == "the-token"
        return httpx.Response(200, json=PAGE)

    async def send_many():
        session = session_over(office, Login("ann", "pass word"))
        await asyncio.gather(*(session.send(list_models.build_request()) for _ in range(16)))
        await session.close()

    asyncio.run(send_many())
    assert logins == [None]


def test_a_canceled_request_ends_at_once_and_the_session_goes_on(raw_server, answers):
    server = raw_server(answers.hang, answers.whole(200, BODY))

    async def cancel_and_send():
        session = session_at(server)
        waiting = asyncio.create_task(session.send(list_models.build_request()))
        await until(lambda: server.requests)
        started = time.monotonic()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        taken = time.monotonic() - started
        page = await list_models.asyncio(client=session.api)
        await session.close()
        return taken, page.data

    taken, data = asyncio.run(cancel_and_send())
    assert taken < 1
    assert data == []


def test_a_canceled_login_leaves_the_lock_free():
    hold = threading.Event()
    logins = []

    def office(request):
        if request.url.path.endswith("/login"):
            logins.append(1)
            if len(logins) == 1:
                hold.wait(10)
            cookie = "Authorization=the-token; Path=/"
            return httpx.Response(200, json={"id": "u"}, headers={"Set-Cookie": cookie})
        return httpx.Response(200, json=PAGE)

    async def cancel_then_send():
        session = session_over(office, Login("ann", "pass word"))
        first = asyncio.create_task(session.send(list_models.build_request()))
        await until(lambda: logins)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        response = await session.send(list_models.build_request())
        hold.set()
        await session.close()
        return response.status_code

    assert asyncio.run(cancel_then_send()) == 200
    assert len(logins) == 2


@pytest.mark.faults
def test_a_time_out_is_the_same_error_as_of_a_blocking_session(raw_server, answers):
    server = raw_server(answers.hang)

    async def send():
        session = session_at(server, timeout=0.2)
        try:
            await session.send(list_models.build_request())
        finally:
            await session.close()

    with pytest.raises(ArthurTimeoutError, match=r"http_options\['timeout'\]"):
        asyncio.run(send())


def test_one_session_serves_one_event_loop_after_the_other(raw_server, answers):
    server = raw_server(answers.whole(200, BODY))
    session = session_at(server)

    async def send():
        return (await session.send(list_models.build_request())).json()["data"]

    assert [asyncio.run(send()) for _ in range(3)] == [[], [], []]
    asyncio.run(session.close())


def test_a_closed_session_says_so():
    async def close_and_send():
        session = session_over(lambda _: httpx.Response(200, json=PAGE))
        await session.send(list_models.build_request())
        await session.close()
        await session.close()
        await session.send(list_models.build_request())

    with pytest.raises(MethodNotApplicableError, match="closed"):
        asyncio.run(close_and_send())


def test_the_generated_client_serves_asyncio_functions_only():
    async def look():
        session = session_over(lambda _: httpx.Response(200, json=PAGE))
        try:
            found = await list_models.asyncio_detailed(client=session.api)
            assert found.status_code == 200
            assert session.api.get_async_httpx_client() is session.http_client()
            with pytest.raises(MethodNotApplicableError, match="ArthurAI"):
                list_models.sync(client=session.api)
            with pytest.raises(MethodNotApplicableError, match="blocking"):
                session.api.get_httpx_client()
        finally:
            await session.close()

    asyncio.run(look())


def test_the_blocking_twin_shares_the_embedded_server():
    async def share():
        local = open_local("local://")
        session = AsyncSession(parse_endpoint("local://"), ApiKey(local.admin_key), local=local)
        twin = session.blocking()
        assert twin is session.blocking()
        page = await asyncio.to_thread(list_models.sync, client=twin.api)
        assert page.data == (await list_models.asyncio(client=session.api)).data
        await session.close()
        with pytest.raises(MethodNotApplicableError, match="closed"):
            twin.send(list_models.build_request())

    asyncio.run(share())
