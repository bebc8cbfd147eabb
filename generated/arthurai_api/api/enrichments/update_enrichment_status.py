from __future__ import annotations

import httpx

from ... import errors
from ...client import Client
from ...models.enrichment_name import EnrichmentName
from ...models.enrichment_response import EnrichmentResponse
from ...models.enrichment_status_update import EnrichmentStatusUpdate
from ...models.error import Error
from ...types import RequestParts, Response, path_segment


def build_request(
    model_id: str, enrichment_name: EnrichmentName, *, body: EnrichmentStatusUpdate | None = None
) -> RequestParts:
    """Build the request of `update_enrichment_status` without sending it.

    Args:
        model_id: The model.
        enrichment_name: Name of an enrichment.
        body: The body; leave it out to send one that is encoded already.

    Returns:
        The request.

    Raises:
        ValueError: If a part of the path is empty, "." or "..".
    """
    request = RequestParts(
        operation="update_enrichment_status",
        method="PATCH",
        url="/v3/models/{model_id}/enrichments/{enrichment_name}/status".format(
            model_id=path_segment("model_id", model_id),
            enrichment_name=path_segment("enrichment_name", enrichment_name),
        ),
    )
    if body is not None:
        request.body["json"] = body.to_dict()
        request.headers["Content-Type"] = "application/json"

    return request


def parse_response(response: httpx.Response) -> EnrichmentResponse:
    """Return the body of a response of `update_enrichment_status`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:
        response_200 = EnrichmentResponse.from_dict(response.json())

        return response_200

    raise errors.error_status(response, _parse_error)


def _parse_error(response: httpx.Response) -> Error:
    if response.status_code in {400, 401, 403, 404, 413, 415, 429, 500, 501}:
        response_400 = Error.from_dict(response.json())

        return response_400

    raise errors.UnexpectedStatus(response)


def sync_detailed(
    model_id: str, enrichment_name: EnrichmentName, *, client: Client, body: EnrichmentStatusUpdate
) -> Response[EnrichmentResponse | Error]:
    """Set the state of an enrichment.

    For the machinery behind enrichments, which must be enabled. The path is a guess.

    Args:
        model_id: The model.
        enrichment_name: Name of an enrichment.
        client: The connection.
        body: The body of the request.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        client.send(
            client.build(
                build_request, model_id=model_id, enrichment_name=enrichment_name, body=body
            )
        ),
        parse_response,
    )


def sync(
    model_id: str, enrichment_name: EnrichmentName, *, client: Client, body: EnrichmentStatusUpdate
) -> EnrichmentResponse:
    """Set the state of an enrichment.

    For the machinery behind enrichments, which must be enabled. The path is a guess.

    Args:
        model_id: The model.
        enrichment_name: Name of an enrichment.
        client: The connection.
        body: The body of the request.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        client.send(
            client.build(
                build_request, model_id=model_id, enrichment_name=enrichment_name, body=body
            )
        ),
        parse_response,
    )


async def asyncio_detailed(
    model_id: str, enrichment_name: EnrichmentName, *, client: Client, body: EnrichmentStatusUpdate
) -> Response[EnrichmentResponse | Error]:
    """Set the state of an enrichment.

    For the machinery behind enrichments, which must be enabled. The path is a guess.

    Args:
        model_id: The model.
        enrichment_name: Name of an enrichment.
        client: The connection.
        body: The body of the request.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        await client.send_async(
            client.build(
                build_request, model_id=model_id, enrichment_name=enrichment_name, body=body
            )
        ),
        parse_response,
    )


async def asyncio(
    model_id: str, enrichment_name: EnrichmentName, *, client: Client, body: EnrichmentStatusUpdate
) -> EnrichmentResponse:
    """Set the state of an enrichment.

    For the machinery behind enrichments, which must be enabled. The path is a guess.

    Args:
        model_id: The model.
        enrichment_name: Name of an enrichment.
        client: The connection.
        body: The body of the request.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        await client.send_async(
            client.build(
                build_request, model_id=model_id, enrichment_name=enrichment_name, body=body
            )
        ),
        parse_response,
    )
