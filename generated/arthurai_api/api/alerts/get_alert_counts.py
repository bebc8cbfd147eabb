from __future__ import annotations

import datetime

import httpx

from ... import errors
from ...client import Client
from ...models.alert_model_count import AlertModelCount
from ...models.error import Error
from ...types import RequestParts, Response, query_params


def build_request(
    *,
    model_id: list[str] | None = None,
    start_time: datetime.datetime | None = None,
    end_time: datetime.datetime | None = None,
    group_by_date: bool | None = False,
    severity: list[str] | None = None,
    status: list[str] | None = None,
) -> RequestParts:
    """Build the request of `get_alert_counts` without sending it.

    Args:
        model_id: Only these models.
        start_time: First moment that counts.
        end_time: First moment that counts no more.
        group_by_date: Whether to count by day as well.
        severity: Only alerts of these severities.
        status: Only alerts in these states.

    Returns:
        The request.
    """
    request = RequestParts(
        operation="get_alert_counts",
        method="GET",
        url="/v3/alerts/model_counts",
        params=query_params(
            {
                "model_id": model_id,
                "start_time": start_time,
                "end_time": end_time,
                "group_by_date": group_by_date,
                "severity": severity,
                "status": status,
            }
        ),
    )
    return request


def parse_response(response: httpx.Response) -> list[AlertModelCount]:
    """Return the body of a response of `get_alert_counts`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:
        response_200 = []
        _response_200 = response.json()
        for componentsschemas_alert_model_counts_item_data in _response_200 or ():
            componentsschemas_alert_model_counts_item = AlertModelCount.from_dict(
                componentsschemas_alert_model_counts_item_data
            )

            response_200.append(componentsschemas_alert_model_counts_item)

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
    model_id: list[str] | None = None,
    start_time: datetime.datetime | None = None,
    end_time: datetime.datetime | None = None,
    group_by_date: bool | None = False,
    severity: list[str] | None = None,
    status: list[str] | None = None,
) -> Response[Error | list[AlertModelCount]]:
    """Count alerts by model.

    The shape of the response is a guess.

    Args:
        client: The connection.
        model_id: Only these models.
        start_time: First moment that counts.
        end_time: First moment that counts no more.
        group_by_date: Whether to count by day as well.
        severity: Only alerts of these severities.
        status: Only alerts in these states.

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
                start_time=start_time,
                end_time=end_time,
                group_by_date=group_by_date,
                severity=severity,
                status=status,
            )
        ),
        parse_response,
    )


def sync(
    *,
    client: Client,
    model_id: list[str] | None = None,
    start_time: datetime.datetime | None = None,
    end_time: datetime.datetime | None = None,
    group_by_date: bool | None = False,
    severity: list[str] | None = None,
    status: list[str] | None = None,
) -> list[AlertModelCount]:
    """Count alerts by model.

    The shape of the response is a guess.

    Args:
        client: The connection.
        model_id: Only these models.
        start_time: First moment that counts.
        end_time: First moment that counts no more.
        group_by_date: Whether to count by day as well.
        severity: Only alerts of these severities.
        status: Only alerts in these states.

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
                start_time=start_time,
                end_time=end_time,
                group_by_date=group_by_date,
                severity=severity,
                status=status,
            )
        ),
        parse_response,
    )


async def asyncio_detailed(
    *,
    client: Client,
    model_id: list[str] | None = None,
    start_time: datetime.datetime | None = None,
    end_time: datetime.datetime | None = None,
    group_by_date: bool | None = False,
    severity: list[str] | None = None,
    status: list[str] | None = None,
) -> Response[Error | list[AlertModelCount]]:
    """Count alerts by model.

    The shape of the response is a guess.

    Args:
        client: The connection.
        model_id: Only these models.
        start_time: First moment that counts.
        end_time: First moment that counts no more.
        group_by_date: Whether to count by day as well.
        severity: Only alerts of these severities.
        status: Only alerts in these states.

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
                start_time=start_time,
                end_time=end_time,
                group_by_date=group_by_date,
                severity=severity,
                status=status,
            )
        ),
        parse_response,
    )


async def asyncio(
    *,
    client: Client,
    model_id: list[str] | None = None,
    start_time: datetime.datetime | None = None,
    end_time: datetime.datetime | None = None,
    group_by_date: bool | None = False,
    severity: list[str] | None = None,
    status: list[str] | None = None,
) -> list[AlertModelCount]:
    """Count alerts by model.

    The shape of the response is a guess.

    Args:
        client: The connection.
        model_id: Only these models.
        start_time: First moment that counts.
        end_time: First moment that counts no more.
        group_by_date: Whether to count by day as well.
        severity: Only alerts of these severities.
        status: Only alerts in these states.

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
                start_time=start_time,
                end_time=end_time,
                group_by_date=group_by_date,
                severity=severity,
                status=status,
            )
        ),
        parse_response,
    )
