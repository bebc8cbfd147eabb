import datetime
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error import Error
from ...models.paginated_usage_response import PaginatedUsageResponse
from ...models.usage_category import UsageCategory
from ...models.usage_rollup import UsageRollup
from ...types import UNSET, Response, Unset, build_response, path_segment


def _get_kwargs(
    rollup: UsageRollup,
    *,
    metric_category: list[UsageCategory],
    start_time: datetime.datetime | Unset = UNSET,
    end_time: datetime.datetime | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_metric_category = []
    for metric_category_item_data in metric_category:
        metric_category_item = metric_category_item_data.value
        json_metric_category.append(metric_category_item)

    params["metric_category"] = json_metric_category

    json_start_time: str | Unset = UNSET
    if not isinstance(start_time, Unset):
        json_start_time = start_time.isoformat()
    params["start_time"] = json_start_time

    json_end_time: str | Unset = UNSET
    if not isinstance(end_time, Unset):
        json_end_time = end_time.isoformat()
    params["end_time"] = json_end_time

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v3/usage/{rollup}".format(
            rollup=path_segment("rollup", rollup),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Error | PaginatedUsageResponse | None:
    if response.status_code == 200:
        response_200 = PaginatedUsageResponse.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = Error.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = Error.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = Error.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = Error.from_dict(response.json())

        return response_404

    if response.status_code == 429:
        response_429 = Error.from_dict(response.json())

        return response_429

    if response.status_code == 500:
        response_500 = Error.from_dict(response.json())

        return response_500

    if response.status_code == 501:
        response_501 = Error.from_dict(response.json())

        return response_501

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Error | PaginatedUsageResponse]:
    return build_response(response, lambda: _parse_response(client=client, response=response))


def sync_detailed(
    rollup: UsageRollup,
    *,
    client: AuthenticatedClient | Client,
    metric_category: list[UsageCategory],
    start_time: datetime.datetime | Unset = UNSET,
    end_time: datetime.datetime | Unset = UNSET,
) -> Response[Error | PaginatedUsageResponse]:
    """Show amounts used in an interval of time.

    Args:
        rollup (UsageRollup): What usage is added up by.
        metric_category (list[UsageCategory]):
        start_time (datetime.datetime | Unset):
        end_time (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | PaginatedUsageResponse]
    """

    kwargs = _get_kwargs(
        rollup=rollup,
        metric_category=metric_category,
        start_time=start_time,
        end_time=end_time,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    rollup: UsageRollup,
    *,
    client: AuthenticatedClient | Client,
    metric_category: list[UsageCategory],
    start_time: datetime.datetime | Unset = UNSET,
    end_time: datetime.datetime | Unset = UNSET,
) -> Error | PaginatedUsageResponse | None:
    """Show amounts used in an interval of time.

    Args:
        rollup (UsageRollup): What usage is added up by.
        metric_category (list[UsageCategory]):
        start_time (datetime.datetime | Unset):
        end_time (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | PaginatedUsageResponse
    """

    return sync_detailed(
        rollup=rollup,
        client=client,
        metric_category=metric_category,
        start_time=start_time,
        end_time=end_time,
    ).parsed


async def asyncio_detailed(
    rollup: UsageRollup,
    *,
    client: AuthenticatedClient | Client,
    metric_category: list[UsageCategory],
    start_time: datetime.datetime | Unset = UNSET,
    end_time: datetime.datetime | Unset = UNSET,
) -> Response[Error | PaginatedUsageResponse]:
    """Show amounts used in an interval of time.

    Args:
        rollup (UsageRollup): What usage is added up by.
        metric_category (list[UsageCategory]):
        start_time (datetime.datetime | Unset):
        end_time (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | PaginatedUsageResponse]
    """

    kwargs = _get_kwargs(
        rollup=rollup,
        metric_category=metric_category,
        start_time=start_time,
        end_time=end_time,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    rollup: UsageRollup,
    *,
    client: AuthenticatedClient | Client,
    metric_category: list[UsageCategory],
    start_time: datetime.datetime | Unset = UNSET,
    end_time: datetime.datetime | Unset = UNSET,
) -> Error | PaginatedUsageResponse | None:
    """Show amounts used in an interval of time.

    Args:
        rollup (UsageRollup): What usage is added up by.
        metric_category (list[UsageCategory]):
        start_time (datetime.datetime | Unset):
        end_time (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | PaginatedUsageResponse
    """

    return (
        await asyncio_detailed(
            rollup=rollup,
            client=client,
            metric_category=metric_category,
            start_time=start_time,
            end_time=end_time,
        )
    ).parsed
