from __future__ import annotations

from typing import Any

import httpx

from ... import errors
from ...client import Client
from ...models.any_item import AnyItem
from ...models.error import Error
from ...models.inference_ground_truth import InferenceGroundTruth
from ...models.inferences_response import InferencesResponse
from ...types import RequestParts, Response, header_params, path_segment


def build_request(
    model_id: str,
    *,
    body: list[AnyItem | InferenceGroundTruth] | None = None,
    idempotency_key: str | None = None,
) -> RequestParts:
    """Build the request of `update_ground_truth` without sending it.

    Args:
        model_id: The model.
        body: The body; leave it out to send one that is encoded already.
        idempotency_key: Identifies this request among those of the model, e.g. a random UUID. A repeat
            with the same key and the same body gets the answer of the first one and changes nothing. With
            another body it is refused with 409; while the first request is still running, with 429. Keys
            are kept for a day, the newest 20 000 of a model. A server that knows keys sends the header
            `Accept-Idempotency-Key: true` with its responses.

    Returns:
        The request.

    Raises:
        ValueError: If a part of the path is empty, "." or "..".
    """
    request = RequestParts(
        operation="update_ground_truth",
        method="PATCH",
        url="/v3/models/{model_id}/ground_truth".format(
            model_id=path_segment("model_id", model_id)
        ),
        headers=header_params({"Idempotency-Key": idempotency_key}),
    )
    if body is not None:
        request.body["json"] = []
        for body_item_data in body:
            body_item: dict[str, Any]
            if isinstance(body_item_data, InferenceGroundTruth):
                body_item = body_item_data.to_dict()
            else:
                body_item = body_item_data.to_dict()

            request.body["json"].append(body_item)

        request.headers["Content-Type"] = "application/json"

    return request


def parse_response(response: httpx.Response) -> InferencesResponse:
    """Return the body of a response of `update_ground_truth`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:
        response_207 = InferencesResponse.from_dict(response.json())

        return response_207

    raise errors.error_status(response, _parse_error)


def _parse_error(response: httpx.Response) -> Error:
    if response.status_code in {400, 401, 403, 404, 409, 413, 415, 429, 500, 501}:
        response_400 = Error.from_dict(response.json())

        return response_400

    raise errors.UnexpectedStatus(response)


def sync_detailed(
    model_id: str,
    *,
    client: Client,
    body: list[AnyItem | InferenceGroundTruth],
    idempotency_key: str | None = None,
) -> Response[Error | InferencesResponse]:
    """Send ground truth with the permission for ground truth alone.

    Each item is checked separately: an invalid one gets its own status in the response. The whole
    request fails only when the body is no list of objects, the model is unknown or the permission is
    missing. Ground truth goes to all inferences of its `partner_inference_id`; where there is none yet,
    it waits for it.

    Args:
        model_id: The model.
        client: The connection.
        body: The body of the request.
        idempotency_key: Identifies this request among those of the model, e.g. a random UUID. A repeat
            with the same key and the same body gets the answer of the first one and changes nothing. With
            another body it is refused with 409; while the first request is still running, with 429. Keys
            are kept for a day, the newest 20 000 of a model. A server that knows keys sends the header
            `Accept-Idempotency-Key: true` with its responses.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        client.send(
            client.build(
                build_request, model_id=model_id, body=body, idempotency_key=idempotency_key
            )
        ),
        parse_response,
    )


def sync(
    model_id: str,
    *,
    client: Client,
    body: list[AnyItem | InferenceGroundTruth],
    idempotency_key: str | None = None,
) -> InferencesResponse:
    """Send ground truth with the permission for ground truth alone.

    Each item is checked separately: an invalid one gets its own status in the response. The whole
    request fails only when the body is no list of objects, the model is unknown or the permission is
    missing. Ground truth goes to all inferences of its `partner_inference_id`; where there is none yet,
    it waits for it.

    Args:
        model_id: The model.
        client: The connection.
        body: The body of the request.
        idempotency_key: Identifies this request among those of the model, e.g. a random UUID. A repeat
            with the same key and the same body gets the answer of the first one and changes nothing. With
            another body it is refused with 409; while the first request is still running, with 429. Keys
            are kept for a day, the newest 20 000 of a model. A server that knows keys sends the header
            `Accept-Idempotency-Key: true` with its responses.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        client.send(
            client.build(
                build_request, model_id=model_id, body=body, idempotency_key=idempotency_key
            )
        ),
        parse_response,
    )


async def asyncio_detailed(
    model_id: str,
    *,
    client: Client,
    body: list[AnyItem | InferenceGroundTruth],
    idempotency_key: str | None = None,
) -> Response[Error | InferencesResponse]:
    """Send ground truth with the permission for ground truth alone.

    Each item is checked separately: an invalid one gets its own status in the response. The whole
    request fails only when the body is no list of objects, the model is unknown or the permission is
    missing. Ground truth goes to all inferences of its `partner_inference_id`; where there is none yet,
    it waits for it.

    Args:
        model_id: The model.
        client: The connection.
        body: The body of the request.
        idempotency_key: Identifies this request among those of the model, e.g. a random UUID. A repeat
            with the same key and the same body gets the answer of the first one and changes nothing. With
            another body it is refused with 409; while the first request is still running, with 429. Keys
            are kept for a day, the newest 20 000 of a model. A server that knows keys sends the header
            `Accept-Idempotency-Key: true` with its responses.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        await client.send_async(
            client.build(
                build_request, model_id=model_id, body=body, idempotency_key=idempotency_key
            )
        ),
        parse_response,
    )


async def asyncio(
    model_id: str,
    *,
    client: Client,
    body: list[AnyItem | InferenceGroundTruth],
    idempotency_key: str | None = None,
) -> InferencesResponse:
    """Send ground truth with the permission for ground truth alone.

    Each item is checked separately: an invalid one gets its own status in the response. The whole
    request fails only when the body is no list of objects, the model is unknown or the permission is
    missing. Ground truth goes to all inferences of its `partner_inference_id`; where there is none yet,
    it waits for it.

    Args:
        model_id: The model.
        client: The connection.
        body: The body of the request.
        idempotency_key: Identifies this request among those of the model, e.g. a random UUID. A repeat
            with the same key and the same body gets the answer of the first one and changes nothing. With
            another body it is refused with 409; while the first request is still running, with 429. Keys
            are kept for a day, the newest 20 000 of a model. A server that knows keys sends the header
            `Accept-Idempotency-Key: true` with its responses.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        await client.send_async(
            client.build(
                build_request, model_id=model_id, body=body, idempotency_key=idempotency_key
            )
        ),
        parse_response,
    )
