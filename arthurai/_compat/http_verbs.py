"""`HTTPClient`: HTTP verbs on paths of an Arthur server."""

from __future__ import annotations

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from arthurai._compat.http_responses import Headers, HTTPResponse
from arthurai._compat.http_responses import validate_response_status as check_status
from arthurai.common.exceptions import UnexpectedTypeError, UserValueError
from arthurai.transport.attempts import AUTHORIZATION_HEADER, ApiResponse, CallOptions
from arthurai.transport.errors import reason_of
from arthurai.transport.options import HttpOptions, parse_endpoint
from arthurai.transport.session import Session

if TYPE_CHECKING:
    from datetime import timedelta

RefreshFunction = Callable[[], "tuple[dict[str, str], timedelta]"]

logger = logging.getLogger(__name__)

JSON_CONTENT_TYPE = "application/json"
_BINARY_TYPES = frozenset({"image/jpeg", "text/csv", "avro/binary", "parquet/binary"})
_OCTETS = "application/octet-stream"
_MULTIPART = "multipart/form-data"
_MIN_REFRESH_SECONDS = 1.0


def construct_url(*parts: str, validate: bool = True, default_https: bool = True) -> str:
    """Join parts of an address with single slashes.

    Args:
        *parts: Host, prefix, path; slashes at both ends of each are dropped.
        validate: Raise unless the result has a scheme and a host.
        default_https: Put `https://` in front of a result without a scheme, with a warning.

    Returns:
        The address, without a slash at the end.

    Raises:
        UserValueError: The result has no scheme or no host, and `validate` is set.
    """
    url = "/".join(stripped for part in parts if (stripped := part.strip("/")))
    if "://" not in url:
        if default_https:
            logger.warning("no scheme in %r, https:// is assumed", url)
            url = f"https://{url}"
        elif not validate:
            return url
    if validate:
        try:
            split = urlsplit(url)
        except ValueError as error:
            raise UserValueError(f"{url!r} is not a valid address: {error}") from None
        if not split.scheme or not split.netloc:
            raise UserValueError(f"{url!r} must have a scheme and a host, e.g. https://host/path")
    return url


class AbstractHTTPClient(ABC):
    """HTTP verbs on one server; the verbs call `send`."""

    @abstractmethod
    def send(
        self,
        endpoint: str,
        method: str,
        json: Any = None,
        files: Any = None,
        headers: Any = None,
        params: Any = None,
        **kwargs: Any,
    ) -> Any:
        """Send a request."""

    def get(self, endpoint: str, headers: Any = None, params: Any = None, **kwargs: Any) -> Any:
        """Send a GET request; see `send`."""
        return self.send(endpoint, "GET", headers=headers, params=params, **kwargs)

    def post(
        self, endpoint: str, json: Any = None, files: Any = None, headers: Any = None, **kwargs: Any
    ) -> Any:
        """Send a POST request; see `send`."""
        return self.send(endpoint, "POST", json, files, headers, **kwargs)

    def patch(
        self, endpoint: str, json: Any = None, files: Any = None, headers: Any = None, **kwargs: Any
    ) -> Any:
        """Send a PATCH request; see `send`."""
        return self.send(endpoint, "PATCH", json, files, headers, **kwargs)

    def put(
        self, endpoint: str, json: Any = None, files: Any = None, headers: Any = None, **kwargs: Any
    ) -> Any:
        """Send a PUT request; see `send`."""
        return self.send(endpoint, "PUT", json, files, headers, **kwargs)

    def delete(self, endpoint: str, headers: Any = None, **kwargs: Any) -> Any:
        """Send a DELETE request; see `send`."""
        return self.send(endpoint, "DELETE", headers=headers, **kwargs)


def _with_body(method: str) -> Callable[..., Any]:
    """Return the method of `HTTPClient` for a verb whose requests have a body."""

    def verb(
        self: HTTPClient,
        endpoint: str,
        json: Any = None,
        files: Any = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | bytes | None = None,
        return_raw_response: bool = False,
        retries: int = 0,
        validate_response_status: bool = True,
        validation_response_code: int | None = None,
        path_prefix: str | None = None,
    ) -> Any:
        return self.send(
            endpoint,
            method,
            json,
            files,
            headers,
            params,
            return_raw_response,
            retries,
            validate_response_status,
            validation_response_code,
            path_prefix,
        )

    verb.__doc__ = f"Send a {method} request; see `send`."
    verb.__name__ = method.lower()
    verb.__qualname__ = f"HTTPClient.{verb.__name__}"
    return verb


class HTTPClient(AbstractHTTPClient):
    """HTTP verbs on paths of an Arthur server.

    `ArthurAI.client` is one that shares the credentials, retries, limits and exceptions of the
    connection. One made by hand has only the headers it is given.

    Args:
        base_url: Scheme and host of the server.
        path_prefix: Put in front of every endpoint, e.g. `/api/v3`.
        default_headers: Headers of every request.
        verify_ssl: Whether certificates are checked.
        timeout_sec: Seconds without progress after which a request gives up.
        allow_insecure: Accept plain http.
        header_refresh_func: Returns headers that replace default ones, and how long they are valid.
            It is called at once, and before the first request after that time.

    Raises:
        UserValueError: `base_url` cannot be used.
    """

    BACKOFF_CONSTANT = 0.1
    BACKOFF_EXPONENT_BASE = 1.5

    def __init__(
        self,
        base_url: str,
        path_prefix: str | None = None,
        default_headers: dict[str, str] | None = None,
        verify_ssl: bool = True,
        timeout_sec: float = 300.0,
        allow_insecure: bool = True,
        header_refresh_func: RefreshFunction | None = None,
    ) -> None:
        endpoint = parse_endpoint(base_url, allow_insecure=allow_insecure)
        if endpoint.local:
            raise UserValueError(
                f"base_url={base_url!r} is an embedded server, which HTTPClient reaches only as "
                f'ArthurAI(url="{endpoint.url}").client'
            )
        session = Session(endpoint, verify_ssl=verify_ssl, options=HttpOptions(timeout=timeout_sec))
        self._set_up(session, path_prefix, default_headers or {}, header_refresh_func)

    @classmethod
    def over(
        cls,
        session: Session,
        path_prefix: str | None = None,
        header_refresh_func: RefreshFunction | None = None,
    ) -> HTTPClient:
        """Return a client that shares a connection."""
        client = cls.__new__(cls)
        cls._set_up(client, session, path_prefix, {}, header_refresh_func)
        return client

    def _set_up(
        self,
        session: Session,
        path_prefix: str | None,
        default_headers: Mapping[str, str],
        refresh: RefreshFunction | None,
    ) -> None:
        self.session = session
        self.path_prefix = path_prefix
        self.timeout = session.options.timeout
        self._headers = dict(default_headers)
        self._refresh = refresh
        self._refresh_at = float("-inf")
        self._note_secrets()
        if refresh is not None:
            self._refreshed_headers()

    @property
    def base_url(self) -> str:
        """Scheme, host and port of the server, without a trailing slash."""
        return self.session.endpoint.url

    @property
    def api_base_url(self) -> str:
        """Address that endpoints are added to, with a trailing slash."""
        return f"{self.base_url}/{(self.path_prefix or '').strip('/')}".rstrip("/") + "/"

    def __repr__(self) -> str:
        return f"HTTPClient({self.base_url!r}, path_prefix={self.path_prefix!r})"

    def _note_secrets(self) -> None:
        for name, value in self._headers.items():
            if name.lower() in {AUTHORIZATION_HEADER.lower(), "cookie", "x-api-key"}:
                self.session.keep_secret(value)

    def _refreshed_headers(self) -> dict[str, str]:
        refresh = self._refresh
        if refresh is not None and time.monotonic() >= self._refresh_at:
            headers, hold = refresh()
            self._headers.update(headers)
            self._note_secrets()
            self._refresh_at = time.monotonic() + max(hold.total_seconds(), _MIN_REFRESH_SECONDS)
        return self._headers

    def send(  # type: ignore[override] # the official one names its options
        self,
        endpoint: str,
        method: str = "GET",
        json: Any = None,
        files: Any = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | bytes | None = None,
        return_raw_response: bool = False,
        retries: int = 0,
        validate_response_status: bool = True,
        validation_response_code: int | None = None,
        path_prefix: str | None = None,
    ) -> Any:
        """Send a request.

        Args:
            endpoint: Path below the prefix, with or without a query. Ids that may hold `/`, `?` or
                `%` have to be percent-encoded by the caller.
            method: HTTP method.
            json: Body. Strings and bytes are sent as they are, other values as JSON, with null for
                NaN and infinity. In a multipart request: a dict of form fields.
            files: Makes the request multipart: a list of `(name, data[, content type])`, or a dict
                of names to open files or to `(filename, data[, content type])`.
            headers: Headers to add.
            params: Query parameters to add.
            return_raw_response: Return an `HTTPResponse` instead of the decoded body.
            retries: How often to send again, also when the method is not idempotent. With 0 a
                request is sent again only where that is certainly harmless.
            validate_response_status: Raise an exception for a status that is not a success.
            validation_response_code: The only status that is accepted.
            path_prefix: Instead of the client's prefix.

        Returns:
            Decoded JSON; bytes for other content and for accepted statuses from 400; a `BytesIO`
            for `Accept: application/octet-stream`.

        Raises:
            UserValueError: `retries` is negative.
            UnexpectedTypeError: Body or files have a type that cannot be sent.
            ArthurError: Everything else that can go wrong, each as the one class it belongs to.
        """
        if retries < 0:
            raise UserValueError(f"retries must not be negative, got {retries!r}")
        merged = {**self._refreshed_headers(), **(headers or {})}
        multipart = files is not None or _media_type(merged) == _MULTIPART
        content, parts = None, None
        if multipart:
            merged = {k: v for k, v in merged.items() if k.lower() != "content-type"}
            parts = [*_form_fields(json), *_form_files(files)]
        elif json is not None:
            content = _encoded(json)
            if _media_type(merged) is None:
                merged["Content-Type"] = JSON_CONTENT_TYPE
        path = self._path(endpoint, path_prefix)
        response = self.session.send(
            self.session.build_raw_request(
                method, path, params=params, headers=merged, content=content, files=parts
            ),
            options=CallOptions(
                retry=True if retries else None,
                attempts=retries + 1 if retries else None,
                raise_for_status=False,
            ),
        )
        if validate_response_status:
            self._check(response, validation_response_code)
        if return_raw_response:
            return _response(response)
        return _body(response, merged)

    def _path(self, endpoint: str, path_prefix: str | None) -> str:
        prefix = self.path_prefix if path_prefix is None else path_prefix
        path = construct_url(prefix or "", endpoint, validate=False, default_https=False)
        # A fragment is never sent: here it can only be part of an id.
        return path.replace("#", "%23")

    def _check(self, response: ApiResponse, expected: int | None) -> None:
        if expected is None and response.failed:
            raise response.status_error()
        check_status(_response(response), expected)

    def get(  # type: ignore[override] # the official one names its options
        self,
        endpoint: str,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | bytes | None = None,
        return_raw_response: bool = False,
        retries: int = 0,
        validate_response_status: bool = True,
        validation_response_code: int | None = None,
        path_prefix: str | None = None,
    ) -> Any:
        """Send a GET request; see `send`."""
        return self.send(
            endpoint,
            "GET",
            headers=headers,
            params=params,
            return_raw_response=return_raw_response,
            retries=retries,
            validate_response_status=validate_response_status,
            validation_response_code=validation_response_code,
            path_prefix=path_prefix,
        )

    post = _with_body("POST")
    put = _with_body("PUT")
    patch = _with_body("PATCH")

    def delete(  # type: ignore[override] # the official one names its options
        self,
        endpoint: str,
        headers: Mapping[str, str] | None = None,
        return_raw_response: bool = False,
        retries: int = 0,
        validate_response_status: bool = True,
        validation_response_code: int | None = None,
        path_prefix: str | None = None,
    ) -> Any:
        """Send a DELETE request; see `send`."""
        return self.send(
            endpoint,
            "DELETE",
            headers=headers,
            return_raw_response=return_raw_response,
            retries=retries,
            validate_response_status=validate_response_status,
            validation_response_code=validation_response_code,
            path_prefix=path_prefix,
        )


def _media_type(headers: Mapping[str, str]) -> str | None:
    for name, value in headers.items():
        if name.lower() == "content-type":
            return value
    return None


def _encoded(body: Any) -> bytes:
    import orjson

    if isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    try:
        return orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS)
    except (TypeError, ValueError) as error:
        raise UnexpectedTypeError(f"the body cannot be written as JSON: {error}") from error


def _form_fields(fields: Any) -> Iterable[tuple[str, tuple[Any, ...]]]:
    if fields is None:
        return
    if not isinstance(fields, Mapping):
        raise UnexpectedTypeError(
            f"the form fields of a multipart request must be a dict, got {type(fields).__name__}"
        )
    for name, value in fields.items():
        if not isinstance(name, str):
            raise UnexpectedTypeError(f"form field {name!r} must have a string as name")
        content = value
        if isinstance(value, Mapping | list):
            content = _encoded(value)
        elif isinstance(value, str):
            content = value.encode()
        elif not isinstance(value, bytes) and not hasattr(value, "read"):
            raise UnexpectedTypeError(
                f"form field {name!r} must be a string, bytes, a dict, a list or an open file, got "
                f"{type(value).__name__}"
            )
        yield name, (None, content)


def _form_files(files: Any) -> Iterable[tuple[str, tuple[Any, ...]]]:
    if files is None:
        return
    if isinstance(files, Mapping):
        for name, value in files.items():
            if isinstance(value, tuple):
                yield name, value
            elif hasattr(value, "read"):
                yield name, (str(getattr(value, "name", name)), value)
            else:
                raise UnexpectedTypeError(
                    f"file {name!r} must be an open file or a tuple, got {type(value).__name__}"
                )
    elif isinstance(files, list):
        for entry in files:
            if not isinstance(entry, tuple) or not entry:
                raise UnexpectedTypeError(
                    f"files must hold tuples (name, data[, content type]), got "
                    f"{type(entry).__name__}"
                )
            yield entry[0], entry
    else:
        raise UnexpectedTypeError(f"files must be a list or a dict, got {type(files).__name__}")


def _response(response: ApiResponse) -> HTTPResponse:
    return HTTPResponse(
        status_code=response.status_code,
        reason=reason_of(response.status_code),
        url=response.failure_context.exchange().url,
        headers=Headers(response.headers.multi_items()),
        content=response.content,
    )


def _body(response: ApiResponse, sent: Mapping[str, str]) -> Any:
    if not _response(response).ok:
        return response.content
    accepted = next((v for k, v in sent.items() if k.lower() == "accept"), JSON_CONTENT_TYPE)
    if accepted == _OCTETS:
        return BytesIO(response.content)
    if response.headers.get("content-type", "").partition(";")[0].strip() in _BINARY_TYPES:
        return response.content
    import orjson

    try:
        return orjson.loads(response.content)
    except ValueError:
        return response.content
