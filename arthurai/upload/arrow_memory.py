"""Arrow's memory while rows are sent.

Arrow's usual allocators keep what they once had for themselves, which makes a call that needs a few
megabytes at a time hold ten times as much. The system's allocator gives it back.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_LENDING_BACKENDS = frozenset({"mimalloc", "jemalloc"})


class _Lease:
    """The pool all running calls share; the first puts it in place, the last takes it away."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.holders = 0
        self.usual: Any = None

    def enter(self) -> None:
        import pyarrow as pa

        with self.lock:
            self.holders += 1
            if self.holders == 1:
                current = pa.default_memory_pool()
                if current.backend_name in _LENDING_BACKENDS:
                    self.usual = current
                    pa.set_memory_pool(pa.system_memory_pool())

    def leave(self) -> None:
        import pyarrow as pa

        with self.lock:
            self.holders -= 1
            if self.holders == 0 and self.usual is not None:
                pa.set_memory_pool(self.usual)
                self.usual = None


_lease = _Lease()


@contextmanager
def returned_memory() -> Iterator[None]:
    """Has Arrow take memory from the system and give it back, for the length of the block.

    Only where memory comes from changes, nothing of what other threads do with Arrow meanwhile. A
    pool the program has chosen itself stays.
    """
    _lease.enter()
    try:
        yield
    finally:
        _lease.leave()
