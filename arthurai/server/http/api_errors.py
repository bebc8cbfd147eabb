"""Errors that become responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


_MAX_PROBLEMS: Final = 20


def join_problems(problems: Iterable[str]) -> str:
    """Return what is wrong, problem by problem, as one text; of very many only the first.

    Args:
        problems: What is wrong.
    """
    found = list(dict.fromkeys(problems))
    more = len(found) - _MAX_PROBLEMS
    shown = "; ".join(found[:_MAX_PROBLEMS])
    return f"{shown}; and {more} more" if more > 0 else shown


class StatusError(Exception):
    """An error that becomes a response with the body `{"error": reason}`.

    Attributes:
        status: HTTP status, 400 to 599.
        headers: Further headers of the response.
    """

    status: int = 500
    headers: Sequence[tuple[str, str]] = ()

    @property
    def reason(self) -> str:
        """What is wrong and what to do about it, for the client."""
        return str(self)


class ApiError(StatusError):
    """A request that is refused.

    Attributes:
        message: What is wrong and what to do about it.
    """

    def __init__(self, status: int, message: str, headers: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message
        self.headers = tuple(headers)

    def __str__(self) -> str:
        return f"{self.status}: {self.message}"

    @property
    def reason(self) -> str:
        """What is wrong and what to do about it, for the client."""
        return self.message


def not_found(message: str = "record not found") -> ApiError:
    """Return the error for an object that does not exist in the organization of the request."""
    return ApiError(404, message)
