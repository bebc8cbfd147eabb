"""Following the redirects of a download without giving credentials away."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import httpx

from arthurai.common.exceptions import ArthurDownloadError, ArthurError, ResponseRedirectError
from arthurai.transport import errors
from arthurai.transport.http_client import OPTIONS_KEY, CallOptions, WireClient

if TYPE_CHECKING:
    import ssl

    from arthurai.transport.http_client import Answer, Context
    from arthurai.transport.options import HttpOptions

MOST_REDIRECTS = 5
_FOLLOWED = frozenset({301, 302, 303, 307, 308})
_DEFAULT_MEDIA_TYPE = "application/octet-stream"


def follow(
    answer: Answer,
    *,
    wire: WireClient,
    context: Context,
    verify: ssl.SSLContext | bool,
    options: HttpOptions,
) -> tuple[bytes, str]:
    """Follow the redirects of an answer to the content.

    Args:
        answer: The first answer.
        wire: The client of the connection, used on its own origin.
        context: What the requests of the connection share.
        verify: How certificates are checked at other places.
        options: Time-outs and limits.

    Returns:
        The content and its media type.

    Raises:
        ResponseRedirectError: A redirect is missing its target, leads to plain http or to something
            that is no web address, or there are too many of them.
        ArthurDownloadError: A place outside the API did not deliver.
        ArthurError: The API itself refused.
    """
    for _ in range(MOST_REDIRECTS):
        if answer.status_code not in _FOLLOWED:
            return _content(answer)
        target = _target_of(answer)
        if _origin(target) == _origin(httpx.URL(context.endpoint.origin)):
            answer = _get(wire, target)
        else:
            return _delivered_by(target, context, verify, options)
    raise _refused(answer, f"it was redirected more than {MOST_REDIRECTS} times")


def _content(answer: Answer) -> tuple[bytes, str]:
    if answer.failed:
        raise errors.status_error(
            answer.circumstances,
            answer.status_code,
            answer.headers,
            answer.content[: errors.LONGEST_MESSAGE],
        )
    media_type = answer.headers.get("content-type", _DEFAULT_MEDIA_TYPE)
    return answer.content, media_type.partition(";")[0].strip()


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _target_of(answer: Answer) -> httpx.URL:
    location = answer.headers.get("location")
    if not location:
        raise _refused(answer, "the redirect names no target")
    try:
        target = answer.request.url.join(location)
    except (httpx.InvalidURL, ValueError) as fault:
        raise _refused(answer, "the redirect names no valid address") from fault
    if target.scheme not in {"http", "https"} or not target.host:
        raise _refused(answer, "the redirect does not lead to a web address")
    if answer.request.url.scheme == "https" and target.scheme == "http":
        raise _refused(answer, "the redirect leads from https to plain http")
    return target


def _refused(answer: Answer, why: str) -> ArthurError:
    exchange = answer.circumstances.exchange(answer.status_code, answer.headers)
    return ResponseRedirectError(
        f"{exchange.method} {exchange.url} answered {answer.status_code}, but {why}; it is not "
        f"followed. Report this to whoever runs the server.",
        exchange=exchange,
    )


def _get(client: WireClient, target: httpx.URL) -> Answer:
    options = CallOptions(raise_for_status=False)
    request = client.build_request(
        "GET", target, headers={"Accept": "*/*"}, extensions={OPTIONS_KEY: options}
    )
    return client.send(request)


def _delivered_by(
    target: httpx.URL, context: Context, verify: ssl.SSLContext | bool, options: HttpOptions
) -> tuple[bytes, str]:
    """Download from another origin; what fails there is no failure of the API."""
    try:
        return _from_elsewhere(target, context, verify, options)
    except ResponseRedirectError:
        raise
    except ArthurError as fault:
        raise ArthurDownloadError(
            f"the file could not be fetched from where the server keeps it: {fault}",
            exchange=fault.exchange,
        ) from fault


def _from_elsewhere(
    target: httpx.URL, context: Context, verify: ssl.SSLContext | bool, options: HttpOptions
) -> tuple[bytes, str]:
    """Download from another origin with a client that knows neither credentials nor cookies."""
    origin = str(target.copy_with(raw_path=b"/", fragment=None)).rstrip("/")
    elsewhere = replace(
        context,
        endpoint=replace(context.endpoint, origin=origin, shown=origin, local=False),
        credentials=None,
        organization_id=None,
    )
    with WireClient(
        elsewhere,
        verify=verify,
        proxy=options.proxy,
        timeout=httpx.Timeout(options.timeout, connect=options.connect_timeout),
    ) as client:
        answer = _get(client, target)
    if answer.status_code in _FOLLOWED:
        raise _refused(answer, "it redirects once more")
    return _content(answer)
