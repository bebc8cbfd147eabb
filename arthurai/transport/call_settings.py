"""What single calls change about their connection: time-out, number of attempts, headers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Self

from arthurai.common.exceptions import UserTypeError, UserValueError
from arthurai.transport.options import check_header_text

# The connection decides on these, or HTTP itself does.
_RESERVED: Final = frozenset(
    {"arthur-organization-id", "authorization", "connection", "content-encoding"}
    | {"content-length", "content-type", "cookie", "host", "transfer-encoding"}
)


@dataclass(frozen=True, slots=True)
class CallSettings:
    """What calls over a connection do differently from what it was made with.

    Attributes:
        timeout: Seconds without progress; `None` leaves it to the connection.
        attempts: Maximum number of attempts, the first included; `None` leaves it.
        headers: Headers to add.
    """

    timeout: float | None = None
    attempts: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def changed(
        self,
        *,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """Return these settings with others in their place; `None` leaves one as it is.

        Args:
            timeout: Seconds without progress.
            max_retries: How often a request is sent again at most; 0 sends it once.
            headers: Headers to add to those there are.

        Raises:
            UserTypeError: An argument has the wrong type.
            UserValueError: An argument cannot be used.
        """
        made = self
        if timeout is not None:
            made = replace(made, timeout=_check_timeout(timeout))
        if max_retries is not None:
            made = replace(made, attempts=_check_retries(max_retries) + 1)
        if headers is not None:
            made = replace(made, headers={**made.headers, **_check_headers(headers)})
        return made


def _check_timeout(value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UserTypeError(f"timeout must be a number of seconds, got {value!r}")
    if not (value > 0 and math.isfinite(value)):
        raise UserValueError(f"timeout must be a positive number of seconds, got {value!r}")
    return value


def _check_retries(value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise UserTypeError(f"max_retries must be an integer, got {value!r}")
    if value < 0:
        raise UserValueError(f"max_retries must be 0 or more, got {value!r}")
    return value


def _check_headers(headers: Mapping[str, str]) -> dict[str, str]:
    if not isinstance(headers, Mapping) or not all(isinstance(name, str) for name in headers):
        raise UserTypeError(f"headers must be a dictionary of strings, got {headers!r:.100}")
    for name in headers:
        if name.lower() in _RESERVED or not name.isascii() or not name.replace("-", "").isalnum():
            raise UserValueError(
                f"headers must not hold {name!r}: the connection decides on it, or it is no name "
                f"of a header"
            )
    return {
        name: check_header_text(f"headers[{name!r}]", value, secret=True)
        for name, value in headers.items()
    }
