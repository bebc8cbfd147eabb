"""Probes of the methods that HTTP gives to every resource: `HEAD` and `OPTIONS`."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from arthurai.contract.operation_facts import required_query

if TYPE_CHECKING:
    from arthurai.common.bundle import Operation
    from arthurai.contract.checked_client import Response
    from arthurai.contract.probe_context import ProbeContext

_NO_ANSWER: Final = 0


def check_head(context: ProbeContext, operation: Operation) -> None:
    """`HEAD` answers what `GET` does, without the body (RFC 9110, section 9.3.2)."""
    path, query = context.fixtures.path(operation), required_query(operation)
    if operation.method != "GET" or path is None:
        return
    if "model_id" in query:
        query["model_id"] = context.fixtures.get("model")
    url = context.client.url_of(operation, path, query)
    got, head = context.client.send("GET", url), context.client.send("HEAD", url)
    if _NO_ANSWER in {got.status, head.status} or got.status >= HTTPStatus.MULTIPLE_CHOICES:
        return
    name = operation.operation_id
    text = f"{len(head.body)} bytes in the body of the answer to HEAD"
    context.expect(not head.body, "HEAD with a body", text, head, operation_id=name)
    if head.status == HTTPStatus.METHOD_NOT_ALLOWED:
        _check_allow(context, operation, head)
        with context.inferred():
            context.expect_status(head, got.status, "HEAD", why="as for GET", operation_id=name)
        return
    context.expect_status(head, got.status, "HEAD", why="as for GET", operation_id=name)
    kinds = [answer.headers.get("content-type") for answer in (got, head)]
    text = f"HEAD says {kinds[1]}, GET says {kinds[0]}"
    context.expect(kinds[1] in {kinds[0], None}, "HEAD", text, head, operation_id=name)


def check_options(context: ProbeContext, operation: Operation) -> None:
    """`OPTIONS` answers with a success, or with 405; what it allows is what there is."""
    path = context.fixtures.path(operation) or context.fixtures.unknown_path(operation)
    response = context.client.send("OPTIONS", context.client.url_of(operation, path))
    if response.status == _NO_ANSWER:
        return
    refused = {HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
    context.expect(
        response.ok or response.status in refused,
        "OPTIONS",
        f"expected a success or 405, got {response.status}",
        response,
        operation_id=operation.operation_id,
    )
    if response.status == HTTPStatus.METHOD_NOT_ALLOWED or "allow" in response.headers:
        _check_allow(context, operation, response)


def _check_allow(context: ProbeContext, operation: Operation, response: Response) -> None:
    allow = {m.strip().upper() for m in response.headers.get("allow", "").split(",")} - {""}
    match = context.client.conformance.match(context.client.url_of(operation, {}))
    existing = set(match.operations) if match else {operation.method}
    context.expect(
        existing <= allow <= existing | {"HEAD", "OPTIONS"},
        "allow header",
        f"Allow must name {', '.join(sorted(existing))}, got {', '.join(sorted(allow))}",
        response,
        operation_id=operation.operation_id,
    )
