"""Spans of OpenTelemetry: one for each request, with what the conventions ask for and nothing secret."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

pytest.importorskip("opentelemetry.sdk", reason="spans are read with opentelemetry-sdk")

PROGRAM = """
import json, sys
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

exporter = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(provider)
{code}
spans = [
    {{
        "name": span.name, "kind": span.kind.name, "status": span.status.status_code.name,
        "attributes": dict(span.attributes), "events": len(span.events),
        "parent": span.parent and span.parent.span_id, "id": span.context.span_id,
        "trace": format(span.context.trace_id, "032x"),
    }}
    for span in exporter.get_finished_spans()
]
print("SPANS" + json.dumps(spans))
"""

CALLS = """
from arthurai import ArthurAI, ArthurUserError
options = json.loads(sys.argv[1])
with ArthurAI(**options) as arthur:
    exporter.clear()
    with trace.get_tracer("user").start_as_current_span("job"):
        list(arthur.list_models(display_name="secret of the query"))
        try:
            arthur.get_model("00000000-0000-4000-8000-000000000000")
        except ArthurUserError:
            pass
"""

AWAITED = """
import asyncio
from arthurai import ArthurUserError, AsyncArthurAI
options = json.loads(sys.argv[1])

async def main():
    async with AsyncArthurAI(**options) as arthur:
        exporter.clear()
        with trace.get_tracer("user").start_as_current_span("job"):
            list(await arthur.list_models(display_name="secret of the query"))
            try:
                await arthur.get_model("00000000-0000-4000-8000-000000000000")
            except ArthurUserError:
                pass

asyncio.run(main())
"""


def run(code, **options):
    """Give the spans of a program: a process has one tracer provider."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(code=code), json.dumps(options)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.rpartition("SPANS")[2])


@pytest.mark.heavy
@pytest.mark.parametrize("code", [CALLS, AWAITED], ids=["blocking", "asynchronous"])
def test_each_request_is_a_span_below_that_of_the_caller(code):
    listed, missed, job = run(code, url="local://")
    assert job["name"] == "job"
    assert {listed["parent"], missed["parent"]} == {job["id"]}
    assert {listed["kind"], missed["kind"]} == {"CLIENT"}
    assert listed["name"] == "GET /v3/models"
    assert listed["attributes"] == {
        "http.request.method": "GET",
        "url.full": "local:///api/v3/models",
        "url.template": "/v3/models",
        "arthurai.operation_id": "list_models",
        "http.response.status_code": 200,
    }
    assert listed["status"] == "UNSET"
    assert missed["name"] == "GET /v3/models/{model_id}"
    assert missed["attributes"]["arthurai.operation_id"] == "get_model"
    assert missed["attributes"]["http.response.status_code"] == 404
    assert missed["attributes"]["error.type"] == "404"
    assert (missed["status"], missed["events"]) == ("ERROR", 0)


@pytest.mark.heavy
@pytest.mark.parametrize("code", [CALLS, AWAITED], ids=["blocking", "asynchronous"])
def test_a_span_over_http_names_the_server_and_no_secret(served, code):
    url, key = served
    spans = run(code, url=url, access_key=key, allow_insecure=True)
    listed = spans[0]["attributes"]
    assert listed["server.address"] in url
    assert str(listed["server.port"]) in url
    text = json.dumps(spans)
    assert key not in text
    assert "secret of the query" not in text


RETRIED = """
import http.server, threading
from arthurai import ArthurAI

seen = []

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        seen.append(self.headers["traceparent"])
        busy = len(seen) == 1
        body = b'{"id": "o", "name": "o"}'
        self.send_response(503 if busy else 200)
        self.send_header("Retry-After", "0")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass

server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
arthur = ArthurAI(
    url=f"http://127.0.0.1:{server.server_port}", access_key="k" * 20, offline=True,
    allow_insecure=True,
)
arthur.get_current_org()
server.shutdown()
server.server_close()
try:
    arthur.with_options(max_retries=0).get_current_org()
except Exception:
    pass
assert [one.split("-")[1] for one in seen] == [
    format(span.context.trace_id, "032x") for span in exporter.get_finished_spans()[:2]
]
assert [one.split("-")[2] for one in seen] == [
    format(span.context.span_id, "016x") for span in exporter.get_finished_spans()[:2]
]
"""


@pytest.mark.heavy
def test_attempts_are_spans_of_their_own_and_passed_on():
    busy, answered, refused = run(RETRIED)
    assert busy["attributes"]["http.response.status_code"] == 503
    assert "http.request.resend_count" not in busy["attributes"]
    assert answered["attributes"]["http.request.resend_count"] == 1
    assert "http.response.status_code" not in refused["attributes"]
    assert refused["attributes"]["error.type"] == "httpx.ConnectError"
    assert (refused["status"], refused["events"]) == ("ERROR", 0)


def test_without_a_provider_nothing_is_imported_and_no_header_sent():
    code = (
        "import sys; from arthurai import ArthurAI\n"
        "with ArthurAI(url='local://') as arthur: arthur.list_models()\n"
        "print([n for n in sys.modules if n.startswith('opentelemetry')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_provider_that_is_not_set_costs_nothing():
    from types import SimpleNamespace

    import opentelemetry.trace

    from arthurai.transport.spans import trace_attempt

    provider = opentelemetry.trace.get_tracer_provider()
    if not isinstance(provider, opentelemetry.trace.ProxyTracerProvider):
        pytest.skip("another test of this process has set a tracer provider")
    with trace_attempt(SimpleNamespace()) as note:
        assert note("response") == "response"
