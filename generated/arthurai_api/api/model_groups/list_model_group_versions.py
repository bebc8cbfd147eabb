from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error import Error
from ...models.model_expand import ModelExpand
from ...models.paginated_model_group_versions import PaginatedModelGroupVersions
from ...types import UNSET, Response, Unset, build_response, path_segment


def _get_kwargs(
    model_group_id: str,
    *,
    expand: list[ModelExpand] | Unset = UNSET,
    sequence_num: int | Unset = UNSET,
    label: str | Unset = UNSET,
    include_archived: bool | Unset = False,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_expand: list[str] | Unset = UNSET
    if not isinstance(expand, Unset):
        json_expand = []
        for expand_item_data in expand:
            expand_item = expand_item_data.value
            json_expand.append(expand_item)

    params["expand"] = json_expand

    params["sequence_num"] = sequence_num

    params["label"] = label

    params["include_archived"] = include_archived

    params["page"] = page

    params["page_size"] = page_size

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v3/model_groups/{model_group_id}/versions".format(
            model_group_id=path_segment("model_group_id", model_group_id),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Error | PaginatedModelGroupVersions | None:
    if response.status_code == 200:
        response_200 = PaginatedModelGroupVersions.from_dict(response.json())

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
) -> Response[Error | PaginatedModelGroupVersions]:
    return build_response(response, lambda: _parse_response(client=client, response=response))


def sync_detailed(
    model_group_id: str,
    *,
    client: AuthenticatedClient | Client,
    expand: list[ModelExpand] | Unset = UNSET,
    sequence_num: int | Unset = UNSET,
    label: str | Unset = UNSET,
    include_archived: bool | Unset = False,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
) -> Response[Error | PaginatedModelGroupVersions]:
    """List the versions of a model.

     Answers 404 when a place or label is asked for that no version has.

    Args:
        model_group_id (str):
        expand (list[ModelExpand] | Unset):
        sequence_num (int | Unset):
        label (str | Unset):
        include_archived (bool | Unset):  Default: False.
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | PaginatedModelGroupVersions]
    """

    kwargs = _get_kwargs(
        model_group_id=model_group_id,
        expand=expand,
        sequence_num=sequence_num,
        label=label,
        include_archived=include_archived,
        page=page,
        page_size=page_size,
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
    sequence_num: int | Unset = UNSET,
    label: str | Unset = UNSET,
    include_archived: bool | Unset = False,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
) -> Error | PaginatedModelGroupVersions | None:
    """List the versions of a model.

     Answers 404 when a place or label is asked for that no version has.

    Args:
        model_group_id (str):
        expand (list[ModelExpand] | Unset):
        sequence_num (int | Unset):
        label (str | Unset):
        include_archived (bool | Unset):  Default: False.
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | PaginatedModelGroupVersions
    """

    return sync_detailed(
        model_group_id=model_group_id,
        client=client,
        expand=expand,
        sequence_num=sequence_num,
        label=label,
        include_archived=include_archived,
        page=page,
        page_size=page_size,
    ).parsed


async def asyncio_detailed(
    model_group_id: str,
    *,
    client: AuthenticatedClient | Client,
    expand: list[ModelExpand] | Unset = UNSET,
    sequence_num: int | Unset = UNSET,
    label: str | Unset = UNSET,
    include_archived: bool | Unset = False,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
) -> Response[Error | PaginatedModelGroupVersions]:
    """List the versions of a model.

     Answers 404 when a place or label is asked for that no version has.

    Args:
        model_group_id (str):
        expand (list[ModelExpand] | Unset):
        sequence_num (int | Unset):
        label (str | Unset):
        include_archived (bool | Unset):  Default: False.
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | PaginatedModelGroupVersions]
    """

    kwargs = _get_kwargs(
        model_group_id=model_group_id,
        expand=expand,
        sequence_num=sequence_num,
        label=label,
        include_archived=include_archived,
        page=page,
        page_size=page_size,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    model_group_id: str,
    *,
    client: AuthenticatedClient | Client,
    expand: list[ModelExpand] | Unset = UNSET,
    sequence_num: int | Unset = UNSET,
    label: str | Unset = UNSET,
    include_archived: bool | Unset = False,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
) -> Error | PaginatedModelGroupVersions | None:
    """List the versions of a model.

     Answers 404 when a place or label is asked for that no version has.

    Args:
        model_group_id (str):
        expand (list[ModelExpand] | Unset):
        sequence_num (int | Unset):
        label (str | Unset):
        include_archived (bool | Unset):  Default: False.
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | PaginatedModelGroupVersions
    """

    return (
        await asyncio_detailed(
            model_group_id=model_group_id,
            client=client,
            expand=expand,
            sequence_num=sequence_num,
            label=label,
            include_archived=include_archived,
            page=page,
            page_size=page_size,
        )
    ).parsed
