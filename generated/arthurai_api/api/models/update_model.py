from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error import Error
from ...models.id_type import IdType
from ...models.model import Model
from ...models.model_expand_single import ModelExpandSingle
from ...models.model_update_request import ModelUpdateRequest
from ...types import UNSET, Response, Unset, build_response, path_segment


def _get_kwargs(
    model_id: str,
    *,
    body: ModelUpdateRequest,
    id_type: IdType | Unset = UNSET,
    expand: list[ModelExpandSingle] | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    params: dict[str, Any] = {}

    json_id_type: str | Unset = UNSET
    if not isinstance(id_type, Unset):
        json_id_type = id_type.value

    params["id_type"] = json_id_type

    json_expand: list[str] | Unset = UNSET
    if not isinstance(expand, Unset):
        json_expand = []
        for expand_item_data in expand:
            expand_item = expand_item_data.value
            json_expand.append(expand_item)

    params["expand"] = json_expand

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/v3/models/{model_id}".format(
            model_id=path_segment("model_id", model_id),
        ),
        "params": params,
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
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

    if response.status_code == 409:
        response_409 = Error.from_dict(response.json())

        return response_409

    if response.status_code == 413:
        response_413 = Error.from_dict(response.json())

        return response_413

    if response.status_code == 415:
        response_415 = Error.from_dict(response.json())

        return response_415

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
    model_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: ModelUpdateRequest,
    id_type: IdType | Unset = UNSET,
    expand: list[ModelExpandSingle] | Unset = UNSET,
) -> Response[Error | Model]:
    """Change a model.

    Args:
        model_id (str):
        id_type (IdType | Unset): Whose identifier stands in the path, the server's or the
            caller's.
        expand (list[ModelExpandSingle] | Unset):
        body (ModelUpdateRequest): Changes to a model; members left out stay as they are. A whole
            model may be sent back: what cannot be changed is ignored.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | Model]
    """

    kwargs = _get_kwargs(
        model_id=model_id,
        body=body,
        id_type=id_type,
        expand=expand,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    model_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: ModelUpdateRequest,
    id_type: IdType | Unset = UNSET,
    expand: list[ModelExpandSingle] | Unset = UNSET,
) -> Error | Model | None:
    """Change a model.

    Args:
        model_id (str):
        id_type (IdType | Unset): Whose identifier stands in the path, the server's or the
            caller's.
        expand (list[ModelExpandSingle] | Unset):
        body (ModelUpdateRequest): Changes to a model; members left out stay as they are. A whole
            model may be sent back: what cannot be changed is ignored.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | Model
    """

    return sync_detailed(
        model_id=model_id,
        client=client,
        body=body,
        id_type=id_type,
        expand=expand,
    ).parsed


async def asyncio_detailed(
    model_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: ModelUpdateRequest,
    id_type: IdType | Unset = UNSET,
    expand: list[ModelExpandSingle] | Unset = UNSET,
) -> Response[Error | Model]:
    """Change a model.

    Args:
        model_id (str):
        id_type (IdType | Unset): Whose identifier stands in the path, the server's or the
            caller's.
        expand (list[ModelExpandSingle] | Unset):
        body (ModelUpdateRequest): Changes to a model; members left out stay as they are. A whole
            model may be sent back: what cannot be changed is ignored.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | Model]
    """

    kwargs = _get_kwargs(
        model_id=model_id,
        body=body,
        id_type=id_type,
        expand=expand,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    model_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: ModelUpdateRequest,
    id_type: IdType | Unset = UNSET,
    expand: list[ModelExpandSingle] | Unset = UNSET,
) -> Error | Model | None:
    """Change a model.

    Args:
        model_id (str):
        id_type (IdType | Unset): Whose identifier stands in the path, the server's or the
            caller's.
        expand (list[ModelExpandSingle] | Unset):
        body (ModelUpdateRequest): Changes to a model; members left out stay as they are. A whole
            model may be sent back: what cannot be changed is ignored.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | Model
    """

    return (
        await asyncio_detailed(
            model_id=model_id,
            client=client,
            body=body,
            id_type=id_type,
            expand=expand,
        )
    ).parsed
