from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.any_item import AnyItem
from ...models.error import Error
from ...models.inference_ground_truth import InferenceGroundTruth
from ...models.inferences_response import InferencesResponse
from ...types import Response, build_response, path_segment


def _get_kwargs(
    model_id: str,
    *,
    body: list[AnyItem | InferenceGroundTruth],
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/v3/models/{model_id}/ground_truth".format(
            model_id=path_segment("model_id", model_id),
        ),
    }

    _kwargs["json"] = []
    for body_item_data in body:
        body_item: dict[str, Any]
        if isinstance(body_item_data, InferenceGroundTruth):
            body_item = body_item_data.to_dict()
        else:
            body_item = body_item_data.to_dict()

        _kwargs["json"].append(body_item)

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Error | InferencesResponse | None:
    if response.status_code == 207:
        response_207 = InferencesResponse.from_dict(response.json())

        return response_207

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
) -> Response[Error | InferencesResponse]:
    return build_response(response, lambda: _parse_response(client=client, response=response))


def sync_detailed(
    model_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: list[AnyItem | InferenceGroundTruth],
) -> Response[Error | InferencesResponse]:
    """Send ground truth with the permission for ground truth alone.

     Each item is judged on its own: a faulty one gets a status of its own in the answer. The whole
    request fails only when the body is no list of objects, the model is unknown or the permission is
    missing.

    Args:
        model_id (str):
        body (list[AnyItem | InferenceGroundTruth]):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | InferencesResponse]
    """

    kwargs = _get_kwargs(
        model_id=model_id,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    model_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: list[AnyItem | InferenceGroundTruth],
) -> Error | InferencesResponse | None:
    """Send ground truth with the permission for ground truth alone.

     Each item is judged on its own: a faulty one gets a status of its own in the answer. The whole
    request fails only when the body is no list of objects, the model is unknown or the permission is
    missing.

    Args:
        model_id (str):
        body (list[AnyItem | InferenceGroundTruth]):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | InferencesResponse
    """

    return sync_detailed(
        model_id=model_id,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    model_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: list[AnyItem | InferenceGroundTruth],
) -> Response[Error | InferencesResponse]:
    """Send ground truth with the permission for ground truth alone.

     Each item is judged on its own: a faulty one gets a status of its own in the answer. The whole
    request fails only when the body is no list of objects, the model is unknown or the permission is
    missing.

    Args:
        model_id (str):
        body (list[AnyItem | InferenceGroundTruth]):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | InferencesResponse]
    """

    kwargs = _get_kwargs(
        model_id=model_id,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    model_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: list[AnyItem | InferenceGroundTruth],
) -> Error | InferencesResponse | None:
    """Send ground truth with the permission for ground truth alone.

     Each item is judged on its own: a faulty one gets a status of its own in the answer. The whole
    request fails only when the body is no list of objects, the model is unknown or the permission is
    missing.

    Args:
        model_id (str):
        body (list[AnyItem | InferenceGroundTruth]):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | InferencesResponse
    """

    return (
        await asyncio_detailed(
            model_id=model_id,
            client=client,
            body=body,
        )
    ).parsed
