"""Real sockets that break in every way a network knows."""

import gzip
import socket
import zlib

import pytest

from arthurai.common.exceptions import (
    ArthurConnectionError,
    ArthurTimeoutError,
    ArthurUnexpectedError,
    ResponseRedirectError,
    UnexpectedValueError,
)
from arthurai.transport.attempts import CallOptions
from arthurai.transport.options import HttpOptions
from arthurai_api.api.inferences import send_inferences
from arthurai_api.api.models import get_model, list_models

BOTH_SHELLS = True

PAGE = b'{"data": [], "page": 1, "page_size": 20, "total_pages": 0, "total_count": 0}'


def trickle(connection, request):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
    connection.settimeout(5)
    try:
        connection.recv(1)
    except OSError:
        return


BROKEN = {
    "closed without a word": None,
    "half a status line": b"HTTP/1.1 2",
    "half of the headers": b"HTTP/1.1 200 OK\r\nContent-Type: appl",
    "half of the body": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
    "half of a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}",
    "no last chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
    "chunk of no size": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
    "another protocol": b"SSH-2.0-OpenSSH_9.2p1\r\n",
    "bytes of noise": bytes(range(256)) * 4,
    "header without a colon": b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n{}",
    "status that is no number": b"HTTP/1.1 abc OK\r\n\r\n{}",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "endless headers": b"HTTP/1.1 200 OK\r\n" + b"X-A: " + b"a" * 300_000,
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_answer_is_a_connection_error_after_all_attempts(raw_server, connect, kind):
    server = raw_server(BROKEN[kind])
    with pytest.raises(ArthurConnectionError) as caught:
        connect(server.url).send(list_models.build_request())
    assert len(server.requests) == 4
    assert caught.value.exchange.attempts == 4
    assert isinstance(caught.value, ConnectionError)


@pytest.mark.parametrize("kind", BROKEN)
def test_a_read_recovers_when_the_next_answer_is_whole(raw_server, connect, answers, kind):
    server = raw_server(BROKEN[kind], answers.whole(200, PAGE))
    assert connect(server.url).send(list_models.build_request()).json()["data"] == []
    assert len(server.requests) == 2


@pytest.mark.parametrize("kind", BROKEN)
def test_a_write_that_may_have_arrived_is_not_repeated(raw_server, connect, kind):
    server = raw_server(BROKEN[kind])
    with pytest.raises(ArthurConnectionError):
        connect(server.url).send(
            send_inferences.build_request("m"),
            content=b"[]",
            options=CallOptions(retry=True, replayable=False),
        )
    assert len(server.requests) == 1


def test_a_reset_is_a_connection_error(raw_server, connect, answers):
    server = raw_server(answers.reset)
    with pytest.raises(ArthurConnectionError):
        connect(server.url).send(list_models.build_request())
    assert len(server.requests) == 4


def test_silence_is_a_time_out(raw_server, connect, answers):
    server = raw_server(answers.hang)
    session = connect(server.url, attempts=1, options=HttpOptions(timeout=0.2, connect_timeout=30))
    with pytest.raises(ArthurTimeoutError, match="http_options"):
        session.send(list_models.build_request())


def test_a_body_that_stops_coming_is_a_time_out(raw_server, connect):
    server = raw_server(trickle)
    session = connect(server.url, attempts=1, options=HttpOptions(timeout=0.2, connect_timeout=30))
    with pytest.raises(ArthurTimeoutError):
        session.send(list_models.build_request())


def test_nobody_listening_is_a_connection_error(connect):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ArthurConnectionError, match=r"could not connect.*4 attempts"):
        connect(f"http://127.0.0.1:{port}").send(list_models.build_request())


def test_tls_to_a_port_without_it_is_told(raw_server, connect):
    server = raw_server(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    with pytest.raises(ArthurConnectionError, match=r"TLS|connect"):
        connect(server.url.replace("http://", "https://")).send(list_models.build_request())


def test_a_wrong_compression_is_a_malformed_answer(raw_server, connect, answers):
    server = raw_server(answers.whole(200, b"no gzip at all", "Content-Encoding: gzip"))
    with pytest.raises(UnexpectedValueError):
        connect(server.url).send(list_models.build_request())
    assert len(server.requests) == 1


def test_compressed_answers_are_read(raw_server, connect, answers):
    server = raw_server(answers.whole(200, gzip.compress(PAGE), "Content-Encoding: gzip"))
    assert connect(server.url).send(list_models.build_request()).json()["page"] == 1


@pytest.mark.parametrize("limit", [100, 1_000_000])
def test_a_compressed_bomb_stops_at_the_limit(raw_server, connect, answers, limit):
    bomb = zlib.compress(b"0" * 30_000_000)
    server = raw_server(answers.whole(200, bomb, "Content-Encoding: deflate"))
    session = connect(server.url, options=HttpOptions(max_response_bytes=limit))
    with pytest.raises(UnexpectedValueError, match="max_response_bytes"):
        session.send(list_models.build_request())


def test_an_endless_answer_stops_at_the_limit(raw_server, connect):
    def endless(connection, request):
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"8000\r\n" + b" " * 0x8000 + b"\r\n")

    server = raw_server(endless)
    session = connect(server.url, options=HttpOptions(max_response_bytes=1_000_000))
    with pytest.raises(UnexpectedValueError, match="max_response_bytes"):
        session.send(list_models.build_request())


def test_an_endless_error_does_not_hang(raw_server, connect):
    def endless(connection, request):
        connection.sendall(b"HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"8000\r\n" + b"x" * 0x8000 + b"\r\n")

    with pytest.raises(ArthurUnexpectedError, match="returned 500"):
        connect(raw_server(endless).url, attempts=1).send(list_models.build_request())


def test_redirects_are_not_followed(raw_server, connect, answers):
    elsewhere = raw_server(answers.whole(200, PAGE))
    server = raw_server(answers.whole(302, b"", f"Location: {elsewhere.url}/api/v3/models"))
    with pytest.raises(ResponseRedirectError, match=elsewhere.url):
        connect(server.url).send(list_models.build_request())
    assert elsewhere.requests == []


def test_ids_are_escaped(raw_server, connect, answers):
    server = raw_server(answers.whole(200, b"{}"))
    connect(server.url).send(get_model.build_request("a/b?c#d e%f\u00e9.."))
    assert server.requests[0].target == "/api/v3/models/a%2Fb%3Fc%23d%20e%25f%C3%A9.."


def test_what_is_sent_with_every_request(raw_server, connect, answers):
    server = raw_server(answers.whole(200, PAGE))
    connect(server.url, organization_id="org-1").send(list_models.build_request())
    headers = server.requests[0].headers
    assert headers["authorization"] == answers.key
    assert headers["arthur-organization-id"] == "org-1"
    assert headers["accept"] == "application/json"
    assert headers["user-agent"].startswith("arthur-sdk/")
    assert "(system=" in headers["user-agent"]
