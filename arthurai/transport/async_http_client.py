"""The asynchronous HTTP client: the decisions of the blocking one, awaited."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx

from arthurai.common.exceptions import ArthurError
from arthurai.transport.attempts import ApiResponse, Attempts, ClientContext, Renew, Wait
from arthurai.transport.bounded_body import read_body_async
from arthurai.transport.spans import trace_attempt

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from arthurai.transport.auth import Credentials


class AsyncHttpClient(httpx.AsyncClient):
    """An HTTP client that talks to one server and raises exceptions of this package only.

    It belongs to one event loop. A canceled request gives its connection up.

    Args:
        context: What the requests share.
        log_in: Exchanges login and password for a token; not needed without credentials.
        **settings: As `httpx.AsyncClient` takes them.
    """

    def __init__(
        self,
        context: ClientContext,
        *,
        log_in: Callable[[str, str], Awaitable[str]] | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(follow_redirects=False, **settings)
        self._context = context
        self._log_in = log_in
        self._renewal = asyncio.Lock()

    async def send(
        self,
        request: httpx.Request,
        *,
        stream: bool = False,  # noqa: ARG002 - responses are always read whole, up to the limit
        auth: Any = None,  # noqa: ARG002 - credentials come from the context only
        follow_redirects: Any = None,  # noqa: ARG002 - never with credentials
    ) -> ApiResponse:
        """Send a request, again if that is allowed and helps, and return the whole response.

        Raises:
            ArthurError: Everything that can go wrong, each as the one class it belongs to.
        """
        attempts = Attempts(self._context, request)
        policy, credentials, log_in = (
            self._context.policy,
            self._context.credentials,
            self._log_in,
        )
        while True:
            token = None
            if credentials is not None and log_in is not None and attempts.needs_token:
                token = await self.token(credentials, log_in)
            attempts.authorize(token)
            try:
                with trace_attempt(attempts) as note:
                    response = note(await self._send_once(attempts))
            except ArthurError:
                raise
            except Exception as error:  # noqa: BLE001 - each becomes one of ours
                await policy.sleep_async(attempts.after_error(error).seconds)
                continue
            match attempts.after_response(response):
                case Wait(seconds):
                    await policy.sleep_async(seconds)
                case Renew(rejected) if credentials is not None and log_in is not None:
                    async with self._renewal:
                        is_renewed = await credentials.renew_async(rejected, log_in)
                    if not is_renewed:
                        return attempts.finish(response)
                case _:
                    return attempts.finish(response)

    async def token(
        self, credentials: Credentials, log_in: Callable[[str, str], Awaitable[str]]
    ) -> str:
        """Return the token of the next request; one task logs in, the others wait for it.

        Args:
            credentials: Who the caller is.
            log_in: Exchanges login and password for a token.

        Raises:
            ArthurError: The login failed, and there is no token that is still valid.
        """
        ready = credentials.usable_token(renewing=self._renewal.locked())
        if ready is not None:
            return ready
        async with self._renewal:
            return await credentials.log_in_async(log_in)

    async def _send_once(self, attempts: Attempts) -> ApiResponse:
        clock = self._context.policy.clock
        started = clock()
        attempts.limit_time()
        response = await super().send(
            attempts.request, stream=True, auth=None, follow_redirects=False
        )
        try:
            limit = attempts.max_bytes(response.status_code)
            body = await read_body_async(response, limit, attempts.check_time)
            whole = attempts.read(response, body)
        finally:
            await response.aclose()
        attempts.log_exchange(whole, clock() - started)
        return whole
