"""Every exchange of the suite is checked against the OpenAPI document, and counted.

The plugin wraps the transports at the bottom of every httpx client, in-process and over sockets. A
test of deliberate faults says so with ``@pytest.mark.faults``; some folders test against made-up
servers throughout.
"""

from __future__ import annotations

import contextlib
import copy
import gzip
import json
import os
import zlib
from collections import Counter
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from arthurai.common.bundle import base_path, load_bundle, operations_of, resolve
from arthurai.common.schema_validators import SchemaValidators
from arthurai.contract.conformance import Conformance, Deviation, Exchange

KEPT_BODY = 4 * 1024 * 1024
MADE_UP_SERVERS = ("generated", "transport")
#: Members that the server assigns: clients send the whole object, and the server ignores them.
SENT_TOO = {
    "create_model": {
        "archived",
        "created_at",
        "explainability",
        "id",
        "status",
        "updated_at",
        "version_sequence_num",
    },
    "update_alert_rule": {
        "filters",
        "id",
        "metric_id",
        "metric_name",
        "metric_parameters",
        "notes",
    },
    "update_model": {
        "archived",
        "created_at",
        "expected_throughput_gb_per_day",
        "explainability",
        "id",
        "image_class_labels",
        "input_type",
        "is_batch",
        "model_group_id",
        "output_type",
        "partner_model_id",
        "pixel_height",
        "pixel_width",
        "status",
        "text_delimiter",
        "updated_at",
        "version_label",
        "version_sequence_num",
    },
}
#: Rows whose group keys come under the names of attributes, with the names that tests group by.
GROUPED_ROWS = {"DataDriftTableRow": ("group",)}
#: What the rows of a request are that the server takes.
ROWS = {
    "send_inferences": "Inference",
    "update_ground_truth": "InferenceGroundTruth",
    "update_inferences": "InferenceGroundTruth",
}
MAX_ROWS = 5
MAX_SHOWN = 20
MULTIPART = "multipart/form-data"
MAX_MESSAGE = 300
CLOSED = frozenset({"request body", "response body"})
#: Headers of HTTP itself, and those that the introduction of the document gives to every operation.
USUAL_HEADERS = {
    "request": frozenset(
        {
            "accept",
            "accept-encoding",
            "arthur-organization-id",
            "authorization",
            "connection",
            "content-encoding",
            "content-length",
            "content-type",
            "cookie",
            "host",
            "origin",
            "sec-fetch-site",
            "transfer-encoding",
            "user-agent",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto",
            "x-request-id",
            "x-schemathesis-testcaseid",
        }
    ),
    "response": frozenset(
        {
            "accept-encoding",
            "accept-idempotency-key",
            "arthur-server-version",
            "numbered-failures",
            "connection",
            "content-encoding",
            "content-length",
            "content-type",
            "date",
            "server",
            "transfer-encoding",
            "www-authenticate",
        }
    ),
}
KEY = pytest.StashKey["Recorder"]()


class Recorder:
    """Checks the exchanges of the running test.

    Args:
        bundle: The document; the present one by default.
    """

    def __init__(self, bundle=None) -> None:
        self.conformance = Conformance(bundle or load_bundle())
        self.closed = Conformance(close_objects(self.conformance.bundle))
        self.validators = SchemaValidators(self.closed.bundle)
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
        exchange = exchange_of(request, response)
        found = self.deviations_of(exchange)
        if operation is not None and exchange.status < HTTPStatus.BAD_REQUEST:
            found += undeclared_parts(request, operation, self)
        self.deviations += map(str, dict.fromkeys(found))

    def deviations_of(self, exchange: Exchange) -> list[Deviation]:
        """Return what the document does not say of an exchange; parts of bodies are not read."""
        found = self.conformance.check(exchange)
        found += [one for one in self.closed.check(exchange) if one.kind in CLOSED]
        operation = self.conformance.operation(exchange.method, exchange.url)
        if operation is not None:
            found += undeclared_headers(exchange, operation, self.conformance.bundle)
            found += self.undeclared_members_of_rows(exchange, operation)
        return found

    def undeclared_members_of_rows(self, exchange, operation):
        """Yield what the document does not list of the rows that the server took.

        The document lets rows be anything, for each is judged on its own.
        """
        schema = ROWS.get(operation.operation_id)
        if (
            schema is None
            or exchange.status != HTTPStatus.MULTI_STATUS
            or not exchange.request_body
        ):
            return
        rows = json.loads(exchange.request_body)
        results = json.loads(exchange.response_body)["results"]
        validator = self.validators.at(f"/components/schemas/{schema}")
        for row, result in zip(rows[:MAX_ROWS], results, strict=False):
            if result["status"] < HTTPStatus.MULTIPLE_CHOICES:
                for error in validator.iter_errors(row):
                    text = error.message[:MAX_MESSAGE]
                    yield Deviation(operation.operation_id, "request row", text)


def exchange_of(request: httpx.Request, response: httpx.Response) -> Exchange:
    """Return what went over the wire."""
    return Exchange(
        method=request.method,
        url=request.url.raw_path.decode("ascii"),
        status=response.status_code,
        request_headers={k.lower(): v for k, v in request.headers.items()},
        request_body=kept(request),
        response_headers={k.lower(): v for k, v in response.headers.items()},
        response_body=response.content,
    )


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
    for name, schema in closed["components"].get("schemas", {}).items():
        if f"#/components/schemas/{name}" in parts:
            inline.add(id(schema))
    for schema in schemas_of(closed):
        open_ended = "additionalProperties" in schema or id(schema) in inline
        if not open_ended and any(
            "properties" in resolve(closed, part) for part in (schema, *schema.get("allOf", ()))
        ):
            schema["unevaluatedProperties"] = False
    for name, keys in GROUPED_ROWS.items():
        if name in closed["components"].get("schemas", {}):
            closed["components"]["schemas"][name]["properties"].update(dict.fromkeys(keys, True))
    for name, operation in operations_of(closed).items():
        if name in SENT_TOO:
            media = resolve(closed, operation.spec["requestBody"])["content"]["application/json"]
            body = resolve(closed, media["schema"])
            more = dict.fromkeys(SENT_TOO[name], True)
            media["schema"] = {**body, "properties": more | body["properties"]}
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


def undeclared_headers(exchange, operation, bundle):
    """Yield the headers of both sides that neither HTTP nor the document lists."""
    listed = {p["name"].lower() for p in operation.spec["parameters"] if p["in"] == "header"}
    responses = operation.spec["responses"]
    response = resolve(bundle, responses.get(str(exchange.status), {}))
    answered = {name.lower() for name in response.get("headers", {})}
    for side, headers, known in (
        ("request", exchange.request_headers, listed),
        ("response", exchange.response_headers, answered),
    ):
        usual = USUAL_HEADERS[side]
        if exchange.status < HTTPStatus.BAD_REQUEST:
            usual |= {"x-request-id"}  # of errors, it is listed
        for name in sorted(headers.keys() - known - usual):
            yield Deviation(operation.operation_id, f"{side} header", f"{name} is not listed")


def undeclared_parts(request, operation, recorder):
    """Yield what the document does not list of a multipart body: parts, and members of JSON parts."""
    bundle = recorder.conformance.bundle
    body = resolve(bundle, operation.spec.get("requestBody", {}))
    media = body.get("content", {}).get(MULTIPART, {})
    listed = resolve(bundle, media.get("schema", {})).get("properties", {})
    for name, value in parts_of(request):
        if name not in listed:
            yield Deviation(operation.operation_id, "request part", f"{name} is not listed")
        elif isinstance(value, dict):
            schema = resolve(recorder.closed.bundle, media["schema"])["properties"][name]
            for found in recorder.validators.compile(schema).iter_errors(value):
                text = f"{name}: {found.message[:MAX_MESSAGE]}"
                yield Deviation(operation.operation_id, "request part", text)


def parts_of(request):
    """Yield the name of each part of a multipart body, and its value if it is a JSON object."""
    for part in getattr(request.stream, "fields", ()):
        content = getattr(part, "file", None) or getattr(part, "value", b"")
        value = None
        if isinstance(content, bytes | str):
            with contextlib.suppress(ValueError):
                value = json.loads(content)
        yield part.name, value


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


def recorder_of(config) -> Recorder:
    """Return the recorder of a session, which takes a moment to make."""
    if KEY not in config.stash:
        config.stash[KEY] = Recorder()
    return config.stash[KEY]


@pytest.fixture(scope="session")
def recorder(pytestconfig) -> Recorder:
    """Give the recorder of the session."""
    return recorder_of(pytestconfig)


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
    assert not found, "the contract was broken:\n" + "\n".join(found[:MAX_SHOWN])


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
