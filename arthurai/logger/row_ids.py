"""Random ids of single rows, for callers that must not wait."""

from __future__ import annotations

import os
import time
from typing import Final

_DRAWN: Final = 256
_BYTES: Final = 16


class RowIds:
    """Makes random ids of 32 hexadecimal digits. Safe to use from several threads.

    The system gives random bytes while other threads of the process run, and in a busy process it
    is milliseconds until it is this one's turn again: so bytes are drawn for many ids at a time.
    """

    def __init__(self) -> None:
        self._process = 0
        self._numbers: list[int] = []

    def make_id(self) -> str:
        """Return an id that nobody else has: another process, or a copy of a frozen one, neither.

        Copies of a machine that was frozen have the same numbers, at other times.
        """
        numbers = self._numbers
        if self._process != os.getpid():  # those of the process that was forked are its own
            numbers = []
        try:
            number = numbers.pop()
        except IndexError:
            drawn = os.urandom(_BYTES * _DRAWN)
            numbers = [
                int.from_bytes(drawn[start : start + _BYTES], "big")
                for start in range(0, len(drawn), _BYTES)
            ]
            number = numbers.pop()
            self._numbers, self._process = numbers, os.getpid()
        return f"{number ^ time.time_ns():032x}"
