"""Request bodies compressed by gzip: on request only, never lost, plain where a server takes none."""

import gzip
import json
import secrets
import threading

import pytest

from arthurai.common.exceptions import ResponseClientError, UserTypeError
from arthurai.transport.compression import MIN_BYTES
from arthurai.transport.multipart import FilePart
from arthurai.transport.options import HttpOptions
from arthurai_api.api.inferences import send_inference_file, send_inferences

BOTH_SHELLS = True
BLOCKING_ONLY = (
    "test_small_bodies_files_and_streams_stay_as_they_are",
)  # streams are bodies of blocking sessions

ROWS = [{"partner_inference_id": f"id-{number}", "amount": number} for number in range(1000)]
COMPRESSING = HttpOptions(timeout=30, connect_timeout=30, compress=True)
REFUSAL = b'{"error": "content encoding \'gzip\' is not accepted"}'


def send(session, rows=ROWS):
    return session.send(send_inferences.build_request("m"), json=rows, retry=True).json()


def sent_rows(request):
    """The rows of a request, decompressed as its headers say."""
    assert int(request.headers["content-length"]) == len(request.body)
    if request.headers.get("content-encoding") == "gzip":
        assert len(request.body) < len(json.dumps(ROWS)) / 4
        return json.loads(gzip.decompress(request.body))
    assert "content-encoding" not in request.headers
    return json.loads(request.body)


def encodings(server):
    return [request.headers.get("content-encoding") for request in server.requests]


def test_bodies_are_plain_unless_asked(raw_server, connect, answers):
    server = raw_server(answers.whole(207))
    send(connect(server.url))
    assert encodings(server) == [None]
    assert sent_rows(server.requests[0]) == ROWS


def test_larger_json_bodies_are_compressed(raw_server, connect, answers):
    server = raw_server(answers.whole(207))
    session = connect(server.url, options=COMPRESSING)
    send(session)
    session.send(send_inferences.build_request("m"), content=json.dumps(ROWS).encode(), retry=True)
    assert encodings(server) == ["gzip", "gzip"]
    assert [sent_rows(request) for request in server.requests] == [ROWS, ROWS]
    assert server.requests[0].headers["authorization"] == answers.key
    assert server.requests[0].headers["content-type"] == "application/json"


def test_small_bodies_files_and_streams_stay_as_they_are(raw_server, connect, answers):
    server = raw_server(answers.whole(207))
    session = connect(server.url, options=COMPRESSING)
    send(session, ROWS[:1])
    kind = {"content_type": "application/json"}
    session.send(send_inferences.build_request("m"), content=b"1" * (MIN_BYTES - 1), **kind)
    session.send(
        send_inferences.build_request("m"), content=iter([b" " * MIN_BYTES, b"[]"]), **kind
    )
    part = FilePart("inference_data", "rows.json", b" " * 10 * MIN_BYTES, "application/json")
    session.send(send_inference_file.build_request("m"), files=[part])
    assert encodings(server) == [None] * 4
    session.send(send_inferences.build_request("m"), content=b"1" * MIN_BYTES, **kind)
    assert encodings(server)[-1] == "gzip"


def test_what_does_not_shrink_is_sent_as_it_is(raw_server, connect, answers):
    server = raw_server(answers.whole(207))
    content = secrets.token_bytes(2 * MIN_BYTES)
    connect(server.url, options=COMPRESSING).send(
        send_inferences.build_request("m"), content=content
    )
    assert encodings(server) == [None]
    assert server.requests[0].body == content


def test_a_compressed_body_is_sent_whole_again(raw_server, connect, answers):
    server = raw_server(answers.reset, answers.whole(503), answers.whole(207))
    send(connect(server.url, options=COMPRESSING))
    assert encodings(server) == ["gzip"] * 3
    assert [sent_rows(request) for request in server.requests] == [ROWS] * 3


def test_a_server_that_takes_none_gets_plain_bodies_from_then_on(raw_server, connect, answers):
    server = raw_server(answers.whole(415, REFUSAL), answers.whole(207))
    session = connect(server.url, options=COMPRESSING)
    for _ in range(3):
        assert send(session) == {}
    assert encodings(server) == ["gzip", None, None, None]
    assert [sent_rows(request) for request in server.requests[1:]] == [ROWS] * 3


def test_a_retry_comes_before_and_after_the_refusal(raw_server, connect, answers):
    server = raw_server(
        answers.whole(503), answers.whole(415, REFUSAL), answers.reset, answers.whole(207)
    )
    assert send(connect(server.url, options=COMPRESSING)) == {}
    assert encodings(server) == ["gzip", "gzip", None, None]


def test_what_plain_bodies_are_refused_for_is_raised(raw_server, connect, answers):
    server = raw_server(answers.whole(415, b'{"error": "no JSON here"}'))
    with pytest.raises(ResponseClientError, match="no JSON here"):
        send(connect(server.url, options=COMPRESSING))
    assert encodings(server) == ["gzip", None]


def test_other_refusals_of_compressed_bodies_are_not_repeated(raw_server, connect, answers):
    server = raw_server(answers.whole(400, b'{"error": "odd rows"}'))
    session = connect(server.url, options=COMPRESSING)
    with pytest.raises(ResponseClientError, match="odd rows"):
        send(session)
    assert encodings(server) == ["gzip"]


def test_threads_that_are_refused_together_all_get_through(raw_server, connect, answers):
    def refuse_gzip(connection, request):
        packed = request.headers.get("content-encoding") == "gzip"
        connection.sendall(answers.whole(415, REFUSAL) if packed else answers.whole(207))

    server = raw_server(refuse_gzip)
    session = connect(server.url, options=COMPRESSING)
    found = []
    threads = [threading.Thread(target=lambda: found.append(send(session))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [{}] * 6
    assert encodings(server).count(None) == 6


@pytest.mark.parametrize("value", [1, "yes", None])
def test_the_option_is_yes_or_no(value):
    with pytest.raises(UserTypeError, match="compress"):
        HttpOptions.parse({"compress": value})
