from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error import Error
from ...models.model import Model
from ...models.model_expand import ModelExpand
from ...types import UNSET, Response, Unset, build_response, path_segment


def _get_kwargs(
    model_group_id: str,
    *,
    expand: list[ModelExpand] | Unset = UNSET,
    include_archived: bool | Unset = False,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_expand: list[str] | Unset = UNSET
    if not isinstance(expand, Unset):
        json_expand = []
        for expand_item_data in expand:
            expand_item = expand_item_data.value
            json_expand.append(expand_item)

    params["expand"] = json_expand

    params["include_archived"] = include_archived

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v3/model_groups/{model_group_id}/versions/latest".format(
            model_group_id=path_segment("model_group_id", model_group_id),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Error | Model | None:
    if response.status_code == 200:
        response_200 = Model.from_dict(response.json())

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
) -> Response[Error | Model]:
    return build_response(response, lambda: _parse_response(client=client, response=response))


def sync_detailed(
    model_group_id: str,
    *,
    client: AuthenticatedClient | Client,
    expand: list[ModelExpand] | Unset = UNSET,
    include_archived: bool | Unset = False,
) -> Response[Error | Model]:
    """Show the newest version of a model.

    Args:
        model_group_id (str):
        expand (list[ModelExpand] | Unset):
        include_archived (bool | Unset):  Default: False.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | Model]
    """

    kwargs = _get_kwargs(
        model_group_id=model_group_id,
        expand=expand,
        include_archived=include_archived,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    model_group_id: str,
    *,
    client: AuthenticatedClient | Client,
    expand: list[ModelExpand] | Unset = UNSET,
    include_archived: bool | Unset = False,
) -> Error | Model | None:
    """Show the newest version of a model.

    Args:
        model_group_id (str):
        expand (list[ModelExpand] | Unset):
        include_archived (bool | Unset):  Default: False.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | Model
    """

    return sync_detailed(
        model_group_id=model_group_id,
        client=client,
        expand=expand,
        include_archived=include_archived,
    ).parsed


async def asyncio_detailed(
    model_group_id: str,
    *,
    client: AuthenticatedClient | Client,
    expand: list[ModelExpand] | Unset = UNSET,
    include_archived: bool | Unset = False,
) -> Response[Error | Model]:
    """Show the newest version of a model.

    Args:
        model_group_id (str):
        expand (list[ModelExpand] | Unset):
        include_archived (bool | Unset):  Default: False.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | Model]
    """

    kwargs = _get_kwargs(
        model_group_id=model_group_id,
        expand=expand,
        include_archived=include_archived,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    model_group_id: str,
    *,
    client: AuthenticatedClient | Client,
    expand: list[ModelExpand] | Unset = UNSET,
    include_archived: bool | Unset = False,
) -> Error | Model | None:
    """Show the newest version of a model.

    Args:
        model_group_id (str):
        expand (list[ModelExpand] | Unset):
        include_archived (bool | Unset):  Default: False.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | Model
    """

    return (
        await asyncio_detailed(
            model_group_id=model_group_id,
            client=client,
            expand=expand,
            include_archived=include_archived,
        )
    ).parsed
