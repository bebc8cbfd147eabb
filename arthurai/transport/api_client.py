"""The generated client on top of a `Session`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from arthurai.common.exceptions import MethodNotApplicableError
from arthurai_api.client import AuthenticatedClient

if TYPE_CHECKING:
    import httpx

    from arthurai.transport.session import Session

_UNUSED_TOKEN = "(held by the session)"  # noqa: S105 - says that there is no token here


class ApiClient(AuthenticatedClient):
    """The generated client on top of a `Session`: its credentials, retries, limits and exceptions.

    Hand it to functions of `arthurai_api.api`: `list_users.sync(client=arthur.api)`.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(
            base_url=session.base_url,
            token=_UNUSED_TOKEN,
            prefix="",
            raise_on_unexpected_status=True,
        )
        self._session = session

    def get_httpx_client(self) -> httpx.Client:
        """Return the HTTP client of this process."""
        return self._session.wire()

    def get_async_httpx_client(self) -> NoReturn:
        """Refuse: only the blocking functions of the generated client are supported.

        Raises:
            MethodNotApplicableError: Always.
        """
        raise MethodNotApplicableError(
            "ArthurAI.api serves the blocking functions (sync, sync_detailed); run them in threads "
            "instead of using the asyncio ones"
        )

    def with_headers(self, headers: dict[str, str]) -> NoReturn:
        """Refuse, as `with_cookies` and `with_timeout` do: the session decides on these.

        Raises:
            MethodNotApplicableError: Always.
        """
        raise MethodNotApplicableError(
            f"the headers {', '.join(headers)} cannot be added: headers, cookies and time-outs of "
            f"ArthurAI.api are those of its connection. Set time-outs in http_options."
        )

    def with_cookies(self, cookies: dict[str, str]) -> NoReturn:
        """Refuse: see `with_headers`."""
        self.with_headers(cookies)

    def with_timeout(self, timeout: httpx.Timeout) -> NoReturn:
        """Refuse: see `with_headers`."""
        self.with_headers({"timeout": str(timeout)})

    def __repr__(self) -> str:
        return f"ApiClient({self._session.endpoint.shown!r})"
