"""TLS in front of the HTTP server.

The HTTP server reads and writes plain bytes on non-blocking sockets, which TLS does not fit. So
each connection is a pair of sockets: the HTTP server has one end, and a thread with an event loop
copies between the other end and the TLS connection of the client.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

logger = logging.getLogger("arthurai.server")

HANDSHAKE_SECONDS: Final = 10.0
LINGER_SECONDS: Final = 2.0
CLOSE_SECONDS: Final = 5.0
_CHUNK: Final = 64 * 1024


class TlsConnections:
    """Takes TLS connections and hands out plain ones."""

    def __init__(self, certificate: Path, key: Path) -> None:
        """Load a certificate.

        Args:
            certificate: File with the certificate and those that it follows from, in PEM.
            key: File with its private key, in PEM.

        Raises:
            OSError: A file cannot be read.
            ValueError: They are not a certificate and its key.
        """
        self._files = (certificate, key)
        self._versions = self._read_versions()
        self._context = self._load()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="arthurai-tls", daemon=True
        )
        self._thread.start()

    def wrap(self, connection: socket.socket) -> socket.socket:
        """Return a socket on which the content of a TLS connection is read and written.

        Args:
            connection: The connection as it was accepted; it is closed with the returned one.
        """
        self._renew()
        inner, outer = socket.socketpair()
        connection.setblocking(False)
        outer.setblocking(False)
        asyncio.run_coroutine_threadsafe(self._start(connection, outer), self._loop)
        return inner

    def close(self) -> None:
        """Send what is waiting for clients, then end all connections."""
        self._closing = True
        finished = asyncio.run_coroutine_threadsafe(self._finish(), self._loop)
        with contextlib.suppress(TimeoutError):
            finished.result(CLOSE_SECONDS + 1)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CLOSE_SECONDS)
        if not self._thread.is_alive():
            self._loop.close()

    def _read_versions(self) -> tuple[int, ...]:
        return tuple(path.stat().st_mtime_ns for path in self._files)

    def _load(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.set_alpn_protocols(["http/1.1"])
        certificate, key = self._files
        try:
            context.load_cert_chain(certificate, key, password=_refuse_password)
        except ssl.SSLError as error:
            raise ValueError(
                f"{str(certificate)!r} and {str(key)!r} are not a certificate and its private key "
                f"in PEM: {error.reason or error}"
            ) from None
        return context

    def _renew(self) -> None:
        """Load the certificate anew if its files have changed."""
        try:
            versions = self._read_versions()
            if versions == self._versions:
                return
            self._versions = versions
            self._context = self._load()
        except (OSError, ValueError) as error:
            logger.warning("the certificate is not renewed, the earlier one stays: %s", error)
        else:
            logger.info("the certificate was renewed")

    async def _start(self, connection: socket.socket, outer: socket.socket) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        peer = None
        try:
            peer = connection.getpeername()
            client = await self._shake_hands(connection)
        except (OSError, TimeoutError) as error:  # of which errors of TLS are a kind
            logger.info("no TLS connection with %s: %s", peer, error)
            connection.close()
            outer.close()
            return
        await self._relay(client, await asyncio.open_connection(sock=outer))

    async def _shake_hands(
        self, connection: socket.socket
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=_CHUNK)
        protocol = asyncio.StreamReaderProtocol(reader)
        transport, _ = await loop.connect_accepted_socket(
            lambda: protocol,
            connection,
            ssl=self._context,
            ssl_handshake_timeout=HANDSHAKE_SECONDS,
            ssl_shutdown_timeout=LINGER_SECONDS,
        )
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)

    async def _relay(
        self,
        client: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        server: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        upward = asyncio.ensure_future(_copy(client[0], server[1]))
        try:
            await _copy(server[0], client[1])
            # What the client still sends is read for a while: closing at once would reset the
            # connection, and a response that is under way would be lost.
            await asyncio.wait({upward}, timeout=0.1 if self._closing else LINGER_SECONDS)
        finally:
            upward.cancel()
            for _, writer in (client, server):
                writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                await client[1].wait_closed()

    async def _finish(self) -> None:
        current = asyncio.current_task()
        waiting = {task for task in self._tasks if task is not current}
        if waiting:
            await asyncio.wait(waiting, timeout=CLOSE_SECONDS)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Copy until one end is closed, then say so to the other one where that is possible."""
    with contextlib.suppress(OSError):
        while chunk := await source.read(_CHUNK):
            target.write(chunk)
            await target.drain()
        if target.can_write_eof():
            target.write_eof()


def _refuse_password() -> str:
    raise ValueError("the private key is encrypted; store it decrypted, readable by its owner only")
