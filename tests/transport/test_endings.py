"""What a server says about the end of an operation reaches the user, once."""

from __future__ import annotations

import logging

import pytest

from arthurai.transport import endings

PATH = "/api/v3/models/1f8e2b34-93a7-4c8e-a7a1-6f0f2d8f9c55/metrics"


@pytest.fixture(autouse=True)
def nothing_told():
    endings._told.clear()
    yield
    endings._told.clear()


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"deprecation": "@1688169599"}, "is deprecated since 2023-06-30"),
        ({"deprecation": "true"}, "is deprecated"),
        (
            {"sunset": "Sat, 31 Dec 2033 23:59:59 GMT"},
            "is deprecated and may be gone after 2033-12-31",
        ),
        (
            {"deprecation": "Fri, 11 Nov 2022 23:59:59 GMT", "sunset": "soon"},
            "is deprecated since 2022-11-11",
        ),
        (
            {"deprecation": "@0", "link": '<https://a.example/why>; rel="deprecation"'},
            "is deprecated since 1970-01-01; see https://a.example/why",
        ),
    ],
)
def test_the_headers_are_read(headers, said):
    assert endings.describe_ending("GET", PATH, headers) == f"GET /api/v3/models/…/metrics {said}"


def test_a_response_without_the_headers_says_nothing():
    assert endings.describe_ending("GET", PATH, {"link": '<x>; rel="next"'}) is None


@pytest.mark.parametrize("value", ["@999999999999999", "@x", "", "Mon, 99 Foo 2022 00:00:00 GMT"])
def test_what_is_no_date_is_no_fault(value):
    said = endings.describe_ending("GET", PATH, {"deprecation": "1", "sunset": value})
    assert said == "GET /api/v3/models/…/metrics is deprecated"


def test_each_operation_is_told_once(caplog):
    with caplog.at_level(logging.WARNING):
        for number in range(3):
            endings.note_ending("GET", f"/api/v3/models/m{number}", {"deprecation": "@0"})
        endings.note_ending("PUT", "/api/v3/models/m1", {"deprecation": "@0"})
    assert [record.getMessage() for record in caplog.records] == [
        "the server says that GET /api/v3/models/… is deprecated since 1970-01-01",
        "the server says that PUT /api/v3/models/… is deprecated since 1970-01-01",
    ]


def test_the_client_tells(caplog):
    from arthurai.server.app import create_app
    from arthurai.transport.auth import ApiKey
    from arthurai.transport.local import LocalTransport
    from arthurai.transport.options import parse_endpoint
    from arthurai.transport.session import Session
    from arthurai_api.api.tags import list_tags

    with create_app() as app:

        def ending(environ, start_response):
            def start(status, headers, *more):
                return start_response(
                    status, [*headers, ("Sunset", "Sat, 31 Dec 2033 23:59:59 GMT")]
                )

            return app(environ, start)

        class Local:
            def transport(self):
                return LocalTransport(ending)

            def release(self):
                pass

        session = Session(parse_endpoint("local://"), ApiKey(app.admin_key), local=Local())
        with caplog.at_level(logging.WARNING):
            for _ in range(2):
                session.send(list_tags.build_request())
        session.close()
    told = [r.getMessage() for r in caplog.records if "deprecated" in r.getMessage()]
    assert told == [
        "the server says that GET /api/v3/tags is deprecated and may be gone after 2033-12-31"
    ]
