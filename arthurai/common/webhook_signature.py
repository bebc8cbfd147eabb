"""Signatures of webhooks as Standard Webhooks describes them (https://www.standardwebhooks.com)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from typing import TYPE_CHECKING, Any, Final

import orjson

from arthurai.common.exceptions import UserTypeError, UserValueError

if TYPE_CHECKING:
    from collections.abc import Mapping

ID_HEADER: Final = "webhook-id"
TIMESTAMP_HEADER: Final = "webhook-timestamp"
SIGNATURE_HEADER: Final = "webhook-signature"
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - says what a secret is
TOLERANCE_SECONDS: Final = 300.0
_VERSION: Final = "v1"


def sign_webhook(secret: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the headers that sign a webhook.

    Args:
        secret: The secret, `whsec_` and base64.
        message_id: Id of the message, the same for each attempt to deliver it.
        timestamp: Time of the attempt in seconds since 1970.
        body: The body.
    """
    signature = _sign(secret, message_id, str(timestamp), body)
    return {
        ID_HEADER: message_id,
        TIMESTAMP_HEADER: str(timestamp),
        SIGNATURE_HEADER: f"{_VERSION},{signature}",
    }


def verify_webhook(
    body: bytes | str,
    headers: Mapping[str, str],
    secret: str,
    *,
    tolerance_seconds: float = TOLERANCE_SECONDS,
) -> Any:
    """Check that a webhook comes from the server that knows its secret, and return its content.

    Args:
        body: The body as it was received, not decoded and encoded again.
        headers: Headers of the request, in any spelling of case.
        secret: The `signing_secret` of the notification configuration.
        tolerance_seconds: How far the time of the webhook may be from the clock.

    Returns:
        The decoded JSON of the body: a dictionary with `subject`, `text` and `payload`.

    Raises:
        UserValueError: A header is missing, the signature is wrong, the time is too far off, or
            the body is not JSON.
        UserTypeError: The body is neither bytes nor text.
    """
    if not isinstance(body, bytes | str):
        raise UserTypeError(f"body must be bytes or text, got {type(body).__name__}")
    content = body.encode() if isinstance(body, str) else body
    given = {name.lower(): value for name, value in headers.items()}
    try:
        message_id, moment = given[ID_HEADER], given[TIMESTAMP_HEADER]
        signatures = given[SIGNATURE_HEADER]
    except KeyError as error:
        raise UserValueError(f"the webhook has no header {error.args[0]}") from None
    expected = f"{_VERSION},{_sign(secret, message_id, moment, content)}"
    if not any(
        hmac.compare_digest(expected.encode(), signature.encode())
        for signature in signatures.split()
    ):
        raise UserValueError("the signature of the webhook is wrong: do not trust its content")
    if not moment.isdecimal() or abs(time.time() - int(moment)) > tolerance_seconds:
        raise UserValueError(
            f"the webhook was signed at {moment[:20]!r}, more than {tolerance_seconds:g} s from now"
        )
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise UserValueError(f"body must be JSON: {error}") from error


def _sign(secret: str, message_id: str, moment: str, body: bytes) -> str:
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error as error:
        raise UserValueError(f"secret must be {SECRET_PREFIX} and base64: {error}") from None
    signed = b".".join((message_id.encode(), moment.encode(), body))
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
