"""Repeatable random numbers that leave the generators of the process unchanged."""

from __future__ import annotations

import contextlib
import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def seeded_randomness(seed: int | None) -> Iterator[None]:
    """Seed the global random numbers inside a block; SHAP and predict functions draw them.

    Args:
        seed: The seed; `None` changes nothing.

    Yields:
        Nothing. After the block, the generators of Python and numpy have their previous states.
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
