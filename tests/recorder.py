"""Every exchange of the suite is checked against the OpenAPI document, and counted.

The plugin wraps the transports at the bottom of every httpx client, in-process and over sockets. A
test of deliberate faults says so with ``@pytest.mark.faults``; some folders test against made-up
servers throughout.
"""

from __future__ import annotations

import contextlib
import copy
import gzip
import os
import zlib
from collections import Counter
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from arthurai.common.bundle import base_path, load_bundle, operations_of, resolve
from arthurai.contract.conformance import Conformance, Deviation, Exchange

KEPT_BODY = 4 * 1024 * 1024
MADE_UP_SERVERS = ("generated", "transport")
#: Clients send these objects as they read them; the API ignores what it does not take.
SENT_WHOLE = {"create_model": "Model", "update_alert_rule": "AlertRule", "update_model": "Model"}
KEY = pytest.StashKey["Recorder"]()


class Recorder:
    """Checks the exchanges of the running test."""

    def __init__(self) -> None:
        self.conformance = Conformance(load_bundle())
        self.closed = Conformance(close_objects(load_bundle()))
        self.prefix = base_path() + "/"
        self.deviations: list[str] = []
        self.seen: Counter[tuple[str, int]] = Counter()

    def record(self, request: httpx.Request, response: httpx.Response) -> None:
        """Check one exchange; addresses outside the API are let through."""
        url = request.url.raw_path.decode("ascii")
        if not url.startswith(self.prefix):
            return
        operation = self.conformance.operation(request.method, url)
        if operation is not None:
            self.seen[operation.operation_id, response.status_code] += 1
        exchange = Exchange(
            method=request.method,
            url=url,
            status=response.status_code,
            request_headers={k.lower(): v for k, v in request.headers.items()},
            request_body=kept(request),
            response_headers={k.lower(): v for k, v in response.headers.items()},
            response_body=response.content,
        )
        found = self.conformance.check(exchange)
        if exchange.status < HTTPStatus.BAD_REQUEST:
            found += [one for one in self.closed.check(exchange) if one.kind == "request body"]
            if operation is not None:
                found += undeclared_parts(request, operation, self.conformance.bundle)
        self.deviations += map(str, dict.fromkeys(found))


def close_objects(bundle):
    """Copy a document so that objects have no members but those that it lists.

    A server ignores members that it does not know, so a body that still sends what was renamed
    would pass unnoticed.
    """
    closed = copy.deepcopy(bundle)
    parts = {
        part["$ref"]
        for schema in schemas_of(closed)
        for part in schema.get("allOf", ())
        if "$ref" in part
    }
    inline = {id(part) for schema in schemas_of(closed) for part in schema.get("allOf", ())}
    for name, schema in closed["components"]["schemas"].items():
        if f"#/components/schemas/{name}" in parts:
            inline.add(id(schema))
    for schema in schemas_of(closed):
        open_ended = "additionalProperties" in schema or id(schema) in inline
        if not open_ended and any(
            "properties" in resolve(closed, part) for part in (schema, *schema.get("allOf", ()))
        ):
            schema["unevaluatedProperties"] = False
    for operation in operations_of(closed).values():
        if operation.operation_id in SENT_WHOLE:
            whole = closed["components"]["schemas"][SENT_WHOLE[operation.operation_id]]
            media = resolve(closed, operation.spec["requestBody"])["content"]["application/json"]
            body = resolve(closed, media["schema"])
            media["schema"] = {
                **body,
                "properties": dict.fromkeys(whole["properties"], True) | body["properties"],
            }
    return closed


def schemas_of(node):
    """Yield every object of a document that may be a schema."""
    if isinstance(node, dict):
        if "properties" in node or "allOf" in node:
            yield node
        for value in node.values():
            yield from schemas_of(value)
    elif isinstance(node, list):
        for value in node:
            yield from schemas_of(value)


def undeclared_parts(request, operation, bundle):
    """Yield the parts of a multipart body that the document does not list."""
    body = resolve(bundle, operation.spec.get("requestBody", {}))
    schema = resolve(
        bundle, body.get("content", {}).get("multipart/form-data", {}).get("schema", {})
    )
    for part in getattr(request.stream, "fields", ()):
        if part.name not in schema.get("properties", {}):
            yield Deviation(operation.operation_id, "request part", f"{part.name} is not listed")


def kept(request: httpx.Request) -> bytes | None:
    """Give the body of a request when it is at hand and not too large to check again."""
    with contextlib.suppress(httpx.RequestNotRead, OSError, EOFError, zlib.error):
        packed = request.headers.get("content-encoding", "").lower() in {"gzip", "x-gzip"}
        content = gzip.decompress(request.content) if packed else request.content
        return content if len(content) <= KEPT_BODY else None
    return None


def recording(handle, recorder: Recorder):
    """Wrap `handle_request` of a transport class."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = handle(self, request)
        if int(response.headers.get("content-length", 0)) > KEPT_BODY:
            return response
        response.request = request
        content = b"".join(response.iter_raw())
        response.close()
        answer = httpx.Response(
            response.status_code,
            headers=response.headers,
            content=content,
            extensions=response.extensions,
        )
        if not isinstance(answer.stream, httpx.ByteStream):
            answer.stream = httpx.ByteStream(content)
        answer.request = request
        recorder.record(request, answer)
        return answer

    return handle_request


@pytest.fixture(scope="session")
def recorder(pytestconfig) -> Recorder:
    """Give the recorder of the session."""
    return pytestconfig.stash.setdefault(KEY, Recorder())


@pytest.fixture(autouse=True)
def contract_kept(request, monkeypatch, recorder):
    """Fail a test whose exchanges deviate from the document."""
    folder = request.path.relative_to(Path(__file__).parent).parts[0]
    if folder in MADE_UP_SERVERS or request.node.get_closest_marker("faults"):
        yield
        return
    from arthurai.transport.local import LocalTransport

    for transport in (httpx.HTTPTransport, LocalTransport):
        monkeypatch.setattr(
            transport, "handle_request", recording(transport.handle_request, recorder)
        )
    recorder.deviations.clear()
    yield
    found = list(dict.fromkeys(recorder.deviations))
    assert not found, "the contract was broken:\n" + "\n".join(found)


def pytest_sessionfinish(session):
    """Write which operations and statuses were seen to the file that the environment names."""
    target, recorder = (
        os.environ.get("ARTHURAI_CONTRACT_COVERAGE"),
        session.config.stash.get(KEY, None),
    )
    if target and recorder:
        lines = [
            f"{name}\t{status}\t{count}\n"
            for (name, status), count in sorted(recorder.seen.items())
        ]
        with Path(target).open("a", encoding="utf-8") as file:
            file.writelines(lines)
