"""Compressed request bodies: read within the limit, refused when they are anything else."""

from __future__ import annotations

import gzip
import socket
import zlib
from urllib.parse import urlsplit

import orjson
import pytest

from arthurai.server.app import create_app
from arthurai.server.operator_limits import Limits

WHOLE = b'{"name": "packed"}'
PATH = "/organizations"


def post(client, content, encoding="gzip", **more):
    headers = {"Content-Type": "application/json", "Content-Encoding": encoding, **more}
    return client.post(PATH, content=content, headers=headers)


ACCEPTED = {
    "gzip": ("gzip", gzip.compress),
    "capitals": ("GZIP", lambda body: gzip.compress(body, 1)),
    "old name": ("x-gzip", lambda body: gzip.compress(body, 9)),
    "several streams": (
        "gzip",
        lambda body: gzip.compress(body[:5]) + gzip.compress(b"") + gzip.compress(body[5:]),
    ),
    "identity": ("identity", bytes),
    "none": ("", bytes),
}


@pytest.mark.parametrize("what", ACCEPTED)
def test_accepted_encodings_are_read(shared_admin, what):
    encoding, pack = ACCEPTED[what]
    answer = post(shared_admin, pack(b'{"name": "%b"}' % what.encode()), encoding)
    assert answer.status_code == 201, answer.text
    assert answer.json()["name"] == what


@pytest.mark.parametrize("encoding", ["br", "deflate", "zstd", "gzip, gzip", "gzip;q=1", "x" * 99])
def test_other_encodings_are_refused(shared_admin, encoding):
    answer = post(shared_admin, gzip.compress(WHOLE), encoding)
    assert answer.status_code == 415
    assert answer.headers["Accept-Encoding"] == "gzip"
    assert "gzip" in answer.json()["error"]


BROKEN = {
    "plain": WHOLE,
    "the first two bytes": b"\x1f\x8b",
    "one byte short": gzip.compress(WHOLE)[:-1],
    "half": gzip.compress(WHOLE)[:12],
    "a wrong checksum": gzip.compress(WHOLE)[:-8] + b"\0" * 8,
    "more behind it": gzip.compress(WHOLE) + b"more",
    "zlib": zlib.compress(WHOLE),
    "no JSON in it": gzip.compress(b"no JSON"),
    "nothing in it": gzip.compress(b""),
}


@pytest.mark.parametrize("what", BROKEN)
def test_broken_streams_are_refused(shared_admin, what):
    answer = post(shared_admin, BROKEN[what])
    assert answer.status_code == 400, answer.text
    assert set(answer.json()) == {"error"}


def test_a_bomb_stops_at_the_limit(callers):
    limit = 100_000
    with create_app(limits=Limits(json_bytes=limit)) as app:
        admin = callers(app.admin_key)
        admin._transport._app = app
        fitting = b'{"name": "%b"}' % b"n".ljust(50)
        padded = fitting + b" " * (limit - len(fitting))
        assert post(admin, gzip.compress(padded)).status_code == 201
        for too_much in (padded + b" ", b" " * 50_000_000):
            answer = post(admin, gzip.compress(too_much))
            assert answer.status_code == 413
            assert str(limit) in answer.json()["error"]
        many = gzip.compress(b"") * (limit // len(gzip.compress(b"")) + 1)
        assert post(admin, many).status_code == 413


def test_forms_are_taken_plain_only(shared_admin, binary_model):
    made = shared_admin.post("/models", json=binary_model | {"partner_model_id": "forms"}).json()
    body = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n'
    answer = shared_admin.post(
        f"/models/{made['id']}/reference_data",
        content=gzip.compress(body),
        headers={"Content-Type": "multipart/form-data; boundary=x", "Content-Encoding": "gzip"},
    )
    assert answer.status_code == 415
    assert answer.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("chunked", [False, True])
def test_compressed_bodies_over_a_socket(app, listening, chunked):
    content = gzip.compress(WHOLE)
    parts = urlsplit(listening.url)
    lines = [
        "POST /api/v3/organizations HTTP/1.1",
        "Host: localhost",
        f"Authorization: {app.admin_key}",
        "Content-Type: application/json",
        "Content-Encoding: gzip",
        "Connection: close",
        "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(content)}",
    ]
    body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(content), content) if chunked else content
    with socket.create_connection((parts.hostname, parts.port), timeout=60) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        answer = connection.makefile("rb").read()
    head, _, found = answer.partition(b"\r\n\r\n")
    assert b" 201 " in head.splitlines()[0]
    assert orjson.loads(found)["name"] == "packed"
