"""Wait until the server is done with something, showing progress."""

from __future__ import annotations

import logging
import sys
import time
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from arthurai.common.exceptions import ArthurTimeoutError, UserValueError
from arthurai.common.settings import read_variable

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

DEFAULT_TIMEOUT_MIN: Final = 60.0
"""How long to wait for the server by default, in minutes."""

MIN_PAUSE_SECONDS: Final = 0.1
MAX_PAUSE_SECONDS: Final = 5.0
_PAUSE_GROWTH: Final = 1.5
_SECONDS_PER_MINUTE: Final = 60.0

T = TypeVar("T")


def wait_until(
    check: Callable[[], T],
    is_done: Callable[[T], bool],
    *,
    what: str,
    timeout_min: float | None,
    message: str,
    update_message: str = "",
    update_interval_seconds: float = 60.0,
) -> T:
    """Check a state repeatedly until it is final, and return it.

    The pauses grow from a tenth of a second to five seconds, so that a local server costs no time
    and a remote one few requests. Progress is shown on a terminal or in a notebook; elsewhere the
    log says once what is awaited.

    Args:
        check: Returns the current state. An exception ends the wait, with a note of what for.
        is_done: Whether a state is final.
        what: What is awaited, for messages.
        timeout_min: Maximum number of minutes to wait; `None` for no limit.
        message: Shown while waiting.
        update_message: Logged every `update_interval_seconds`; nothing if empty.
        update_interval_seconds: Seconds between two of these.

    Raises:
        ArthurTimeoutError: The time is over; it is a `TimeoutError`, too.
        UserValueError: `timeout_min` is negative.
    """
    if timeout_min is not None and not timeout_min >= 0:
        raise UserValueError(f"timeout_min must be 0 or more minutes, or None, got {timeout_min!r}")
    start = time.monotonic()
    next_update = update_interval_seconds
    pause = MIN_PAUSE_SECONDS
    with _Progress(message) as progress:
        while True:
            try:
                state = check()
            except Exception as error:
                error.add_note(f"while waiting for {what}")
                raise
            if is_done(state):
                return state
            waited = time.monotonic() - start
            progress.show(waited, state)
            if timeout_min is not None:
                left = timeout_min * _SECONDS_PER_MINUTE - waited
                if left <= 0:
                    raise ArthurTimeoutError(
                        f"waited {timeout_min:g} minutes for {what}; the last state was {state!r}. "
                        "It may still get there: check again later, or wait longer with timeout_min"
                    )
                pause = min(pause, left)
            if update_message and waited >= next_update:
                logger.info(update_message)
                next_update += update_interval_seconds
            time.sleep(pause)
            pause = min(pause * _PAUSE_GROWTH, MAX_PAUSE_SECONDS)


class _Progress:
    """A line that is overwritten, on a terminal or in a notebook; elsewhere one log record."""

    def __init__(self, message: str) -> None:
        self._message = message
        self._bar: Any = None
        self._logged = False

    def __enter__(self) -> Self:
        return self

    def show(self, waited: float, state: Any) -> None:
        if self._bar is None and not is_interactive():
            if not self._logged:
                logger.info("%s (%s)", self._message, state)
                self._logged = True
            return
        if self._bar is None:
            self._bar = open_bar(bar_format="{desc} {elapsed}", leave=False, desc=self._message)
        self._bar.set_description_str(f"{self._message} ({state}, {waited:.0f} s)")

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()


def is_interactive() -> bool:
    """Return whether somebody watches: a terminal or a notebook, but no job of a CI service."""
    if read_variable("CI") is not None:
        return False
    return _is_notebook() or (sys.stderr is not None and sys.stderr.isatty())


def _is_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return getattr(shell, "kernel", None) is not None


def open_bar(**options: Any) -> Any:
    """Return a progress bar on standard error, in a notebook as a widget where it has widgets."""
    import warnings

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="IProgress not found")
        from tqdm.auto import tqdm

    return tqdm(**options)
