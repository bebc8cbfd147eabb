"""Summaries as reports: what models did in a period, for mails and for files."""

from __future__ import annotations

import html
import os
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson

from arthurai.server.http.api_errors import ApiError
from arthurai.server.storage.warehouse.row_questions import count_inferences_between
from arthurai.server.timestamps import to_utc

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from arthurai.common.documents import AlertSummaryReport
    from arthurai.server.context import Stores

_UNSAFE: Final = re.compile(r"[^\w-]+")
_MAX_NAME: Final = 60


class ModelLine(NamedTuple):
    """What a model did in the period of a report.

    Attributes:
        model_id: The model.
        name: What people call it.
        inferences: Inferences with a time in the period.
        alerts: Alerts of the period.
    """

    model_id: str
    name: str
    inferences: int
    alerts: int

    @property
    def text(self) -> str:
        """The line in words."""
        rows = f"{self.inferences:,} inference{'s' * (self.inferences != 1)}"
        return f"{self.name}: {rows}, {self.alerts:,} alert{'s' * (self.alerts != 1)}"


def list_models(
    stores: Stores, report: AlertSummaryReport, model_ids: Iterable[str], period: Sequence[datetime]
) -> list[ModelLine]:
    """Return a line for each model that still exists.

    Args:
        stores: The stores.
        report: The summary of the alerts.
        model_ids: The models.
        period: Start, and end, which is exclusive, in UTC.
    """
    since, until = (to_utc(moment) for moment in period)
    lines = []
    for model_id in model_ids:
        try:
            record = stores.control.models.get(None, model_id)
        except ApiError:
            continue
        number = count_inferences_between(stores.data, record.schema, since, until)
        alerts = sum(
            int(line["alert_count"]) for line in report["data"] if line["model_id"] == model_id
        )
        name = record.document.get("display_name") or record.partner_model_id
        lines.append(ModelLine(model_id, str(name), number, alerts))
    return lines


def write_report(
    folder: Path, name: str, report: AlertSummaryReport, models: Sequence[ModelLine], day: str
) -> list[Path]:
    """Write a report as a page and as JSON; return the files. One of the same day is replaced.

    Args:
        folder: Where to; made if needed.
        name: Name of the summary.
        report: The summary of the alerts.
        models: What the models did.
        day: The day it is about, for the names of the files.

    Raises:
        OSError: A file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    short = _UNSAFE.sub("-", name).strip("-")[:_MAX_NAME] or "summary"
    stem = f"{short}-{report['configuration_id'][:8]}-{day}"
    content: dict[str, Any] = {
        "name": name,
        **report,
        "models": [model._asdict() for model in models],
    }
    files = {
        ".json": orjson.dumps(content, option=orjson.OPT_INDENT_2),
        ".html": _format_page(name, report, models).encode(),
    }
    written = []
    for ending, data in files.items():
        path, partial = folder / (stem + ending), folder / (stem + ending + ".part")
        partial.write_bytes(data)
        os.replace(partial, path)  # noqa: PTH105 - readers see a whole file or none
        written.append(path)
    return written


def _format_page(name: str, report: AlertSummaryReport, models: Sequence[ModelLine]) -> str:
    names = {model.model_id: model.name for model in models}
    totals = _table(
        ("Model", "Inferences", "Alerts"),
        [(m.name, f"{m.inferences:,}", f"{m.alerts:,}") for m in models],
    )
    alerts = _table(
        ("Model", "Rule", "Threshold", "Alerts"),
        [
            (
                names.get(line["model_id"], line["model_id"]),
                line["alert_check_name"],
                line["alert_check_threshold"],
                f"{line['alert_count']:,}",
            )
            for line in report["data"]
        ],
    )
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width,initial-scale=1'>"
        f"<title>{html.escape(name)}</title><style>body{{font:16px/1.5 sans-serif;margin:0 auto;"
        "max-width:48em;padding:1em;overflow-wrap:anywhere}table{border-collapse:collapse;"
        "width:100%}th,td{text-align:left;padding:.4em .6em;border-bottom:1px solid #ccc}</style>"
        f"</head><body><h1>{html.escape(name)}</h1><p>{html.escape(report['time_frame'])}</p>"
        f"<h2>Models</h2>{totals}<h2>Alerts</h2>{alerts}</body></html>"
    )


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return "<p>None.</p>"
    head = "".join(f"<th scope='col'>{html.escape(text)}</th>" for text in headings)
    body = "".join(
        f"<tr>{''.join(f'<td>{html.escape(str(cell))}</td>' for cell in row)}</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
