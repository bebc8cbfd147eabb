"""What the server measures of itself, and what it looks up when it is asked."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Final

from arthurai.server.document_kinds import Kind
from arthurai.server.telemetry.metric_families import Counter, Histogram, gauge_lines
from arthurai.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from arthurai.server.context import Stores

_STORE_SUFFIXES: Final = frozenset({".sqlite", ".duckdb", ".wal"})
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
MAX_MODEL_SERIES: Final = 1_000
"""Alert rules whose last value is shown."""
_KINDS_OF_ROWS: Final[Mapping[str, str]] = {
    "send_inferences": "inference",
    "send_inference_file": "inference",
    "send_sagemaker_data_capture": "inference",
    "update_inferences": "ground_truth",
    "update_ground_truth": "ground_truth",
    "upload_reference_data": "reference",
}


class Telemetry:
    """Counts what happens, and renders all of it for Prometheus."""

    def __init__(self, stores: Stores, data_dir: Path | None) -> None:
        """Start to count.

        Args:
            stores: The stores.
            data_dir: Where they are kept; `None` in memory.
        """
        self._stores = stores
        self._data_dir = data_dir
        self._started = time.time()
        self._queues: dict[str, Callable[[], tuple[int, float]]] = {}
        self._requests = Histogram(
            "http_server_request_duration_seconds",
            "Duration of requests by operation.",
            ("operation", "http_request_method", "http_response_status_code"),
        )
        self._rows = Counter(
            "arthur_rows_total", "Rows received, by what became of them.", ("kind", "verdict")
        )
        self._deliveries = Counter(
            "arthur_deliveries_total", "Mails and webhooks by outcome.", ("channel", "outcome")
        )

    def watch_queue(self, name: str, measure: Callable[[], tuple[int, float]]) -> None:
        """Show a queue.

        Args:
            name: Its name.
            measure: Returns how much is waiting, and for how many seconds.
        """
        self._queues[name] = measure

    def observe_request(self, operation: str, method: str, status: int, seconds: float) -> None:
        """Count a request.

        Args:
            operation: Its `operationId`; empty where there is none.
            method: Its method.
            status: Status of the response.
            seconds: How long it took.
        """
        known = method if method in _METHODS else "_OTHER"
        self._requests.observe(operation or "none", known, str(status), seconds=seconds)

    def count_rows(self, operation: str, body: object) -> None:
        """Count the rows of a response that says what became of them.

        Args:
            operation: The `operationId`.
            body: Body of the response.
        """
        kind = _KINDS_OF_ROWS.get(operation)
        counts = body.get("counts") if kind is not None and isinstance(body, dict) else None
        if kind is None or not isinstance(counts, dict):
            return
        for verdict, key in (("accepted", "success"), ("rejected", "failure")):
            self._rows.add(kind, verdict, amount=int(counts.get(key) or 0))

    def count_delivery(self, channel: str, outcome: str) -> None:
        """Count a mail or webhook.

        Args:
            channel: `mail` or `webhook`.
            outcome: What became of it.
        """
        self._deliveries.add(channel, outcome)

    def render(self, *, openmetrics: bool = False) -> str:
        """Return everything in the text format of Prometheus.

        Args:
            openmetrics: Use that of OpenMetrics instead.
        """
        end = ["# EOF"] if openmetrics else []
        return "\n".join([*self._lines(openmetrics=openmetrics), *end]) + "\n"

    def _lines(self, *, openmetrics: bool) -> Iterator[str]:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        facts = {"version": __version__, "python": version}
        yield from gauge_lines("arthur_build_info", "The server's release.", [(facts, 1)])
        text = "Start of the process, in seconds since 1970."
        yield from gauge_lines("process_start_time_seconds", text, [({}, self._started)])
        yield from self._requests.lines(openmetrics=openmetrics)
        yield from self._rows.lines(openmetrics=openmetrics)
        yield from self._deliveries.lines(openmetrics=openmetrics)
        measured = {name: measure() for name, measure in self._queues.items()}
        yield from gauge_lines(
            "arthur_queue_waiting",
            "Work that waits in the background.",
            [({"queue": name}, waiting) for name, (waiting, _) in measured.items()],
        )
        yield from gauge_lines(
            "arthur_queue_lag_seconds",
            "For how long the oldest work in the background has been waiting.",
            [({"queue": name}, seconds) for name, (_, seconds) in measured.items()],
        )
        yield from self._store_lines()
        yield from self._model_lines()

    def _store_lines(self) -> Iterator[str]:
        files = sorted(self._data_dir.iterdir()) if self._data_dir is not None else []
        sizes = [
            ({"file": path.name}, path.stat().st_size)
            for path in files
            if path.suffix in _STORE_SUFFIXES
        ]
        yield from gauge_lines("arthur_store_bytes", "Size of the files of the stores.", sizes)

    def _model_lines(self) -> Iterator[str]:
        control = self._stores.control
        rules = {rule["id"]: rule for rule in control.documents(Kind.ALERT_RULE).list(None)}
        series = []
        for state in control.documents(Kind.ALERT_RULE_STATE).list(None):
            rule, value = rules.get(state["id"]), state.get("last_metric_value")
            if rule is None or rule.get("archived") or value is None:
                continue
            labels = {
                "model": rule["model_id"],
                "metric": str(rule.get("metric_name") or ""),
                "rule": rule["id"],
            }
            series.append((labels, float(value)))
        text = "Value of a metric at the last evaluation of an alert rule."
        yield from gauge_lines("arthur_model_metric", text, series[:MAX_MODEL_SERIES])
