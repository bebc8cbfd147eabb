"""HTTPClient, its responses, the checks of answers, and the older helpers around them."""

import io
import json
import math
import time
from datetime import timedelta
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_server import KEY
from thread_warnings import warns

from arthurai._compat.accounts import AuthRefresher
from arthurai._compat.arthur_http_client import ArthurHTTPClient
from arthurai._compat.http_responses import (
    Headers,
    HTTPResponse,
    validate_multistatus_response_and_get_failures,
    validate_response_status,
)
from arthurai._compat.http_verbs import AbstractHTTPClient, HTTPClient
from arthurai.client.helper import (
    construct_url,
    get_arthur_internal_user_org,
    get_auth_info,
    get_current_org,
    user_login,
)
from arthurai.common.exceptions import (
    ArthurConnectionError,
    ArthurError,
    ForbiddenError,
    MissingParameterError,
    PaymentRequiredError,
    ResponseClientError,
    ResponseRedirectError,
    ResponseServerError,
    UnexpectedTypeError,
    UnexpectedValueError,
    UserValueError,
)

ECHO = "/api/v3/echo"


@pytest.fixture
def echo(scripted):
    """Give a server that tells what it got, on one path."""

    def tell(request):
        return 200, {"query": request.query, "body": request.body.decode("latin-1")}

    return scripted({(verb, ECHO): tell for verb in ("GET", "POST", "PUT", "PATCH", "DELETE")})


@pytest.fixture
def verbs(echo):
    return HTTPClient(echo.url, "/api/v3", {"Authorization": KEY})


def test_it_is_an_abstract_client(verbs):
    assert isinstance(verbs, AbstractHTTPClient)


@pytest.mark.parametrize("verb", ["get", "post", "put", "patch", "delete"])
def test_each_verb_sends_its_method_and_the_default_headers(verbs, echo, verb):
    assert getattr(verbs, verb)("/echo")["body"] == ""
    request = echo.requests[0]
    assert (request.method, request.path) == (verb.upper(), ECHO)
    assert request.headers["authorization"] == KEY
    assert request.headers["accept"] == "application/json"


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ({"a": [1, None]}, '{"a":[1,null]}'),
        ([1.5, "x"], '[1.5,"x"]'),
        ({"a": math.nan, "b": math.inf}, '{"a":null,"b":null}'),
        ({1: "int key"}, '{"1":"int key"}'),
        ("already text", "already text"),
        (b"already bytes", "already bytes"),
        ({}, "{}"),
        ([], "[]"),
        (0, "0"),
        (None, ""),
    ],
)
def test_bodies(verbs, echo, body, sent):
    assert verbs.post("/echo", json=body)["body"] == sent
    assert ("content-type" in echo.requests[0].headers) == (body is not None)


def test_a_content_type_of_ones_own_stays_and_the_headers_given_are_not_changed(verbs, echo):
    headers = {"content-type": "text/plain"}
    verbs.post("/echo", json="x", headers=headers)
    assert echo.requests[0].headers["content-type"] == "text/plain"
    assert headers == {"content-type": "text/plain"}


def test_what_is_no_json_is_refused(verbs, echo):
    with pytest.raises(UnexpectedTypeError):
        verbs.post("/echo", json={"a": object()})
    assert echo.requests == []


@pytest.mark.parametrize(
    "arguments",
    [
        {"headers": {"X": 7}},
        {"headers": {"X": "\ud800"}},
        {"endpoint": "/\ud800"},
        {"endpoint": "/" + "x" * 100_000},
        {"params": b"\xff"},
    ],
)
def test_requests_that_cannot_be_sent(verbs, echo, arguments):
    with pytest.raises(UserValueError):
        verbs.get(**{"endpoint": "/echo", **arguments})
    assert echo.requests == []


@pytest.mark.parametrize(
    ("endpoint", "params", "query"),
    [
        ("/echo?a=1", None, "a=1"),
        ("/echo?a=1", {"b": "2 3"}, "a=1&b=2+3"),
        ("/echo", {"a": ["1", "2"]}, "a=1&a=2"),
        ("/echo?a=1", {"a": "2", "b": None}, "a=1&a=2"),
        ("/echo", {"a": None}, ""),
        ("/echo", b"a=1&b=%26", "a=1&b=%26"),
        ("echo/", {"a": "&#?"}, "a=%26%23%3F"),
    ],
)
def test_queries(verbs, echo, endpoint, params, query):
    sent = verbs.get(endpoint, params=params)["query"]
    assert sent.replace("%20", "+") == query  # httpx before 0.28 writes blanks so


@pytest.fixture(scope="module")
def unused_client():
    client = HTTPClient("https://host", "/api/v3")
    yield client
    client.session.close()


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20))
def test_escaped_ids_stay_one_segment(unused_client, text):
    path = unused_client._path(f"/models/{quote(text, safe='')}/x", None)
    assert path.count("/") == 4


def test_a_number_sign_is_part_of_the_path(verbs, scripted):
    server = scripted({("GET", "/api/v3/a%23b"): (200, {"ok": True})})
    assert HTTPClient(server.url, "/api/v3").get("/a#b") == {"ok": True}


def test_the_prefix_can_be_changed_for_one_call(verbs, echo):
    assert verbs.get("/api/v3/echo", path_prefix="")["body"] == ""
    with pytest.raises(ResponseClientError):
        verbs.get("/echo", path_prefix="/api/v4")


def test_uploads(verbs, echo, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_bytes(b"a,b\r\n1,2\r\n")
    with path.open("rb") as file:
        sent = verbs.post(
            "/echo",
            json={"batch_id": "b", "config": {"a": [1]}, "raw": b"\xff"},
            files={"inference_data": file, "more": ("name.bin", b"data", "image/png")},
        )["body"]
    assert 'name="batch_id"\r\n\r\nb\r\n' in sent
    assert 'name="config"\r\n\r\n{"a":[1]}\r\n' in sent
    assert 'name="inference_data"; filename="' in sent
    assert "a,b\r\n1,2\r\n" in sent
    assert 'filename="name.bin"\r\nContent-Type: image/png' in sent
    kind = echo.requests[0].headers["content-type"]
    assert kind.startswith("multipart/form-data; boundary=")


def test_uploads_as_a_list(verbs):
    sent = verbs.post("/echo", files=[("data", b"1", "text/csv"), ("plain", b"2")])["body"]
    assert 'name="data"; filename="data"\r\nContent-Type: text/csv' in sent
    assert 'name="plain"; filename="plain"' in sent


@pytest.mark.parametrize(
    ("body", "files"),
    [
        ([1], {}),
        ({1: "x"}, {}),
        ({"a": 1}, {}),
        ({}, {"a": "text"}),
        ({}, ["a"]),
        ({}, [()]),
        ({}, "text"),
        ({}, 7),
    ],
)
def test_uploads_that_cannot_be(verbs, echo, body, files):
    with pytest.raises(UnexpectedTypeError):
        verbs.post("/echo", json=body, files=files)
    assert echo.requests == []


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, ResponseClientError),
        (402, PaymentRequiredError),
        (403, ForbiddenError),
        (500, ResponseServerError),
        (520, ResponseServerError),
        (302, ResponseRedirectError),
    ],
)
def test_statuses(scripted, status, kind):
    server = scripted({("POST", "/x"): (status, {"error": "why"})})
    client = HTTPClient(server.url)
    with pytest.raises(kind, match="why") as caught:
        client.post("/x")
    assert caught.value.status_code == status
    unchecked = client.post("/x", validate_response_status=False, return_raw_response=True)
    assert unchecked.status_code == status
    assert (
        client.post("/x", validation_response_code=status, return_raw_response=True).status_code
        == status
    )


def test_another_success_than_the_expected_one(verbs):
    with pytest.raises(UnexpectedValueError, match="expected 201"):
        verbs.post("/echo", validation_response_code=201)


def test_failures_that_are_let_pass_are_bytes(scripted):
    server = scripted({("GET", "/x"): (404, {"error": "why"})})
    assert HTTPClient(server.url).get("/x", validate_response_status=False) == b'{"error": "why"}'


@pytest.mark.parametrize("kind", ["image/jpeg", "text/csv", "avro/binary", "parquet/binary"])
def test_binary_answers_are_bytes(scripted, kind):
    server = scripted({("GET", "/x"): (200, b"[1]", {"Content-Type": kind})})
    assert HTTPClient(server.url).get("/x") == b"[1]"


def test_octets_and_other_bytes(scripted):
    server = scripted({("GET", "/x"): (200, b"\xff\xfe")})
    client = HTTPClient(server.url)
    assert client.get("/x") == b"\xff\xfe"
    octets = client.get("/x", headers={"Accept": "application/octet-stream"})
    assert isinstance(octets, io.BytesIO)
    assert octets.read() == b"\xff\xfe"


def test_raw_responses(verbs):
    response = verbs.get("/echo?token=abc", return_raw_response=True)
    assert isinstance(response, HTTPResponse)
    assert (response.status_code, response.ok, response.reason) == (200, True, "OK")
    assert response.json()["query"] == "token=abc"
    assert response.text == response.content.decode()
    assert response.headers["CONTENT-LENGTH"] == str(len(response.content))
    assert "abc" not in response.url


def test_a_raw_response_that_is_no_json():
    with pytest.raises(UnexpectedValueError, match="not JSON"):
        HTTPResponse(200, "OK", "https://h/x", content=b"<html>").json()


def test_headers_match_in_any_case_and_hide_cookies():
    headers = Headers([("Set-Cookie", "secret"), ("A", "1"), ("a", "2")])
    assert headers["a"] == headers["A"] == "1, 2"
    assert dict(headers) == {"set-cookie": "secret", "a": "1, 2"}
    assert len(headers) == 2
    assert "secret" not in repr(headers)
    assert "missing" not in headers


def test_retries_are_counted(scripted):
    server = scripted({("POST", "/x"): (503, {}, {"Retry-After": "0"})})
    client = HTTPClient(server.url)
    with pytest.raises(ResponseServerError, match="2 attempts"):
        client.post("/x", retries=1)
    assert len(server.requests) == 2
    with pytest.raises(ResponseServerError):
        client.post("/x")
    assert len(server.requests) == 3
    with pytest.raises(UserValueError, match="retries"):
        client.post("/x", retries=-1)


@pytest.mark.parametrize(
    "url", ["https://h/api", "https://h?x=1", "ftp://h", "https://u:p@h", "local://", ""]
)
def test_base_urls_that_cannot_be(url):
    with pytest.raises(UserValueError):
        HTTPClient(url)


def test_plain_http_can_be_refused():
    with pytest.raises(UserValueError, match="allow_insecure"):
        HTTPClient("http://h", allow_insecure=False)


def test_addresses_are_told():
    client = HTTPClient("https://h:1/", "/api/v3")
    assert client.base_url == "https://h:1"
    assert client.api_base_url == "https://h:1/api/v3/"
    assert HTTPClient("https://h").api_base_url == "https://h/"
    assert client.timeout == 300


def test_headers_are_refreshed_when_their_time_is_over(echo):
    calls = []

    def refresh():
        calls.append(1)
        return {"Authorization": f"token-{len(calls)}"}, timedelta(hours=1)

    client = HTTPClient(echo.url, "/api/v3", {"Authorization": "old"}, header_refresh_func=refresh)
    assert len(calls) == 1
    client.get("/echo")
    client.get("/echo")
    assert len(calls) == 1
    assert echo.requests[-1].headers["authorization"] == "token-1"


def test_a_refresh_that_holds_no_time_does_not_run_at_every_request(echo):
    calls = []

    def refresh():
        calls.append(1)
        return {}, timedelta(0)

    client = HTTPClient(echo.url, "/api/v3", header_refresh_func=refresh)
    for _ in range(20):
        client.get("/echo")
    assert len(calls) < 20


def test_default_headers_that_are_secret_are_masked(scripted):
    server = scripted({("GET", "/x"): (400, {"error": f"bad {KEY}"})})
    with pytest.raises(ResponseClientError) as caught:
        HTTPClient(server.url, default_headers={"authorization": KEY}).get("/x")
    assert KEY not in str(caught.value)


def test_the_client_of_a_connection_shares_it(arthur):
    assert arthur.client.session is arthur.session
    assert arthur.client.get("/organizations/current")["id"] == arthur.organization_id
    assert arthur.client.api_base_url == "local:///api/v3/"
    with pytest.raises(ResponseClientError, match="local:///api/v3/models/nope"):
        arthur.client.get("/models/nope")


# -- checks of answers -----------------------------------------------------------------------------


def test_every_status_alone():
    for status in range(100, 600):
        if status < 300:
            assert validate_response_status(status) is None
            with pytest.raises(UnexpectedValueError):
                validate_response_status(status, expected_status_code=599)
        else:
            with pytest.raises(ArthurError, match=str(status)):
                validate_response_status(status)
        validate_response_status(status, expected_status_code=status)


def test_redirects_can_be_allowed():
    validate_response_status(302, allow_redirects=True)
    with pytest.raises(ResponseRedirectError):
        validate_response_status(302)
    with pytest.raises(UnexpectedValueError):
        validate_response_status(302, 200, allow_redirects=True)


@pytest.mark.parametrize("thing", ["200", None, True, 2.0, {"status_code": 200}])
def test_what_is_no_answer(thing):
    with pytest.raises(UnexpectedTypeError):
        validate_response_status(thing)


def test_an_answer_is_quoted():
    response = HTTPResponse(400, "Bad Request", "u", content=b'{"error": "the reason"}')
    with pytest.raises(ResponseClientError, match="the reason"):
        validate_response_status(response)


def multi(results, *, counts=None, status=207):
    failures = sum(result["status"] >= 300 for result in results)
    counts = counts or {
        "success": len(results) - failures,
        "failure": failures,
        "total": len(results),
    }
    body = json.dumps({"counts": counts, "results": results}).encode()
    return HTTPResponse(status, "", "u", content=body)


@given(st.lists(st.sampled_from([200, 201, 302, 400, 409, 499, 500, 503]), max_size=20))
def test_verdicts_are_sorted_by_whose_fault_they_are(statuses):
    results = [{"status": status, "message": str(n)} for n, status in enumerate(statuses)]
    mine, theirs = validate_multistatus_response_and_get_failures(multi(results))
    assert [r["status"] for r in mine] == [s for s in statuses if 400 <= s < 500]
    assert [r["status"] for r in theirs] == [s for s in statuses if 300 <= s < 400 or s >= 500]


def test_verdicts_can_raise():
    bad, failed = {"status": 400, "message": "bad row"}, {"status": 500, "message": "oh"}
    with pytest.raises(ResponseClientError, match="bad row"):
        validate_multistatus_response_and_get_failures(multi([bad]), raise_on_failures=True)
    with pytest.raises(ResponseServerError, match="1 more"):
        validate_multistatus_response_and_get_failures(multi([bad, failed]), raise_on_failures=True)
    assert validate_multistatus_response_and_get_failures(
        multi([{"status": 200}]), raise_on_failures=True
    ) == ([], [])


GOOD_COUNTS = {"success": 1, "failure": 0, "total": 1}


@pytest.mark.parametrize(
    "response",
    [
        multi([], status=200),
        multi([{"status": 200}], counts={**GOOD_COUNTS, "failure": 1}),
        multi([{"status": 200}], counts={**GOOD_COUNTS, "extra": 1}),
        multi([{"status": 200}], counts={"success": 1}),
        HTTPResponse(207, "", "u", content=b"[]"),
        HTTPResponse(207, "", "u", content=b"no json"),
        HTTPResponse(207, "", "u", content=json.dumps({"counts": GOOD_COUNTS}).encode()),
        HTTPResponse(
            207, "", "u", content=json.dumps({"counts": GOOD_COUNTS, "results": [{}]}).encode()
        ),
        HTTPResponse(
            207, "", "u", content=json.dumps({"counts": GOOD_COUNTS, "results": [7]}).encode()
        ),
    ],
)
def test_multi_status_answers_that_contradict_themselves(response):
    with pytest.raises(UnexpectedValueError):
        validate_multistatus_response_and_get_failures(response)


# -- helpers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "url"),
    [
        (("https://h/", "/api/v3/", "/models/"), "https://h/api/v3/models"),
        (("https://h", "x?a=1"), "https://h/x?a=1"),
        (("https://h", "", "x"), "https://h/x"),
        (("h", "x"), "https://h/x"),
        (("http://h",), "http://h"),
    ],
)
def test_addresses_are_joined(parts, url):
    assert construct_url(*parts) == url


def test_addresses_are_checked_when_asked_to():
    assert construct_url("a", "/b/", validate=False, default_https=False) == "a/b"
    for parts in (("a",), ("",), ("https://",), ("://x",), ("https://[x",)):
        with pytest.raises(UserValueError):
            construct_url(*parts, default_https=False)


def test_look_ups(scripted):
    info = {
        "issuer": "i",
        "username": "u",
        "first_name": "f",
        "last_name": "l",
        "email": "e",
        "roles": ["r"],
        "organization_ids": ["org-2"],
    }
    server = scripted({("GET", "/api/v3/users/me/auth_info"): (200, info)})
    assert get_arthur_internal_user_org(server.url, "/api/v3", KEY) == "org-1"
    assert get_current_org(server.url, "/api/v3", KEY) == "org-1"
    found = get_auth_info(server.url, "/api/v3", KEY)
    assert (found.username, found.organization_ids) == ("u", ["org-2"])
    server.table["GET", "/api/v3/users/me"] = (403, {"error": "no"})
    assert get_current_org(server.url, "/api/v3", KEY) == "org-2"
    with pytest.raises(ForbiddenError):
        get_arthur_internal_user_org(server.url, "/api/v3", KEY)
    with pytest.raises(UserValueError, match="api_prefix"):
        get_current_org(server.url, "/api/v2", KEY)
    server.table["GET", "/api/v3/users/me"] = (401, {"error": "no"})
    with pytest.raises(UserValueError, match="access_key"):
        get_current_org(server.url, "/api/v3", KEY)


def token_that_ends_in(minutes):
    import base64

    claims = json.dumps({"exp": time.time() + minutes * 60}).encode()
    return f"a.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.b"


@pytest.mark.parametrize(("minutes", "wait"), [(120, 115), (30, 25), (1, 0)])
def test_a_refresher_waits_until_five_minutes_before_the_end(scripted, minutes, wait):
    token = token_that_ends_in(minutes)
    server = scripted(
        {("POST", "/api/v3/login"): (200, {"id": "u"}, {"Set-Cookie": f"Authorization={token}"})}
    )
    refresher = AuthRefresher(server.url, "ann", "secret-password", verify_ssl=True)
    headers, hold = refresher.refresh()
    assert headers == {"Authorization": token}
    assert abs(hold.total_seconds() - wait * 60) < 30
    assert "secret-password" not in repr(refresher)
    assert user_login(server.url, "/api/v3", "ann", "secret-password") == (token, {"id": "u"})


def test_a_wrong_login_of_a_refresher(scripted):
    server = scripted({("POST", "/api/v3/login"): (401, {"error": "no"})})
    with pytest.raises(UserValueError, match="ann"):
        AuthRefresher(server.url, "ann", "secret-password", verify_ssl=True).refresh()


def test_the_older_client_checks_no_status(scripted, monkeypatch):
    server = scripted({("GET", "/api/v3/x"): (418, {"error": "tea"})})
    with warns(DeprecationWarning, match="ArthurAI.client"):
        client = ArthurHTTPClient(access_key=KEY, url=server.url + "/dropped", base_path="/api/v3")
    assert client.get("/api/v3/x") == b'{"error": "tea"}'
    assert server.requests[0].headers["authorization"] == KEY
    done = []
    future = client.async_call(lambda n: n + 1, client.pool, 1, callback=done.append)
    assert future.result() == 2
    client.pool.shutdown()
    assert done == [future]
    with warns(DeprecationWarning), pytest.raises(MissingParameterError):
        ArthurHTTPClient(access_key=KEY)


def test_nobody_there():
    with pytest.raises(ArthurConnectionError):
        HTTPClient("https://localhost:1").post("/x")
