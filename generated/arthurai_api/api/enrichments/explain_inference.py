from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error import Error
from ...models.explanation_algorithm import ExplanationAlgorithm
from ...models.explanation_result import ExplanationResult
from ...types import UNSET, Response, Unset, build_response, path_segment


def _get_kwargs(
    model_id: str,
    partner_inference_id: str,
    *,
    algorithm: ExplanationAlgorithm | Unset = UNSET,
    n_samples: int | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_algorithm: str | Unset = UNSET
    if not isinstance(algorithm, Unset):
        json_algorithm = algorithm.value

    params["algorithm"] = json_algorithm

    params["n_samples"] = n_samples

    params["page"] = page

    params["page_size"] = page_size

    params["sort"] = sort

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v3/models/{model_id}/inferences/{partner_inference_id}/explanation".format(
            model_id=path_segment("model_id", model_id),
            partner_inference_id=path_segment("partner_inference_id", partner_inference_id),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Error | ExplanationResult | None:
    if response.status_code == 200:
        response_200 = ExplanationResult.from_dict(response.json())

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
) -> Response[Error | ExplanationResult]:
    return build_response(response, lambda: _parse_response(client=client, response=response))


def sync_detailed(
    model_id: str,
    partner_inference_id: str,
    *,
    client: AuthenticatedClient | Client,
    algorithm: ExplanationAlgorithm | Unset = UNSET,
    n_samples: int | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
) -> Response[Error | ExplanationResult]:
    """Explain an inference.

    Args:
        model_id (str):
        partner_inference_id (str):
        algorithm (ExplanationAlgorithm | Unset): How explanations are computed; SHAP is for
            tabular models only.
        n_samples (int | Unset):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.
        sort (str | Unset): What to sort scores by: a leading `-` for descending, `+` or nothing
            for ascending.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | ExplanationResult]
    """

    kwargs = _get_kwargs(
        model_id=model_id,
        partner_inference_id=partner_inference_id,
        algorithm=algorithm,
        n_samples=n_samples,
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
    partner_inference_id: str,
    *,
    client: AuthenticatedClient | Client,
    algorithm: ExplanationAlgorithm | Unset = UNSET,
    n_samples: int | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
) -> Error | ExplanationResult | None:
    """Explain an inference.

    Args:
        model_id (str):
        partner_inference_id (str):
        algorithm (ExplanationAlgorithm | Unset): How explanations are computed; SHAP is for
            tabular models only.
        n_samples (int | Unset):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.
        sort (str | Unset): What to sort scores by: a leading `-` for descending, `+` or nothing
            for ascending.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | ExplanationResult
    """

    return sync_detailed(
        model_id=model_id,
        partner_inference_id=partner_inference_id,
        client=client,
        algorithm=algorithm,
        n_samples=n_samples,
        page=page,
        page_size=page_size,
        sort=sort,
    ).parsed


async def asyncio_detailed(
    model_id: str,
    partner_inference_id: str,
    *,
    client: AuthenticatedClient | Client,
    algorithm: ExplanationAlgorithm | Unset = UNSET,
    n_samples: int | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
) -> Response[Error | ExplanationResult]:
    """Explain an inference.

    Args:
        model_id (str):
        partner_inference_id (str):
        algorithm (ExplanationAlgorithm | Unset): How explanations are computed; SHAP is for
            tabular models only.
        n_samples (int | Unset):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.
        sort (str | Unset): What to sort scores by: a leading `-` for descending, `+` or nothing
            for ascending.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | ExplanationResult]
    """

    kwargs = _get_kwargs(
        model_id=model_id,
        partner_inference_id=partner_inference_id,
        algorithm=algorithm,
        n_samples=n_samples,
        page=page,
        page_size=page_size,
        sort=sort,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    model_id: str,
    partner_inference_id: str,
    *,
    client: AuthenticatedClient | Client,
    algorithm: ExplanationAlgorithm | Unset = UNSET,
    n_samples: int | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
) -> Error | ExplanationResult | None:
    """Explain an inference.

    Args:
        model_id (str):
        partner_inference_id (str):
        algorithm (ExplanationAlgorithm | Unset): How explanations are computed; SHAP is for
            tabular models only.
        n_samples (int | Unset):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.
        sort (str | Unset): What to sort scores by: a leading `-` for descending, `+` or nothing
            for ascending.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | ExplanationResult
    """

    return (
        await asyncio_detailed(
            model_id=model_id,
            partner_inference_id=partner_inference_id,
            client=client,
            algorithm=algorithm,
            n_samples=n_samples,
            page=page,
            page_size=page_size,
            sort=sort,
        )
    ).parsed
