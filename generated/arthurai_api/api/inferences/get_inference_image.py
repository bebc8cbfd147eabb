from io import BytesIO
from typing import Any, cast

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error import Error
from ...models.image_response_type import ImageResponseType
from ...types import UNSET, File, Response, build_response, path_segment


def _get_kwargs(
    model_id: str,
    image_id: str,
    *,
    type_: ImageResponseType,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_type_ = type_.value
    params["type"] = json_type_

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v3/models/{model_id}/inferences/images/{image_id}".format(
            model_id=path_segment("model_id", model_id),
            image_id=path_segment("image_id", image_id),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | Error | File | None:
    if response.status_code == 200:
        response_200 = File(payload=BytesIO(response.content))

        return response_200

    if response.status_code == 302:
        response_302 = cast(Any, None)
        return response_302

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
) -> Response[Any | Error | File]:
    return build_response(response, lambda: _parse_response(client=client, response=response))


def sync_detailed(
    model_id: str,
    image_id: str,
    *,
    client: AuthenticatedClient | Client,
    type_: ImageResponseType,
) -> Response[Any | Error | File]:
    """Get an image of an inference.

    Args:
        model_id (str):
        image_id (str):
        type_ (ImageResponseType): Form of an image: as sent, resized for the model, small, or the
            regions of an explanation.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Error | File]
    """

    kwargs = _get_kwargs(
        model_id=model_id,
        image_id=image_id,
        type_=type_,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    model_id: str,
    image_id: str,
    *,
    client: AuthenticatedClient | Client,
    type_: ImageResponseType,
) -> Any | Error | File | None:
    """Get an image of an inference.

    Args:
        model_id (str):
        image_id (str):
        type_ (ImageResponseType): Form of an image: as sent, resized for the model, small, or the
            regions of an explanation.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Error | File
    """

    return sync_detailed(
        model_id=model_id,
        image_id=image_id,
        client=client,
        type_=type_,
    ).parsed


async def asyncio_detailed(
    model_id: str,
    image_id: str,
    *,
    client: AuthenticatedClient | Client,
    type_: ImageResponseType,
) -> Response[Any | Error | File]:
    """Get an image of an inference.

    Args:
        model_id (str):
        image_id (str):
        type_ (ImageResponseType): Form of an image: as sent, resized for the model, small, or the
            regions of an explanation.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Error | File]
    """

    kwargs = _get_kwargs(
        model_id=model_id,
        image_id=image_id,
        type_=type_,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    model_id: str,
    image_id: str,
    *,
    client: AuthenticatedClient | Client,
    type_: ImageResponseType,
) -> Any | Error | File | None:
    """Get an image of an inference.

    Args:
        model_id (str):
        image_id (str):
        type_ (ImageResponseType): Form of an image: as sent, resized for the model, small, or the
            regions of an explanation.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Error | File
    """

    return (
        await asyncio_detailed(
            model_id=model_id,
            image_id=image_id,
            client=client,
            type_=type_,
        )
    ).parsed
