import datetime
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.accuracy_metric import AccuracyMetric
from ...models.error import Error
from ...models.find_hotspots_response import FindHotspotsResponse
from ...types import UNSET, Response, Unset, build_response, path_segment


def _get_kwargs(
    model_id: str,
    *,
    metric: AccuracyMetric,
    threshold: float,
    date: datetime.date | Unset = UNSET,
    batch_id: str | Unset = UNSET,
    ref_set_id: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_metric = metric.value
    params["metric"] = json_metric

    params["threshold"] = threshold

    json_date: str | Unset = UNSET
    if not isinstance(date, Unset):
        json_date = date.isoformat()
    params["date"] = json_date

    params["batch_id"] = batch_id

    params["ref_set_id"] = ref_set_id

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v3/models/{model_id}/enrichments/hotspots/find".format(
            model_id=path_segment("model_id", model_id),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Error | FindHotspotsResponse | None:
    if response.status_code == 200:
        response_200 = FindHotspotsResponse.from_dict(response.json())

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
) -> Response[Error | FindHotspotsResponse]:
    return build_response(response, lambda: _parse_response(client=client, response=response))


def sync_detailed(
    model_id: str,
    *,
    client: AuthenticatedClient | Client,
    metric: AccuracyMetric,
    threshold: float,
    date: datetime.date | Unset = UNSET,
    batch_id: str | Unset = UNSET,
    ref_set_id: str | Unset = UNSET,
) -> Response[Error | FindHotspotsResponse]:
    """Find regions of the input where a model is weak.

     Takes exactly one of `date`, `batch_id` and `ref_set_id`.

    Args:
        model_id (str):
        metric (AccuracyMetric): What hotspots are measured by.
        threshold (float):
        date (datetime.date | Unset):
        batch_id (str | Unset):
        ref_set_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | FindHotspotsResponse]
    """

    kwargs = _get_kwargs(
        model_id=model_id,
        metric=metric,
        threshold=threshold,
        date=date,
        batch_id=batch_id,
        ref_set_id=ref_set_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    model_id: str,
    *,
    client: AuthenticatedClient | Client,
    metric: AccuracyMetric,
    threshold: float,
    date: datetime.date | Unset = UNSET,
    batch_id: str | Unset = UNSET,
    ref_set_id: str | Unset = UNSET,
) -> Error | FindHotspotsResponse | None:
    """Find regions of the input where a model is weak.

     Takes exactly one of `date`, `batch_id` and `ref_set_id`.

    Args:
        model_id (str):
        metric (AccuracyMetric): What hotspots are measured by.
        threshold (float):
        date (datetime.date | Unset):
        batch_id (str | Unset):
        ref_set_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | FindHotspotsResponse
    """

    return sync_detailed(
        model_id=model_id,
        client=client,
        metric=metric,
        threshold=threshold,
        date=date,
        batch_id=batch_id,
        ref_set_id=ref_set_id,
    ).parsed


async def asyncio_detailed(
    model_id: str,
    *,
    client: AuthenticatedClient | Client,
    metric: AccuracyMetric,
    threshold: float,
    date: datetime.date | Unset = UNSET,
    batch_id: str | Unset = UNSET,
    ref_set_id: str | Unset = UNSET,
) -> Response[Error | FindHotspotsResponse]:
    """Find regions of the input where a model is weak.

     Takes exactly one of `date`, `batch_id` and `ref_set_id`.

    Args:
        model_id (str):
        metric (AccuracyMetric): What hotspots are measured by.
        threshold (float):
        date (datetime.date | Unset):
        batch_id (str | Unset):
        ref_set_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | FindHotspotsResponse]
    """

    kwargs = _get_kwargs(
        model_id=model_id,
        metric=metric,
        threshold=threshold,
        date=date,
        batch_id=batch_id,
        ref_set_id=ref_set_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    model_id: str,
    *,
    client: AuthenticatedClient | Client,
    metric: AccuracyMetric,
    threshold: float,
    date: datetime.date | Unset = UNSET,
    batch_id: str | Unset = UNSET,
    ref_set_id: str | Unset = UNSET,
) -> Error | FindHotspotsResponse | None:
    """Find regions of the input where a model is weak.

     Takes exactly one of `date`, `batch_id` and `ref_set_id`.

    Args:
        model_id (str):
        metric (AccuracyMetric): What hotspots are measured by.
        threshold (float):
        date (datetime.date | Unset):
        batch_id (str | Unset):
        ref_set_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | FindHotspotsResponse
    """

    return (
        await asyncio_detailed(
            model_id=model_id,
            client=client,
            metric=metric,
            threshold=threshold,
            date=date,
            batch_id=batch_id,
            ref_set_id=ref_set_id,
        )
    ).parsed
