"""Exceptions of the functions of this package"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .types import ApiObject

if TYPE_CHECKING:
    import httpx


class ErrorStatus(Exception):
    """A response whose status is not a success

    Attributes:
        status_code: The status
        content: The body
        parsed: The body as the OpenAPI document describes it; None when it does not, or the body is different
    """

    def __init__(self, response: httpx.Response, parsed: Any = None) -> None:
        self.status_code = response.status_code
        self.content = response.content
        self.parsed = parsed
        super().__init__(
            f"status {self.status_code}: {self.content[:1000].decode(errors='replace')}"
        )


class UnexpectedStatus(ErrorStatus):
    """A response whose status is not a success and is not in the OpenAPI document either"""


def error_status(response: httpx.Response, parse: Callable[[httpx.Response], Any]) -> ErrorStatus:
    """Make the exception for a response that is not a success.

    The body of an error often comes from a proxy, as a page of HTML or in another shape: it is not parsed then.

    Args:
        response: The response.
        parse: Parses the body of a documented error; raises UnexpectedStatus on other statuses.
    """
    try:
        parsed = parse(response)
        foreign = isinstance(parsed, ApiObject) and not parsed.is_complete()
        return ErrorStatus(response, None if foreign else parsed)
    except UnexpectedStatus as error:
        return error
    except (AttributeError, KeyError, TypeError, ValueError):
        return ErrorStatus(response)


__all__ = ["ErrorStatus", "UnexpectedStatus", "error_status"]
