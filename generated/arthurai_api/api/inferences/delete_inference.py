from __future__ import annotations

import httpx

from ... import errors
from ...client import Client
from ...models.error import Error
from ...models.inference_deletion import InferenceDeletion
from ...types import RequestParts, Response, path_segment


def build_request(model_id: str, partner_inference_id: str) -> RequestParts:
    """Build the request of `delete_inference` without sending it.

    Args:
        model_id: The model.
        partner_inference_id: The caller's own key of the inference.

    Returns:
        The request.

    Raises:
        ValueError: If a part of the path is empty, "." or "..".
    """
    request = RequestParts(
        operation="delete_inference",
        method="DELETE",
        url="/v3/models/{model_id}/inferences/query/{partner_inference_id}".format(
            model_id=path_segment("model_id", model_id),
            partner_inference_id=path_segment("partner_inference_id", partner_inference_id),
        ),
    )
    return request


def parse_response(response: httpx.Response) -> InferenceDeletion:
    """Return the body of a response of `delete_inference`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:
        response_200 = InferenceDeletion.from_dict(response.json())

        return response_200

    raise errors.error_status(response, _parse_error)


def _parse_error(response: httpx.Response) -> Error:
    if response.status_code in {400, 401, 403, 404, 429, 500, 501}:
        response_400 = Error.from_dict(response.json())

        return response_400

    raise errors.UnexpectedStatus(response)


def sync_detailed(
    model_id: str, partner_inference_id: str, *, client: Client
) -> Response[Error | InferenceDeletion]:
    """Delete an inference.

    All inferences with this `partner_inference_id` are deleted, with their ground truth, the results of
    enrichments and the images that no other row has, and the ground truth that waits for the id. What
    was computed from many rows stays: alerts, trained enrichments, numbers of rows of closed batches.
    An id that the model does not have is not an error, so that a request can be repeated.

    Args:
        model_id: The model.
        partner_inference_id: The caller's own key of the inference.
        client: The connection.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        client.send(
            client.build(
                build_request, model_id=model_id, partner_inference_id=partner_inference_id
            )
        ),
        parse_response,
    )


def sync(model_id: str, partner_inference_id: str, *, client: Client) -> InferenceDeletion:
    """Delete an inference.

    All inferences with this `partner_inference_id` are deleted, with their ground truth, the results of
    enrichments and the images that no other row has, and the ground truth that waits for the id. What
    was computed from many rows stays: alerts, trained enrichments, numbers of rows of closed batches.
    An id that the model does not have is not an error, so that a request can be repeated.

    Args:
        model_id: The model.
        partner_inference_id: The caller's own key of the inference.
        client: The connection.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        client.send(
            client.build(
                build_request, model_id=model_id, partner_inference_id=partner_inference_id
            )
        ),
        parse_response,
    )


async def asyncio_detailed(
    model_id: str, partner_inference_id: str, *, client: Client
) -> Response[Error | InferenceDeletion]:
    """Delete an inference.

    All inferences with this `partner_inference_id` are deleted, with their ground truth, the results of
    enrichments and the images that no other row has, and the ground truth that waits for the id. What
    was computed from many rows stays: alerts, trained enrichments, numbers of rows of closed batches.
    An id that the model does not have is not an error, so that a request can be repeated.

    Args:
        model_id: The model.
        partner_inference_id: The caller's own key of the inference.
        client: The connection.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        await client.send_async(
            client.build(
                build_request, model_id=model_id, partner_inference_id=partner_inference_id
            )
        ),
        parse_response,
    )


async def asyncio(model_id: str, partner_inference_id: str, *, client: Client) -> InferenceDeletion:
    """Delete an inference.

    All inferences with this `partner_inference_id` are deleted, with their ground truth, the results of
    enrichments and the images that no other row has, and the ground truth that waits for the id. What
    was computed from many rows stays: alerts, trained enrichments, numbers of rows of closed batches.
    An id that the model does not have is not an error, so that a request can be repeated.

    Args:
        model_id: The model.
        partner_inference_id: The caller's own key of the inference.
        client: The connection.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        await client.send_async(
            client.build(
                build_request, model_id=model_id, partner_inference_id=partner_inference_id
            )
        ),
        parse_response,
    )
