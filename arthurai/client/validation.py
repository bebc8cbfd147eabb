"""Import path of the official SDK; see `arthurai._compat.http_responses`."""

from arthurai._compat.http_responses import (
    ArthurUnexpectedError,
    ArthurUserError,
    PaymentRequiredError,
    ResponseClientError,
    ResponseRedirectError,
    ResponseServerError,
    UnexpectedTypeError,
    UnexpectedValueError,
    validate_multistatus_response_and_get_failures,
    validate_response_status,
)

__all__ = [
    "ArthurUnexpectedError",
    "ArthurUserError",
    "PaymentRequiredError",
    "ResponseClientError",
    "ResponseRedirectError",
    "ResponseServerError",
    "UnexpectedTypeError",
    "UnexpectedValueError",
    "validate_multistatus_response_and_get_failures",
    "validate_response_status",
]
