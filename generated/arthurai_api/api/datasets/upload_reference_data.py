from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error import Error
from ...models.file_upload_response import FileUploadResponse
from ...models.reference_data_form import ReferenceDataForm
from ...types import Response, build_response, path_segment


def _get_kwargs(
    model_id: str,
    *,
    body: ReferenceDataForm,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v3/models/{model_id}/reference_data".format(
            model_id=path_segment("model_id", model_id),
        ),
    }

    _kwargs["files"] = body.to_multipart()

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Error | FileUploadResponse | None:
    if response.status_code == 207:
        response_207 = FileUploadResponse.from_dict(response.json())

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
) -> Response[Error | FileUploadResponse]:
    return build_response(response, lambda: _parse_response(client=client, response=response))


def sync_detailed(
    model_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: ReferenceDataForm,
) -> Response[Error | FileUploadResponse]:
    """Send a file of reference rows.

     A closed reference set takes no more rows.

    Args:
        model_id (str):
        body (ReferenceDataForm): A file of reference rows. Parquet has one column an attribute,
            JSON is an array of `ReferenceRow`; one of the two data parts is needed.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | FileUploadResponse]
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
    body: ReferenceDataForm,
) -> Error | FileUploadResponse | None:
    """Send a file of reference rows.

     A closed reference set takes no more rows.

    Args:
        model_id (str):
        body (ReferenceDataForm): A file of reference rows. Parquet has one column an attribute,
            JSON is an array of `ReferenceRow`; one of the two data parts is needed.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | FileUploadResponse
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
    body: ReferenceDataForm,
) -> Response[Error | FileUploadResponse]:
    """Send a file of reference rows.

     A closed reference set takes no more rows.

    Args:
        model_id (str):
        body (ReferenceDataForm): A file of reference rows. Parquet has one column an attribute,
            JSON is an array of `ReferenceRow`; one of the two data parts is needed.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | FileUploadResponse]
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
    body: ReferenceDataForm,
) -> Error | FileUploadResponse | None:
    """Send a file of reference rows.

     A closed reference set takes no more rows.

    Args:
        model_id (str):
        body (ReferenceDataForm): A file of reference rows. Parquet has one column an attribute,
            JSON is an array of `ReferenceRow`; one of the two data parts is needed.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | FileUploadResponse
    """

    return (
        await asyncio_detailed(
            model_id=model_id,
            client=client,
            body=body,
        )
    ).parsed
