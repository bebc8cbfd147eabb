"""A listener beside a program that uses an embedded server, for a browser on the same machine."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from arthurai.server.serving.waitress_server import Server, listen

if TYPE_CHECKING:
    from arthurai.server.app import ArthurApp

MAX_BODY_BYTES: Final = 2**20
_THREADS: Final = 4
_STOP_SECONDS: Final = 2.0


class BackgroundServer:
    """Serves an application on a free port of the loopback address, on a thread of its own.

    Attributes:
        url: Where it listens.
    """

    def __init__(self, app: ArthurApp) -> None:
        """Start to serve.

        Args:
            app: The application.

        Raises:
            OSError: No port can be used.
        """
        self._server = Server(app, listen(port=0), threads=_THREADS, max_body_bytes=MAX_BODY_BYTES)
        self.url = self._server.url
        self._thread = threading.Thread(
            target=self._server.run,
            kwargs={"stop_seconds": _STOP_SECONDS},
            name="arthurai-dashboard",
            daemon=True,
        )
        self._thread.start()

    def close(self) -> None:
        """Stop to serve; closing twice is harmless."""
        self._server.stop()
        self._thread.join(_STOP_SECONDS * 2)
