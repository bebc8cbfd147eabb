import datetime
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error import Error
from ...models.insight_status import InsightStatus
from ...models.paginated_insights import PaginatedInsights
from ...types import UNSET, Response, Unset, build_response, path_segment


def _get_kwargs(
    model_id: str,
    *,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
    start_time: datetime.datetime | Unset = UNSET,
    end_time: datetime.datetime | Unset = UNSET,
    status: InsightStatus | Unset = UNSET,
    batch_id: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["page"] = page

    params["page_size"] = page_size

    params["sort"] = sort

    json_start_time: str | Unset = UNSET
    if not isinstance(start_time, Unset):
        json_start_time = start_time.isoformat()
    params["start_time"] = json_start_time

    json_end_time: str | Unset = UNSET
    if not isinstance(end_time, Unset):
        json_end_time = end_time.isoformat()
    params["end_time"] = json_end_time

    json_status: str | Unset = UNSET
    if not isinstance(status, Unset):
        json_status = status.value

    params["status"] = json_status

    params["batch_id"] = batch_id

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v3/models/{model_id}/insights".format(
            model_id=path_segment("model_id", model_id),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Error | PaginatedInsights | None:
    if response.status_code == 200:
        response_200 = PaginatedInsights.from_dict(response.json())

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
) -> Response[Error | PaginatedInsights]:
    return build_response(response, lambda: _parse_response(client=client, response=response))


def sync_detailed(
    model_id: str,
    *,
    client: AuthenticatedClient | Client,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
    start_time: datetime.datetime | Unset = UNSET,
    end_time: datetime.datetime | Unset = UNSET,
    status: InsightStatus | Unset = UNSET,
    batch_id: str | Unset = UNSET,
) -> Response[Error | PaginatedInsights]:
    """List the insights of a model.

    Args:
        model_id (str):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.
        sort (str | Unset):
        start_time (datetime.datetime | Unset):
        end_time (datetime.datetime | Unset):
        status (InsightStatus | Unset): What has been done about an insight.
        batch_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | PaginatedInsights]
    """

    kwargs = _get_kwargs(
        model_id=model_id,
        page=page,
        page_size=page_size,
        sort=sort,
        start_time=start_time,
        end_time=end_time,
        status=status,
        batch_id=batch_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    model_id: str,
    *,
    client: AuthenticatedClient | Client,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
    start_time: datetime.datetime | Unset = UNSET,
    end_time: datetime.datetime | Unset = UNSET,
    status: InsightStatus | Unset = UNSET,
    batch_id: str | Unset = UNSET,
) -> Error | PaginatedInsights | None:
    """List the insights of a model.

    Args:
        model_id (str):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.
        sort (str | Unset):
        start_time (datetime.datetime | Unset):
        end_time (datetime.datetime | Unset):
        status (InsightStatus | Unset): What has been done about an insight.
        batch_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | PaginatedInsights
    """

    return sync_detailed(
        model_id=model_id,
        client=client,
        page=page,
        page_size=page_size,
        sort=sort,
        start_time=start_time,
        end_time=end_time,
        status=status,
        batch_id=batch_id,
    ).parsed


async def asyncio_detailed(
    model_id: str,
    *,
    client: AuthenticatedClient | Client,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
    start_time: datetime.datetime | Unset = UNSET,
    end_time: datetime.datetime | Unset = UNSET,
    status: InsightStatus | Unset = UNSET,
    batch_id: str | Unset = UNSET,
) -> Response[Error | PaginatedInsights]:
    """List the insights of a model.

    Args:
        model_id (str):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.
        sort (str | Unset):
        start_time (datetime.datetime | Unset):
        end_time (datetime.datetime | Unset):
        status (InsightStatus | Unset): What has been done about an insight.
        batch_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | PaginatedInsights]
    """

    kwargs = _get_kwargs(
        model_id=model_id,
        page=page,
        page_size=page_size,
        sort=sort,
        start_time=start_time,
        end_time=end_time,
        status=status,
        batch_id=batch_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    model_id: str,
    *,
    client: AuthenticatedClient | Client,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
    start_time: datetime.datetime | Unset = UNSET,
    end_time: datetime.datetime | Unset = UNSET,
    status: InsightStatus | Unset = UNSET,
    batch_id: str | Unset = UNSET,
) -> Error | PaginatedInsights | None:
    """List the insights of a model.

    Args:
        model_id (str):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.
        sort (str | Unset):
        start_time (datetime.datetime | Unset):
        end_time (datetime.datetime | Unset):
        status (InsightStatus | Unset): What has been done about an insight.
        batch_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | PaginatedInsights
    """

    return (
        await asyncio_detailed(
            model_id=model_id,
            client=client,
            page=page,
            page_size=page_size,
            sort=sort,
            start_time=start_time,
            end_time=end_time,
            status=status,
            batch_id=batch_id,
        )
    ).parsed
