"""Addresses of places in S3, or in a service that is compatible with it."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

S3_PREFIX: Final = "s3://"
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_STYLES: Final = ("path", "vhost")
_PARAMETERS: Final = ("endpoint", "region", "url_style")
_SHAPE: Final = "s3://bucket/prefix"


class S3Place(NamedTuple):
    """Where files are, and how the service is reached.

    Attributes:
        bucket: Name of the bucket.
        prefix: What the names of all files begin with; no slash at either end, not empty.
        endpoint: Host and port of another service than that of Amazon; `None` for Amazon's.
        is_plain: Whether the service is reached without TLS.
        region: The region; `None` for what the configuration of the machine says.
        uses_path: Whether the bucket is a part of the path, not of the host name.
        ca_file: Certificates of authorities that are trusted instead of the usual ones.
    """

    bucket: str
    prefix: str
    endpoint: str | None = None
    is_plain: bool = False
    region: str | None = None
    uses_path: bool = False
    ca_file: str | None = None

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"{S3_PREFIX}{self.bucket}/{self.prefix}"

    @property
    def url(self) -> str:
        """Address of the service."""
        if self.endpoint is not None:
            return f"{'http' if self.is_plain else 'https'}://{self.endpoint}"
        return f"https://s3.{self.region}.amazonaws.com" if self.region else "Amazon S3"


def is_s3(text: str) -> bool:
    """Return whether a text means a place in S3, right or wrong.

    Args:
        text: The text.
    """
    return text.lower().startswith("s3:")


def parse_s3(text: str, environment: Mapping[str, str] | None = None) -> S3Place:
    """Return the place that an address means.

    Args:
        text: `s3://bucket/prefix`; `?endpoint=`, `region=` and `url_style=` may follow.
        environment: Environment variables, which hold what the address does not state.

    Raises:
        ValueError: It is not one, or holds a credential. The address is not repeated.
    """
    found = os.environ if environment is None else environment
    try:
        parts = urlsplit(text)
        given = dict(
            parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        )
    except ValueError:
        raise ValueError(f"the address of the storage must look like {_SHAPE}") from None
    if "@" in parts.netloc or any(name not in _PARAMETERS for name in given):
        raise ValueError(
            "the address of the storage may have the parameters endpoint, region and url_style "
            "only, and no credentials, which others could read; set AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY"
        )
    prefix = unquote(parts.path).strip("/")
    is_wrong = (
        parts.scheme != "s3"
        or not _BUCKET.fullmatch(parts.netloc)
        or bool(parts.fragment)
        or not all(_is_name(name) for name in prefix.split("/"))
    )
    if is_wrong:
        raise ValueError(
            f"the address of the storage must look like {_SHAPE}, with a prefix of letters, digits "
            "and ._- that no other program uses"
        )
    stated = given.get("endpoint") or _first(found, "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
    endpoint, is_plain = _parse_endpoint(stated) if stated else (None, False)
    style = given.get("url_style", "vhost" if endpoint is None else "path")
    if style not in _STYLES:
        raise ValueError(f"url_style of the storage must be {' or '.join(_STYLES)}")
    region = given.get("region") or _first(found, "AWS_REGION", "AWS_DEFAULT_REGION")
    if region is None and endpoint is not None:
        region = "us-east-1"  # where the service has no regions this is its name
    return S3Place(
        bucket=parts.netloc,
        prefix=prefix,
        endpoint=endpoint,
        is_plain=is_plain,
        region=region,
        uses_path=style == "path",
        ca_file=_first(found, "AWS_CA_BUNDLE"),
    )


def _is_name(name: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z0-9._-]+", name)) and not set(name) <= {"."}


def _first(environment: Mapping[str, str], *names: str) -> str | None:
    return next((environment[name] for name in names if environment.get(name)), None)


def _parse_endpoint(text: str) -> tuple[str, bool]:
    """Return host and port of a service, and whether it is reached without TLS."""
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        wrong = parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc
        wrong = wrong or parts.path not in {"", "/"} or bool(parts.query or parts.fragment)
        _ = parts.port
    except ValueError:
        wrong = True
    if wrong:
        raise ValueError(
            "the endpoint of the storage must look like https://host:port, without a path: correct "
            "AWS_ENDPOINT_URL_S3, or the parameter endpoint of the address"
        )
    return parts.netloc, parts.scheme == "http"
