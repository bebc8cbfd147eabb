"""An index in memory of the inferences of a model by the hash of their id.

The database has no primary key index, which would halve the speed of bulk loads. Without an index,
finding repeated ids and the rows of ground truth would scan all ids at each call, which takes 0.1 s
for 5 M rows, even for a single row. This index takes microseconds and 16 bytes per row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt


class IdIndex:
    """Sorted runs of (hash, sequence number); different ids may have equal hashes.

    Not thread-safe: the lock of the model's writer protects it.

    Args:
        hashes: Hashes of the ids that are already stored.
        sequence: Their sequence numbers.
    """

    def __init__(self, hashes: npt.NDArray[np.uint64], sequence: npt.NDArray[np.int64]) -> None:
        self._runs: list[tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]] = []
        self.add(hashes, sequence)

    def __len__(self) -> int:
        """Return the number of rows."""
        return sum(len(hashes) for hashes, _ in self._runs)

    def add(self, hashes: npt.NDArray[np.uint64], sequence: npt.NDArray[np.int64]) -> None:
        """Add stored rows.

        Args:
            hashes: Hashes of their ids.
            sequence: Their sequence numbers.
        """
        if not len(hashes):
            return
        self._runs.append(_sorted(hashes, sequence))
        # A run is merged with its neighbor once it has half its size: each row is then copied a
        # logarithmic number of times, and a lookup visits a logarithmic number of runs.
        while len(self._runs) > 1 and len(self._runs[-2][0]) < 2 * len(self._runs[-1][0]):
            last, before = self._runs.pop(), self._runs.pop()
            self._runs.append(
                _sorted(np.concatenate([before[0], last[0]]), np.concatenate([before[1], last[1]]))
            )

    def find(
        self, hashes: npt.NDArray[np.uint64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Look up hashes.

        Args:
            hashes: The hashes to find.

        Returns:
            Pairs of the place in `hashes` and the sequence number of a stored row with that
            hash. The ids themselves have to be compared.
        """
        places: list[npt.NDArray[np.int64]] = []
        sequence: list[npt.NDArray[np.int64]] = []
        for run_hashes, run_sequence in self._runs:
            first = np.searchsorted(run_hashes, hashes, "left")
            count = np.searchsorted(run_hashes, hashes, "right") - first
            found = np.flatnonzero(count)
            if len(found):
                repeats = count[found]
                starts = np.repeat(first[found], repeats)
                within = np.arange(len(starts)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
                places.append(np.repeat(found, repeats))
                sequence.append(run_sequence[starts + within])
        if not places:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        return np.concatenate(places), np.concatenate(sequence)


def _sorted(
    hashes: npt.NDArray[np.uint64], sequence: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    order = np.argsort(hashes, kind="stable")
    return hashes[order], sequence[order]
