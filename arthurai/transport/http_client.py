"""The blocking HTTP client: one server, credentials, retries, limits, one exception per failure."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import httpx

from arthurai.common.exceptions import ArthurError
from arthurai.transport.attempts import ApiResponse, Attempts, ClientContext, Renew, Wait
from arthurai.transport.bounded_body import read_body
from arthurai.transport.spans import trace_attempt

if TYPE_CHECKING:
    from collections.abc import Callable


class HttpClient(httpx.Client):
    """An HTTP client that talks to one server and raises exceptions of this package only.

    Args:
        context: What the requests share.
        log_in: Exchanges login and password for a token; not needed without credentials.
        **settings: As `httpx.Client` takes them.
    """

    def __init__(
        self,
        context: ClientContext,
        *,
        log_in: Callable[[str, str], str] | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(follow_redirects=False, **settings)
        self._context = context
        self._log_in = log_in
        self.pid = os.getpid()

    def send(
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
        context, credentials, log_in = self._context, self._context.credentials, self._log_in
        while True:
            token = None
            if credentials is not None and log_in is not None and attempts.needs_token:
                token = credentials.token(log_in)
            attempts.authorize(token)
            try:
                with trace_attempt(attempts) as note:
                    response = note(self._send_once(attempts))
            except ArthurError:
                raise
            except Exception as error:  # noqa: BLE001 - each becomes one of ours
                context.policy.sleep(attempts.after_error(error).seconds)
                continue
            match attempts.after_response(response):
                case Wait(seconds):
                    context.policy.sleep(seconds)
                case Renew(rejected) if credentials is not None and log_in is not None:
                    if not credentials.renew(rejected, log_in):
                        return attempts.finish(response)
                case _:
                    return attempts.finish(response)

    def _send_once(self, attempts: Attempts) -> ApiResponse:
        clock = self._context.policy.clock
        started = clock()
        attempts.limit_time()
        response = super().send(attempts.request, stream=True, auth=None, follow_redirects=False)
        try:
            limit = attempts.max_bytes(response.status_code)
            whole = attempts.read(response, read_body(response, limit, attempts.check_time))
        finally:
            response.close()
        attempts.log_exchange(whole, clock() - started)
        return whole
