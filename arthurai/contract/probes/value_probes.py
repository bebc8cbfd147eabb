"""Probes of values: what is sent in a row comes back as it was, from every place that shows it."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from arthurai.contract import run_names
from arthurai.contract.probe_context import ProbeList
from arthurai.contract.probes.member_values import HARD_TEXTS
from arthurai.contract.probes.sending_probes import encode_file, query_rows
from arthurai.contract.sample_data import attribute

if TYPE_CHECKING:
    from arthurai.contract.checked_client import Response
    from arthurai.contract.probe_context import ProbeContext

PROBES: Final = ProbeList()
_VALUES: Final[dict[str, tuple[Any, ...]]] = {
    "number": (0.1 + 0.2, -0.0625, 1e-300, 1.7976931348623157e308, 12345.678901234567, 0.0, None),
    "whole": (2**53 + 1, -(2**53) - 1, 2**62, 0, -1, None),
    "text": (*HARD_TEXTS, "", "y" * 3000, None),
    "flag": (True, False, None),
    "moment": ("2026-01-02T03:04:05.678901Z", "2026-01-02T03:04:05+02:00", None),
}
_TYPES: Final = {
    "number": "FLOAT",
    "whole": "INTEGER",
    "text": "STRING",
    "flag": "BOOLEAN",
    "moment": "TIMESTAMP",
}
_TIMES: Final = (
    "2026-01-02T03:04:05.123456Z",
    "2026-01-02T03:04:05.5Z",
    "2026-01-02T03:04:05+05:30",
    "2025-12-31T23:30:00-01:00",
    "1999-12-31T23:59:59Z",
)
_BATCH: Final = "größe/1"
_MAX_SHOWN: Final = 60


def _create_model(context: ProbeContext) -> dict[str, str]:
    attributes = [
        attribute(name, "PIPELINE_INPUT", kind, position)
        for position, (name, kind) in enumerate(_TYPES.items())
    ]
    attributes += [
        attribute("score", "PREDICTED_VALUE", "FLOAT", attribute_link="truth"),
        attribute("truth", "GROUND_TRUTH", "FLOAT", attribute_link="score"),
    ]
    return context.fixtures.create_model_path(
        input_type="TABULAR", output_type="REGRESSION", is_batch=True, attributes=attributes
    )


def _rows() -> list[dict[str, Any]]:
    """Return rows that hold every value once, with the others of their columns."""
    count = max(map(len, _VALUES.values()))
    rows = []
    for number in range(count):
        data = {name: values[number % len(values)] for name, values in _VALUES.items()}
        rows.append(
            {
                "partner_inference_id": run_names.name("value"),
                "inference_timestamp": _TIMES[number % len(_TIMES)],
                "batch_id": _BATCH,
                "inference_data": {**data, "score": number / 7},
                "ground_truth_timestamp": _TIMES[(number + 1) % len(_TIMES)],
                "ground_truth_data": {"truth": number / 3},
            }
        )
    return rows


@PROBES.probe(
    "values of rows",
    *("send_inferences", "send_inference_file", "get_inference", "query", "update_ground_truth"),
    "update_inferences",
)
def check_values(context: ProbeContext) -> None:
    """Numbers, texts, times and gaps come back as they were sent, however they were sent."""
    for way in ("send_inferences", "send_inference_file"):
        path, rows = _create_model(context), _rows()
        if way == "send_inferences":
            sent = context.call_ok(way, path, json=rows)
        else:
            sent = context.call_ok(way, path, files=encode_file("inference_data", rows))
        every = {"select": [{"property": "*"}]}
        shown = query_rows(context, path["model_id"], every, query={"page_size": len(rows)})
        _compare(context, rows, shown, sent, "query")
        if way == "send_inferences":
            single: list[dict[str, Any]] = []
            for row in rows:
                address = {**path, "partner_inference_id": row["partner_inference_id"]}
                found = context.call_ok("get_inference", address)
                single += found.get("query_result") or []
            _compare(context, rows, single, sent, "get_inference")


@PROBES.probe("values of ground truth", "update_ground_truth", "update_inferences")
def check_truths(context: ProbeContext) -> None:
    """Ground truth that is sent later comes back as it was sent, with its time."""
    for way in ("update_ground_truth", "update_inferences"):
        if way not in context.selected:
            continue
        path, rows = _create_model(context), _rows()
        truths = [
            {n: row.pop(n) for n in ("ground_truth_timestamp", "ground_truth_data")} for row in rows
        ]
        context.call_ok("send_inferences", path, json=rows)
        later = [
            {"partner_inference_id": row["partner_inference_id"], **truth}
            for row, truth in zip(rows, truths, strict=True)
        ]
        sent = context.call_ok(way, path, json=later)
        every = {"select": [{"property": "*"}]}
        shown = query_rows(context, path["model_id"], every, query={"page_size": len(rows)})
        whole = [{**row, **truth} for row, truth in zip(rows, truths, strict=True)]
        _compare(context, whole, shown, sent, way)


def _compare(
    context: ProbeContext,
    rows: list[dict[str, Any]],
    shown: list[dict[str, Any]],
    sent: Response,
    place: str,
) -> None:
    """Compare rows with what a place shows of them, value by value."""
    by_id = {row.get("partner_inference_id"): row for row in shown}
    for row in rows:
        seen = by_id.get(row["partner_inference_id"])
        if not context.expect(seen, "row not shown", f"a row is missing in {place}", sent):
            continue
        expected = {**row["inference_data"], **row["ground_truth_data"], "batch_id": _BATCH}
        for name, value in expected.items():
            found = (seen or {}).get(name)
            same = _is_moment(found, value) if name == "moment" else is_same_value(found, value)
            text = f"{name}: {_short(value)} was sent, {place} shows {_short(found)}"
            context.expect(same, "stored values differ", text, sent)
        for name in ("inference_timestamp", "ground_truth_timestamp"):
            found = (seen or {}).get(name)
            text = f"{name}: {row[name]} was sent, {place} shows {found}"
            context.expect(_is_moment(found, row[name]), "stored time differs", text, sent)


def is_same_value(found: object, value: object) -> bool:
    """Return whether a value came back unchanged; a float may come back as an integer.

    Args:
        found: What is shown.
        value: What was sent.
    """
    if isinstance(value, bool) or value is None or isinstance(found, bool):
        return found is value
    if isinstance(value, float) and isinstance(found, int | float):
        return math.isclose(found, value, rel_tol=1e-15, abs_tol=0.0)
    return type(found) is type(value) and found == value


def _is_moment(found: object, value: object) -> bool:
    """Return whether a time stands for the same moment, and has a zone."""
    if value is None or not isinstance(found, str):
        return found is value
    try:
        shown = datetime.fromisoformat(found)
    except ValueError:
        return False
    return shown.tzinfo is not None and shown == datetime.fromisoformat(str(value))


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) < _MAX_SHOWN else f"{text[:_MAX_SHOWN]}… ({len(text)} characters)"
