from __future__ import annotations

import datetime

import httpx

from ... import errors
from ...client import Client
from ...models.error import Error
from ...models.insight_status import InsightStatus
from ...models.model_insight_count import ModelInsightCount
from ...types import RequestParts, Response, query_params


def build_request(
    *,
    status: InsightStatus | None = None,
    start_time: datetime.datetime | None = None,
    end_time: datetime.datetime | None = None,
) -> RequestParts:
    """Build the request of `get_insight_model_counts` without sending it.

    Args:
        status: What has been done about an insight.
        start_time: First moment that counts.
        end_time: First moment that counts no more.

    Returns:
        The request.
    """
    request = RequestParts(
        operation="get_insight_model_counts",
        method="GET",
        url="/v3/insights/model_counts",
        params=query_params({"status": status, "start_time": start_time, "end_time": end_time}),
    )
    return request


def parse_response(response: httpx.Response) -> list[ModelInsightCount]:
    """Return the body of a response of `get_insight_model_counts`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:
        response_200 = []
        _response_200 = response.json()
        for response_200_item_data in _response_200 or ():
            response_200_item = ModelInsightCount.from_dict(response_200_item_data)

            response_200.append(response_200_item)

        return response_200

    raise errors.error_status(response, _parse_error)


def _parse_error(response: httpx.Response) -> Error:
    if response.status_code in {400, 401, 403, 404, 429, 500, 501}:
        response_400 = Error.from_dict(response.json())

        return response_400

    raise errors.UnexpectedStatus(response)


def sync_detailed(
    *,
    client: Client,
    status: InsightStatus | None = None,
    start_time: datetime.datetime | None = None,
    end_time: datetime.datetime | None = None,
) -> Response[Error | list[ModelInsightCount]]:
    """Count insights by model.

    Args:
        client: The connection.
        status: What has been done about an insight.
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
            client.build(build_request, status=status, start_time=start_time, end_time=end_time)
        ),
        parse_response,
    )


def sync(
    *,
    client: Client,
    status: InsightStatus | None = None,
    start_time: datetime.datetime | None = None,
    end_time: datetime.datetime | None = None,
) -> list[ModelInsightCount]:
    """Count insights by model.

    Args:
        client: The connection.
        status: What has been done about an insight.
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
            client.build(build_request, status=status, start_time=start_time, end_time=end_time)
        ),
        parse_response,
    )


async def asyncio_detailed(
    *,
    client: Client,
    status: InsightStatus | None = None,
    start_time: datetime.datetime | None = None,
    end_time: datetime.datetime | None = None,
) -> Response[Error | list[ModelInsightCount]]:
    """Count insights by model.

    Args:
        client: The connection.
        status: What has been done about an insight.
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
            client.build(build_request, status=status, start_time=start_time, end_time=end_time)
        ),
        parse_response,
    )


async def asyncio(
    *,
    client: Client,
    status: InsightStatus | None = None,
    start_time: datetime.datetime | None = None,
    end_time: datetime.datetime | None = None,
) -> list[ModelInsightCount]:
    """Count insights by model.

    Args:
        client: The connection.
        status: What has been done about an insight.
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
            client.build(build_request, status=status, start_time=start_time, end_time=end_time)
        ),
        parse_response,
    )
