"""Environment variables of the client and of the embedded server: names, and how to read them."""

from __future__ import annotations

import os
from typing import Final

URL_VARIABLE: Final = "ARTHUR_ENDPOINT_URL"
KEY_VARIABLE: Final = "ARTHUR_API_KEY"
LOGIN_VARIABLE: Final = "ARTHUR_LOGIN"
PASSWORD_VARIABLE: Final = "ARTHUR_PASSWORD"  # noqa: S105 - the name of a variable
ORGANIZATION_VARIABLE: Final = "ARTHUR_ORGANIZATION_ID"
VERIFY_SSL_VARIABLE: Final = "VERIFY_SSL"
ALLOW_INSECURE_VARIABLE: Final = "ARTHUR_ALLOW_INSECURE"
STRICT_VARIABLE: Final = "ARTHUR_STRICT"
REDACTION_KEY_VARIABLE: Final = "ARTHUR_REDACTION_KEY"
LOG_STDOUT_VARIABLE: Final = "ARTHUR_LOG_STDOUT"
LAST_MODEL_VARIABLE: Final = "ARTHUR_LAST_MODEL_ID"
CA_VARIABLES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
SMTP_URL_VARIABLE: Final = "ARTHUR_SMTP_URL"
SMTP_SENDER_VARIABLE: Final = "ARTHUR_SMTP_FROM"
WEBHOOKS_VARIABLE: Final = "ARTHUR_WEBHOOKS"
PRIVATE_WEBHOOKS_VARIABLE: Final = "ARTHUR_WEBHOOKS_PRIVATE"
LIMITS_VARIABLE: Final = "ARTHUR_LIMITS"
UNCONFINED_CODE_VARIABLE: Final = "ARTHUR_ALLOW_UNCONFINED_CODE"
SERVE_PREFIX: Final = "ARTHUR_SERVE_"
"""What the names of other settings of `arthurai serve` start with."""
LAKE_PREFIX: Final = "ducklake:"
"""What comes before the address of the database that has the catalog of a lake."""

VARIABLES: Final = (
    URL_VARIABLE,
    KEY_VARIABLE,
    LOGIN_VARIABLE,
    PASSWORD_VARIABLE,
    ORGANIZATION_VARIABLE,
    VERIFY_SSL_VARIABLE,
    *CA_VARIABLES,
    ALLOW_INSECURE_VARIABLE,
    STRICT_VARIABLE,
    REDACTION_KEY_VARIABLE,
    LOG_STDOUT_VARIABLE,
    LAST_MODEL_VARIABLE,
    SMTP_URL_VARIABLE,
    SMTP_SENDER_VARIABLE,
    WEBHOOKS_VARIABLE,
    PRIVATE_WEBHOOKS_VARIABLE,
    LIMITS_VARIABLE,
    UNCONFINED_CODE_VARIABLE,
)
SECRET_VARIABLES: Final = frozenset(
    {KEY_VARIABLE, PASSWORD_VARIABLE, REDACTION_KEY_VARIABLE, SMTP_URL_VARIABLE}
)

_TRUE_WORDS: Final = ("1", "on", "t", "true", "y", "yes")
_FALSE_WORDS: Final = ("0", "f", "false", "n", "no", "off")


def read_variable(name: str) -> str | None:
    """Return the value of an environment variable without blanks around it, `None` when empty."""
    return os.environ.get(name, "").strip() or None


def read_bool(name: str, *, default: bool) -> bool:
    """Return whether the value of an environment variable means yes.

    Args:
        name: Name of the variable.
        default: Value when it is not set or empty.

    Raises:
        UserValueError: The value means neither yes nor no.
    """
    text = read_variable(name)
    return default if text is None else parse_bool(text, name)


def is_true(name: str) -> bool:
    """Return whether the value of an environment variable means yes; anything else means no."""
    return (read_variable(name) or "").lower() in _TRUE_WORDS


def parse_bool(text: str, name: str) -> bool:
    """Return whether a text means yes.

    Args:
        text: The text, in upper or lower case.
        name: Where it comes from, for the message.

    Raises:
        UserValueError: The text means neither yes nor no.
    """
    word = text.strip().lower()
    if word in _TRUE_WORDS:
        return True
    if word in _FALSE_WORDS:
        return False
    # Imported here, since `import arthurai` reads a switch and must stay quick.
    from arthurai.common.exceptions import UserValueError

    raise UserValueError(
        f"{name} must be one of {', '.join(_TRUE_WORDS)} or one of {', '.join(_FALSE_WORDS)}, "
        f"got {text!r:.40}"
    )
