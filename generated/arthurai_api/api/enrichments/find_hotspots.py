from __future__ import annotations

import datetime

import httpx

from ... import errors
from ...client import Client
from ...models.accuracy_metric import AccuracyMetric
from ...models.error import Error
from ...models.find_hotspots_response import FindHotspotsResponse
from ...types import RequestParts, Response, path_segment, query_params


def build_request(
    model_id: str,
    *,
    metric: AccuracyMetric,
    threshold: float,
    date: datetime.date | None = None,
    batch_id: str | None = None,
    ref_set_id: str | None = None,
) -> RequestParts:
    """Build the request of `find_hotspots` without sending it.

    Args:
        model_id: The model.
        metric: Metric by which hotspots are found.
        threshold: Limit below which a region counts as weak.
        date: The day, streaming models only.
        batch_id: The batch, batch models only.
        ref_set_id: The reference set.

    Returns:
        The request.

    Raises:
        ValueError: If a part of the path is empty, "." or "..".
    """
    request = RequestParts(
        operation="find_hotspots",
        method="GET",
        url="/v3/models/{model_id}/enrichments/hotspots/find".format(
            model_id=path_segment("model_id", model_id)
        ),
        params=query_params(
            {
                "metric": metric,
                "threshold": threshold,
                "date": date,
                "batch_id": batch_id,
                "ref_set_id": ref_set_id,
            }
        ),
    )
    return request


def parse_response(response: httpx.Response) -> FindHotspotsResponse:
    """Return the body of a response of `find_hotspots`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:
        response_200 = FindHotspotsResponse.from_dict(response.json())

        return response_200

    raise errors.error_status(response, _parse_error)


def _parse_error(response: httpx.Response) -> Error:
    if response.status_code in {400, 401, 403, 404, 429, 500, 501}:
        response_400 = Error.from_dict(response.json())

        return response_400

    raise errors.UnexpectedStatus(response)


def sync_detailed(
    model_id: str,
    *,
    client: Client,
    metric: AccuracyMetric,
    threshold: float,
    date: datetime.date | None = None,
    batch_id: str | None = None,
    ref_set_id: str | None = None,
) -> Response[Error | FindHotspotsResponse]:
    """Find regions of the input where a model is weak.

    Takes exactly one of `date`, `batch_id` and `ref_set_id`; hotspots must be enabled.

    Args:
        model_id: The model.
        client: The connection.
        metric: Metric by which hotspots are found.
        threshold: Limit below which a region counts as weak.
        date: The day, streaming models only.
        batch_id: The batch, batch models only.
        ref_set_id: The reference set.

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
                model_id=model_id,
                metric=metric,
                threshold=threshold,
                date=date,
                batch_id=batch_id,
                ref_set_id=ref_set_id,
            )
        ),
        parse_response,
    )


def sync(
    model_id: str,
    *,
    client: Client,
    metric: AccuracyMetric,
    threshold: float,
    date: datetime.date | None = None,
    batch_id: str | None = None,
    ref_set_id: str | None = None,
) -> FindHotspotsResponse:
    """Find regions of the input where a model is weak.

    Takes exactly one of `date`, `batch_id` and `ref_set_id`; hotspots must be enabled.

    Args:
        model_id: The model.
        client: The connection.
        metric: Metric by which hotspots are found.
        threshold: Limit below which a region counts as weak.
        date: The day, streaming models only.
        batch_id: The batch, batch models only.
        ref_set_id: The reference set.

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
                model_id=model_id,
                metric=metric,
                threshold=threshold,
                date=date,
                batch_id=batch_id,
                ref_set_id=ref_set_id,
            )
        ),
        parse_response,
    )


async def asyncio_detailed(
    model_id: str,
    *,
    client: Client,
    metric: AccuracyMetric,
    threshold: float,
    date: datetime.date | None = None,
    batch_id: str | None = None,
    ref_set_id: str | None = None,
) -> Response[Error | FindHotspotsResponse]:
    """Find regions of the input where a model is weak.

    Takes exactly one of `date`, `batch_id` and `ref_set_id`; hotspots must be enabled.

    Args:
        model_id: The model.
        client: The connection.
        metric: Metric by which hotspots are found.
        threshold: Limit below which a region counts as weak.
        date: The day, streaming models only.
        batch_id: The batch, batch models only.
        ref_set_id: The reference set.

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
                model_id=model_id,
                metric=metric,
                threshold=threshold,
                date=date,
                batch_id=batch_id,
                ref_set_id=ref_set_id,
            )
        ),
        parse_response,
    )


async def asyncio(
    model_id: str,
    *,
    client: Client,
    metric: AccuracyMetric,
    threshold: float,
    date: datetime.date | None = None,
    batch_id: str | None = None,
    ref_set_id: str | None = None,
) -> FindHotspotsResponse:
    """Find regions of the input where a model is weak.

    Takes exactly one of `date`, `batch_id` and `ref_set_id`; hotspots must be enabled.

    Args:
        model_id: The model.
        client: The connection.
        metric: Metric by which hotspots are found.
        threshold: Limit below which a region counts as weak.
        date: The day, streaming models only.
        batch_id: The batch, batch models only.
        ref_set_id: The reference set.

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
                model_id=model_id,
                metric=metric,
                threshold=threshold,
                date=date,
                batch_id=batch_id,
                ref_set_id=ref_set_id,
            )
        ),
        parse_response,
    )
