"""What went wrong at S3, and what to do about it: no message holds a credential."""

from __future__ import annotations

import os
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from arthurai.server.storage.warehouse.errors import DataStoreError

if TYPE_CHECKING:
    from arthurai.server.storage.s3_address import S3Place

SECRET_VARIABLES: Final = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID")
_KEY_ID: Final = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b")
_SIGNED: Final = re.compile(r"(?i)(x-amz-(?:signature|credential|security-token)=)[^&\s'\"]+")
_MAX_TEXT: Final = 300
_MIN_SECRET: Final = 6
_RIGHTS: Final = "s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject"

# The first that is found decides. Codes are compared without case and underscores.
_CAUSES: Final = (
    (
        ("requesttimetooskewed", "requestexpired"),
        "the clock of this machine is wrong: set it, e.g. by NTP",
    ),
    (
        ("invalidaccesskeyid", "invalidclienttokenid", "unrecognizedclient"),
        "the access key is unknown there: check AWS_ACCESS_KEY_ID, or AWS_PROFILE",
    ),
    (
        ("signaturedoesnotmatch",),
        "the secret key is not that of the access key: check AWS_SECRET_ACCESS_KEY",
    ),
    (
        ("expiredtoken", "invalidtoken", "tokenrefreshrequired", "invalidsecurity"),
        "the session has expired: renew AWS_SESSION_TOKEN and its keys",
    ),
    (
        ("nosuchbucket", "bucketnotfound"),
        "the bucket does not exist: create it, or correct --storage",
    ),
    (
        (
            "permanentredirect",
            "authorizationheadermalformed",
            "illegallocationconstraint",
            "http301",
        ),
        "the bucket is in another region: set AWS_REGION to that of the bucket",
    ),
    (
        ("certificate", "curlcode: 60", "sslpeer", "ssl connect error", "curlcode: 35"),
        "its certificate cannot be verified: name the file of its authority in AWS_CA_BUNDLE",
    ),
    (
        ("accessdenied", "allaccessdisabled", "http403", "forbidden"),
        (
            "access is denied: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, to "
            f"keys that have {_RIGHTS} for the prefix and its bucket"
        ),
    ),
    (
        (
            "networkconnection",
            "couldnotconnect",
            "couldntconnect",
            "couldnotresolve",
            "curlcode:",
            "connectionerror",
            "timeout",
            "timedout",
            "unabletoconnect",
        ),
        (
            "it cannot be reached: check the network, and AWS_ENDPOINT_URL_S3 or the parameter "
            "endpoint of --storage"
        ),
    ),
)


class StorageUnavailableError(DataStoreError):
    """The object storage refused a request, or did not answer."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    headers = (("Retry-After", "5"),)


def without_credentials(text: str) -> str:
    """Return a text in which no credential of this process stands.

    Args:
        text: The text, e.g. of an error.
    """
    for name in SECRET_VARIABLES:
        value = os.environ.get(name, "")
        if len(value) >= _MIN_SECRET:
            text = text.replace(value, "…")
    return _SIGNED.sub(r"\1…", _KEY_ID.sub("…", text))


def storage_error(place: S3Place, error: BaseException | str) -> StorageUnavailableError:
    """Return an error that says what is wrong with a place in S3, and the remedy.

    Args:
        place: The place.
        error: What the library raised.
    """
    text = str(error)
    folded = text.lower().replace("_", "").replace(" ", "")
    for codes, cause in _CAUSES:
        if any(code.replace(" ", "") in folded for code in codes):
            return StorageUnavailableError(f"{place.name} at {place.url}: {cause}")
    shown = " ".join(without_credentials(text).split())[:_MAX_TEXT]
    return StorageUnavailableError(f"{place.name} at {place.url}: {shown}")
