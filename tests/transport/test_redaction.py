"""No credential in a text that people read, and none to a server that it is not for."""

import json
import logging
import pickle
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arthurai.common.exceptions import (
    ArthurDownloadError,
    ArthurError,
    ForbiddenError,
    MethodNotApplicableError,
    ResponseRedirectError,
    UserValueError,
)
from arthurai.transport.auth import ApiKey
from arthurai.transport.options import HttpOptions
from arthurai.transport.redaction import MASK, Redactor, one_line, redact_url
from arthurai_api.api.inferences import get_inference_image
from arthurai_api.api.models import list_models
from arthurai_api.models.image_response_type import ImageResponseType

BOTH_SHELLS = True
BLOCKING_ONLY = (
    "test_nothing_about_a_session_shows_the_key",
)  # asks for the client outside of a loop

PAGE = httpx.Response(200, json={"data": []})


def everything_shown(error):
    seen = []
    while error is not None:
        if isinstance(error, ArthurError):
            seen += [str(error), repr(error), repr(error.exchange)]
        error = error.__cause__
    return "\n".join(seen)


@pytest.mark.parametrize(
    "echo",
    [
        lambda key: httpx.Response(401, json={"error": f"bad token {key}"}),
        lambda key: httpx.Response(500, text=f"<title>{key}</title>"),
        lambda key: httpx.Response(500, headers={"X-Request-Id": key}),
        lambda key: httpx.Response(302, headers={"Location": f"https://h/{key}"}),
        lambda key: httpx.Response(302, headers={"Location": f"/{key}"}),
        lambda key: httpx.Response(200, text=f"no json, but {key}"),
        lambda key: httpx.ReadError(f"could not read {key}"),
    ],
)
def test_a_key_that_comes_back_is_masked(in_process, faulty, answers, echo, caplog):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ArthurError) as caught:
        in_process(faulty(echo(answers.key)), attempts=1).send(list_models.build_request()).json()
    assert answers.key not in everything_shown(caught.value)
    assert answers.key not in caplog.text


def test_debug_lines_hold_no_credentials_and_no_bodies(in_process, faulty, answers, caplog):
    caplog.set_level(logging.DEBUG, logger="arthurai")
    session = in_process(faulty(httpx.Response(200, json={"private": "row"})))
    session.send(session.build_raw_request("POST", "/x?token=abcdef&a=1"), content=b"private row")
    ours = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("arthurai"))
    assert "POST local:///x?token=***&a=1: status 200" in ours
    for secret in (answers.key, "abcdef", "private"):
        assert secret not in ours


def test_nothing_about_a_session_shows_the_key(in_process, faulty, answers):
    session = in_process(faulty(PAGE))
    session.send(list_models.build_request())
    for thing in (session, session.api, session.http_client(), session.options, session.endpoint):
        assert answers.key not in repr(thing)
        assert answers.key not in str(thing)


def test_proxy_passwords_are_not_shown():
    assert "hunter2" not in repr(HttpOptions(proxy="http://me:hunter2@proxy:3128"))
    with pytest.raises(UserValueError) as caught:
        HttpOptions(proxy="me:hunter2@proxy")
    assert "hunter2" not in str(caught.value)


@given(st.text(min_size=4, max_size=40), st.text(max_size=30), st.text(max_size=30))
def test_redaction_leaves_no_form_of_a_secret(secret, before, after):
    redact = Redactor()
    redact.add(secret)
    for form in (secret, quote(secret, safe=""), json.dumps(secret)[1:-1]):
        assert secret not in redact(f"{before}{form}{after}").replace(MASK, "\0")


@given(st.text(max_size=60))
def test_redaction_of_nothing_changes_nothing(text):
    redact = Redactor()
    redact.add(None)
    redact.add("abc")
    assert redact(text) == text


SECRET_NAMES = [
    "token",
    "access_key",
    "api-key",
    "password",
    "X-Amz-Signature",
    "X-Amz-Credential",
    "sig",
    "client_secret",
]


@given(st.sampled_from(SECRET_NAMES), st.from_regex(r"[A-Za-z0-9%+/=_-]{8,40}", fullmatch=True))
def test_secret_query_values_and_user_information_are_not_shown(name, value):
    value = f"zq{value}qz"
    shown = redact_url(f"https://user:{quote(value, safe='')}@host/path?a=1&{name}={value}#{value}")
    assert value not in shown
    assert shown == f"https://host/path?a=1&{name}={MASK}"


@given(st.text(max_size=500), st.integers(2, 50))
def test_foreign_texts_fit_on_one_line(text, limit):
    line = one_line(text, limit)
    assert len(line) <= limit
    assert "\n" not in line
    assert "\x1b" not in line


# -- where credentials may go ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/v3/models",
        "http://localhost:81/api/v3/models",
        "https://localhost/api/v3/models",
        "http://localhost@evil.example/x",
        "http://localhost.evil.example/x",
    ],
)
def test_the_connection_talks_to_its_own_server_only(in_process, faulty, url):
    transport = faulty(PAGE)
    session = in_process(transport)
    with pytest.raises(UserValueError, match="no other server"):
        session.api.get_httpx_client().get(url)
    assert transport.requests == []


def test_headers_cannot_be_smuggled_into_a_request(in_process, faulty):
    session = in_process(faulty(PAGE))
    for value in ("a\r\nX-Evil: 1", "a\nb", "a\0b"):
        with pytest.raises(UserValueError, match="organization_id"):
            session.organization_id = value


def test_a_session_cannot_be_pickled(in_process, faulty):
    with pytest.raises(MethodNotApplicableError, match="credentials"):
        pickle.dumps(in_process(faulty(PAGE)))


def download(session):
    return session.download(
        get_inference_image.build_request("m", "image", type_=ImageResponseType.RAW_IMAGE)
    )


def test_a_download_at_another_origin_gets_no_credentials(raw_server, connect, answers):
    store = raw_server(answers.whole(200, b"picture", kind="image/png"))
    server = raw_server(
        answers.whole(
            302, b"", f"Location: {store.url}/bucket/x?sig=abc", "Set-Cookie: session=cookie-value"
        )
    )
    session = connect(server.url, organization_id="org-1")
    assert download(session) == (b"picture", "image/png")
    request = store.requests[0]
    assert request.target == "/bucket/x?sig=abc"
    assert not {"authorization", "cookie", "arthur-organization-id"} & set(request.headers)
    assert answers.key not in str(request)


def test_a_download_at_the_same_origin_keeps_its_credentials(raw_server, connect, answers):
    server = raw_server(
        answers.whole(307, b"", "Location: /files/1"), answers.whole(200, b"p", kind="image/png")
    )
    assert download(connect(server.url)) == (b"p", "image/png")
    assert server.requests[1].target == "/files/1"
    assert server.requests[1].headers["authorization"] == answers.key


@pytest.mark.parametrize(
    "location",
    [
        "",
        "file:///etc/passwd",
        "ftp://host/x",
        "data:,x",
        "https://",
        "http://[bad",
        "javascript:1",
    ],
)
def test_a_download_goes_nowhere_strange(raw_server, connect, answers, location):
    server = raw_server(answers.whole(302, b"", f"Location: {location}"))
    with pytest.raises((ResponseRedirectError, ArthurDownloadError)):
        download(connect(server.url, attempts=1))
    assert len(server.requests) in {1, 5, 6}


def test_a_download_never_leaves_https_for_http(in_process, faulty, connect):
    from arthurai.transport.options import Endpoint

    transport = faulty(httpx.Response(302, headers={"Location": "http://store.example/x"}))
    session = in_process(transport)
    session.endpoint = Endpoint("https://localhost", "https://localhost", local=True)
    session._context.endpoint = session.endpoint
    with pytest.raises(ResponseRedirectError, match="plain http"):
        download(session)


def test_a_download_in_circles_ends(raw_server, connect, answers):
    server = raw_server(answers.whole(302, b"", "Location: /again"))
    with pytest.raises(ResponseRedirectError, match="more than 5 times"):
        download(connect(server.url))


def test_a_store_that_refuses_is_a_download_error(raw_server, connect, answers):
    store = raw_server(answers.whole(403, b"<Error><Code>Expired</Code></Error>"))
    server = raw_server(answers.whole(302, b"", f"Location: {store.url}/x?X-Amz-Signature=abcdef"))
    with pytest.raises(ArthurDownloadError) as caught:
        download(connect(server.url, attempts=1))
    assert "abcdef" not in everything_shown(caught.value)
    assert caught.value.status_code == 403


def test_a_server_that_refuses_a_download_is_no_download_error(raw_server, connect, answers):
    server = raw_server(answers.whole(403, b'{"error": "no"}'))
    with pytest.raises(ForbiddenError, match="no"):
        download(connect(server.url))


def test_the_key_is_masked_even_if_it_is_part_of_a_path(in_process, faulty):
    session = in_process(faulty(httpx.Response(404)), credentials=ApiKey("secret/key with=all"))
    with pytest.raises(ArthurError) as caught:
        session.send(
            session.build_raw_request("GET", f"/x/{quote('secret/key with=all', safe='')}")
        )
    assert "secret" not in everything_shown(caught.value)
