from __future__ import annotations

import httpx

from ... import errors
from ...client import Client
from ...models.error import Error
from ...models.notification_delivery_status import NotificationDeliveryStatus
from ...models.paginated_notification_deliveries import PaginatedNotificationDeliveries
from ...types import RequestParts, Response, query_params


def build_request(
    *,
    model_id: str | None = None,
    configuration_id: str | None = None,
    status: NotificationDeliveryStatus | None = None,
    page: int | None = 1,
    page_size: int | None = 20,
) -> RequestParts:
    """Build the request of `list_notification_deliveries` without sending it.

    Args:
        model_id: Only those about this model.
        configuration_id: Only those that went out by this configuration.
        status: `waiting` for an attempt, `delivered`, `failed` for good, or `skipped`, as nothing is
            configured for it.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.

    Returns:
        The request.
    """
    request = RequestParts(
        operation="list_notification_deliveries",
        method="GET",
        url="/v3/notification_deliveries",
        params=query_params(
            {
                "model_id": model_id,
                "configuration_id": configuration_id,
                "status": status,
                "page": page,
                "page_size": page_size,
            }
        ),
    )
    return request


def parse_response(response: httpx.Response) -> PaginatedNotificationDeliveries:
    """Return the body of a response of `list_notification_deliveries`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:
        response_200 = PaginatedNotificationDeliveries.from_dict(response.json())

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
    model_id: str | None = None,
    configuration_id: str | None = None,
    status: NotificationDeliveryStatus | None = None,
    page: int | None = 1,
    page_size: int | None = 20,
) -> Response[Error | PaginatedNotificationDeliveries]:
    """List the latest messages about alerts, and what became of them.

    Args:
        client: The connection.
        model_id: Only those about this model.
        configuration_id: Only those that went out by this configuration.
        status: `waiting` for an attempt, `delivered`, `failed` for good, or `skipped`, as nothing is
            configured for it.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.

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
                configuration_id=configuration_id,
                status=status,
                page=page,
                page_size=page_size,
            )
        ),
        parse_response,
    )


def sync(
    *,
    client: Client,
    model_id: str | None = None,
    configuration_id: str | None = None,
    status: NotificationDeliveryStatus | None = None,
    page: int | None = 1,
    page_size: int | None = 20,
) -> PaginatedNotificationDeliveries:
    """List the latest messages about alerts, and what became of them.

    Args:
        client: The connection.
        model_id: Only those about this model.
        configuration_id: Only those that went out by this configuration.
        status: `waiting` for an attempt, `delivered`, `failed` for good, or `skipped`, as nothing is
            configured for it.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.

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
                configuration_id=configuration_id,
                status=status,
                page=page,
                page_size=page_size,
            )
        ),
        parse_response,
    )


async def asyncio_detailed(
    *,
    client: Client,
    model_id: str | None = None,
    configuration_id: str | None = None,
    status: NotificationDeliveryStatus | None = None,
    page: int | None = 1,
    page_size: int | None = 20,
) -> Response[Error | PaginatedNotificationDeliveries]:
    """List the latest messages about alerts, and what became of them.

    Args:
        client: The connection.
        model_id: Only those about this model.
        configuration_id: Only those that went out by this configuration.
        status: `waiting` for an attempt, `delivered`, `failed` for good, or `skipped`, as nothing is
            configured for it.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.

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
                configuration_id=configuration_id,
                status=status,
                page=page,
                page_size=page_size,
            )
        ),
        parse_response,
    )


async def asyncio(
    *,
    client: Client,
    model_id: str | None = None,
    configuration_id: str | None = None,
    status: NotificationDeliveryStatus | None = None,
    page: int | None = 1,
    page_size: int | None = 20,
) -> PaginatedNotificationDeliveries:
    """List the latest messages about alerts, and what became of them.

    Args:
        client: The connection.
        model_id: Only those about this model.
        configuration_id: Only those that went out by this configuration.
        status: `waiting` for an attempt, `delivered`, `failed` for good, or `skipped`, as nothing is
            configured for it.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.

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
                configuration_id=configuration_id,
                status=status,
                page=page,
                page_size=page_size,
            )
        ),
        parse_response,
    )
