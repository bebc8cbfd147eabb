from __future__ import annotations

import httpx

from ... import errors
from ...client import Client
from ...models.alert_rule_backtest import AlertRuleBacktest
from ...models.alert_rule_backtest_request import AlertRuleBacktestRequest
from ...models.error import Error
from ...types import RequestParts, Response, path_segment


def build_request(model_id: str, *, body: AlertRuleBacktestRequest | None = None) -> RequestParts:
    """Build the request of `backtest_alert_rule` without sending it.

    Args:
        model_id: The model.
        body: The body; leave it out to send one that is encoded already.

    Returns:
        The request.

    Raises:
        ValueError: If a part of the path is empty, "." or "..".
    """
    request = RequestParts(
        operation="backtest_alert_rule",
        method="POST",
        url="/v3/models/{model_id}/alert_rules/backtest".format(
            model_id=path_segment("model_id", model_id)
        ),
    )
    if body is not None:
        request.body["json"] = body.to_dict()
        request.headers["Content-Type"] = "application/json"

    return request


def parse_response(response: httpx.Response) -> AlertRuleBacktest:
    """Return the body of a response of `backtest_alert_rule`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:
        response_200 = AlertRuleBacktest.from_dict(response.json())

        return response_200

    raise errors.error_status(response, _parse_error)


def _parse_error(response: httpx.Response) -> Error:
    if response.status_code in {400, 401, 403, 404, 413, 415, 429, 500, 501}:
        response_400 = Error.from_dict(response.json())

        return response_400

    raise errors.UnexpectedStatus(response)


def sync_detailed(
    model_id: str, *, client: Client, body: AlertRuleBacktestRequest
) -> Response[AlertRuleBacktest | Error]:
    """Say when a rule would have raised alerts, without creating it.

    Args:
        model_id: The model.
        client: The connection.
        body: The body of the request.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        client.send(client.build(build_request, model_id=model_id, body=body)), parse_response
    )


def sync(model_id: str, *, client: Client, body: AlertRuleBacktestRequest) -> AlertRuleBacktest:
    """Say when a rule would have raised alerts, without creating it.

    Args:
        model_id: The model.
        client: The connection.
        body: The body of the request.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        client.send(client.build(build_request, model_id=model_id, body=body)), parse_response
    )


async def asyncio_detailed(
    model_id: str, *, client: Client, body: AlertRuleBacktestRequest
) -> Response[AlertRuleBacktest | Error]:
    """Say when a rule would have raised alerts, without creating it.

    Args:
        model_id: The model.
        client: The connection.
        body: The body of the request.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        await client.send_async(client.build(build_request, model_id=model_id, body=body)),
        parse_response,
    )


async def asyncio(
    model_id: str, *, client: Client, body: AlertRuleBacktestRequest
) -> AlertRuleBacktest:
    """Say when a rule would have raised alerts, without creating it.

    Args:
        model_id: The model.
        client: The connection.
        body: The body of the request.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        await client.send_async(client.build(build_request, model_id=model_id, body=body)),
        parse_response,
    )
