"""Waiting until the platform is done with something."""

from __future__ import annotations

import logging
import sys
import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Self, TypeVar

from arthurai.common.exceptions import ArthurTimeoutError, UserValueError
from arthurai.model.base_model import name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from arthurai.model.base_model import ArthurModelBase

logger = logging.getLogger(__name__)

DEFAULT_TIMEOUT_MIN = 60.0
"""How long to wait for the platform, in minutes, unless told otherwise."""

FIRST_POLL_SECONDS = 0.1
LAST_POLL_SECONDS = 5.0
_POLL_GROWTH = 1.5
_SECONDS_PER_MINUTE = 60.0

T = TypeVar("T")


def wait_until(
    look: Callable[[], T],
    done: Callable[[T], bool],
    *,
    what: str,
    timeout_min: float | None,
    message: str,
    update_message: str = "",
    update_interval_seconds: float = 60.0,
) -> T:
    """Look again and again until something is done.

    The pauses grow from a tenth of a second to five seconds, so that a local server costs no time
    and a remote one few requests. Progress shows on a terminal or in a notebook; elsewhere the log
    says once that there is something to wait for.

    Args:
        look: Gives the present state. What it raises ends the wait.
        done: Whether that state is the end.
        what: What is awaited, for the message of a time-out.
        timeout_min: Most minutes to wait; ``None`` for no limit.
        message: Shown while waiting.
        update_message: Logged every ``update_interval_seconds``; nothing if empty.
        update_interval_seconds: Seconds between two of these.

    Returns:
        The final state.

    Raises:
        ArthurTimeoutError: The time is over; it is a ``TimeoutError``, too.
        UserValueError: ``timeout_min`` is negative.
    """
    if timeout_min is not None and not timeout_min >= 0:
        raise UserValueError(f"timeout_min needs minutes from 0 on, or None, got {timeout_min!r}.")
    start = time.monotonic()
    next_update = update_interval_seconds
    pause = FIRST_POLL_SECONDS
    with _Progress(message) as progress:
        while True:
            state = look()
            if done(state):
                return state
            waited = time.monotonic() - start
            progress.show(waited, state)
            if timeout_min is not None:
                left = timeout_min * _SECONDS_PER_MINUTE - waited
                if left <= 0:
                    raise ArthurTimeoutError(
                        f"Waited {timeout_min:g} minutes for {what}; the last state was {state!r}. "
                        "It may still get there: look again later, or wait longer with timeout_min."
                    )
                pause = min(pause, left)
            if update_message and waited >= next_update:
                logger.info(update_message)
                next_update += update_interval_seconds
            time.sleep(pause)
            pause = min(pause * _POLL_GROWTH, LAST_POLL_SECONDS)


class StatusWaiter(ABC):
    """Waits for the status of something that belongs to a model.

    Attributes:
        model: The model.
        err_mess: What failed, when asking for the status fails.
    """

    def __init__(self, model: ArthurModelBase, err_mess: str, client: Any = None) -> None:
        self.model = model
        self.err_mess = err_mess
        self._client = client

    @abstractmethod
    def _check_status(self) -> Any:
        """Ask for the present status."""

    def _is_done(self, status: Any, status_list: Iterable[Any]) -> bool:
        return status in status_list

    def wait_for_valid_status(
        self,
        status_list: list[Any],
        spinner_message: str,
        update_message: str,
        update_interval_seconds: float = 60,
        *,
        timeout_min: float | None = DEFAULT_TIMEOUT_MIN,
    ) -> Any:
        """Wait until the status is one of those given.

        Args:
            status_list: The statuses that end the wait.
            spinner_message: Shown while waiting, on terminals and in notebooks.
            update_message: Logged from time to time.
            update_interval_seconds: Seconds between two such messages.
            timeout_min: Most minutes to wait; ``None`` for no limit.

        Returns:
            The status that ended the wait.

        Raises:
            ArthurTimeoutError: The time is over.
            ArthurError: Asking for the status failed; a note says what was being waited for.
        """
        try:
            return wait_until(
                self._check_status,
                lambda status: self._is_done(status, status_list),
                what=f"model {name_of(self.model)!r}",
                timeout_min=timeout_min,
                message=spinner_message,
                update_message=update_message,
                update_interval_seconds=update_interval_seconds,
            )
        except Exception as error:
            error.add_note(self.err_mess)
            raise


class _Progress:
    """One line that is written over, on a terminal or in a notebook; elsewhere one line of log."""

    def __init__(self, message: str) -> None:
        self._message = message
        self._bar: Any = None
        self._logged = False

    def __enter__(self) -> Self:
        return self

    def show(self, waited: float, state: Any) -> None:
        if self._bar is None and not _someone_watches():
            if not self._logged:
                logger.info("%s (%s).", self._message, state)
                self._logged = True
            return
        if self._bar is None:
            from tqdm.auto import tqdm

            self._bar = tqdm(bar_format="{desc} {elapsed}", leave=False, desc=self._message)
        self._bar.set_description_str(f"{self._message} ({state}, {waited:.0f} s)")

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()


def _someone_watches() -> bool:
    return "ipykernel" in sys.modules or sys.stderr.isatty()
