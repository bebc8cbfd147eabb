from __future__ import annotations

import httpx

from ... import errors
from ...client import Client
from ...models.error import Error
from ...models.query_request import QueryRequest
from ...models.query_result import QueryResult
from ...types import RequestParts, Response, path_segment, query_params


def build_request(
    model_id: str,
    *,
    body: QueryRequest | None = None,
    page: int | None = None,
    page_size: int | None = None,
) -> RequestParts:
    """Build the request of `query` without sending it.

    Args:
        model_id: The model.
        body: The body; leave it out to send one that is encoded already.
        page: Page of the result, from 1. Without `page` and `page_size` all rows are returned.
        page_size: Maximum number of rows per page.

    Returns:
        The request.

    Raises:
        ValueError: If a part of the path is empty, "." or "..".
    """
    request = RequestParts(
        operation="query",
        method="POST",
        url="/v3/models/{model_id}/inferences/query".format(
            model_id=path_segment("model_id", model_id)
        ),
        params=query_params({"page": page, "page_size": page_size}),
    )
    if body is not None:
        request.body["json"] = body.to_dict()
        request.headers["Content-Type"] = "application/json"

    return request


def parse_response(response: httpx.Response) -> QueryResult:
    """Return the body of a response of `query`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:
        response_200 = QueryResult.from_dict(response.json())

        return response_200

    raise errors.error_status(response, _parse_error)


def _parse_error(response: httpx.Response) -> Error:
    if response.status_code in {400, 401, 403, 404, 413, 415, 429, 500, 501}:
        response_400 = Error.from_dict(response.json())

        return response_400

    raise errors.UnexpectedStatus(response)


def sync_detailed(
    model_id: str,
    *,
    client: Client,
    body: QueryRequest,
    page: int | None = None,
    page_size: int | None = None,
) -> Response[Error | QueryResult]:
    """Ask a question about the rows of a model.

    Args:
        model_id: The model.
        client: The connection.
        body: The body of the request.
        page: Page of the result, from 1. Without `page` and `page_size` all rows are returned.
        page_size: Maximum number of rows per page.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        client.send(
            client.build(
                build_request, model_id=model_id, body=body, page=page, page_size=page_size
            )
        ),
        parse_response,
    )


def sync(
    model_id: str,
    *,
    client: Client,
    body: QueryRequest,
    page: int | None = None,
    page_size: int | None = None,
) -> QueryResult:
    """Ask a question about the rows of a model.

    Args:
        model_id: The model.
        client: The connection.
        body: The body of the request.
        page: Page of the result, from 1. Without `page` and `page_size` all rows are returned.
        page_size: Maximum number of rows per page.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        client.send(
            client.build(
                build_request, model_id=model_id, body=body, page=page, page_size=page_size
            )
        ),
        parse_response,
    )


async def asyncio_detailed(
    model_id: str,
    *,
    client: Client,
    body: QueryRequest,
    page: int | None = None,
    page_size: int | None = None,
) -> Response[Error | QueryResult]:
    """Ask a question about the rows of a model.

    Args:
        model_id: The model.
        client: The connection.
        body: The body of the request.
        page: Page of the result, from 1. Without `page` and `page_size` all rows are returned.
        page_size: Maximum number of rows per page.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        await client.send_async(
            client.build(
                build_request, model_id=model_id, body=body, page=page, page_size=page_size
            )
        ),
        parse_response,
    )


async def asyncio(
    model_id: str,
    *,
    client: Client,
    body: QueryRequest,
    page: int | None = None,
    page_size: int | None = None,
) -> QueryResult:
    """Ask a question about the rows of a model.

    Args:
        model_id: The model.
        client: The connection.
        body: The body of the request.
        page: Page of the result, from 1. Without `page` and `page_size` all rows are returned.
        page_size: Maximum number of rows per page.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        await client.send_async(
            client.build(
                build_request, model_id=model_id, body=body, page=page, page_size=page_size
            )
        ),
        parse_response,
    )
