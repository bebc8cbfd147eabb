"""Downloads: following their redirects without giving credentials away."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import httpx

from arthurai.common.exceptions import ArthurDownloadError, ArthurError, ResponseRedirectError
from arthurai.transport import errors
from arthurai.transport.attempts import OPTIONS_KEY, CallOptions
from arthurai.transport.http_client import HttpClient
from arthurai.transport.proxies import find_proxy

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

    from arthurai.transport.async_http_client import AsyncHttpClient
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
        target = redirect_target(response)
        if target is None:
            return read_content(response)
        if is_own(target, context):
            response = client.send(build_get(client, target))
        else:
            with errors_elsewhere():
                other = context_elsewhere(target, context, options)
                with HttpClient(other, **settings_elsewhere(other, verify, options)) as stranger:
                    return read_delivered(stranger.send(build_get(stranger, target)))
    raise redirected_too_often(response)


def redirect_target(response: ApiResponse) -> httpx.URL | None:
    """Return where a response redirects to, `None` when it is the content itself.

    Raises:
        ResponseRedirectError: The target is missing, or is none to follow.
    """
    return _target_of(response) if response.status_code in _FOLLOWED else None


def is_own(target: httpx.URL, context: ClientContext) -> bool:
    """Return whether an address is on the server that was connected to."""
    return _origin(target) == _origin(httpx.URL(context.endpoint.origin))


def redirected_too_often(response: ApiResponse) -> ArthurError:
    """Return the exception for a redirect that is one too many."""
    return _refused(response, f"it was redirected more than {MAX_REDIRECTS} times")


def read_content(response: ApiResponse) -> tuple[bytes, str]:
    """Return the content of a response and its media type.

    Raises:
        ArthurError: It is not a success.
    """
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


def build_get(client: HttpClient | AsyncHttpClient, target: httpx.URL) -> httpx.Request:
    """Return the request for what a redirect leads to."""
    options = CallOptions(raise_for_status=False)
    return client.build_request(
        "GET", target, headers={"Accept": "*/*"}, extensions={OPTIONS_KEY: options}
    )


@contextmanager
def errors_elsewhere() -> Iterator[None]:
    """Report what fails at another origin as what it is: not a failure of the API."""
    try:
        yield
    except ResponseRedirectError:
        raise
    except ArthurError as error:
        raise ArthurDownloadError(
            f"the file could not be fetched from where the server keeps it: {error}",
            exchange=error.exchange,
        ) from error


def context_elsewhere(
    target: httpx.URL, context: ClientContext, options: HttpOptions
) -> ClientContext:
    """Return what requests to another origin share: neither credentials nor organization."""
    origin = str(target.copy_with(raw_path=b"/", fragment=None)).rstrip("/")
    return replace(
        context,
        endpoint=replace(context.endpoint, origin=origin, url=origin, local=False),
        credentials=None,
        organization_id=None,
        proxy=find_proxy(origin, options.proxy),
    )


def settings_elsewhere(
    context: ClientContext, verify: ssl.SSLContext | bool, options: HttpOptions
) -> dict[str, Any]:
    """Return what a client for another origin is made with; it has no cookies."""
    return {
        "verify": verify,
        "proxy": None if context.proxy is None else context.proxy.url,
        "trust_env": False,
        "timeout": httpx.Timeout(options.timeout, connect=options.connect_timeout),
    }


def read_delivered(response: ApiResponse) -> tuple[bytes, str]:
    """Return the content that another origin delivered.

    Raises:
        ResponseRedirectError: It redirects once more.
        ArthurError: It is not a success.
    """
    if response.status_code in _FOLLOWED:
        raise _refused(response, "it redirects once more")
    return read_content(response)
