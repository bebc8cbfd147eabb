"""Counters, histograms and gauges, and their text format.

The formats are that of Prometheus, version 0.0.4, and OpenMetrics 1.0.0
(https://prometheus.io/docs/instrumenting/exposition_formats, https://openmetrics.io).
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Labels = Mapping[str, str]

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS: Final = "application/openmetrics-text"
OPENMETRICS_TYPE: Final = f"{OPENMETRICS}; version=1.0.0; charset=utf-8"
_TOTAL: Final = "_total"
MAX_SERIES: Final = 10_000
"""Series of one counter; further label values are counted as `other`."""
SECONDS_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Counter:
    """A number by label values that only grows."""

    def __init__(self, name: str, text: str, labels: tuple[str, ...]) -> None:
        """Name the counter.

        Args:
            name: Name, ending in `_total`.
            text: What it counts.
            labels: Names of its labels.
        """
        self._name = name
        self._text = text
        self._labels = labels
        self._lock = threading.Lock()
        self._values: dict[tuple[str, ...], float] = {}

    def add(self, *values: str, amount: float = 1) -> None:
        """Add to the number of these label values.

        Args:
            values: Values of the labels, in their order.
            amount: How much to add.
        """
        with self._lock:
            if values not in self._values and len(self._values) >= MAX_SERIES:
                values = ("other",) * len(self._labels)
            self._values[values] = self._values.get(values, 0) + amount

    def lines(self, *, openmetrics: bool = False) -> Iterator[str]:
        """Yield its lines.

        Args:
            openmetrics: In the format of OpenMetrics.
        """
        with self._lock:
            found = sorted(self._values.items())
        family = self._name.removesuffix(_TOTAL) if openmetrics else self._name
        yield from _header(family, self._text, "counter")
        for values, number in found:
            yield _line(self._name, dict(zip(self._labels, values, strict=True)), number)


class Histogram:
    """How long something takes, by label values."""

    def __init__(self, name: str, text: str, labels: tuple[str, ...]) -> None:
        """Name the histogram.

        Args:
            name: Name, ending in `_seconds`.
            text: What it measures.
            labels: Names of its labels.
        """
        self._name = name
        self._text = text
        self._labels = labels
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, ...], list[int]] = {}
        self._sums: dict[tuple[str, ...], float] = {}

    def observe(self, *values: str, seconds: float) -> None:
        """Count one duration.

        Args:
            values: Values of the labels, in their order.
            seconds: The duration.
        """
        with self._lock:
            if values not in self._counts and len(self._counts) >= MAX_SERIES:
                values = ("other",) * len(self._labels)
            counts = self._counts.setdefault(values, [0] * (len(SECONDS_BUCKETS) + 1))
            counts[bisect_left(SECONDS_BUCKETS, seconds)] += 1
            self._sums[values] = self._sums.get(values, 0.0) + seconds

    def lines(self, *, openmetrics: bool = False) -> Iterator[str]:
        """Yield its lines.

        Args:
            openmetrics: In the format of OpenMetrics.
        """
        with self._lock:
            found = sorted((values, list(counts)) for values, counts in self._counts.items())
            sums = dict(self._sums)
        yield from _header(self._name, self._text, "histogram")
        for values, counts in found:
            labels = dict(zip(self._labels, values, strict=True))
            total = 0
            for limit, count in zip((*SECONDS_BUCKETS, None), counts, strict=True):
                total += count
                bound = "+Inf" if limit is None else f"{limit:g}"
                if openmetrics and limit is not None:
                    bound = str(float(limit))
                yield _line(f"{self._name}_bucket", {**labels, "le": bound}, total)
            yield _line(f"{self._name}_sum", labels, sums[values])
            yield _line(f"{self._name}_count", labels, total)


def gauge_lines(name: str, text: str, values: Iterable[tuple[Labels, float]]) -> Iterator[str]:
    """Yield the lines of a gauge.

    Args:
        name: Its name.
        text: What it measures.
        values: Labels and value of each series.
    """
    yield from _header(name, text, "gauge")
    for labels, value in values:
        yield _line(name, labels, value)


def _header(name: str, text: str, kind: str) -> Iterator[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} {kind}"


def _line(name: str, labels: Labels, value: float) -> str:
    inside = ",".join(f'{key}="{_escape(text)}"' for key, text in labels.items())
    number = str(value) if isinstance(value, int) else repr(float(value))
    return f"{name}{{{inside}}} {number}" if inside else f"{name} {number}"


def _escape(text: str) -> str:
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return clean.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
