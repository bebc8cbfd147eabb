"""Values as plain JSON that two SDKs, two pandas and two runs can be compared by."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
GENERATED = re.compile(r"(?:[0-9a-f]{32}|[2-9A-HJ-NP-Za-km-z]{22})")
TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)")
NAMED_BY_TIME = re.compile(r"\d{4}-\d\d-\d\d--\d\d-\d\d-\d\d(?:-[0-9a-z]+)?")
NOW = timedelta(days=2)


def described(value: Any, depth: int = 0) -> Any:  # noqa: PLR0911 - one for each kind of value
    """Describe a value: containers by kind and content, other things by class and fields."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return masked(str(value))
    if depth > 12:
        return "<deep>"
    plain = number(value)
    if plain is not None:
        return plain
    if isinstance(value, dict):
        return {key_text(key): described(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [described(item, depth + 1) for item in value]
    if isinstance(value, (tuple, set, frozenset)):
        items = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return {f"<{type(value).__name__}>": [described(item, depth + 1) for item in items]}
    if isinstance(value, (datetime, date)):
        return {"<time>": instant(value)}
    if isinstance(value, timedelta):
        return {"<duration>": value.total_seconds()}
    return thing(value, depth)


def number(value: Any) -> Any:
    """Return a number of Python or numpy; `None` when it is none."""
    if (
        type(value).__module__ == "numpy"
        and hasattr(value, "item")
        and not hasattr(value, "__len__")
    ):
        value = value.item()
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            return f"<{value}>"
        return int(value) if value.is_integer() else round(value, 9)
    return None


def thing(value: Any, depth: int) -> Any:  # noqa: PLR0911 - one for each kind of thing
    """Describe a table, an array, a data class, a file, a function or an object."""
    name = type(value).__name__
    if name == "DataFrame":
        return {
            "<DataFrame>": {
                "columns": [key_text(c) for c in value.columns],
                "rows": [[described(v, depth + 1) for v in row] for row in value.values.tolist()],
            }
        }
    if name in {"Series", "Index", "DatetimeIndex", "RangeIndex", "ndarray"}:
        return {f"<{name}>": described(value.tolist(), depth + 1)}
    if isinstance(value, (bytes, bytearray)):
        return {"<bytes>": len(value)}
    if name in {"NAType", "NaTType"}:
        return f"<{name}>"
    if isinstance(value, type):
        return f"<class {value.__name__}>"
    if hasattr(value, "to_dict"):
        return {f"<{name}>": described(value.to_dict(), depth + 1)}
    if hasattr(value, "__dataclass_fields__"):
        fields = {key: getattr(value, key) for key in value.__dataclass_fields__}
        return {f"<{name}>": described(fields, depth + 1)}
    if hasattr(value, "__fspath__"):
        return {"<path>": masked(value.__fspath__())}
    return f"<{name}>"


def key_text(key: Any) -> str:
    """Write a key of a dictionary as text that tells 1 from '1'."""
    return masked(key) if isinstance(key, str) else f"<{key!r}>"


def masked(text: str) -> str:
    """Return a text without generated ids, paths of this machine and the current time."""
    if GENERATED.fullmatch(text):
        return "<id>"
    text = UUID.sub("<id>", text)
    text = NAMED_BY_TIME.sub("<now>", text)
    text = re.sub(r"/tmp/[\w./-]*/", "<folder>/", text)
    return TIME.sub(lambda found: instant_of_text(found[0]), text)


def instant_of_text(text: str) -> str:
    """Write a time as a point in time, or as now."""
    try:
        return instant(datetime.fromisoformat(text))
    except ValueError:
        return text


def instant(value: date) -> str:
    """Write a time in UTC, or as now when it is within two days of it."""
    if not isinstance(value, datetime):
        return value.isoformat()
    if value.tzinfo is None:
        return "<now, naive>" if abs(datetime.now() - value) < NOW else value.isoformat()  # noqa: DTZ005
    utc = value.astimezone(UTC)
    return "<now>" if abs(datetime.now(UTC) - utc) < NOW else utc.isoformat()


def in_one_order(rows: list[dict]) -> list[dict]:
    """Sort stored rows by what they hold."""
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True, default=str))
