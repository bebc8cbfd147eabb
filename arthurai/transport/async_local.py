"""`local://` from an event loop: the embedded server answers in a thread."""

from __future__ import annotations

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

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Run one request through the application."""
        return await run_in_thread(self._answer, request)

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
