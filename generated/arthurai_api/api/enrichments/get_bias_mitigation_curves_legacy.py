from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.bias_constraint import BiasConstraint
from ...models.error import Error
from ...models.paginated_bias_mitigation_curves import PaginatedBiasMitigationCurves
from ...types import UNSET, Response, Unset, build_response, path_segment


def _get_kwargs(
    model_id: str,
    attribute_id: str,
    *,
    constraint: list[BiasConstraint] | Unset = UNSET,
    attribute_value: list[str] | Unset = UNSET,
    continuous_value: list[str] | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_constraint: list[str] | Unset = UNSET
    if not isinstance(constraint, Unset):
        json_constraint = []
        for constraint_item_data in constraint:
            constraint_item = constraint_item_data.value
            json_constraint.append(constraint_item)

    params["constraint"] = json_constraint

    json_attribute_value: list[str] | Unset = UNSET
    if not isinstance(attribute_value, Unset):
        json_attribute_value = attribute_value

    params["attribute_value"] = json_attribute_value

    json_continuous_value: list[str] | Unset = UNSET
    if not isinstance(continuous_value, Unset):
        json_continuous_value = continuous_value

    params["continuous_value"] = json_continuous_value

    params["page"] = page

    params["page_size"] = page_size

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v3/models/{model_id}/bias_mitigation_curves/attributes/{attribute_id}".format(
            model_id=path_segment("model_id", model_id),
            attribute_id=path_segment("attribute_id", attribute_id),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Error | PaginatedBiasMitigationCurves | None:
    if response.status_code == 200:
        response_200 = PaginatedBiasMitigationCurves.from_dict(response.json())

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
) -> Response[Error | PaginatedBiasMitigationCurves]:
    return build_response(response, lambda: _parse_response(client=client, response=response))


def sync_detailed(
    model_id: str,
    attribute_id: str,
    *,
    client: AuthenticatedClient | Client,
    constraint: list[BiasConstraint] | Unset = UNSET,
    attribute_value: list[str] | Unset = UNSET,
    continuous_value: list[str] | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
) -> Response[Error | PaginatedBiasMitigationCurves]:
    """List the bias mitigation curves of an attribute.

     An older path; use `get_bias_mitigation_curves`.

    Args:
        model_id (str):
        attribute_id (str):
        constraint (list[BiasConstraint] | Unset):
        attribute_value (list[str] | Unset):
        continuous_value (list[str] | Unset):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | PaginatedBiasMitigationCurves]
    """

    kwargs = _get_kwargs(
        model_id=model_id,
        attribute_id=attribute_id,
        constraint=constraint,
        attribute_value=attribute_value,
        continuous_value=continuous_value,
        page=page,
        page_size=page_size,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    model_id: str,
    attribute_id: str,
    *,
    client: AuthenticatedClient | Client,
    constraint: list[BiasConstraint] | Unset = UNSET,
    attribute_value: list[str] | Unset = UNSET,
    continuous_value: list[str] | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
) -> Error | PaginatedBiasMitigationCurves | None:
    """List the bias mitigation curves of an attribute.

     An older path; use `get_bias_mitigation_curves`.

    Args:
        model_id (str):
        attribute_id (str):
        constraint (list[BiasConstraint] | Unset):
        attribute_value (list[str] | Unset):
        continuous_value (list[str] | Unset):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | PaginatedBiasMitigationCurves
    """

    return sync_detailed(
        model_id=model_id,
        attribute_id=attribute_id,
        client=client,
        constraint=constraint,
        attribute_value=attribute_value,
        continuous_value=continuous_value,
        page=page,
        page_size=page_size,
    ).parsed


async def asyncio_detailed(
    model_id: str,
    attribute_id: str,
    *,
    client: AuthenticatedClient | Client,
    constraint: list[BiasConstraint] | Unset = UNSET,
    attribute_value: list[str] | Unset = UNSET,
    continuous_value: list[str] | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
) -> Response[Error | PaginatedBiasMitigationCurves]:
    """List the bias mitigation curves of an attribute.

     An older path; use `get_bias_mitigation_curves`.

    Args:
        model_id (str):
        attribute_id (str):
        constraint (list[BiasConstraint] | Unset):
        attribute_value (list[str] | Unset):
        continuous_value (list[str] | Unset):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | PaginatedBiasMitigationCurves]
    """

    kwargs = _get_kwargs(
        model_id=model_id,
        attribute_id=attribute_id,
        constraint=constraint,
        attribute_value=attribute_value,
        continuous_value=continuous_value,
        page=page,
        page_size=page_size,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    model_id: str,
    attribute_id: str,
    *,
    client: AuthenticatedClient | Client,
    constraint: list[BiasConstraint] | Unset = UNSET,
    attribute_value: list[str] | Unset = UNSET,
    continuous_value: list[str] | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
) -> Error | PaginatedBiasMitigationCurves | None:
    """List the bias mitigation curves of an attribute.

     An older path; use `get_bias_mitigation_curves`.

    Args:
        model_id (str):
        attribute_id (str):
        constraint (list[BiasConstraint] | Unset):
        attribute_value (list[str] | Unset):
        continuous_value (list[str] | Unset):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | PaginatedBiasMitigationCurves
    """

    return (
        await asyncio_detailed(
            model_id=model_id,
            attribute_id=attribute_id,
            client=client,
            constraint=constraint,
            attribute_value=attribute_value,
            continuous_value=continuous_value,
            page=page,
            page_size=page_size,
        )
    ).parsed
