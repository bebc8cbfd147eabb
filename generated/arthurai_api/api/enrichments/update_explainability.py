from typing import Any, cast

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error import Error
from ...models.explainability_enrichment_response import ExplainabilityEnrichmentResponse
from ...models.explainability_form import ExplainabilityForm
from ...types import Response, build_response, path_segment


def _get_kwargs(
    model_id: str,
    *,
    body: ExplainabilityForm,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/v3/models/{model_id}/enrichments/explainability".format(
            model_id=path_segment("model_id", model_id),
        ),
    }

    _kwargs["files"] = body.to_multipart()

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Error | ExplainabilityEnrichmentResponse | str | None:
    if response.status_code == 202:

        def _parse_response_202(data: object) -> ExplainabilityEnrichmentResponse | str:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_explainability_update_response_type_0 = (
                    ExplainabilityEnrichmentResponse.from_dict(data)
                )

                return componentsschemas_explainability_update_response_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ExplainabilityEnrichmentResponse | str, data)

        response_202 = _parse_response_202(response.json())

        return response_202

    if response.status_code == 400:
        response_400 = Error.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = Error.from_dict(response.json())

        return response_401

    if response.status_code == 402:
        response_402 = Error.from_dict(response.json())

        return response_402

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
) -> Response[Error | ExplainabilityEnrichmentResponse | str]:
    return build_response(response, lambda: _parse_response(client=client, response=response))


def sync_detailed(
    model_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: ExplainabilityForm,
) -> Response[Error | ExplainabilityEnrichmentResponse | str]:
    """Switch explanations on or off.

    Args:
        model_id (str):
        body (ExplainabilityForm): The same parts for explanations alone; the switches are not
            wrapped in the name of the enrichment.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | ExplainabilityEnrichmentResponse | str]
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
    body: ExplainabilityForm,
) -> Error | ExplainabilityEnrichmentResponse | str | None:
    """Switch explanations on or off.

    Args:
        model_id (str):
        body (ExplainabilityForm): The same parts for explanations alone; the switches are not
            wrapped in the name of the enrichment.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | ExplainabilityEnrichmentResponse | str
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
    body: ExplainabilityForm,
) -> Response[Error | ExplainabilityEnrichmentResponse | str]:
    """Switch explanations on or off.

    Args:
        model_id (str):
        body (ExplainabilityForm): The same parts for explanations alone; the switches are not
            wrapped in the name of the enrichment.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | ExplainabilityEnrichmentResponse | str]
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
    body: ExplainabilityForm,
) -> Error | ExplainabilityEnrichmentResponse | str | None:
    """Switch explanations on or off.

    Args:
        model_id (str):
        body (ExplainabilityForm): The same parts for explanations alone; the switches are not
            wrapped in the name of the enrichment.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | ExplainabilityEnrichmentResponse | str
    """

    return (
        await asyncio_detailed(
            model_id=model_id,
            client=client,
            body=body,
        )
    ).parsed
