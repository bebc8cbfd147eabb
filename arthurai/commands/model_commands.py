"""`arthurai models`, `query`, `drift`, `alerts`, `report` and `send`: the models of a server."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentTypeError, BooleanOptionalAction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

from arthurai.commands.command_line import describe_error, fail, make_choice
from arthurai.commands.server_commands import add_server_command
from arthurai.common.exceptions import ArthurError
from arthurai.common.text import list_names, suggest
from arthurai.common.vocabulary import DRIFT_METRICS, DRIFT_ROLLUPS
from arthurai.query import drift, round_timestamp
from arthurai.typing import AlertStatusFilter, ExtraColumns, QueryTypeName, TimeResolutionName

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable

    from arthurai.client.client import ArthurAI
    from arthurai.commands.server_commands import AddCommand, Rows
    from arthurai.model.model import ArthurModel
    from arthurai.upload.row_outcomes import SendResult

FOUND: Final = 1
"""Exit status when a limit is exceeded, an alert is listed with `--fail`, or rows are refused."""

_ZONE: Final = "zone by whose clocks days and weeks start, such as Europe/Vienna (default: UTC)"
_MODEL: Final = "its id, partner_model_id or display name"
_KINDS: Final = ("inferences", "ground-truths", "reference")
_MAX_SHOWN_FAILURES: Final = 3
_STEPS: Final = get_args(TimeResolutionName)
_ATTRIBUTE_FIELDS: Final = (
    *("name", "stage", "value_type", "categorical", "monitor_for_bias", "label"),
)
_MODEL_FIELDS: Final = (
    *("id", "display_name", "partner_model_id", "input_type", "output_type"),
    *("status", "created_at"),
)


def add_model_commands(commands: Any, add: AddCommand) -> None:
    """Add the commands to a parser.

    Args:
        commands: The subparsers of `arthurai`.
        add: Adds a command with a summary.
    """
    models = add_server_command(
        commands,
        add,
        "models",
        "list the models, or show the attributes of one",
        _models,
        "  arthurai models\n  arthurai models --tag credit --json\n  arthurai models 'Loan risk'",
    )
    models.add_argument("model", nargs="?", help=_MODEL)
    models.add_argument("--tag", action="append", help="only models with this tag; repeatable")

    query = add_server_command(
        commands,
        add,
        "query",
        "ask a question about the rows of a model",
        _query,
        "  arthurai query 'Loan risk' --select count --select accuracyRate --by region\n"
        "  arthurai query 'Loan risk' --select 'avg(income)' --by month\n"
        """  arthurai query 'Loan risk' '{"select": [{"function": "auc"}]}'\n"""
        "  arthurai query 'Loan risk' @question.json --json\n"
        "  generate-question | arthurai query 'Loan risk' -",
    )
    query.add_argument("model", help=_MODEL)
    query.add_argument(
        "query", nargs="?", help="the query as JSON; @FILE reads a file, - standard input"
    )
    query.add_argument(
        "--select",
        action="append",
        metavar="FUNCTION",
        help="instead of a query: a function, such as count, or one of a column, such as "
        "'avg(income)'; repeatable",
    )
    query.add_argument(
        "--by",
        action="append",
        metavar="COLUMN|STEP",
        help="with --select: group by a column, or by day, week, month, ... of the inferences; "
        "repeatable",
    )
    query.add_argument("--time-zone", metavar="ZONE", help=_ZONE)
    query.add_argument(
        "--type",
        choices=get_args(QueryTypeName),
        default="base",
        help="what the query is (default: %(default)s)",
    )
    _check_before(query, _check_query)

    drift = add_server_command(
        commands,
        add,
        "drift",
        "say how far inputs have moved from the reference data",
        _drift,
        "  arthurai drift 'Loan risk'\n"
        "  arthurai drift 'Loan risk' income region --by week\n"
        "  arthurai drift 'Loan risk' --limit 0.25    # exit status 1 if any attribute drifts more",
    )
    drift.add_argument("model", help=_MODEL)
    drift.add_argument(
        "attributes", nargs="*", help="attributes to measure (default: all inputs that can be)"
    )
    drift.add_argument(
        "--metric",
        type=make_choice(DRIFT_METRICS),
        choices=DRIFT_METRICS,
        default="PSI",
        help="measure (default: %(default)s)",
    )
    drift.add_argument(
        "--by",
        type=make_choice(DRIFT_ROLLUPS),
        choices=DRIFT_ROLLUPS,
        help="step of time, or batches (default: everything at once)",
    )
    drift.add_argument("--time-zone", metavar="ZONE", help=_ZONE)
    drift.add_argument(
        "--limit", type=_parse_number, help="exit status 1 if a value is larger than this"
    )

    alerts = add_server_command(
        commands,
        add,
        "alerts",
        "list the alerts of a model",
        _alerts,
        "  arthurai alerts 'Loan risk' --status new\n"
        "  arthurai alerts 'Loan risk' --status new --fail    # exit status 1 if there is any",
    )
    alerts.add_argument("model", help=_MODEL)
    alerts.add_argument(
        "--status",
        type=make_choice(get_args(AlertStatusFilter)),
        choices=get_args(AlertStatusFilter),
        help="only alerts of this status (default: all)",
    )
    alerts.add_argument("--since", metavar="TIME", help="only alerts from this time on, ISO 8601")
    alerts.add_argument("--fail", action="store_true", help="exit status 1 if an alert is listed")

    report = add_server_command(
        commands,
        add,
        "report",
        "write a page that shows a model",
        _report,
        "  arthurai report 'Loan risk' --output loan-risk.html",
    )
    report.add_argument("model", help=_MODEL)
    report.add_argument(
        "--output",
        type=Path,
        default=Path("report.html"),
        metavar="FILE",
        help="the file to write (default: %(default)s)",
    )
    report.add_argument("--time-zone", metavar="ZONE", help=_ZONE)

    send = add_server_command(
        commands,
        add,
        "send",
        "send files of rows to a model",
        _send,
        "  arthurai send 'Loan risk' january.parquet february.parquet\n"
        "  arthurai send 'Loan risk' rows.csv --tz Europe/Vienna\n"
        "  arthurai send 'Loan risk' outcomes.json --kind ground-truths\n"
        "  arthurai send 'Loan risk' people.parquet --redact email=hash --redact note=drop",
    )
    send.add_argument("model", help=_MODEL)
    send.add_argument(
        "files",
        nargs="+",
        type=_parse_file,
        metavar="FILE",
        help="Parquet, JSON, JSON lines or CSV",
    )
    send.add_argument("--kind", choices=_KINDS, default=_KINDS[0], help="default: %(default)s")
    send.add_argument("--tz", metavar="ZONE", help="time zone of times that have none")
    send.add_argument("--batch", metavar="BATCH", help="batch of all rows, for batch models")
    send.add_argument(
        "--strict",
        action=BooleanOptionalAction,
        help="refuse whole tables when anything is wrong (default: as ARTHUR_STRICT says)",
    )
    send.add_argument(
        "--extra",
        choices=get_args(ExtraColumns),
        help="refuse columns that are no attributes, or leave them out in silence "
        "(default: leave them out with a warning)",
    )
    send.add_argument(
        "--redact",
        action="append",
        type=_parse_redaction,
        default=[],
        metavar="COLUMN=hash|drop",
        help="hash (with ARTHUR_REDACTION_KEY) or drop a column; repeatable",
    )
    send.add_argument(
        "--sample",
        type=_parse_share,
        metavar="SHARE",
        help="share of the rows to send, above 0 and at most 1, chosen by their ids",
    )
    send.add_argument(
        "--progress",
        action=BooleanOptionalAction,
        help="show how far it is on standard error (default: on terminals)",
    )


def _check_before(
    command: argparse.ArgumentParser, check: Callable[[argparse.Namespace], str | None]
) -> None:
    """Have a command exit as after a wrong call when its arguments do not go together."""
    run = command.get_default("run")

    def run_if_right(options: argparse.Namespace) -> int:
        problem = check(options)
        if problem is not None:
            command.error(problem)
        return int(run(options))

    command.set_defaults(run=run_if_right)


def _parse_number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ArgumentTypeError(f"must be a number, got {text!r}") from None


def _parse_share(text: str) -> float:
    share = _parse_number(text)
    if not 0 < share <= 1:
        raise ArgumentTypeError(f"must be above 0 and at most 1, got {text!r}")
    return share


def _parse_file(text: str) -> Path:
    path = Path(text)
    if path.is_dir():
        raise ArgumentTypeError(f"must be a file, got the directory {text!r}")
    if not path.is_file():
        raise ArgumentTypeError(f"file not found: {text!r}")
    return path


def _parse_redaction(text: str) -> tuple[str, str]:
    name, equals, action = text.rpartition("=")
    if not equals or not name or action not in {"hash", "drop"}:
        raise ArgumentTypeError(f"must be COLUMN=hash or COLUMN=drop, got {text!r}")
    return name, action


def _find_model(arthur: ArthurAI, wanted: str) -> ArthurModel:
    """Return the model of an id, a `partner_model_id` or a display name.

    Raises:
        ValueError: There is none, or several have the name.
    """
    known = arthur.list_models(expand=[])
    for member in ("id", "partner_model_id", "display_name"):
        found = [model for model in known if getattr(model, member) == wanted]
        if len(found) > 1:
            ids = ", ".join(str(model.id) for model in found)
            raise ValueError(f"{len(found)} models have the name {wanted!r}; name one by id: {ids}")
        if found:
            return arthur.get_model(str(found[0].id))
    names = (name for model in known for name in (model.display_name, model.partner_model_id))
    raise ValueError(
        f"there is no model {wanted!r}{suggest(wanted, filter(None, names))}; "
        "`arthurai models` lists them"
    )


def _models(arthur: ArthurAI, options: argparse.Namespace) -> Rows:
    if options.model is not None:
        attributes = _find_model(arthur, options.model).attributes or []
        return [{name: getattr(one, name) for name in _ATTRIBUTE_FIELDS} for one in attributes]
    filters = {"tag": options.tag} if options.tag else {}
    return [
        {name: getattr(model, name) for name in _MODEL_FIELDS}
        for model in arthur.list_models(expand=[], **filters)
    ]


def _query(arthur: ArthurAI, options: argparse.Namespace) -> Rows:
    body = None if options.query is None else _read_query(options.query)
    model = _find_model(arthur, options.model)
    if body is None:
        body = _simple_query(model, options.select, options.by or (), options.time_zone)
    answer = model.query(body, options.type)
    return answer if isinstance(answer, list) else [answer]


def _check_query(options: argparse.Namespace) -> str | None:
    """Return why the arguments of `query` do not go together."""
    if (options.query is None) == (options.select is None):
        return "give either a query or --select"
    if options.query is not None and (options.by or options.time_zone):
        return "--by and --time-zone go with --select; write group_by into the query"
    return None


def _simple_query(
    model: ArthurModel, functions: Iterable[str], keys: Iterable[str], time_zone: str | None
) -> dict[str, Any]:
    """Return the query for functions by columns, and by steps of time that are no columns."""
    columns = {*model.get_attribute_names()}
    select: list[dict[str, Any]] = []
    groups: list[dict[str, str]] = []
    for key in keys:
        if key.lower() in _STEPS and key not in columns:
            step = round_timestamp(key.lower(), time_zone=time_zone)
            select.append(step.to_select())
            groups.append(step.to_reference())
        else:
            select.append({"property": key})
            groups.append({"property": key})
    body: dict[str, Any] = {"select": [*select, *map(_read_function, functions)]}
    if groups:
        body |= {"group_by": groups, "order_by": groups}
    return body


def _read_function(text: str) -> dict[str, Any]:
    """Return a function as it stands in a query: `count`, or `avg(income)`."""
    name, bracket, inner = text.strip().partition("(")
    if not bracket:
        return {"function": name}
    column = inner.removesuffix(")").strip()
    return {"function": name, "alias": text, "parameters": {"property": column}}


def _read_query(text: str) -> dict[str, Any]:
    if text == "-":
        text = sys.stdin.read()
    elif text.startswith("@"):
        text = Path(text[1:]).read_text(encoding="utf-8")
    try:
        body = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"the query must be JSON: {error}") from error
    if not isinstance(body, dict):
        raise ValueError(f"the query must be a JSON object, got {type(body).__name__}")  # noqa: TRY004 - a wrong input, not a wrong type of ours
    return body


def _drift(arthur: ArthurAI, options: argparse.Namespace) -> Rows:
    from arthurai.model.report.report_contents import is_measurable

    model = _find_model(arthur, options.model)
    inputs = [one.name for one in model.get_attributes() if is_measurable(one)]
    names = options.attributes or inputs
    if not names:
        raise ValueError("the model has no input whose drift can be measured")
    found = model.query(
        drift(*names, metric=options.metric, rollup=options.by, time_zone=options.time_zone)
    )
    rows = [
        {
            "attribute": name,
            **({"rollup": row.get("rollup")} if options.by else {}),
            "drift": row[name],
        }
        for row in found
        for name in names
        if name in row
    ]
    if options.limit is not None:
        unknown = [name for name in names if not any(_is_drift_of(row, name) for row in rows)]
        if unknown:
            fail(f"the drift of {list_names(unknown)} is not known, so the limit is not held")
        if unknown or any((row["drift"] or 0) > options.limit for row in rows):
            options.exit_status = FOUND
    return rows


def _is_drift_of(row: dict[str, Any], name: str) -> bool:
    return row["attribute"] == name and row["drift"] is not None


def _alerts(arthur: ArthurAI, options: argparse.Namespace) -> Rows:
    model = _find_model(arthur, options.model)
    found = model.get_alerts(status=options.status, start_time=options.since, page=None)
    if found and options.fail:
        options.exit_status = FOUND
    return [
        {
            "timestamp": alert.timestamp,
            "status": alert.status,
            "severity": alert.alert_rule.severity,
            "message": alert.message,
            "value": alert.metric_value,
            "id": alert.id,
        }
        for alert in found
    ]


def _report(arthur: ArthurAI, options: argparse.Namespace) -> Rows:
    path = _find_model(arthur, options.model).report(options.output, time_zone=options.time_zone)
    return ({"report": str(path)},)


def _send(arthur: ArthurAI, options: argparse.Namespace) -> Rows:
    model = _find_model(arthur, options.model)
    rows: list[dict[str, Any]] = []
    for path in options.files:
        try:
            result = _send_file(model, path, options)
        except (ArthurError, OSError, ValueError) as error:
            text = describe_error(error)
            reason = text if str(path) in text else f"{path}: {text}"
            if not rows:
                raise ValueError(reason) from error
            options.exit_status = fail(reason)
            return rows
        rows.append(
            {
                "file": str(path),
                "accepted": result.accepted,
                "rejected": result.rejected,
                "unknown": result.unknown,
                "sampled_out": result.sampled_out,
                "failures": _failures(result),
            }
        )
        if result.failures:
            options.exit_status = FOUND
    return rows


def _send_file(model: ArthurModel, path: Path, options: argparse.Namespace) -> SendResult:
    from arthurai.commands.csv_rows import is_csv, read_csv

    common: dict[str, Any] = {
        "tz": options.tz,
        "strict": options.strict,
        "extra": options.extra,
        "progress": options.progress,
        "redact": dict(options.redact) or None,
    }
    if is_csv(path):
        common["data"] = read_csv(path, model.get_attributes())
    else:
        common["files"] = [path]
    if options.kind == "reference":
        outcome = model.set_reference_data(**common)
        if outcome is None:
            raise ValueError("the model is not saved")
        return outcome[0]
    common |= {"sample": options.sample, "fail_silently": True}
    if options.kind == "ground-truths":
        return model.send_bulk_ground_truths(**common)
    return model.send_bulk_inferences(batch_id=options.batch, ignore_join_errors=True, **common)[0]


def _failures(result: SendResult) -> str:
    shown = "; ".join(
        f"row {failure.row}: {failure.message}" for failure in result.failures[:_MAX_SHOWN_FAILURES]
    )
    more = len(result.failures) - _MAX_SHOWN_FAILURES
    return f"{shown}; and {more} more" if more > 0 else shown
