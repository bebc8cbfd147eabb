"""What a session sends for the requests of generated functions, and what these make of responses."""

import json
from datetime import UTC, datetime

import httpx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arthurai.common.exceptions import (
    ArthurError,
    UnexpectedValueError,
    UserTypeError,
    UserValueError,
)
from arthurai.transport.multipart import FilePart
from arthurai_api.api.inferences import send_inference_file, send_inferences
from arthurai_api.api.models import archive_model, get_model, list_models
from arthurai_api.api.query import query
from arthurai_api.api.service_accounts import create_service_account
from arthurai_api.models.model_status import ModelStatus
from arthurai_api.models.service_account_request import ServiceAccountRequest

BOTH_SHELLS = True

OK = httpx.Response(200, json={"data": []})


@pytest.fixture
def sent(in_process, faulty):
    """Make calls and look at the request that left."""

    class Sent:
        transport = faulty(OK)

        def __call__(self, request, **options):
            in_process(self.transport).send(request, **options)
            request, self.body = self.transport.requests[-1]
            return request

    return Sent()


def test_typed_parameters_reach_the_wire(sent):
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    request = sent(
        list_models.build_request(
            statuses=[ModelStatus.READY],
            include_archived=True,
            tag=["a", "b&c"],
            display_name=None,
            created_since=moment,
        )
    )
    query = request.url.params
    assert query.get_list("statuses") == ["Ready"]
    assert query.get_list("tag") == ["a", "b&c"]
    assert query["include_archived"] == "true"
    assert "display_name" not in query
    assert datetime.fromisoformat(query["created_since"]) == moment


@pytest.mark.parametrize("identifier", ["", ".", ".."])
def test_ids_that_would_lead_to_another_path_are_refused(in_process, faulty, identifier):
    transport = faulty(OK)
    with pytest.raises(UserValueError, match=r"'archive_model'.*model_id"):
        archive_model.sync(identifier, client=in_process(transport).api)
    assert transport.requests == []


def test_arguments_of_impossible_types_are_named(in_process, faulty):
    api = in_process(faulty(OK)).api
    with pytest.raises(UserTypeError, match=r"'create_service_account'.*to_dict"):
        create_service_account.sync(client=api, body={"role": "User"})
    with pytest.raises(UserTypeError, match=r"'list_models'.*object"):
        list_models.sync(client=api, tag=[object()])
    with pytest.raises(UserTypeError, match=r"'get_model'.*colour"):
        api.build(get_model.build_request, "m", colour="red")


@given(st.text(min_size=1).filter(lambda text: text not in {".", ".."}))
def test_an_id_is_one_segment_of_the_path_whatever_it_holds(identifier):
    try:
        url = get_model.build_request(identifier).url
    except UnicodeEncodeError:
        return
    raw = httpx.URL(f"http://localhost/api{url}").raw_path.decode()
    assert raw.count("/") == 4
    assert "?" not in raw
    assert "#" not in raw


def test_text_that_no_encoding_carries_is_refused(in_process, faulty):
    with pytest.raises(ArthurError):
        get_model.sync("\ud800", client=in_process(faulty(OK)).api)


def test_bodies_can_be_models_or_json(sent):
    body = {"description": "d", "role": "User"}
    sent(create_service_account.build_request(), json=body)
    as_json = json.loads(sent.body)
    request = create_service_account.build_request(body=ServiceAccountRequest.from_dict(body))
    assert sent(request).headers["content-type"] == "application/json"
    assert json.loads(sent.body) == as_json == body


def test_a_body_may_hold_what_the_document_does_not_name(sent):
    body = {"select": [{"property": "x"}], "filter": [{"value": None}], "new": {"a": np.float32(2)}}
    sent(query.build_request("m"), json=body)
    assert json.loads(sent.body) == {**body, "new": {"a": 2.0}}


def test_nan_and_infinity_become_null(sent):
    sent(query.build_request("m"), json={"a": [float("nan"), float("inf"), 1.0]})
    assert json.loads(sent.body) == {"a": [None, None, 1.0]}


@pytest.mark.parametrize("value", [{1, 2}, object(), {1: 2}, b"bytes", 2**70])
def test_a_body_that_is_not_json_is_refused_before_sending(sent, value):
    with pytest.raises(UserTypeError, match="'query'"):
        sent(query.build_request("m"), json={"a": value})
    assert sent.transport.requests == []


def test_a_list_is_a_body(sent):
    sent(send_inferences.build_request("m"), json=[{"partner_inference_id": "1"}])
    assert json.loads(sent.body) == [{"partner_inference_id": "1"}]


def test_encoded_bytes_are_sent_as_they_are(sent):
    request = sent(send_inferences.build_request("m/1"), content=b"[ 1 ]")
    assert sent.body == b"[ 1 ]"
    assert request.method == "POST"
    assert request.url.raw_path == b"/api/v3/models/m%2F1/inferences"
    assert request.headers["content-type"] == "application/json"
    request = sent(send_inferences.build_request("m"), content=b"PAR1", content_type="x/parquet")
    assert request.headers["content-type"] == "x/parquet"


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
    request = sent(
        send_inference_file.build_request("m"),
        files=[
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
        request = sent(
            send_inference_file.build_request("m"), files=[FilePart("inference_data", "a", b"1")]
        )
        boundaries.add(request.headers["content-type"])
    assert len(boundaries) == 5


def test_an_upload_of_fields_alone_is_multipart(sent):
    request = sent(send_inference_file.build_request("m"), files=[], fields={"config": "{}"})
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
        sent(
            send_inference_file.build_request("m"), files=[FilePart("a", "b", tmp_path / "missing")]
        )


def test_an_empty_success_is_none_where_none_is_promised(in_process, faulty):
    assert archive_model.sync("m", client=in_process(faulty(httpx.Response(204))).api) is None


def test_an_empty_success_is_malformed_where_a_body_is_promised(in_process, faulty):
    with pytest.raises(UnexpectedValueError, match="empty"):
        get_model.sync("m", client=in_process(faulty(httpx.Response(200))).api)


def test_a_success_is_read_as_a_model_that_keeps_what_the_document_does_not_name(
    in_process, faulty
):
    page = {"data": [], "page": 1, "page_size": 20, "total_pages": 0, "total_count": 0, "new": 1}
    session = in_process(faulty(httpx.Response(200, json=page)))
    found = list_models.sync(client=session.api)
    assert (type(found).__name__, found.total_pages, found["new"]) == ("PaginatedModels", 0, 1)
    assert list(found.as_received().items()) == list(page.items())
    assert list_models.sync_detailed(client=session.api).parsed == found


def test_a_call_is_repeated_when_the_client_says_that_this_is_harmless(in_process, faulty):
    body = ServiceAccountRequest.from_dict({"description": "d", "role": "User"})
    for retry, sent in ((None, 1), (True, 4), (False, 1)):
        transport = faulty(httpx.Response(503))
        api = in_process(transport).api.with_retry(retry)
        with pytest.raises(ArthurError):
            create_service_account.sync(client=api, body=body)
        assert len(transport.requests) == sent
