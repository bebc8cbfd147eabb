"""Wait until the server is done with something, showing progress.

Made by `python -m scripts.async_layer` from `arthurai/common/wait.py`; not edited by hand.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

from arthurai.common.exceptions import ArthurTimeoutError, UserValueError
from arthurai.common.wait import _Progress, logger

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from arthurai.common.wait import T

MIN_PAUSE_SECONDS: Final = 0.1
MAX_PAUSE_SECONDS: Final = 5.0
_PAUSE_GROWTH: Final = 1.5
_SECONDS_PER_MINUTE: Final = 60.0


async def wait_until(
    check: Callable[[], Awaitable[T]],
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
                state = await check()
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
            await asyncio.sleep(pause)
            pause = min(pause * _PAUSE_GROWTH, MAX_PAUSE_SECONDS)
