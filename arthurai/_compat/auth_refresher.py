"""Logging in again, for programs that manage headers themselves."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import NoReturn

from arthurai._compat.client_helper import user_login
from arthurai.common.constants import API_PREFIX
from arthurai.common.exceptions import MethodNotApplicableError
from arthurai.transport.auth import read_claims

__all__ = ["API_PREFIX", "AuthRefresher", "user_login"]


class AuthRefresher:
    """Logs in and says how long the token holds. `ArthurAI` itself renews tokens on demand.

    Args:
        url: Scheme and host of the server.
        login: User name or e-mail address.
        password: The password.
        verify_ssl: Whether certificates are checked.
    """

    AUTH_KEY = "Authorization"
    ALGORITHMS = ("HS256",)
    MINS_BEFORE_EXPIRY_TO_REFRESH = 5

    def __init__(self, url: str, login: str, password: str, verify_ssl: bool) -> None:
        self._url = url
        self._login = login
        self.__password = password
        self._verify_ssl = verify_ssl

    def refresh(self) -> tuple[dict[str, str], timedelta]:
        """Log in.

        Returns:
            The header to send from now on, and the time after which to call this again: five
            minutes before the token ends, never negative.

        Raises:
            UserValueError: The server cannot be reached, or refuses login or password.
            ArthurError: Everything else that can go wrong.
        """
        token, _ = user_login(
            self._url, API_PREFIX, self._login, self.__password, verify_ssl=self._verify_ssl
        )
        end = read_claims(token).get("exp")
        seconds = 0.0
        if isinstance(end, int | float):
            seconds = max(0.0, end - time.time() - self.MINS_BEFORE_EXPIRY_TO_REFRESH * 60)
        return {self.AUTH_KEY: token}, timedelta(seconds=seconds)

    def __repr__(self) -> str:
        return f"AuthRefresher({self._url!r}, {self._login!r}, ***)"

    def __reduce__(self) -> NoReturn:
        raise MethodNotApplicableError("an AuthRefresher cannot be pickled: it holds a password")
