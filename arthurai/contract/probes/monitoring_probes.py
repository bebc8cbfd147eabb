"""Probes of alerts and insights: they are found, shown, filtered, counted and settled."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from arthurai.contract.factories import make_alert
from arthurai.contract.operation_facts import ALL_ROWS
from arthurai.contract.probe_context import ProbeList

if TYPE_CHECKING:
    from arthurai.contract.checked_client import Response
    from arthurai.contract.probe_context import ProbeContext

PROBES: Final = ProbeList()
_FUTURE: Final = "2200-01-01T00:00:00Z"
_ALERT_MEMBERS: Final = (
    *("id", "timestamp", "metric_value", "model_id", "status", "severity", "message"),
    *("window_start", "window_end", "batch_id", "row_count"),
)


def _row_of(response: Response, name: str) -> dict[str, Any]:
    """Return the row of a list that shows an object, empty when there is none."""
    return next((row for row in response.rows if row.get("id") == name), {})


@PROBES.probe("alerts", "get_alert", "update_alert", "list_alerts")
def check_alert(context: ProbeContext) -> None:
    """An alert is shown as it is listed, and keeps the status it is given."""
    path = {"alert_id": context.fixtures.require("alert")}
    shown = context.call_ok("get_alert", path)
    listed = context.call_ok("list_alerts", query={"page_size": ALL_ROWS})
    row = _row_of(listed, path["alert_id"])
    expected = {member: row.get(member) for member in _ALERT_MEMBERS}
    context.expect_members(expected, "differs from list", shown)
    for status in ("acknowledged", "resolved"):
        changed = context.call_ok("update_alert", path, json={"status": status})
        seen = context.call_ok("get_alert", path)
        context.expect_members(
            {"status": status}, "update not visible", changed, seen, operation_id="update_alert"
        )
        found = context.call_ok("list_alerts", query={"status": status, "page_size": ALL_ROWS})
        text = f"an alert with the status {status!r} is not found by it"
        context.expect(_row_of(found, path["alert_id"]), "filter", text, found)


@PROBES.probe("subscribers in lists", "list_alert_summary_configurations")
def check_listed_subscribers(context: ProbeContext) -> None:
    """A list of summaries shows the subscribers of each."""
    summary = context.fixtures.create_sample("create_alert_summary_configuration")
    path = {"configuration_id": str(summary.get("id"))}
    body = {"type": "email", "user_id": context.fixtures.create_sample("create_user")["id"]}
    subscriber = context.fixtures.create("create_alert_summary_subscriber", body, path)
    listed = context.call_ok("list_alert_summary_configurations", query={"page_size": ALL_ROWS})
    row = _row_of(listed, path["configuration_id"])
    found = [one.get("id") for one in row.get("subscribers") or []]
    text = f"subscribers {found}, expected {subscriber.get('id')} among them"
    context.expect(subscriber.get("id") in found, "object not listed", text, listed)


@PROBES.probe(
    "signing secrets",
    *("create_alert_notification_configuration", "get_alert_notification_configuration"),
    *("list_alert_notification_configurations", "update_alert_notification_configuration"),
)
def check_signing_secrets(context: ProbeContext) -> None:
    """The secret that signs messages is shown when it is made, and never again."""
    made = context.fixtures.create_sample("create_alert_notification_configuration")
    path = {"configuration_id": str(made.get("id"))}
    one = context.call_ok("get_alert_notification_configuration", path)
    changed = context.call_ok(
        "update_alert_notification_configuration", path, json={"enabled": False}
    )
    listed = context.call_ok("list_alert_notification_configurations")
    for response, rows in ((one, [one.json]), (changed, [changed.json]), (listed, listed.rows)):
        shown = [row.get("id") for row in rows if row.get("signing_secret")]
        context.expect(not shown, "secret shown again", f"of {shown}", response)


@PROBES.probe("counts of alerts", "get_alert_counts")
def check_alert_counts(context: ProbeContext) -> None:
    """The counts of alerts are those of the list."""
    alert = context.call_ok("get_alert", {"alert_id": context.fixtures.require("alert")})
    model = str(alert.get("model_id"))
    moment = str(alert.get("timestamp"))
    make_alert(context.fixtures)  # one of another model
    for narrowed in (
        {},
        *({"severity": severity} for severity in ("warning", "critical")),
        *({"status": status} for status in ("new", "acknowledged", "resolved")),
        *({name: moment} for name in ("start_time", "end_time")),
        {"start_time": _FUTURE},
    ):
        query = {"model_id": model, **narrowed}
        listed = context.call_ok("list_alerts", query={**query, "page_size": ALL_ROWS})
        response = context.call_ok("get_alert_counts", query=query)
        found = sum(r.get("count") or 0 for r in response.rows if r.get("model_id") == model)
        others = [r for r in response.rows if r.get("model_id") != model]
        with context.inferred():
            text = f"{len(others)} other models were not asked for"
            context.expect(not others, "filter", text, response)
            what = f"alerts for {narrowed}"
            context.expect_equal(found, len(listed.rows), "counts", response, what=what)


@PROBES.probe("alerts of a rule", "update_alerts_of_rule")
def check_alerts_of_rule(context: ProbeContext) -> None:
    """All alerts of a rule are settled at once, and counted."""
    alert = context.call_ok("get_alert", {"alert_id": context.fixtures.require("alert")})
    rule, model = str(alert.get("alert_rule", "id")), str(alert.get("model_id"))
    query = {"alert_rule_id": rule, "page_size": ALL_ROWS}
    before = context.call_ok("list_alerts", query=query)
    path = {"model_id": model, "alert_rule_id": rule}
    context.guard.register(model, rule)
    status = {"status": "acknowledged"}
    response = context.call_ok("update_alerts_of_rule", path, json=status)
    after = context.call_ok("list_alerts", query=query)
    updated = response.get("updated_alerts")
    context.expect(
        isinstance(updated, int) and 0 <= updated <= len(before.rows),
        "updated_alerts",
        f"the rule has {len(before.rows)} alerts, {updated} were updated",
        response,
    )
    new = [row for row in after.rows if row.get("status") == "new"]
    context.expect_equal(new, [], "update not visible", response, what="new alerts")


@PROBES.probe("notifications of alerts", "send_alert_notification")
def check_alert_notification(context: ProbeContext) -> None:
    """A notification about an alert is accepted; nobody has subscribed to it."""
    path = {"alert_id": context.fixtures.require("alert")}
    alert = context.call_ok("get_alert", path)
    content = {
        "model_id": alert.get("model_id"),
        "alert_timestamp": alert.get("timestamp"),
        "alert_description": "sent by a contract check",
        "alert_priority": alert.get("severity"),
    }
    context.call_ok("send_alert_notification", path, json=content)


def _insight_path(context: ProbeContext) -> dict[str, str]:
    insight = context.fixtures.require("insight")
    return {"model_id": context.fixtures.require("insight_model"), "insight_id": insight}


def _list_insights(context: ProbeContext, path: dict[str, str], **query: Any) -> Response:
    model, query = {"model_id": path["model_id"]}, {"page_size": ALL_ROWS, **query}
    return context.call_ok("list_insights", model, query=query)


@PROBES.probe("insights", "get_insight")
def check_insight(context: ProbeContext) -> None:
    """An insight is shown as it is listed, and describes a weakness."""
    path = _insight_path(context)
    response = context.call_ok("get_insight", path)
    row = _row_of(_list_insights(context, path), path["insight_id"])
    context.expect_equal(response.json, row, "differs from list", response)
    value, threshold = response.get("metric_value"), response.get("threshold_value")
    context.expect(value < threshold, "no weakness", f"{value} is not below {threshold}", response)
    elsewhere = {**path, "model_id": context.fixtures.require("model")}
    with context.inferred():
        response = context.call("get_insight", elsewhere)
        context.expect_status(response, HTTPStatus.NOT_FOUND, "insight of another model")


@PROBES.probe("filters of insights", "list_insights")
def check_insight_filters(context: ProbeContext) -> None:
    """Insights are found by their batch, their status and their time, and by no other."""
    path = _insight_path(context)
    insight = context.call_ok("get_insight", path)
    for query, expected in (
        ({"batch_id": insight.get("batch_id")}, True),
        ({"batch_id": context.guard.unknown_id()}, False),
        ({"status": insight.get("status")}, True),
        ({"end_time": _FUTURE}, True),
        ({"start_time": _FUTURE}, False),
    ):
        response = _list_insights(context, path, **query)
        found = bool(_row_of(response, path["insight_id"]))
        context.expect_equal(found, expected, "filter", response, what=f"found by {query}")


@PROBES.probe("counts of insights", "get_insight_model_counts", "get_insight_group_counts")
def check_insight_counts(context: ProbeContext) -> None:
    """The counts by model and by batch are those of the list."""
    path = _insight_path(context)
    model, rows = path["model_id"], _list_insights(context, path).rows
    response = context.call_ok("get_insight_model_counts")
    found = [row.get("count") for row in response.rows if row.get("model_id") == model]
    context.expect_equal(found, [len(rows)], "counts", response, what="insights of the model")
    batch = context.call_ok("get_insight", path).get("batch_id")
    response = context.call_ok("get_insight_group_counts", {"model_id": model})
    found = [row.get("count") for row in response.rows if row.get("batch_id") == batch]
    in_batch = sum(row.get("batch_id") == batch for row in rows)
    context.expect_equal(found, [in_batch], "counts", response, what="insights of the batch")


@PROBES.probe("statuses of insights", "update_insight", "update_insights")
def check_insight_status(context: ProbeContext) -> None:
    """An insight keeps the status it is given, alone or with all of its model."""
    path = _insight_path(context)
    model = {"model_id": path["model_id"]}
    for operation_id, where, status in (
        ("update_insight", path, "acknowledged"),
        ("update_insights", model, "resolved"),
    ):
        response = context.call_ok(operation_id, where, json={"status": status})
        count = response.get("updated_count") or 0
        context.expect(count >= 1, "updated_count", f"expected at least 1, got {count}", response)
        seen = context.call_ok("get_insight", path)
        context.expect_members(
            {"status": status}, "update not visible", seen, operation_id=operation_id
        )
    new = _list_insights(context, path, status="new").rows
    text = f"{len(new)} insights are new after all were resolved"
    context.expect(not new, "update not visible", text, "update_insights")
