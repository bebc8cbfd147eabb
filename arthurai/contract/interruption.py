"""Ends a run between two requests when a signal asks for it, so that nothing is left half done."""

from __future__ import annotations

import signal
import sys
import threading
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from types import FrameType, TracebackType

    from arthurai.contract.checked_client import CheckedClient

_NAMES: Final = ("SIGINT", "SIGTERM", "SIGHUP")


class Interruption:
    """Handles signals while a run is at work.

    The first one ends the run before its next request, a second one at once. While the run removes
    what it created, signals are acknowledged and change nothing. Signals that the caller ignores
    stay ignored.

    Args:
        client: Sends the requests of the run.
    """

    def __init__(self, client: CheckedClient) -> None:
        self._client = client
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        """Install the handlers; outside of the main thread there can be none."""
        if threading.current_thread() is threading.main_thread():
            for name in _NAMES:
                number = getattr(signal, name, None)
                if number is not None and signal.getsignal(number) not in {signal.SIG_IGN, None}:
                    self._before[number] = signal.signal(number, self._receive)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Put the former handlers back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _receive(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the frame comes with every signal
        name = signal.Signals(number).name
        if self._client.is_cleaning_up:
            sys.stderr.write(f"{name}: already removing what was created\n")
        elif self._client.interrupted:
            raise KeyboardInterrupt
        else:
            self._client.interrupted = f"interrupted by {name}"
            sys.stderr.write(f"{name}: ending after this request\n")
