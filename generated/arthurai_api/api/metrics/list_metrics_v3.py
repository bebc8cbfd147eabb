from __future__ import annotations

import httpx

from ... import errors
from ...client import Client
from ...models.error import Error
from ...models.metric_expand import MetricExpand
from ...models.metric_type import MetricType
from ...models.paginated_metrics import PaginatedMetrics
from ...types import RequestParts, Response, path_segment, query_params


def build_request(
    model_id: str,
    *,
    expand: list[MetricExpand] | None = None,
    default: bool | None = None,
    type_: list[MetricType] | None = None,
    metric_name: str | None = None,
    attribute_name: str | None = None,
    page: int | None = 1,
    page_size: int | None = 20,
    sort: str | None = None,
) -> RequestParts:
    """Build the request of `list_metrics_v3` without sending it.

    Args:
        model_id: The model.
        expand: Parts to include that are left out otherwise.
        default: True for built-in metrics only, false for others only; both when absent.
        type_: Only metrics of these types.
        metric_name: Only the metric of this name.
        attribute_name: Only metrics about this attribute.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.
        sort: Column to sort by; a leading `-` sorts descending.

    Returns:
        The request.

    Raises:
        ValueError: If a part of the path is empty, "." or "..".
    """
    request = RequestParts(
        operation="list_metrics_v3",
        method="GET",
        url="/v3/models/{model_id}/metrics".format(model_id=path_segment("model_id", model_id)),
        params=query_params(
            {
                "expand": expand,
                "default": default,
                "type": type_,
                "metric_name": metric_name,
                "attribute_name": attribute_name,
                "page": page,
                "page_size": page_size,
                "sort": sort,
            }
        ),
    )
    return request


def parse_response(response: httpx.Response) -> PaginatedMetrics:
    """Return the body of a response of `list_metrics_v3`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:
        response_200 = PaginatedMetrics.from_dict(response.json())

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
    expand: list[MetricExpand] | None = None,
    default: bool | None = None,
    type_: list[MetricType] | None = None,
    metric_name: str | None = None,
    attribute_name: str | None = None,
    page: int | None = 1,
    page_size: int | None = 20,
    sort: str | None = None,
) -> Response[Error | PaginatedMetrics]:
    """List the metrics of a model.

    Deprecated; use `list_metrics`.

    Args:
        model_id: The model.
        client: The connection.
        expand: Parts to include that are left out otherwise.
        default: True for built-in metrics only, false for others only; both when absent.
        type_: Only metrics of these types.
        metric_name: Only the metric of this name.
        attribute_name: Only metrics about this attribute.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.
        sort: Column to sort by; a leading `-` sorts descending.

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
                expand=expand,
                default=default,
                type_=type_,
                metric_name=metric_name,
                attribute_name=attribute_name,
                page=page,
                page_size=page_size,
                sort=sort,
            )
        ),
        parse_response,
    )


def sync(
    model_id: str,
    *,
    client: Client,
    expand: list[MetricExpand] | None = None,
    default: bool | None = None,
    type_: list[MetricType] | None = None,
    metric_name: str | None = None,
    attribute_name: str | None = None,
    page: int | None = 1,
    page_size: int | None = 20,
    sort: str | None = None,
) -> PaginatedMetrics:
    """List the metrics of a model.

    Deprecated; use `list_metrics`.

    Args:
        model_id: The model.
        client: The connection.
        expand: Parts to include that are left out otherwise.
        default: True for built-in metrics only, false for others only; both when absent.
        type_: Only metrics of these types.
        metric_name: Only the metric of this name.
        attribute_name: Only metrics about this attribute.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.
        sort: Column to sort by; a leading `-` sorts descending.

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
                expand=expand,
                default=default,
                type_=type_,
                metric_name=metric_name,
                attribute_name=attribute_name,
                page=page,
                page_size=page_size,
                sort=sort,
            )
        ),
        parse_response,
    )


async def asyncio_detailed(
    model_id: str,
    *,
    client: Client,
    expand: list[MetricExpand] | None = None,
    default: bool | None = None,
    type_: list[MetricType] | None = None,
    metric_name: str | None = None,
    attribute_name: str | None = None,
    page: int | None = 1,
    page_size: int | None = 20,
    sort: str | None = None,
) -> Response[Error | PaginatedMetrics]:
    """List the metrics of a model.

    Deprecated; use `list_metrics`.

    Args:
        model_id: The model.
        client: The connection.
        expand: Parts to include that are left out otherwise.
        default: True for built-in metrics only, false for others only; both when absent.
        type_: Only metrics of these types.
        metric_name: Only the metric of this name.
        attribute_name: Only metrics about this attribute.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.
        sort: Column to sort by; a leading `-` sorts descending.

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
                expand=expand,
                default=default,
                type_=type_,
                metric_name=metric_name,
                attribute_name=attribute_name,
                page=page,
                page_size=page_size,
                sort=sort,
            )
        ),
        parse_response,
    )


async def asyncio(
    model_id: str,
    *,
    client: Client,
    expand: list[MetricExpand] | None = None,
    default: bool | None = None,
    type_: list[MetricType] | None = None,
    metric_name: str | None = None,
    attribute_name: str | None = None,
    page: int | None = 1,
    page_size: int | None = 20,
    sort: str | None = None,
) -> PaginatedMetrics:
    """List the metrics of a model.

    Deprecated; use `list_metrics`.

    Args:
        model_id: The model.
        client: The connection.
        expand: Parts to include that are left out otherwise.
        default: True for built-in metrics only, false for others only; both when absent.
        type_: Only metrics of these types.
        metric_name: Only the metric of this name.
        attribute_name: Only metrics about this attribute.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.
        sort: Column to sort by; a leading `-` sorts descending.

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
                expand=expand,
                default=default,
                type_=type_,
                metric_name=metric_name,
                attribute_name=attribute_name,
                page=page,
                page_size=page_size,
                sort=sort,
            )
        ),
        parse_response,
    )
