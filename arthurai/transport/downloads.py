"""Downloads: following their redirects without giving credentials away."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import httpx

from arthurai.common.exceptions import ArthurDownloadError, ArthurError, ResponseRedirectError
from arthurai.transport import errors
from arthurai.transport.attempts import OPTIONS_KEY, CallOptions
from arthurai.transport.http_client import HttpClient
from arthurai.transport.proxies import find_proxy

if TYPE_CHECKING:
    import ssl

    from arthurai.transport.attempts import ApiResponse, ClientContext
    from arthurai.transport.options import HttpOptions

MAX_REDIRECTS: Final = 5
_FOLLOWED: Final = frozenset({301, 302, 303, 307, 308})
_DEFAULT_MEDIA_TYPE: Final = "application/octet-stream"


def follow(
    response: ApiResponse,
    *,
    client: HttpClient,
    context: ClientContext,
    verify: ssl.SSLContext | bool,
    options: HttpOptions,
) -> tuple[bytes, str]:
    """Follow the redirects of a response to the content.

    Args:
        response: The first response.
        client: The client of the connection, used on its own origin.
        context: What the requests of the connection share.
        verify: How certificates are checked at other places.
        options: Time-outs and limits.

    Returns:
        The content and its media type.

    Raises:
        ResponseRedirectError: A redirect has no target, leads to plain http or to something that is
            not a web address, or there are too many of them.
        ArthurDownloadError: A place outside the API did not deliver.
        ArthurError: The API itself refused.
    """
    for _ in range(MAX_REDIRECTS):
        if response.status_code not in _FOLLOWED:
            return _content(response)
        target = _target_of(response)
        if _origin(target) == _origin(httpx.URL(context.endpoint.origin)):
            response = _get(client, target)
        else:
            return _delivered_by(target, context, verify, options)
    raise _refused(response, f"it was redirected more than {MAX_REDIRECTS} times")


def _content(response: ApiResponse) -> tuple[bytes, str]:
    if response.failed:
        raise errors.status_error(
            response.failure_context,
            response.status_code,
            response.headers,
            response.content[: errors.MAX_MESSAGE_LENGTH],
        )
    media_type = response.headers.get("content-type", _DEFAULT_MEDIA_TYPE)
    return response.content, media_type.partition(";")[0].strip()


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _target_of(response: ApiResponse) -> httpx.URL:
    location = response.headers.get("location")
    if not location:
        raise _refused(response, "the redirect has no target")
    try:
        target = response.request.url.join(location)
    except (httpx.InvalidURL, ValueError) as error:
        raise _refused(response, "the target of the redirect is not a valid address") from error
    if target.scheme not in {"http", "https"} or not target.host:
        raise _refused(response, "the redirect does not lead to a web address")
    if response.request.url.scheme == "https" and target.scheme == "http":
        raise _refused(response, "the redirect leads from https to plain http")
    return target


def _refused(response: ApiResponse, why: str) -> ArthurError:
    exchange = response.failure_context.exchange(response.status_code, response.headers)
    return ResponseRedirectError(
        f"{exchange.method} {exchange.url} returned {response.status_code}, but {why}; it is not "
        f"followed. Report this to the administrator of the server",
        exchange=exchange,
    )


def _get(client: HttpClient, target: httpx.URL) -> ApiResponse:
    options = CallOptions(raise_for_status=False)
    request = client.build_request(
        "GET", target, headers={"Accept": "*/*"}, extensions={OPTIONS_KEY: options}
    )
    return client.send(request)


def _delivered_by(
    target: httpx.URL, context: ClientContext, verify: ssl.SSLContext | bool, options: HttpOptions
) -> tuple[bytes, str]:
    """Download from another origin; what fails there is not a failure of the API."""
    try:
        return _from_elsewhere(target, context, verify, options)
    except ResponseRedirectError:
        raise
    except ArthurError as error:
        raise ArthurDownloadError(
            f"the file could not be fetched from where the server keeps it: {error}",
            exchange=error.exchange,
        ) from error


def _from_elsewhere(
    target: httpx.URL, context: ClientContext, verify: ssl.SSLContext | bool, options: HttpOptions
) -> tuple[bytes, str]:
    """Download from another origin with a client that knows neither credentials nor cookies."""
    origin = str(target.copy_with(raw_path=b"/", fragment=None)).rstrip("/")
    elsewhere = replace(
        context,
        endpoint=replace(context.endpoint, origin=origin, url=origin, local=False),
        credentials=None,
        organization_id=None,
        proxy=find_proxy(origin, options.proxy),
    )
    with HttpClient(
        elsewhere,
        verify=verify,
        proxy=None if elsewhere.proxy is None else elsewhere.proxy.url,
        trust_env=False,
        timeout=httpx.Timeout(options.timeout, connect=options.connect_timeout),
    ) as client:
        response = _get(client, target)
    if response.status_code in _FOLLOWED:
        raise _refused(response, "it redirects once more")
    return _content(response)
