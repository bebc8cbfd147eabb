"""Every status and every failure of the HTTP library ends in exactly one exception of ours."""

import pickle

import httpx
import pytest

from arthurai.common import exceptions
from arthurai.common.exceptions import (
    ArthurConnectionError,
    ArthurError,
    ArthurTimeoutError,
    ArthurUnexpectedError,
    ArthurUserError,
    ConflictError,
    ExpectedParameterNotFoundError,
    ForbiddenError,
    NotFoundError,
    PaymentRequiredError,
    ResponseClientError,
    ResponseRedirectError,
    ResponseServerError,
    TooManyRequestsError,
    UnexpectedValueError,
    UserValueError,
)
from arthurai.transport.retries import RetryPolicy
from arthurai_api.api.models import get_model

BOTH_SHELLS = True
BLOCKING_ONLY = ("test_interruption_passes_through",)  # an event loop ends with it


CLASSES = {
    402: PaymentRequiredError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    429: TooManyRequestsError,
}


def expected_class(status):
    if status < 400:
        return ResponseRedirectError
    if status < 500:
        return CLASSES.get(status, ResponseClientError)
    return ResponseServerError


BODIES = {
    "error object": b'{"error": "the reason"}',
    "page": b"<!DOCTYPE html><html><head><title>Bad day</title></head><body>oh</body></html>",
    "nothing": b"",
}


@pytest.mark.parametrize("kind", BODIES)
def test_every_status_raises_its_one_class(in_process, faulty, kind):
    for status in range(300, 600):
        transport = faulty(httpx.Response(status, content=BODIES[kind]))
        session = in_process(transport, attempts=1)
        with pytest.raises(ArthurError) as caught:
            get_model.sync("some-model", client=session.api)
        error = caught.value
        assert type(error) is expected_class(status), status
        assert isinstance(error, ArthurUserError) != isinstance(error, ArthurUnexpectedError)
        assert error.status_code == status
        assert error.exchange.method == "GET"
        text = str(error)
        assert str(status) in text
        assert "/v3/models/some-model" in text
        if kind == "error object":
            assert "the reason" in text
        if kind == "page":
            assert "Bad day" in text
            assert "<" not in text


@pytest.mark.parametrize("status", [418, 499, 520, 561, 599])
def test_statuses_over_a_socket(raw_server, connect, answers, status):
    server = raw_server(answers.whole(status, b'{"error": "no"}'))
    with pytest.raises(expected_class(status)) as caught:
        get_model.sync("m", client=connect(server.url, attempts=1).api)
    assert caught.value.status_code == status


@pytest.mark.parametrize("status", [600, 777, 999])
def test_statuses_beyond_599_count_as_failures_of_the_server(in_process, faulty, status):
    with pytest.raises(ResponseServerError):
        get_model.sync("m", client=in_process(faulty(httpx.Response(status)), attempts=1).api)


@pytest.mark.parametrize("status", [201, 202, 204, 226, 299])
def test_a_success_other_than_the_documented_one_is_read_like_it(in_process, faulty, status):
    session = in_process(faulty(httpx.Response(status, json={"id": "m"})))
    assert get_model.sync("m", client=session.api).id == "m"
    assert get_model.sync_detailed("m", client=session.api).status_code == status


def all_httpx_exceptions():
    def below(kind):
        yield kind
        for child in kind.__subclasses__():
            yield from below(child)

    for root in (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, httpx.CookieConflict):
        yield from below(root)


EXPECTED_OF_FAULT = {
    httpx.TimeoutException: ArthurTimeoutError,
    httpx.UnsupportedProtocol: UserValueError,
    httpx.InvalidURL: ResponseRedirectError,
    httpx.LocalProtocolError: ArthurUnexpectedError,
    httpx.DecodingError: UnexpectedValueError,
    httpx.TooManyRedirects: ResponseRedirectError,
    httpx.TransportError: ArthurConnectionError,
    Exception: ArthurUnexpectedError,
}


def make_fault(kind):
    if kind is httpx.HTTPStatusError:
        request = httpx.Request("GET", "http://x")
        return kind("fault", request=request, response=httpx.Response(500, request=request))
    if issubclass(kind, httpx.StreamError) and kind is not httpx.StreamError:
        return kind()
    return kind("fault")


@pytest.mark.parametrize("kind", sorted(set(all_httpx_exceptions()), key=lambda k: k.__name__))
def test_every_failure_of_the_http_library_is_mapped(in_process, faulty, kind):
    session = in_process(faulty(make_fault(kind)), attempts=1)
    with pytest.raises(ArthurError) as caught:
        get_model.sync("m", client=session.api)
    expected = next(ours for theirs, ours in EXPECTED_OF_FAULT.items() if issubclass(kind, theirs))
    assert type(caught.value) is expected
    assert isinstance(caught.value.__cause__, kind)
    assert "GET local:///api/v3/models/m" in str(caught.value)


def test_time_outs_are_builtin_time_outs_too(in_process, faulty):
    with pytest.raises(TimeoutError):
        get_model.sync("m", client=in_process(faulty(httpx.ReadTimeout("slow")), attempts=1).api)


@pytest.mark.parametrize("fault", [OSError(5, "disk"), RuntimeError("closed"), KeyError("x")])
def test_anything_else_is_unexpected(in_process, faulty, fault):
    with pytest.raises(ArthurUnexpectedError) as caught:
        get_model.sync("m", client=in_process(faulty(fault)).api)
    assert caught.value.__cause__ is fault


def test_interruption_passes_through(in_process, faulty):
    with pytest.raises(KeyboardInterrupt):
        get_model.sync("m", client=in_process(faulty(KeyboardInterrupt())).api)


def test_messages_tell_what_to_do_for_every_status(in_process, faulty):
    for status in (400, 401, 402, 403, 404, 409, 413, 422, 429, 500, 503):
        with pytest.raises(ArthurError) as caught:
            get_model.sync("m", client=in_process(faulty(httpx.Response(status)), attempts=1).api)
        assert len(str(caught.value).split("). ", 1)[1]) > 20


def test_the_request_id_is_told(in_process, faulty):
    response = httpx.Response(500, headers={"X-Request-Id": "abc-1"})
    with pytest.raises(ResponseServerError, match="request id abc-1") as caught:
        get_model.sync("m", client=in_process(faulty(response), attempts=1).api)
    assert caught.value.request_id == "abc-1"


def test_the_organisation_is_told_when_access_is_denied(in_process, faulty):
    session = in_process(faulty(httpx.Response(403)), organization_id="org-17")
    with pytest.raises(ForbiddenError, match="org-17"):
        get_model.sync("m", client=session.api)


def test_errors_survive_pickling(in_process, faulty):
    with pytest.raises(ForbiddenError) as caught:
        get_model.sync("m", client=in_process(faulty(httpx.Response(403))).api)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (type(copy), str(copy), copy.exchange) == (
        ForbiddenError,
        str(caught.value),
        caught.value.exchange,
    )


MALFORMED = {
    "page of HTML": (b"<html><title>Welcome</title></html>", "text/html"),
    "cut JSON": (b'{"id": "m", "partner_model_id": "p', "application/json"),
    "empty": (b"", "application/json"),
    "null": (b"null", "application/json"),
    "list for object": (b"[]", "application/json"),
    "number for object": (b"7", "application/json"),
    "text for object": (b'"model"', "application/json"),
    "wrong types": (b'{"id": 3, "attributes": 7}', "application/json"),
    "nested wrong types": (b'{"id": "m", "attributes": [1, null]}', "application/json"),
    "latin-1": ('{"id": "caf\u00e9"}'.encode("latin-1"), "application/json"),
    "UTF-16": ('{"id": "m"}'.encode("utf-16"), "application/json"),
    "NaN": (b'{"id": NaN}', "application/json"),
    "lone surrogate": (b'{"id": "\\ud800"}', "application/json"),
    "two values": (b"{}{}", "application/json"),
    "deep nesting": (b"[" * 100_000, "application/json"),
    "null bytes": (b"\0" * 100, "application/json"),
}


@pytest.mark.parametrize("kind", MALFORMED)
def test_a_malformed_success_is_one_exception(in_process, faulty, kind):
    body, media_type = MALFORMED[kind]
    response = httpx.Response(200, content=body, headers={"Content-Type": media_type})
    with pytest.raises(UnexpectedValueError) as caught:
        get_model.sync("m", client=in_process(faulty(response)).api)
    assert caught.value.status_code == 200
    assert len(str(caught.value)) < 2000


def test_a_member_that_the_server_leaves_out_is_named_when_it_is_used(in_process, faulty):
    api = in_process(faulty(httpx.Response(200, json={"id": "m"}))).api

    @exceptions.arthur_excepted("it failed")
    def name_of_model():
        return get_model.sync("m", client=api).partner_model_id

    assert get_model.sync("m", client=api).id == "m"
    with pytest.raises(ExpectedParameterNotFoundError, match=r"it failed.*'partner_model_id'"):
        name_of_model()


NO_JSON = [
    "page of HTML",
    "cut JSON",
    "empty",
    "latin-1",
    "UTF-16",
    "NaN",
    "lone surrogate",
    "two values",
    "deep nesting",
    "null bytes",
]


@pytest.mark.parametrize("kind", NO_JSON)
def test_nothing_that_is_not_json_is_read_as_json(in_process, faulty, kind):
    body, media_type = MALFORMED[kind]
    response = httpx.Response(200, content=body, headers={"Content-Type": media_type})
    with pytest.raises(UnexpectedValueError):
        in_process(faulty(response)).send(get_model.build_request("m")).json()


@pytest.mark.parametrize("kind", MALFORMED)
def test_a_malformed_failure_still_raises_the_class_of_its_status(in_process, faulty, kind):
    body, media_type = MALFORMED[kind]
    response = httpx.Response(404, content=body, headers={"Content-Type": media_type})
    with pytest.raises(ResponseClientError) as caught:
        get_model.sync("m", client=in_process(faulty(response)).api)
    assert str(caught.value).isprintable()


def test_a_huge_error_body_is_cut(in_process, faulty):
    response = httpx.Response(400, content=b"x" * 50_000_000)
    with pytest.raises(ResponseClientError) as caught:
        get_model.sync("m", client=in_process(faulty(response)).api)
    assert len(str(caught.value)) < 3000


def test_all_exceptions_are_one_tree():
    kinds = [
        k for k in vars(exceptions).values() if isinstance(k, type) and issubclass(k, Exception)
    ]
    for kind in kinds:
        assert issubclass(kind, ArthurError)


def test_no_policy_waits_for_ever():
    assert RetryPolicy().wait(10_000) <= 10.0
