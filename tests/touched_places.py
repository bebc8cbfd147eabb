"""Plugin: write which places of the API description each test touches, as lines of JSON.

Of the exchanges that touch a place, some are kept whole: see `scripts/mutation_replay.py`.

    ARTHURAI_TOUCHED=FILE python -m pytest -p touched_places ...

`scripts/mutate_spec.py` chooses with it the tests that have to notice a change.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import time
from collections import Counter
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from recorder import Recorder, exchange_of, kept, parts_of

from arthurai.common.bundle import load_bundle, operations_of
from scripts.spec_mutations import MULTIPART, Document, touched_members

MAX_KEPT_OF_A_PLACE = 3
MAX_KEPT_BYTES = 1_000_000


class TouchRecorder:
    """Collects the places that the exchanges of the running test touch."""

    def __init__(self) -> None:
        bundle = load_bundle()
        self.operations = operations_of(bundle)
        self.document = Document(bundle, self.operations.keys())
        self.found: set[str] = set()
        self.exchanges: list[dict[str, object]] = []
        self.kept: Counter[str] = Counter()
        self.roots = {
            operation.operation_id: ("paths", operation.path, operation.method.lower())
            for operation in self.operations.values()
        }

    def add(self, request, response, operation) -> None:
        """Add the places of one exchange."""
        root = self.roots[operation.operation_id]
        given = self.names(self.given(request, operation, root))
        answered = self.names(self.received(response, operation, root))
        self.found |= given | answered
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            given = set()  # what is refused may be anything
        wanted = [n for n in given | answered if self.kept[n] < MAX_KEPT_OF_A_PLACE]
        exchange = dataclasses.asdict(exchange_of(request, response))
        bodies = {name: exchange[name] or b"" for name in ("request_body", "response_body")}
        if wanted and sum(map(len, bodies.values())) <= MAX_KEPT_BYTES:
            self.kept.update(wanted)
            exchange |= {name: body.decode("latin-1") for name, body in bodies.items()}
            self.exchanges.append({"places": sorted(wanted), "exchange": exchange})

    def names(self, pointers):
        """Return the names of the places at pointers, without those that are none."""
        places = map(self.document.places.get, pointers)
        return {place.name for place in places if place is not None}

    def given(self, request, operation, root):
        """Yield the pointers to the places of a request."""
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

    def received(self, response, operation, root):
        """Yield the pointers to the places of a response."""
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
    touches.exchanges.clear()
    started = time.perf_counter()
    yield
    if touches.found:
        line = {
            "test": item.nodeid,
            "seconds": round(time.perf_counter() - started, 3),
            "places": sorted(touches.found),
            "exchanges": touches.exchanges,
        }
        with Path(os.environ["ARTHURAI_TOUCHED"]).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
