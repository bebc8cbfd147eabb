"""`local://` from an event loop: the embedded server answers in a thread."""

from __future__ import annotations

import asyncio
from typing import cast

import httpx

from arthurai.common.threads import run_in_thread


class AsyncLocalTransport(httpx.AsyncBaseTransport):
    """Calls the embedded server in a thread.

    A request that is canceled is answered all the same, as by a server that learns too late that
    nobody listens.

    Args:
        transport: The blocking transport to the server.
    """

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self._transport = transport
        self._running: set[asyncio.Task[httpx.Response]] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Run one request through the application."""
        answering = asyncio.ensure_future(run_in_thread(self._answer, request))
        self._running.add(answering)
        answering.add_done_callback(self._forget)
        return await asyncio.shield(answering)

    def _forget(self, answering: asyncio.Task[httpx.Response]) -> None:
        self._running.discard(answering)
        if not answering.cancelled():
            answering.exception()  # seen, also when nobody waits for it any more

    async def aclose(self) -> None:
        """Wait for requests whose callers are gone: the server must not be closed under them."""
        if self._running:
            await asyncio.wait(self._running)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        response = self._transport.handle_request(request)
        stream = cast("httpx.SyncByteStream", response.stream)
        try:
            content = b"".join(stream)
        finally:
            stream.close()
        return httpx.Response(
            response.status_code,
            headers=response.headers.raw,
            stream=httpx.ByteStream(content),
            extensions=response.extensions,
        )
