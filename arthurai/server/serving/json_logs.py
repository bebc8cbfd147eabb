"""Log records as one JSON object per line."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any, Final

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
        return json.dumps(line, default=str)


def log_to_stderr(level: str) -> None:
    """Write all records of this process from a level on to standard error, as JSON.

    Args:
        level: Name of the level, e.g. `"info"`.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.getLogger("arthurai").setLevel(level.upper())
    # it warns of waiting requests, one line per request
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
