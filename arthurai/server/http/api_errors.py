"""Errors that a caller of the API gets to see."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class ApiError(Exception):
    """A refusal that becomes an answer with the body ``{"error": message}``.

    Attributes:
        status: HTTP status, 400 to 599.
        message: Reason for the caller, with what to do about it.
        headers: Further headers of the answer.
    """

    def __init__(self, status: int, message: str, headers: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message
        self.headers = tuple(headers)

    def __str__(self) -> str:
        return f"{self.status}: {self.message}"


def not_found(message: str = "record not found") -> ApiError:
    """Return the refusal for an object that does not exist in the caller's organisation."""
    return ApiError(404, message)
