"""Log records as one JSON object per line."""

from __future__ import annotations

import json
import logging
import sys
import threading
import time
from datetime import UTC, datetime
from typing import Any, Final

BATCH_SECONDS: Final = 0.02
_ENCODER: Final = json.JSONEncoder(default=str)
_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """Writes time, level, logger, message and the members of `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of ASCII; JSON escapes control characters of terminals."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return _ENCODER.encode(line)


class BatchingHandler(logging.Handler):
    """Writes records to standard error, those that come at the same time with one call.

    Records below the level WARNING wait for others for a moment, and are formatted after it, so
    that no request waits for that; a process that is killed loses those of its last moment.
    """

    def __init__(self) -> None:
        super().__init__()
        self._records: list[logging.LogRecord] = []
        self._filled = threading.Event()
        self._thread: threading.Thread | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record."""
        self._records.append(record)
        if record.levelno >= logging.WARNING:
            self.flush()
        elif len(self._records) == 1:
            if self._thread is None:
                self._thread = threading.Thread(target=self._write_on, name="logs", daemon=True)
                self._thread.start()
            self._filled.set()

    def flush(self) -> None:
        """Write what waits."""
        with self.lock or threading.RLock():
            records, self._records = self._records, []
        lines = []
        for record in records:
            try:
                lines.append(self.format(record) + "\n")
            except Exception:  # noqa: BLE001 - as in other handlers
                self.handleError(record)
        if lines:
            sys.stderr.write("".join(lines))
            sys.stderr.flush()

    def _write_on(self) -> None:
        while True:
            self._filled.wait()
            time.sleep(BATCH_SECONDS)
            self._filled.clear()
            self.flush()


def log_to_stderr(level: str) -> None:
    """Write all records of this process from a level on to standard error, as JSON.

    Args:
        level: Name of the level, e.g. `"info"`.
    """
    # No line says which process, thread or task it is from, so that need not be found out.
    logging.logProcesses = logging.logMultiprocessing = logging.logThreads = False
    if sys.version_info >= (3, 12):
        logging.logAsyncioTasks = False
    handler = BatchingHandler()
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.getLogger("arthurai").setLevel(level.upper())
    # it warns of waiting requests, one line per request
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
