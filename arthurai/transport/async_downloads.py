"""Downloads from an event loop; the decisions are those of the blocking ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.transport.async_http_client import AsyncHttpClient
from arthurai.transport.downloads import (
    MAX_REDIRECTS,
    build_get,
    context_elsewhere,
    errors_elsewhere,
    is_own,
    read_content,
    read_delivered,
    redirect_target,
    redirected_too_often,
    settings_elsewhere,
)

if TYPE_CHECKING:
    import ssl

    from arthurai.transport.attempts import ApiResponse, ClientContext
    from arthurai.transport.options import HttpOptions


async def follow_async(
    response: ApiResponse,
    *,
    client: AsyncHttpClient,
    context: ClientContext,
    verify: ssl.SSLContext | bool,
    options: HttpOptions,
) -> tuple[bytes, str]:
    """Do the same as `follow` with an asynchronous client."""
    for _ in range(MAX_REDIRECTS):
        target = redirect_target(response)
        if target is None:
            return read_content(response)
        if is_own(target, context):
            response = await client.send(build_get(client, target))
        else:
            with errors_elsewhere():
                other = context_elsewhere(target, context, options)
                settings = settings_elsewhere(other, verify, options)
                async with AsyncHttpClient(other, **settings) as stranger:
                    return read_delivered(await stranger.send(build_get(stranger, target)))
    raise redirected_too_often(response)
