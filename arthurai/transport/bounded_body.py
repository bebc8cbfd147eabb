"""Reading the body of a response, up to a limit, whatever its encoding does."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ACCEPTED_ENCODINGS: Final = "gzip, deflate"
_PLAIN: Final = frozenset({"", "identity"})
_KNOWN: Final = frozenset({"gzip", "x-gzip", "deflate"})
_GZIP_OR_ZLIB: Final = zlib.MAX_WBITS | 32
_RAW_DEFLATE: Final = -zlib.MAX_WBITS


class BodyReader:
    """Puts the pieces of one body together as they arrive, decompressed, up to a limit.

    The HTTP library would decompress each chunk as a whole, and encodings within encodings each in
    turn: kilobytes can become gigabytes before anything is counted.

    Args:
        response: A response whose body has not been read.
        limit: Number of bytes.
        check: Called for each piece that arrives; it may raise to give up.

    Raises:
        httpx.DecodingError: The body is compressed in a way that was not asked for.
    """

    def __init__(
        self, response: httpx.Response, limit: int, check: Callable[[], None] = lambda: None
    ) -> None:
        stated = response.headers.get("content-encoding", "").lower().split(",")
        encodings = [name.strip() for name in stated if name.strip() not in _PLAIN]
        if encodings and (len(encodings) > 1 or encodings[0] not in _KNOWN):
            raise httpx.DecodingError(
                f"the content encoding {', '.join(encodings)[:100]!r} was not asked for"
            )
        self._decompressor = _Decompressor(limit) if encodings else None
        self._limit = limit
        self._check = check
        self._read: list[bytes] = []
        self._size = 0

    def take(self, chunk: bytes) -> bool:
        """Take a piece as it came from the network, and return whether more is wanted.

        Args:
            chunk: The piece.

        Raises:
            httpx.DecodingError: It cannot be decompressed.
        """
        self._check()
        for piece in (chunk,) if self._decompressor is None else self._decompressor.feed(chunk):
            self._read.append(piece)
            self._size += len(piece)
            if self._size > self._limit:
                return False
        return True

    def finish(self) -> bytes:
        """Return the body, or a little more than the limit of a longer one.

        Raises:
            httpx.DecodingError: The compressed body ends early.
        """
        if self._decompressor is not None and self._size <= self._limit:
            self._decompressor.check_end()
        return b"".join(self._read)


class _Decompressor:
    """Decompresses gzip and deflate, at most `limit` bytes and one at a time."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._inner = zlib.decompressobj(_GZIP_OR_ZLIB)
        self._is_first = True

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        waiting = chunk
        try:
            while waiting:
                if self._inner.eof:  # gzip may have several members
                    self._inner = zlib.decompressobj(_GZIP_OR_ZLIB)
                try:
                    found = self._inner.decompress(waiting, self._limit + 1)
                except zlib.error:
                    if not self._is_first:
                        raise
                    # some servers send deflate without its header
                    self._inner = zlib.decompressobj(_RAW_DEFLATE)
                    found = self._inner.decompress(waiting, self._limit + 1)
                self._is_first = False
                waiting = self._inner.unused_data or self._inner.unconsumed_tail
                yield found
        except zlib.error as error:
            raise httpx.DecodingError(f"the body cannot be decompressed: {error}") from error

    def check_end(self) -> None:
        if not self._is_first and not self._inner.eof:
            raise httpx.DecodingError("the compressed body ends early")


def read_body(
    response: httpx.Response, limit: int, check: Callable[[], None] = lambda: None
) -> bytes:
    """Return a decompressed body, or a little more than the limit of a longer one.

    Args:
        response: A response whose body has not been read.
        limit: Number of bytes.
        check: Called for each piece that arrives; it may raise to give up.

    Raises:
        httpx.DecodingError: The body cannot be decompressed, or is compressed in a way that was not
            asked for.
    """
    if response.is_stream_consumed:  # somebody who watches the traffic has read it
        return response.content[: limit + 1]
    reader = BodyReader(response, limit, check)
    for chunk in response.iter_raw():
        if not reader.take(chunk):
            break
    return reader.finish()


async def read_body_async(
    response: httpx.Response, limit: int, check: Callable[[], None] = lambda: None
) -> bytes:
    """Return the same as `read_body` of a response of an asynchronous client."""
    if response.is_stream_consumed:
        return response.content[: limit + 1]
    reader = BodyReader(response, limit, check)
    async for chunk in response.aiter_raw():
        if not reader.take(chunk):
            break
    return reader.finish()
