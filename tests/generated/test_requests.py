"""What generated functions put on the wire: each test stands for one fault of the generator."""

import datetime as dt
import inspect
import io
import json
import uuid
import warnings
from typing import NamedTuple

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.formparser import parse_form_data

INJECTION = '\r\n--+++\r\nContent-Disposition: form-data; name="final"\r\n\r\ntrue\r\n--+++--\r\n'


class Received(NamedTuple):
    headers: dict[str, str]
    body: bytes


def parquet(text):
    stream = io.BytesIO()
    table = pa.table({"text": [text] * 3})
    pq.write_table(table, stream, compression="NONE", use_dictionary=False)
    return stream.getvalue()


def received_parts(server):
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": server.headers["content-type"],
        "CONTENT_LENGTH": str(len(server.body)),
        "wsgi.input": io.BytesIO(server.body),
    }
    _stream, form, files = parse_form_data(environ, silent=False)
    return form, [(name, item.filename, item.read()) for name, item in files.items(multi=True)]


def upload(traps, server, *files, **fields):
    from traps_api.api.files import upload_file
    from traps_api.models import Upload
    from traps_api.types import File

    server.status = 207
    server.answer = b'{"name": "n", "kind": "RED", "labels": [], "parts": []}'
    body = Upload(
        files=[File(io.BytesIO(data), name, "application/octet-stream") for name, data in files],
        **fields,
    )
    return upload_file.sync_detailed(client=traps.Client(server.url), body=body)


def test_no_part_can_be_injected_through_a_file(traps, server):
    hostile = [("a.csv", f"id,text\n1,{INJECTION}".encode()), ("a.parquet", parquet(INJECTION))]
    assert all(INJECTION.encode() in data for _name, data in hostile)
    upload(traps, server, *hostile, final=False)
    form, files = received_parts(server)
    assert form.to_dict(flat=False) == {"final": ["false"]}
    assert files == [("files", name, data) for name, data in hostile]


def test_no_part_can_be_injected_through_a_file_name(traps, server):
    upload(traps, server, (f'x"{INJECTION}', b"1"))
    form, files = received_parts(server)
    assert not form
    assert [(name, data) for name, _file_name, data in files] == [("files", b"1")]


@given(
    contents=st.lists(st.binary(max_size=200) | st.just(INJECTION.encode()), max_size=4),
    name=st.text(max_size=20) | st.just(f'x"{INJECTION}'),
    note=st.text(max_size=20) | st.just(INJECTION),
)
def test_parts_arrive_as_they_were_given(traps, contents, name, note):
    from traps_api.api.files import upload_file
    from traps_api.models import Upload
    from traps_api.types import File

    files = [File(io.BytesIO(data), f"f{name}", "text/csv") for data in contents]
    parts = upload_file.build_request(body=Upload(files=files, final=True, note=note))
    request = httpx.Request(parts.method, "http://localhost" + parts.url, **parts.body)
    body = request.read()
    received = Received({"content-type": request.headers["content-type"]}, body)
    form, parts = received_parts(received)
    assert form.to_dict(flat=False) == {"final": ["true"], "note": [note]}
    assert [(field, data) for field, _name, data in parts] == [("files", data) for data in contents]


def test_each_upload_has_a_boundary_of_its_own(traps, server):
    boundaries = set()
    for _ in range(3):
        upload(traps, server, ("a.csv", b"1"))
        boundaries.add(server.headers["content-type"])
    assert len(boundaries) == 3


@pytest.mark.parametrize(("value", "text"), [(True, "true"), (False, "false")])
def test_booleans_of_a_form_are_written_as_in_json(traps, server, value, text):
    upload(traps, server, ("a.csv", b"1"), final=value)
    assert received_parts(server)[0]["final"] == text


def test_a_null_of_a_form_is_left_out(traps, server):
    upload(traps, server, ("a.csv", b"1"), note=None)
    assert "note" not in received_parts(server)[0]


def test_unknown_fields_of_a_form_are_written_as_json(traps, server):
    from traps_api.api.files import upload_file
    from traps_api.models import Upload

    body = Upload(files=[])
    body["flag"], body["text"] = True, "as it is"
    assert upload_file.build_request(body=body).body["files"] == [
        ("flag", (None, b"true", "text/plain")),
        ("text", (None, b"as it is", "text/plain")),
    ]


def test_uuid_headers_and_cookies_are_sent_without_warnings(traps, server):
    from traps_api.api.things import list_things

    server.answer = b'{"data": []}'
    trace = uuid.uuid4()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        list_things.sync(client=traps.Client(server.url), trace=trace, session="a b")
    assert server.headers["trace"] == str(trace)
    assert server.headers["cookie"] == "session=a%20b"


def test_an_operation_with_two_kinds_of_body_sends_both(traps, server):
    from traps_api.api.things import create_things
    from traps_api.models import Form, Kind, Thing

    server.answer = b"[]"
    client = traps.Client(server.url)
    create_things.sync(client=client, body=[Thing(name="n", kind=Kind.RED, labels=[], parts=[])])
    assert json.loads(server.body) == [{"name": "n", "kind": "RED", "labels": [], "parts": []}]
    create_things.sync(client=client, body=Form(answer="a b"))
    assert server.body == b"answer=a+b"
    assert server.headers["content-type"] == "application/x-www-form-urlencoded"


def test_lists_of_a_query_repeat_the_key(traps, server):
    from traps_api.api.things import list_things
    from traps_api.models import Kind

    server.answer = b'{"data": []}'
    list_things.sync(client=traps.Client(server.url), kind=[Kind.RED, Kind("NEW")])
    assert server.path == "/api/v3/things?kind=RED&kind=NEW&deep=false"


@pytest.mark.parametrize(
    ("thing_id", "path"),
    [
        ("a/b", "a%2Fb"),
        ("a b?c#d", "a%20b%3Fc%23d"),
        ("é", "%C3%A9"),
        ("{x}", "%7Bx%7D"),
        ("...", "..."),
    ],
)
def test_ids_stay_one_segment_of_the_path(traps, server, thing_id, path):
    from traps_api.api.things import get_thing

    server.answer = b'{"name": "n", "kind": "RED", "labels": [], "parts": []}'
    get_thing.sync(thing_id, client=traps.Client(server.url))
    assert server.path == f"/api/v3/things/{path}"


@pytest.mark.parametrize("thing_id", ["", ".", ".."])
def test_ids_that_name_another_path_are_refused(traps, server, thing_id):
    from traps_api.api.things import get_thing

    with pytest.raises(ValueError, match="thing_id"):
        get_thing.sync(thing_id, client=traps.Client(server.url))
    assert not server.path


def test_a_request_is_built_without_sending_it(traps):
    from traps_api.api.things import change_thing
    from traps_api.models import Form

    request = change_thing.build_request("a/b", body=Form(answer="x"))
    assert (request.operation, request.method) == ("change_thing", "PATCH")
    assert request.url == "/v3/things/a%2Fb"
    assert request.headers == {"Content-Type": "application/json"}
    assert request.arguments() == {
        "method": "PATCH",
        "url": "/v3/things/a%2Fb",
        "params": None,
        "headers": {"Content-Type": "application/json"},
        "json": {"answer": "x"},
    }


@pytest.mark.parametrize("name", ["create_things", "replace_thing", "change_thing"])
def test_a_request_is_built_without_its_body(traps, name):
    import importlib

    operation = importlib.import_module(f"traps_api.api.things.{name}")
    request = operation.build_request(*() if name == "create_things" else ("1",))
    assert request.body == request.headers == {}


def test_none_leaves_a_parameter_out(traps):
    from traps_api.api.things import list_things
    from traps_api.types import UNSET

    request = list_things.build_request()
    assert (request.params, request.headers) == ({"deep": "false"}, {})
    for nothing in (None, UNSET):
        names = ("kind", "since", "deep", "trace", "session", "depth")
        request = list_things.build_request(**dict.fromkeys(names, nothing))
        assert (request.params, request.headers) == ({}, {})


def test_none_leaves_a_body_out_unless_null_is_one(traps):
    from traps_api.api.things import change_thing, replace_thing

    assert change_thing.build_request("1", body=None).body == {}
    assert replace_thing.build_request("1").body == {}
    assert replace_thing.build_request("1", body=None).body == {"json": None}


def test_parameters_are_written_as_json_would_be(traps, server):
    from traps_api.api.things import list_things

    server.answer = b'{"data": []}'
    since = dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    list_things.sync(client=traps.Client(server.url), since=since, deep=True, depth=3)
    assert server.path == "/api/v3/things?since=2024-01-02T03%3A04%3A05%2B00%3A00&deep=true"
    assert server.headers["depth"] == "3"


@pytest.mark.parametrize("value", [b"bytes", {"a": 1}, object(), ["nested"]])
def test_parameters_without_a_spelling_are_refused(traps, value):
    from traps_api.api.things import list_things

    with pytest.raises(TypeError, match=type(value).__name__):
        list_things.build_request(kind=[value])


def test_models_are_made_by_the_names_of_their_members(traps):
    from traps_api.models import Form

    with pytest.raises(TypeError, match="positional"):
        Form("x")


def test_functions_are_typed_and_documented(traps):
    from traps_api.api.things import list_things

    signature = inspect.signature(list_things.build_request)
    assert str(signature.parameters["since"]) == "since: 'datetime.datetime | None' = None"
    assert signature.return_annotation == "RequestParts"
    for function in (
        list_things.build_request,
        list_things.sync,
        list_things.sync_detailed,
        list_things.asyncio,
        list_things.asyncio_detailed,
    ):
        assert "\n    since: Only things made since then.\n" in inspect.getdoc(function)
