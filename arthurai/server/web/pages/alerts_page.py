"""Alerts: the inbox of all models, and the alerts and rules of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.server.web.charts import Chart, Column
from arthurai.server.web.model_view import ModelView
from arthurai.server.web.page_figures import Figure, make_page
from arthurai.server.web.page_registry import PREFIX, Page, Redirect, page
from arthurai.server.web.pictures import line_picture
from arthurai.server.web.svg_shapes import Series
from arthurai.server.web.watched_metric import chart_metric

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from arthurai.server.web.page_registry import Answer
    from arthurai.server.web.view import View

PAGE_SIZE: Final = 25
STATUSES: Final = ("new", "acknowledged", "resolved")
SEVERITIES: Final = ("critical", "warning")
_RULE_ALERTS: Final = 200


@page("/alerts")
def show_inbox(view: View) -> Answer:
    """List the alerts of all models, the newest first."""
    values = _list(view, {})
    ids = {alert["model_id"] for alert in values["alerts"]}
    values["names"] = _names(view, ids)
    return Page("inbox.html", "Alerts", values)


@page("/models/<model_id>/alerts")
def show_model_alerts(view: View) -> Answer:
    """List the alerts of a model, and its rules."""
    model = ModelView(view)
    rules = view.api.pages(
        "list_alert_rules", {"model_id": model.id, "include_alert_metadata": True}
    )
    alerts = {"alerts": [], "total": 0, "number": 1, "last": 1, "status": "", "severity": ""}
    if view.may("list_alerts"):
        alerts = _list(view, {"model_id": [model.id]})
    metrics = []
    if view.may("create_alert_rule") and view.may("list_metrics"):
        metrics = view.api.pages("list_metrics", {"model_id": model.id}, key="metrics")
    values = {
        "model": model,
        "tab": "alerts",
        "rules": rules,
        "metrics": metrics,
        "names": {model.id: model.name},
        "figures": [],
        **alerts,
    }
    return Page("alerts.html", f"{model.name}: alerts", values)


@page("/models/<model_id>/rules/<rule_id>")
def show_rule(view: View) -> Answer:
    """Show a rule: what it watches, how its metric went, and its alerts."""
    model = ModelView(view)
    rules = view.api.pages(
        "list_alert_rules", {"model_id": model.id, "include_alert_metadata": True}
    )
    rule = next((rule for rule in rules if rule["id"] == view.params["rule_id"]), None)
    if rule is None:
        return Page("failure.html", "Not found", {"reason": "There is no such rule."}, status=404)
    limits = (str(rule["bound"]), float(rule["threshold"]))
    figures = [
        Figure(
            "course",
            f"{rule.get('metric_name') or 'Metric'} and the threshold",
            lambda: chart_metric(
                model,
                rule["metric_id"],
                limits,
                parameters=rule.get("metric_parameters"),
                filters=rule.get("filters") or (),
            ),
            is_heavy=True,
        ),
        Figure(
            "history",
            f"Alerts of {rule['name']}",
            lambda: _history(view, model, rule),
            empty="This rule has raised no alert yet.",
        ),
    ]
    values = {"model": model, "tab": "alerts", "rule": rule}
    title = f"{model.name}: {rule['name']}"
    return make_page(view, "rule.html", title, figures, values, rows=model.span.count)


@page("/models/<model_id>/rules/trial")
def try_rule(view: View) -> Answer:
    """Show what a rule would have seen in the data that are there, before it is made."""
    model = ModelView(view)
    metric_id = view.query.get("metric_id", "")
    metric = view.api.call("get_metric", {"model_id": model.id, "metric_id": metric_id})
    threshold = view.query.get("threshold", 0.0, type=float)
    bound = "lower" if view.query.get("bound") == "lower" else "upper"
    figures = [
        Figure(
            "course",
            f"{metric['name']} and the threshold",
            lambda: chart_metric(model, metric_id, (bound, threshold)),
        )
    ]
    fields = ("metric_id", "bound", "threshold", "severity", "name", "lookback_period")
    values = {
        "model": model,
        "tab": "alerts",
        "metric": metric,
        "fields": {name: view.query[name] for name in fields if view.query.get(name)},
    }
    return make_page(view, "trial.html", f"{model.name}: try a rule", figures, values)


@page("/alerts/<alert_id>", method="POST")
def set_alert_status(view: View) -> Answer:
    """Acknowledge, resolve or reopen an alert."""
    status = view.form.get("status", "")
    view.api.call("update_alert", {"alert_id": view.params["alert_id"]}, body={"status": status})
    return Redirect(_back(view.form), f"The alert is {status}.")


@page("/models/<model_id>/rules", method="POST")
def create_rule(view: View) -> Answer:
    """Create a rule."""
    model_id, form = view.params["model_id"], view.form
    body: dict[str, Any] = {
        "metric_id": form.get("metric_id", ""),
        "bound": form.get("bound", ""),
        "threshold": _number(form.get("threshold", "")),
        "severity": form.get("severity", ""),
    }
    if form.get("name"):
        body["name"] = form["name"]
    if form.get("lookback_period"):
        body["lookback_period"] = _number(form["lookback_period"])
    view.api.call("create_alert_rule", {"model_id": model_id}, body=body)
    return Redirect(f"/models/{model_id}/alerts", "The rule is in force.")


@page("/models/<model_id>/rules/<rule_id>", method="POST")
def change_rule(view: View) -> Answer:
    """Enable, disable or delete a rule, or resolve its alerts."""
    model_id, rule_id = view.params["model_id"], view.params["rule_id"]
    wanted = {"model_id": model_id, "alert_rule_id": rule_id}
    match view.form.get("action"):
        case "enable":
            view.api.call("update_alert_rule", wanted, body={"enabled": True})
        case "disable":
            view.api.call("update_alert_rule", wanted, body={"enabled": False})
        case "resolve":
            view.api.call("update_alerts_of_rule", wanted, body={"status": "resolved"})
        case "delete":
            view.api.call("delete_alert_rule", wanted)
            return Redirect(f"/models/{model_id}/alerts", "The rule is deleted.")
    return Redirect(f"/models/{model_id}/rules/{rule_id}", "Done.")


def _list(view: View, wanted: dict[str, Any]) -> dict[str, Any]:
    status = view.query.get("status", "new")
    severity = view.query.get("severity", "")
    number = view.number
    found = view.api.call(
        "list_alerts",
        {
            **wanted,
            "status": status if status in STATUSES else None,
            "severity": severity if severity in SEVERITIES else None,
            "sort": "-timestamp",
            "page": number,
            "page_size": PAGE_SIZE,
        },
    )
    return {
        "alerts": found["data"],
        "total": found["total_count"],
        "number": number,
        "last": max(1, found["total_pages"]),
        "status": status,
        "severity": severity,
        "statuses": STATUSES,
        "severities": SEVERITIES,
        "new_count": found["total_count"] if status == "new" and not severity else _count_new(view),
    }


def _count_new(view: View) -> int:
    return int(view.api.call("list_alerts", {"status": "new", "page_size": 1})["total_count"])


def _names(view: View, ids: set[str]) -> dict[str, str]:
    names = {}
    for model_id in ids:
        model = view.api.call("get_model", {"model_id": model_id})
        names[model_id] = model.get("display_name") or model["partner_model_id"]
    return names


def _history(view: View, model: ModelView, rule: dict[str, Any]) -> Chart | None:
    if not view.may("list_alerts"):
        return None
    wanted = {"alert_rule_id": rule["id"], "sort": "timestamp", "page_size": _RULE_ALERTS}
    rows = view.api.call("list_alerts", wanted)["data"]
    columns = (
        Column("timestamp", "Raised (UTC)", "time"),
        Column("metric_value", "Value"),
        Column("status", "Status", "text"),
        Column("window_start", "Window from", "time"),
        Column("window_end", "to", "time"),
        Column("batch_id", "Batch", "text"),
    )
    moments = [str(row["timestamp"]) for row in rows]
    series = [
        Series(str(rule.get("metric_name") or "Value"), [row["metric_value"] for row in rows]),
        Series("Threshold", [float(rule["threshold"])] * len(rows)),
    ]
    picture = line_picture(moments, series, (), "number")
    title = f"Alerts of {rule['name']}"
    parameters = {"model_id": model.id, "alert_rule_id": rule["id"]}
    return Chart("history", title, columns, rows, "list_alerts", parameters, {}, "", picture)


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _back(form: MultiDict[str, str]) -> str:
    back = form.get("back", "")
    return back.removeprefix(PREFIX) if back.startswith(f"{PREFIX}/") else "/alerts"
