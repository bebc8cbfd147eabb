from __future__ import annotations

import httpx

from ... import errors
from ...client import Client
from ...models.bias_constraint import BiasConstraint
from ...models.error import Error
from ...models.paginated_bias_mitigation_curves import PaginatedBiasMitigationCurves
from ...types import RequestParts, Response, path_segment, query_params


def build_request(
    model_id: str,
    attribute_id: str,
    *,
    constraint: list[BiasConstraint] | None = None,
    attribute_value: list[str] | None = None,
    continuous_value: list[str] | None = None,
    page: int | None = 1,
    page_size: int | None = 20,
) -> RequestParts:
    """Build the request of `get_bias_mitigation_curves_legacy` without sending it.

    Args:
        model_id: The model.
        attribute_id: The attribute.
        constraint: Only curves of these constraints.
        attribute_value: Only curves of these categorical groups.
        continuous_value: Only curves of the continuous groups that hold one of these numbers.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.

    Returns:
        The request.

    Raises:
        ValueError: If a part of the path is empty, "." or "..".
    """
    request = RequestParts(
        operation="get_bias_mitigation_curves_legacy",
        method="GET",
        url="/v3/models/{model_id}/bias_mitigation_curves/attributes/{attribute_id}".format(
            model_id=path_segment("model_id", model_id),
            attribute_id=path_segment("attribute_id", attribute_id),
        ),
        params=query_params(
            {
                "constraint": constraint,
                "attribute_value": attribute_value,
                "continuous_value": continuous_value,
                "page": page,
                "page_size": page_size,
            }
        ),
    )
    return request


def parse_response(response: httpx.Response) -> PaginatedBiasMitigationCurves:
    """Return the body of a response of `get_bias_mitigation_curves_legacy`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:
        response_200 = PaginatedBiasMitigationCurves.from_dict(response.json())

        return response_200

    raise errors.error_status(response, _parse_error)


def _parse_error(response: httpx.Response) -> Error:
    if response.status_code in {400, 401, 403, 404, 429, 500, 501}:
        response_400 = Error.from_dict(response.json())

        return response_400

    raise errors.UnexpectedStatus(response)


def sync_detailed(
    model_id: str,
    attribute_id: str,
    *,
    client: Client,
    constraint: list[BiasConstraint] | None = None,
    attribute_value: list[str] | None = None,
    continuous_value: list[str] | None = None,
    page: int | None = 1,
    page_size: int | None = 20,
) -> Response[Error | PaginatedBiasMitigationCurves]:
    """List the bias mitigation curves of an attribute.

    An older path; use `get_bias_mitigation_curves`.

    Args:
        model_id: The model.
        attribute_id: The attribute.
        client: The connection.
        constraint: Only curves of these constraints.
        attribute_value: Only curves of these categorical groups.
        continuous_value: Only curves of the continuous groups that hold one of these numbers.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        client.send(
            client.build(
                build_request,
                model_id=model_id,
                attribute_id=attribute_id,
                constraint=constraint,
                attribute_value=attribute_value,
                continuous_value=continuous_value,
                page=page,
                page_size=page_size,
            )
        ),
        parse_response,
    )


def sync(
    model_id: str,
    attribute_id: str,
    *,
    client: Client,
    constraint: list[BiasConstraint] | None = None,
    attribute_value: list[str] | None = None,
    continuous_value: list[str] | None = None,
    page: int | None = 1,
    page_size: int | None = 20,
) -> PaginatedBiasMitigationCurves:
    """List the bias mitigation curves of an attribute.

    An older path; use `get_bias_mitigation_curves`.

    Args:
        model_id: The model.
        attribute_id: The attribute.
        client: The connection.
        constraint: Only curves of these constraints.
        attribute_value: Only curves of these categorical groups.
        continuous_value: Only curves of the continuous groups that hold one of these numbers.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        client.send(
            client.build(
                build_request,
                model_id=model_id,
                attribute_id=attribute_id,
                constraint=constraint,
                attribute_value=attribute_value,
                continuous_value=continuous_value,
                page=page,
                page_size=page_size,
            )
        ),
        parse_response,
    )


async def asyncio_detailed(
    model_id: str,
    attribute_id: str,
    *,
    client: Client,
    constraint: list[BiasConstraint] | None = None,
    attribute_value: list[str] | None = None,
    continuous_value: list[str] | None = None,
    page: int | None = 1,
    page_size: int | None = 20,
) -> Response[Error | PaginatedBiasMitigationCurves]:
    """List the bias mitigation curves of an attribute.

    An older path; use `get_bias_mitigation_curves`.

    Args:
        model_id: The model.
        attribute_id: The attribute.
        client: The connection.
        constraint: Only curves of these constraints.
        attribute_value: Only curves of these categorical groups.
        continuous_value: Only curves of the continuous groups that hold one of these numbers.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        await client.send_async(
            client.build(
                build_request,
                model_id=model_id,
                attribute_id=attribute_id,
                constraint=constraint,
                attribute_value=attribute_value,
                continuous_value=continuous_value,
                page=page,
                page_size=page_size,
            )
        ),
        parse_response,
    )


async def asyncio(
    model_id: str,
    attribute_id: str,
    *,
    client: Client,
    constraint: list[BiasConstraint] | None = None,
    attribute_value: list[str] | None = None,
    continuous_value: list[str] | None = None,
    page: int | None = 1,
    page_size: int | None = 20,
) -> PaginatedBiasMitigationCurves:
    """List the bias mitigation curves of an attribute.

    An older path; use `get_bias_mitigation_curves`.

    Args:
        model_id: The model.
        attribute_id: The attribute.
        client: The connection.
        constraint: Only curves of these constraints.
        attribute_value: Only curves of these categorical groups.
        continuous_value: Only curves of the continuous groups that hold one of these numbers.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        await client.send_async(
            client.build(
                build_request,
                model_id=model_id,
                attribute_id=attribute_id,
                constraint=constraint,
                attribute_value=attribute_value,
                continuous_value=continuous_value,
                page=page,
                page_size=page_size,
            )
        ),
        parse_response,
    )
