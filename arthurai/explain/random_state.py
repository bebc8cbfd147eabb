"""Random numbers that can be repeated, without a trace in the rest of the process."""

from __future__ import annotations

import contextlib
import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def restored_randomness(seed: int | None) -> Iterator[None]:
    """Start the global random numbers anew for a while; SHAP and predict functions draw them.

    Args:
        seed: Where to start; ``None`` leaves everything alone.

    Yields:
        Nothing. Afterwards the states of Python's and numpy's generators are as before.
    """
    if seed is None:
        yield
        return
    import numpy as np

    before = random.getstate(), np.random.get_state()  # noqa: NPY002 - the state others share
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - the state others share
    try:
        yield
    finally:
        random.setstate(before[0])
        np.random.set_state(before[1])  # noqa: NPY002 - the state others share
