"""The description of the API: as a document, and as pages that anybody can read."""

from __future__ import annotations

import html
import re

import httpx
import pytest

from arthurai import ArthurAI
from arthurai.common.bundle import load_bundle, operations
from arthurai.transport.local import LocalTransport


@pytest.fixture(scope="module")
def stranger():
    """An HTTP client without any credential."""
    with ArthurAI(url="local://") as arthur:
        app = arthur.session._local._running.app
        transport = LocalTransport(app)
        with httpx.Client(
            transport=transport, base_url="http://local", follow_redirects=True
        ) as client:
            yield client


def test_the_document_is_served_and_not_sent_twice(stranger):
    answer = stranger.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == load_bundle()
    again = stranger.get("/openapi.json", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert stranger.post("/openapi.json").status_code == 405


def test_every_operation_and_every_schema_it_uses_is_on_a_page(stranger):
    start = stranger.get("/docs")
    assert (start.status_code, start.url.path) == (200, "/ui/reference")
    tags = dict.fromkeys(re.findall(r'href="/ui/reference/(\w+)"', start.text))
    found, words = set(), ""
    for tag in tags:
        page = stranger.get(f"/ui/reference/{tag}")
        assert page.status_code == 200
        found |= set(re.findall(r'<section class="card" id="(\w+)">', page.text))
        anchors = set(re.findall(r' id="([\w-]+)"', page.text))
        links = set(re.findall(r'href="#([\w-]+)"', page.text)) - {"main"}
        assert links <= anchors
        assert "https://" not in page.text
        assert "http://" not in page.text.replace("http://www.w3.org", "")
        words += html.unescape(re.sub(r"<[^>]+>", "", page.text))
    assert found == set(operations())
    for operation in operations().values():
        summary = operation.spec.get("summary", "").replace("`", "")
        assert summary in words, operation.operation_id
        for parameter in operation.spec.get("parameters", ()):
            described = parameter.get("description", "").replace("`", "")
            assert described in words, (operation.operation_id, parameter)


def test_a_member_is_shown_with_type_bounds_and_meaning(stranger):
    text = stranger.get("/ui/reference/alert_rules").text
    section = text.split('id="schema-AlertRuleRequest"', 1)[1].split("</section>", 1)[0]
    spec = load_bundle()["components"]["schemas"]["AlertRuleRequest"]
    shown = re.findall(r'<th scope="row"><code>([^<]+)</code>', section)
    assert shown == list(spec["properties"])
    assert section.count(">required<") == len(spec["required"])
    assert "default false)" in text
    assert "default False" not in text


def test_what_is_not_there_is_not_found_and_nothing_else_is_public(stranger):
    assert stranger.get("/ui/reference/nothing").status_code == 404
    assert stranger.get("/ui/references").status_code == 404
    assert stranger.get("/ui/models").url.path == "/ui/login"
