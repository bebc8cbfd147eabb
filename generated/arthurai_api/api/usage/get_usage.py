from __future__ import annotations

import datetime

import httpx

from ... import errors
from ...client import Client
from ...models.error import Error
from ...models.paginated_usage_response import PaginatedUsageResponse
from ...models.usage_category import UsageCategory
from ...models.usage_rollup import UsageRollup
from ...types import RequestParts, Response, path_segment, query_params


def build_request(
    rollup: UsageRollup,
    *,
    metric_category: list[UsageCategory],
    start_time: datetime.datetime | None = None,
    end_time: datetime.datetime | None = None,
) -> RequestParts:
    """Build the request of `get_usage` without sending it.

    Args:
        rollup: What usage is added up by.
        metric_category: Kinds of usage; `organization` only when adding up by organization.
        start_time: First moment that counts.
        end_time: First moment that counts no more.

    Returns:
        The request.

    Raises:
        ValueError: If a part of the path is empty, "." or "..".
    """
    request = RequestParts(
        operation="get_usage",
        method="GET",
        url="/v3/usage/{rollup}".format(rollup=path_segment("rollup", rollup)),
        params=query_params(
            {"metric_category": metric_category, "start_time": start_time, "end_time": end_time}
        ),
    )
    return request


def parse_response(response: httpx.Response) -> PaginatedUsageResponse:
    """Return the body of a response of `get_usage`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:
        response_200 = PaginatedUsageResponse.from_dict(response.json())

        return response_200

    raise errors.error_status(response, _parse_error)


def _parse_error(response: httpx.Response) -> Error:
    if response.status_code in {400, 401, 403, 404, 429, 500, 501}:
        response_400 = Error.from_dict(response.json())

        return response_400

    raise errors.UnexpectedStatus(response)


def sync_detailed(
    rollup: UsageRollup,
    *,
    client: Client,
    metric_category: list[UsageCategory],
    start_time: datetime.datetime | None = None,
    end_time: datetime.datetime | None = None,
) -> Response[Error | PaginatedUsageResponse]:
    """Show amounts used in an interval of time.

    Args:
        rollup: What usage is added up by.
        client: The connection.
        metric_category: Kinds of usage; `organization` only when adding up by organization.
        start_time: First moment that counts.
        end_time: First moment that counts no more.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        client.send(
            client.build(
                build_request,
                rollup=rollup,
                metric_category=metric_category,
                start_time=start_time,
                end_time=end_time,
            )
        ),
        parse_response,
    )


def sync(
    rollup: UsageRollup,
    *,
    client: Client,
    metric_category: list[UsageCategory],
    start_time: datetime.datetime | None = None,
    end_time: datetime.datetime | None = None,
) -> PaginatedUsageResponse:
    """Show amounts used in an interval of time.

    Args:
        rollup: What usage is added up by.
        client: The connection.
        metric_category: Kinds of usage; `organization` only when adding up by organization.
        start_time: First moment that counts.
        end_time: First moment that counts no more.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        client.send(
            client.build(
                build_request,
                rollup=rollup,
                metric_category=metric_category,
                start_time=start_time,
                end_time=end_time,
            )
        ),
        parse_response,
    )


async def asyncio_detailed(
    rollup: UsageRollup,
    *,
    client: Client,
    metric_category: list[UsageCategory],
    start_time: datetime.datetime | None = None,
    end_time: datetime.datetime | None = None,
) -> Response[Error | PaginatedUsageResponse]:
    """Show amounts used in an interval of time.

    Args:
        rollup: What usage is added up by.
        client: The connection.
        metric_category: Kinds of usage; `organization` only when adding up by organization.
        start_time: First moment that counts.
        end_time: First moment that counts no more.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        await client.send_async(
            client.build(
                build_request,
                rollup=rollup,
                metric_category=metric_category,
                start_time=start_time,
                end_time=end_time,
            )
        ),
        parse_response,
    )


async def asyncio(
    rollup: UsageRollup,
    *,
    client: Client,
    metric_category: list[UsageCategory],
    start_time: datetime.datetime | None = None,
    end_time: datetime.datetime | None = None,
) -> PaginatedUsageResponse:
    """Show amounts used in an interval of time.

    Args:
        rollup: What usage is added up by.
        client: The connection.
        metric_category: Kinds of usage; `organization` only when adding up by organization.
        start_time: First moment that counts.
        end_time: First moment that counts no more.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        await client.send_async(
            client.build(
                build_request,
                rollup=rollup,
                metric_category=metric_category,
                start_time=start_time,
                end_time=end_time,
            )
        ),
        parse_response,
    )
