"""`ArthurHTTPClient` and `new_requests_client`: other ways to call HTTP verbs."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from arthurai._compat.http_verbs import AbstractHTTPClient, HTTPClient, RefreshFunction
from arthurai.client.client_config import ClientConfig
from arthurai.client.connect import connect
from arthurai.common.constants import API_PREFIX
from arthurai.common.deprecation import warn_deprecated
from arthurai.common.exceptions import MissingParameterError
from arthurai.common.settings import KEY_VARIABLE, URL_VARIABLE, read_variable
from arthurai.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

FALSE_OFFLINE_DEFAULT = False


class ArthurHTTPClient(AbstractHTTPClient):
    """HTTP verbs on full paths, without any check of statuses.

    Deprecated since 3.13.1: use `ArthurAI.client`.

    Args:
        access_key: API key; `ARTHUR_API_KEY` when omitted.
        url: Address of the server; `ARTHUR_ENDPOINT_URL` when omitted. A path is dropped.
        base_path: Path that the program works below; it decides which header carries the key.
        thread_workers: Threads of `pool`.
        verify_ssl: Whether certificates are checked.
        offline: Ignored: nothing is sent before the first verb in any case.

    Raises:
        MissingParameterError: Key or url is missing.
        UserValueError: The url cannot be used.
    """

    def __init__(
        self,
        access_key: str | None = None,
        url: str | None = None,
        base_path: str | None = None,
        thread_workers: int = 10,
        verify_ssl: bool = True,
        offline: bool = FALSE_OFFLINE_DEFAULT,  # noqa: ARG002 - no look-up is made that it could prevent
    ) -> None:
        warn_deprecated("ArthurHTTPClient", "use ArthurAI.client", "3.13.1")
        key = access_key or read_variable(KEY_VARIABLE)
        address = url or read_variable(URL_VARIABLE)
        if not key or not address:
            raise MissingParameterError("ArthurHTTPClient needs access_key and url")
        parts = urlsplit(address if "://" in address else f"https://{address}")
        self.url = f"{parts.scheme}://{parts.netloc}"
        self.base_path = base_path
        self.verify_ssl = verify_ssl
        self.user_agent = f"arthur-sdk/{__version__}"
        self.pool = ThreadPoolExecutor(thread_workers)
        header = "Authorization" if base_path and "v3" in base_path else "X-API-KEY"
        self._client = HTTPClient(
            self.url, default_headers={header: key.strip()}, verify_ssl=verify_ssl
        )

    def send(  # type: ignore[override] # the official one names its options
        self,
        endpoint: str,
        method: str = "GET",
        json: Any = None,
        files: Any = None,
        headers: Any = None,
        params: Any = None,
        return_raw_response: bool = False,
        retries: int = 0,
    ) -> Any:
        """Send a request; see `HTTPClient.send`."""
        return self._client.send(
            endpoint,
            method,
            json,
            files,
            headers,
            params,
            return_raw_response,
            retries,
            validate_response_status=False,
        )

    @staticmethod
    def async_call(
        rest_call: Callable[..., T],
        pool: ThreadPoolExecutor,
        *args: Any,
        callback: Callable[[Future[T]], object] | None = None,
    ) -> Future[T]:
        """Run a call in a pool of threads.

        Args:
            rest_call: What to call.
            pool: The threads.
            *args: Its arguments.
            callback: Called with the future when it is done.

        Returns:
            The future of its result.
        """
        future = pool.submit(rest_call, *args)
        if callback is not None:
            future.add_done_callback(callback)
        return future


def new_requests_client(
    access_key: str | None = None,
    url: str | None = None,
    verify_ssl: bool = True,
    offline: bool = False,
    organization_id: str | None = None,
    allow_insecure: bool = False,
    header_refresh_func: RefreshFunction | None = None,
) -> HTTPClient:
    """Return an `HTTPClient` on paths below `/api/v3`.

    Args:
        access_key: API key; `ARTHUR_API_KEY` when omitted.
        url: Address of the server; `ARTHUR_ENDPOINT_URL` when omitted.
        verify_ssl: Whether certificates are checked.
        offline: Send nothing before the first verb.
        organization_id: The organization to work in; looked up when omitted.
        allow_insecure: Accept plain http.
        header_refresh_func: As for `HTTPClient`.

    Returns:
        The client.

    Raises:
        ArthurError: As for `ArthurAI`.
    """
    session = connect(
        ClientConfig(
            verify_ssl=verify_ssl,
            url=url,
            access_key=access_key,
            offline=offline,
            organization_id=organization_id,
            allow_insecure=allow_insecure,
        )
    )
    return HTTPClient.over(session, API_PREFIX, header_refresh_func)
