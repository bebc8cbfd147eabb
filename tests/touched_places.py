"""Plugin: write which places of the API description each test touches, as lines of JSON.

    ARTHURAI_TOUCHED=FILE python -m pytest -p touched_places ...

`scripts/mutate_spec.py` chooses with it the tests that have to notice a change.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from recorder import Recorder, kept, parts_of

from arthurai.common.bundle import load_bundle, operations_of
from scripts.spec_mutations import MULTIPART, Document, touched_members


class TouchRecorder:
    """Collects the places that the exchanges of the running test touch."""

    def __init__(self) -> None:
        bundle = load_bundle()
        self.operations = operations_of(bundle)
        self.document = Document(bundle, self.operations.keys())
        self.found: set[str] = set()
        self.roots = {
            operation.operation_id: ("paths", operation.path, operation.method.lower())
            for operation in self.operations.values()
        }

    def add(self, request, response, operation) -> None:
        """Add the places of one exchange."""
        for pointer in self.places(request, response, operation):
            place = self.document.places.get(pointer)
            if place is not None:
                self.found.add(place.name)

    def places(self, request, response, operation):
        """Yield the pointers to the places of one exchange."""
        root = self.roots[operation.operation_id]
        url = urlsplit(request.url.raw_path.decode("ascii"))
        given = {name for name, _ in parse_qsl(url.query, keep_blank_values=True)}
        for owner in (root[:-1], root):
            for number in range(len(self.document.at(owner).get("parameters", ()))):
                pointer = self.document.followed((*owner, "parameters", str(number)))
                parameter = self.document.at(pointer)
                used = parameter["in"] == "path" or parameter["name"] in given
                if used or parameter["name"].lower() in request.headers:
                    yield pointer
        if "requestBody" in operation.spec:
            yield from self.sent(request, self.document.followed((*root, "requestBody")))
        status = (*root, "responses", str(response.status_code))
        if status[-1] not in operation.spec["responses"]:
            return
        yield status
        answer = self.document.followed(status)
        for name in self.document.at(answer).get("headers", {}):
            if name.lower() in response.headers:
                yield (*answer, "headers", name)
        with contextlib.suppress(ValueError):
            if "application/json" in self.document.at(answer).get("content", {}):
                schema = (*answer, "content", "application/json", "schema")
                yield from touched_members(self.document, schema, json.loads(response.content))

    def sent(self, request, body):
        """Yield the members and parts of a request."""
        media = self.document.at(body)["content"]
        with contextlib.suppress(ValueError, TypeError):
            if MULTIPART in media:
                schema = (*body, "content", MULTIPART, "schema")
                parts = dict(parts_of(request))
                yield from touched_members(self.document, schema, parts)
            elif "application/json" in media:
                schema = (*body, "content", "application/json", "schema")
                yield from touched_members(self.document, schema, json.loads(kept(request)))


touches = TouchRecorder()
_record = Recorder.record


def record(self, request, response) -> None:
    """Check an exchange as always, and add its places."""
    operation = self.conformance.operation(request.method, request.url.raw_path.decode("ascii"))
    if operation is not None:
        touches.add(request, response, operation)
    _record(self, request, response)


Recorder.record = record


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item):
    """Write one line for each test that touched something and passed."""
    touches.found.clear()
    started = time.perf_counter()
    yield
    if touches.found:
        line = {
            "test": item.nodeid,
            "seconds": round(time.perf_counter() - started, 3),
            "places": sorted(touches.found),
        }
        with Path(os.environ["ARTHURAI_TOUCHED"]).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
