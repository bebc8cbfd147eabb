"""From plain Python values to the requests of the generated client, and back from its answers."""

import json
from datetime import UTC, datetime

import httpx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arthurai.common.exceptions import (
    ArthurError,
    MissingParameterError,
    UnexpectedValueError,
    UserTypeError,
    UserValueError,
)
from arthurai.transport import request_builder as operations
from arthurai.transport.multipart import FilePart
from arthurai_api.api.inferences import send_inference_file, send_inferences
from arthurai_api.api.models import archive_model, get_model, list_models
from arthurai_api.api.query import query
from arthurai_api.api.service_accounts import create_service_account
from arthurai_api.models.service_account_request import ServiceAccountRequest

OK = httpx.Response(200, json={"data": []})


@pytest.fixture
def sent(in_process, faulty):
    """Make calls and look at the request that left."""

    class Sent:
        transport = faulty(OK)

        def __getattr__(self, name):
            def call(*args, **kwargs):
                getattr(in_process(self.transport), name)(*args, **kwargs)
                request, self.body = self.transport.requests[-1]
                self.request = request
                return request

            return call

    return Sent()


def test_plain_values_become_what_the_operation_takes(sent):
    request = sent.call_json(
        list_models,
        statuses="Ready",
        input_types=["TABULAR", "NLP"],
        include_archived=True,
        tag=("a", "b&c"),
        display_name=None,
        created_since="2026-01-02T03:04:05Z",
    )
    query = request.url.params
    assert query.get_list("statuses") == ["Ready"]
    assert query.get_list("input_types") == ["TABULAR", "NLP"]
    assert query.get_list("tag") == ["a", "b&c"]
    assert query["include_archived"] == "true"
    assert "display_name" not in query
    assert datetime.fromisoformat(query["created_since"]) == datetime(
        2026, 1, 2, 3, 4, 5, tzinfo=UTC
    )


def test_naive_times_are_refused(sent):
    for value in (datetime(2026, 1, 1), "2026-01-01T00:00:00"):  # noqa: DTZ001 - naive on purpose
        with pytest.raises(UserValueError, match=r"created_since.*time zone"):
            sent.call_json(list_models, created_since=value)
    with pytest.raises(UserValueError, match="ISO 8601"):
        sent.call_json(list_models, created_since="yesterday")


def test_an_unknown_parameter_is_named_with_a_suggestion(sent):
    with pytest.raises(UserValueError, match=r"'stati'.*did you mean 'statuses'\?"):
        sent.call_json(list_models, stati="Ready")


def test_a_missing_parameter_is_named(sent):
    with pytest.raises(MissingParameterError, match="model_id"):
        sent.call_json(get_model)
    with pytest.raises(MissingParameterError, match="model_id"):
        sent.call_json(get_model, None)


def test_a_parameter_given_twice_is_refused(sent):
    with pytest.raises(UserTypeError):
        sent.call_json(get_model, "a", model_id="b")


@pytest.mark.parametrize("identifier", ["", ".", ".."])
def test_ids_that_would_lead_to_another_path_are_refused(sent, identifier):
    with pytest.raises(UserValueError, match="model_id"):
        sent.call_json(archive_model, identifier)
    assert sent.transport.requests == []


@given(st.text(min_size=1).filter(lambda text: text not in {".", ".."}))
def test_an_id_is_one_segment_of_the_path_whatever_it_holds(identifier):
    try:
        url = operations.build(get_model, (identifier,), {})["url"]
    except UnicodeEncodeError:
        return
    raw = httpx.URL(f"http://localhost/api{url}").raw_path.decode()
    assert raw.count("/") == 4
    assert "?" not in raw
    assert "#" not in raw


def test_texts_that_no_encoding_carries_are_refused(sent):
    with pytest.raises(ArthurError):
        sent.call_json(get_model, "\ud800")


def test_bodies_can_be_dicts_or_models(sent):
    body = {"description": "d", "role": "User"}
    sent.call_json(create_service_account, body=body)
    as_dict = json.loads(sent.body)
    sent.call_json(create_service_account, body=ServiceAccountRequest.from_dict(body))
    assert json.loads(sent.body) == as_dict == body


def test_a_body_may_hold_what_the_document_does_not_name(sent):
    body = {"select": [{"property": "x"}], "filter": [{"value": None}], "new": {"a": np.float32(2)}}
    sent.call_json(query, "m", body=body)
    assert json.loads(sent.body) == {**body, "new": {"a": 2.0}}


def test_nan_and_infinity_become_null(sent):
    sent.call_json(query, "m", body={"a": [float("nan"), float("inf"), 1.0]})
    assert json.loads(sent.body) == {"a": [None, None, 1.0]}


@pytest.mark.parametrize("value", [{1, 2}, object(), {1: 2}, b"bytes", 2**70])
def test_a_body_that_is_no_json_is_refused_before_sending(sent, value):
    with pytest.raises(UserTypeError, match="'query'"):
        sent.call_json(query, "m", body={"a": value})
    assert sent.transport.requests == []


def test_a_list_of_dicts_is_a_body(sent):
    sent.call_json(send_inferences, "m", body=[{"partner_inference_id": "1"}])
    assert json.loads(sent.body) == [{"partner_inference_id": "1"}]


def test_encoded_bytes_are_sent_as_they_are(sent):
    request = sent.send_encoded(
        send_inferences, "m/1", content=b"[ 1 ]", content_type="application/json"
    )
    assert sent.body == b"[ 1 ]"
    assert request.method == "POST"
    assert request.url.raw_path == b"/api/v3/models/m%2F1/inferences"
    assert request.headers["content-type"] == "application/json"


HOSTILE = b'x\r\n--+++\r\nContent-Disposition: form-data; name="meta"\r\n\r\nevil\r\n--+++--\r\n'


def parts_of(request, body):
    boundary = request.headers["content-type"].partition("boundary=")[2].encode()
    pieces = body.split(b"--" + boundary)
    assert pieces[0] == b""
    assert pieces[-1] == b"--\r\n"
    return [piece.strip(b"\r\n").partition(b"\r\n\r\n") for piece in pieces[1:-1]]


def test_no_content_can_end_its_part(sent, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(HOSTILE)
    request = sent.send_files(
        send_inference_file,
        "m",
        parts=[
            FilePart("inference_data", 'a"\r\n.csv', path, "text/csv"),
            FilePart("image_data", "b", HOSTILE),
        ],
        fields={"batch_id": HOSTILE.decode()},
    )
    parts = parts_of(request, sent.body)
    assert len(parts) == 3
    assert [b"evil" in head for head, _, _ in parts] == [False] * 3
    names = [head.split(b'name="')[1].split(b'"')[0] for head, _, _ in parts]
    assert names == [b"batch_id", b"inference_data", b"image_data"]
    assert parts[1][0].count(b"\r\n") == 1
    assert b"text/csv" in parts[1][0]


def test_every_upload_has_its_own_boundary(sent):
    boundaries = set()
    for _ in range(5):
        request = sent.send_files(
            send_inference_file, "m", parts=[FilePart("inference_data", "a", b"1")]
        )
        boundaries.add(request.headers["content-type"])
    assert len(boundaries) == 5


def test_an_upload_of_fields_alone_is_multipart(sent):
    request = sent.send_files(send_inference_file, "m", parts=[], fields={"config": "{}"})
    assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert parts_of(request, sent.body)[0][2] == b"{}"


@pytest.mark.parametrize("kind", ["", "text", "text/csv\r\nX: y", 'a/b; c="d"', "\u00e9/x"])
def test_media_types_of_parts_cannot_carry_headers(kind):
    with pytest.raises(UserValueError, match="content_type"):
        FilePart("a", "b", b"", kind)


def test_a_part_comes_from_bytes_or_a_path(tmp_path, sent):
    with pytest.raises(UserTypeError, match="bytes or a Path"):
        FilePart("a", "b", "text")
    with pytest.raises(UserValueError, match="missing"):
        sent.send_files(send_inference_file, "m", parts=[FilePart("a", "b", tmp_path / "missing")])


def test_an_empty_success_is_none_where_none_is_promised(in_process, faulty):
    assert in_process(faulty(httpx.Response(204))).call_json(archive_model, "m") is None


def test_an_empty_success_is_malformed_where_a_body_is_promised(in_process, faulty):
    with pytest.raises(UnexpectedValueError, match="empty"):
        in_process(faulty(httpx.Response(200))).call_json(get_model, "m")


def test_call_returns_models_and_call_json_what_was_sent(in_process, faulty):
    page = {"data": [], "page": 1, "page_size": 20, "total_pages": 0, "total_count": 0, "new": 1}
    session = in_process(faulty(httpx.Response(200, json=page)))
    assert type(session.call(list_models.sync_detailed)).__name__ == "PaginatedModels"
    assert session.call_json(list_models) == page
