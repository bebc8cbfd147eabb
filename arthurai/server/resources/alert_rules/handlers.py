"""Alert rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.server.document_kinds import Kind
from arthurai.server.http.api_errors import ApiError
from arthurai.server.http.paging import member_columns, paginate, sort_items
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Response
from arthurai.server.resources.alert_rules import service
from arthurai.server.resources.alert_rules.backtest import Backtest, complete_outcomes
from arthurai.server.resources.alert_rules.rule_notes import describe_rule
from arthurai.server.timestamps import parse_timestamp, to_utc

if TYPE_CHECKING:
    from arthurai.server.document_kinds import StoredAlertRule
    from arthurai.server.http.request import Request
    from arthurai.server.storage.documents.stored_models import StoredModel

_SORT_COLUMNS: Final = member_columns(
    "name",
    "severity",
    "metric_id",
    "metric_name",
    "metric_type",
    "subsequent_alert_wait_time",
    "last_updated_at",
    "last_updated_by",
    "enabled",
)

_REQUEST_MEMBERS: Final = (
    "metric_id",
    "bound",
    "threshold",
    "severity",
    "name",
    "lookback_period",
    "subsequent_alert_wait_time",
    "enabled",
    "metric_parameters",
    "filters",
    "min_rows",
    "min_truth_share",
    "confidence",
)


@operation("list_alert_rules")
def list_alert_rules(request: Request) -> Response:
    """List the rules of a model."""
    record, params = request.model(), request.params
    found = [
        rule
        for rule in service.list_rules(request.stores, record)
        if params.get("severity") in {None, rule["severity"]}
    ]
    found = sort_items(found, params.get("sort"), _SORT_COLUMNS)
    if not params.get("include_alert_metadata"):
        return Response(200, paginate(found, params, service.to_api))
    alerts = request.stores.control.alerts.count_by_rule(record.organization_id, record.id)
    states = request.documents(Kind.ALERT_RULE_STATE)

    def to_api(rule: dict[str, Any]) -> dict[str, Any]:
        state = states.get(record.organization_id, rule["id"]) or {}
        return {**service.to_api(rule), **_metadata(alerts.get(rule["id"]), state)}

    return Response(200, paginate(found, params, to_api))


@operation("create_alert_rule")
def create_alert_rule(request: Request) -> Response:
    """Create a rule."""
    record = request.model().require_active()
    rule = service.create_rule(request.stores, record, request.body, request.principal.creator)
    return Response(200, _with_notes(request, record, rule))


@operation("update_alert_rule")
def update_alert_rule(request: Request) -> Response:
    """Change a rule."""
    record = request.model()
    with request.stores.control.transaction():
        rule = service.change_rule(
            request.stores,
            record,
            request.params["alert_rule_id"],
            request.body,
            request.principal.creator,
        )
    return Response(200, _with_notes(request, record, rule))


@operation("delete_alert_rule")
def delete_alert_rule(request: Request) -> Response:
    """Archive a rule."""
    record = request.model()
    service.archive_rule(request.stores, record, request.params["alert_rule_id"])
    request.services.rule_advisor.forget(record, request.params["alert_rule_id"])
    return Response(204)


@operation("backtest_alert_rule", only_reads=True)
def backtest_alert_rule(request: Request) -> Response:
    """Say when a rule would have raised alerts."""
    record, body = request.model(), request.body
    rule = service.draft_rule(request.stores, record, body["rule"])
    reader = service.read_rule(request.stores, record, rule)
    since, until = (
        None if not body.get(key) else to_utc(parse_timestamp(body[key], f"body.{key}"))
        for key in ("start_time", "end_time")
    )
    found = Backtest(reader, record.schema, request.stores.data, since, until)
    return Response(
        200,
        {
            "rule": {key: rule[key] for key in _REQUEST_MEMBERS},
            "alerts": found.alerts,
            "outcomes": found.outcomes,
            "suppressed": found.suppressed,
            "notes": service.note_rule(request.stores, record, rule),
        },
    )


@operation("explain_alert_rule")
def explain_alert_rule(request: Request) -> Response:
    """Say what a rule watches, what came of it, and what stands in its way."""
    record = request.model()
    rule = service.get_rule(request.stores, record, request.params["alert_rule_id"])
    try:
        reader = service.read_rule(request.stores, record, rule)
        summary = describe_rule(reader, is_batch=record.schema.is_batch)
        covers = [subject.parameters for subject in reader.subjects]
    except ApiError:  # its metric was deleted or changed: the notes say so
        summary, covers = "cannot be evaluated", []
    state = request.documents(Kind.ALERT_RULE_STATE).get(record.organization_id, rule["id"]) or {}
    outcomes = state.get("outcomes")
    return Response(
        200,
        {
            "alert_rule": service.to_api(rule),
            "summary": summary,
            "covers": covers,
            "notes": service.note_rule(request.stores, record, rule),
            "last_evaluated_at": state.get("evaluated_at"),
            "last_metric_value": state.get("last_metric_value"),
            "last_outcomes": None if outcomes is None else complete_outcomes(outcomes),
        },
    )


def _with_notes(request: Request, record: StoredModel, rule: StoredAlertRule) -> dict[str, Any]:
    notes = service.note_rule(request.stores, record, rule)
    request.services.rule_advisor.forget(record, rule["id"], notes)
    return {**service.to_api(rule), **({"notes": notes} if notes else {})}


def _metadata(alerts: dict[str, Any] | None, state: dict[str, Any]) -> dict[str, Any]:
    counts = {} if alerts is None else alerts["counts"]
    statuses = ("new", "acknowledged", "resolved")
    return {
        "alert_counts": {status: counts.get(status, 0) for status in statuses},
        "last_metric_value": state.get("last_metric_value"),
        "last_triggered": None if alerts is None else f"{alerts['last']}Z",
    }
