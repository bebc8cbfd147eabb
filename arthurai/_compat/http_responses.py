"""Responses of `HTTPClient`, and checks of their status and of the results of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from arthurai.common.checks import check_object
from arthurai.common.exceptions import (
    ArthurUnexpectedError,
    ArthurUserError,
    PaymentRequiredError,
    ResponseClientError,
    ResponseRedirectError,
    ResponseServerError,
    UnexpectedTypeError,
    UnexpectedValueError,
)
from arthurai.common.text import quote_value
from arthurai.transport.errors import exception_of, reason_of, server_message

__all__ = [
    "ArthurUnexpectedError",
    "ArthurUserError",
    "HTTPResponse",
    "Headers",
    "PaymentRequiredError",
    "ResponseClientError",
    "ResponseRedirectError",
    "ResponseServerError",
    "UnexpectedTypeError",
    "UnexpectedValueError",
    "validate_multistatus_response_and_get_failures",
    "validate_response_status",
]

_REDIRECTS, _CLIENT_ERRORS, _SERVER_ERRORS = 300, 400, 500
_MULTI_STATUS = 207
_COUNTS = frozenset({"success", "failure", "total"})


class Headers(Mapping[str, str]):
    """Header names and values; names match in any case, repeated headers are joined by commas."""

    __slots__ = ("_items",)

    def __init__(self, items: Iterable[tuple[str, str]] = ()) -> None:
        self._items: dict[str, str] = {}
        for name, value in items:
            key = name.lower()
            self._items[key] = f"{self._items[key]}, {value}" if key in self._items else value

    def __getitem__(self, name: str) -> str:
        return self._items[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        masked = {k: "***" if k == "set-cookie" else v for k, v in self._items.items()}
        return f"Headers({masked!r})"


@dataclass(frozen=True, slots=True)
class HTTPResponse:
    """Status, headers and whole body of a response.

    Attributes:
        status_code: The status.
        reason: What the status means.
        url: The address of the request, without secrets.
        headers: Header names, in any case, and values.
        content: The body.
    """

    status_code: int
    reason: str
    url: str
    headers: Headers = field(default_factory=Headers)
    content: bytes = field(default=b"", repr=False)

    @property
    def ok(self) -> bool:
        """Whether the status is below 400."""
        return self.status_code < _CLIENT_ERRORS

    @property
    def text(self) -> str:
        """The body as text in UTF-8; undecodable bytes become U+FFFD."""
        return self.content.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """Decode the body.

        Raises:
            UnexpectedValueError: The body is not JSON.
        """
        import orjson

        try:
            return orjson.loads(self.content)
        except ValueError as error:
            raise UnexpectedValueError(
                f"{self.url} responded {self.status_code} with a body that is not JSON: {error}"
            ) from error


def validate_response_status(
    response_or_code: HTTPResponse | int,
    expected_status_code: int | None = None,
    allow_redirects: bool | None = False,
) -> None:
    """Raise the exception that a status stands for.

    Args:
        response_or_code: A response, or its status alone.
        expected_status_code: The only status that is accepted.
        allow_redirects: Accept 3xx statuses.

    Raises:
        UnexpectedTypeError: `response_or_code` is neither a response nor a number.
        ResponseServerError: The status is 500 or above.
        PaymentRequiredError: It is 402.
        ForbiddenError: It is 403.
        ResponseClientError: It is another status from 400 on.
        ResponseRedirectError: It is a 3xx status and redirects are not allowed.
        UnexpectedValueError: It is a success, but not the expected one.
    """
    status, said = _status_of(response_or_code)
    if status == expected_status_code:
        return
    text = f"the server responded {status} ({reason_of(status)}){said}"
    if status >= _CLIENT_ERRORS or (status >= _REDIRECTS and not allow_redirects):
        raise exception_of(status)(text)
    if expected_status_code is not None:
        raise UnexpectedValueError(f"{text}; expected {expected_status_code}")


def _status_of(response_or_code: Any) -> tuple[int, str]:
    if isinstance(response_or_code, int) and not isinstance(response_or_code, bool):
        return response_or_code, ""
    status = getattr(response_or_code, "status_code", None)
    if not isinstance(status, int):
        raise UnexpectedTypeError(
            f"response_or_code must be a response or a status, got "
            f"{type(response_or_code).__name__}"
        )
    message = server_message(
        getattr(response_or_code, "content", b""), getattr(response_or_code, "headers", {})
    )
    return status, f": {message}" if message else ""


def validate_multistatus_response_and_get_failures(
    response: HTTPResponse, raise_on_failures: bool = False
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the refused rows of a 207 response by whose fault they are.

    Args:
        response: A response with `counts` and `results` in its body.
        raise_on_failures: Raise when any row was refused.

    Returns:
        The results that are the caller's fault (4xx) and those that are the server's.

    Raises:
        UnexpectedValueError: The response is not a multi-status response, or contradicts itself.
        ResponseServerError: Rows failed on the server's side, and `raise_on_failures` is set.
        ResponseClientError: Only the caller's rows were at fault, and `raise_on_failures` is set.
    """
    if response.status_code != _MULTI_STATUS:
        raise UnexpectedValueError(
            f"the server responded {response.status_code}; expected {_MULTI_STATUS} (Multi-Status)"
        )
    counts, results = _counts_and_results(response.json())
    user_failures: list[dict[str, Any]] = []
    server_failures: list[dict[str, Any]] = []
    for result in results:
        status = result["status"]
        if _CLIENT_ERRORS <= status < _SERVER_ERRORS:
            user_failures.append(result)
        elif status >= _REDIRECTS:
            server_failures.append(result)
    found = len(user_failures) + len(server_failures)
    if found != counts["failure"]:
        raise UnexpectedValueError(
            f"the server counted {counts['failure']} failures but listed {found}"
        )
    if raise_on_failures and server_failures:
        also = f"; {len(user_failures)} more were refused" if user_failures else ""
        raise ResponseServerError(
            f"{len(server_failures)} of {counts['total']} rows failed on the server{also}. First: "
            f"{server_failures[0]}"
        )
    if raise_on_failures and user_failures:
        raise ResponseClientError(
            f"{len(user_failures)} of {counts['total']} rows were refused. First: "
            f"{user_failures[0]}"
        )
    return user_failures, server_failures


def _counts_and_results(body: Any) -> tuple[dict[str, int], list[dict[str, Any]]]:
    body = check_object(body)
    counts, results = body.get("counts"), body.get("results")
    if not isinstance(counts, dict) or counts.keys() != _COUNTS:
        raise UnexpectedValueError(
            f"counts must have exactly {', '.join(sorted(_COUNTS))}, got {quote_value(counts)}"
        )
    if not isinstance(results, list):
        raise UnexpectedValueError(f"results must be a list, got {type(results).__name__}")
    for result in results:
        if not isinstance(result, dict) or not isinstance(result.get("status"), int | float):
            raise UnexpectedValueError(f"each result must have a status, got {quote_value(result)}")
    return counts, results
