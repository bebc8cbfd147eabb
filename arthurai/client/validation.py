"""Import path of the official SDK; see `arthurai._compat.response_validation`."""

from arthurai._compat.response_validation import (
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
