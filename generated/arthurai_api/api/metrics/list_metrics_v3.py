from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error import Error
from ...models.metric_expand import MetricExpand
from ...models.metric_type import MetricType
from ...models.paginated_metrics import PaginatedMetrics
from ...types import UNSET, Response, Unset, build_response, path_segment


def _get_kwargs(
    model_id: str,
    *,
    expand: list[MetricExpand] | Unset = UNSET,
    default: bool | Unset = UNSET,
    type_: list[MetricType] | Unset = UNSET,
    metric_name: str | Unset = UNSET,
    attribute_name: str | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_expand: list[str] | Unset = UNSET
    if not isinstance(expand, Unset):
        json_expand = []
        for expand_item_data in expand:
            expand_item = expand_item_data.value
            json_expand.append(expand_item)

    params["expand"] = json_expand

    params["default"] = default

    json_type_: list[str] | Unset = UNSET
    if not isinstance(type_, Unset):
        json_type_ = []
        for type_item_data in type_:
            type_item = type_item_data.value
            json_type_.append(type_item)

    params["type"] = json_type_

    params["metric_name"] = metric_name

    params["attribute_name"] = attribute_name

    params["page"] = page

    params["page_size"] = page_size

    params["sort"] = sort

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v3/models/{model_id}/metrics".format(
            model_id=path_segment("model_id", model_id),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Error | PaginatedMetrics | None:
    if response.status_code == 200:
        response_200 = PaginatedMetrics.from_dict(response.json())

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
) -> Response[Error | PaginatedMetrics]:
    return build_response(response, lambda: _parse_response(client=client, response=response))


def sync_detailed(
    model_id: str,
    *,
    client: AuthenticatedClient | Client,
    expand: list[MetricExpand] | Unset = UNSET,
    default: bool | Unset = UNSET,
    type_: list[MetricType] | Unset = UNSET,
    metric_name: str | Unset = UNSET,
    attribute_name: str | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
) -> Response[Error | PaginatedMetrics]:
    """List the metrics of a model.

     Deprecated; use `list_metrics`.

    Args:
        model_id (str):
        expand (list[MetricExpand] | Unset):
        default (bool | Unset):
        type_ (list[MetricType] | Unset):
        metric_name (str | Unset):
        attribute_name (str | Unset):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.
        sort (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | PaginatedMetrics]
    """

    kwargs = _get_kwargs(
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

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    model_id: str,
    *,
    client: AuthenticatedClient | Client,
    expand: list[MetricExpand] | Unset = UNSET,
    default: bool | Unset = UNSET,
    type_: list[MetricType] | Unset = UNSET,
    metric_name: str | Unset = UNSET,
    attribute_name: str | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
) -> Error | PaginatedMetrics | None:
    """List the metrics of a model.

     Deprecated; use `list_metrics`.

    Args:
        model_id (str):
        expand (list[MetricExpand] | Unset):
        default (bool | Unset):
        type_ (list[MetricType] | Unset):
        metric_name (str | Unset):
        attribute_name (str | Unset):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.
        sort (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | PaginatedMetrics
    """

    return sync_detailed(
        model_id=model_id,
        client=client,
        expand=expand,
        default=default,
        type_=type_,
        metric_name=metric_name,
        attribute_name=attribute_name,
        page=page,
        page_size=page_size,
        sort=sort,
    ).parsed


async def asyncio_detailed(
    model_id: str,
    *,
    client: AuthenticatedClient | Client,
    expand: list[MetricExpand] | Unset = UNSET,
    default: bool | Unset = UNSET,
    type_: list[MetricType] | Unset = UNSET,
    metric_name: str | Unset = UNSET,
    attribute_name: str | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
) -> Response[Error | PaginatedMetrics]:
    """List the metrics of a model.

     Deprecated; use `list_metrics`.

    Args:
        model_id (str):
        expand (list[MetricExpand] | Unset):
        default (bool | Unset):
        type_ (list[MetricType] | Unset):
        metric_name (str | Unset):
        attribute_name (str | Unset):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.
        sort (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | PaginatedMetrics]
    """

    kwargs = _get_kwargs(
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

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    model_id: str,
    *,
    client: AuthenticatedClient | Client,
    expand: list[MetricExpand] | Unset = UNSET,
    default: bool | Unset = UNSET,
    type_: list[MetricType] | Unset = UNSET,
    metric_name: str | Unset = UNSET,
    attribute_name: str | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
) -> Error | PaginatedMetrics | None:
    """List the metrics of a model.

     Deprecated; use `list_metrics`.

    Args:
        model_id (str):
        expand (list[MetricExpand] | Unset):
        default (bool | Unset):
        type_ (list[MetricType] | Unset):
        metric_name (str | Unset):
        attribute_name (str | Unset):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.
        sort (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | PaginatedMetrics
    """

    return (
        await asyncio_detailed(
            model_id=model_id,
            client=client,
            expand=expand,
            default=default,
            type_=type_,
            metric_name=metric_name,
            attribute_name=attribute_name,
            page=page,
            page_size=page_size,
            sort=sort,
        )
    ).parsed
