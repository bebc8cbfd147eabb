"""Answers whose encoding makes much of little."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest

from arthurai.common.exceptions import UnexpectedValueError
from arthurai.transport.options import HttpOptions
from arthurai_api.api.models import list_models

BOTH_SHELLS = True

pytestmark = [pytest.mark.heavy, pytest.mark.faults]

PAGE = b'{"data": [], "page": 1, "page_size": 20, "total_pages": 1, "total_count": 0}'
SPACES = b" " * (64 * 2**20)


def raw_deflate(content):
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(content) + compressor.flush()


GOOD = {
    "identity": PAGE,
    "gzip": gzip.compress(PAGE),
    "GZIP": gzip.compress(PAGE),
    "x-gzip": gzip.compress(PAGE[:9]) + gzip.compress(PAGE[9:]),
    "deflate": zlib.compress(PAGE),
    " deflate , identity": raw_deflate(PAGE),
}


@pytest.mark.parametrize("encoding", GOOD)
def test_encodings_that_were_asked_for_are_read(raw_server, connect, answers, encoding):
    server = raw_server(answers.whole(200, GOOD[encoding], f"Content-Encoding: {encoding}"))
    assert connect(server.url).send(list_models.build_request()).json()["page"] == 1
    headers = {name.lower(): value for name, value in server.requests[0].headers.items()}
    assert headers["accept-encoding"] == "gzip, deflate"


BAD = {
    "gzip, gzip": gzip.compress(gzip.compress(PAGE)),
    "deflate, gzip": gzip.compress(zlib.compress(PAGE)),
    "gzip,identity,gzip": gzip.compress(gzip.compress(PAGE)),
    "br": PAGE,
    "zstd": PAGE,
    "nonsense": PAGE,
    "gzip": gzip.compress(PAGE)[:-9],
    "deflate": b"x" * 100,
}


@pytest.mark.parametrize("encoding", BAD)
def test_other_encodings_are_malformed_answers(raw_server, connect, answers, encoding):
    server = raw_server(answers.whole(200, BAD[encoding], f"Content-Encoding: {encoding}"))
    with pytest.raises(UnexpectedValueError, match="decompressed"):
        connect(server.url).send(list_models.build_request())
    assert len(server.requests) == 1


BOMBS = {
    "gzip": gzip.compress(SPACES),
    "deflate": raw_deflate(SPACES),
    "x-gzip": gzip.compress(SPACES[: 2**20]) * 64,
    "gzip, gzip": gzip.compress(gzip.compress(SPACES)),
}


@pytest.mark.parametrize("encoding", BOMBS)
@pytest.mark.parametrize("status", [200, 500])
def test_bombs_take_no_more_memory_than_the_limit(raw_server, connect, answers, encoding, status):
    bomb = BOMBS[encoding]
    assert len(bomb) < 200_000
    server = raw_server(answers.whole(status, bomb, f"Content-Encoding: {encoding}"))
    options = HttpOptions(max_response_bytes=5_000_000, attempts=1)
    session = connect(server.url, options=options)
    tracemalloc.start()
    try:
        with pytest.raises(Exception, match=r"max_response_bytes|decompressed|500"):
            session.send(list_models.build_request())
        assert tracemalloc.get_traced_memory()[1] < 25_000_000
    finally:
        tracemalloc.stop()
