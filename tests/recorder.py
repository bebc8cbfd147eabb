"""Every exchange of the suite is checked against the OpenAPI document, and counted.

The plugin wraps the transports at the bottom of every httpx client, in-process and over sockets. A
test of deliberate faults says so with ``@pytest.mark.faults``; some folders test against made-up
servers throughout.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import zlib
from collections import Counter
from pathlib import Path

import httpx
import pytest

from arthurai.common.bundle import base_path, load_bundle
from arthurai.contract.conformance import Conformance, Exchange

KEPT_BODY = 4 * 1024 * 1024
MADE_UP_SERVERS = ("generated", "transport")
KEY = pytest.StashKey["Recorder"]()


class Recorder:
    """Checks the exchanges of the running test."""

    def __init__(self) -> None:
        self.conformance = Conformance(load_bundle())
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
        self.deviations += map(str, self.conformance.check(exchange))


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
