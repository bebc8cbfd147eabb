"""Probes of alerts: they fire, are shown, narrowed, and settled one by one or by their rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arthurai.contract.probe_context import WHOLE

if TYPE_CHECKING:
    from arthurai.contract.fixtures import World
    from arthurai.contract.probe_context import Bench


def settled(bench: Bench, world: World) -> None:
    """An alert is shown as it is listed, and keeps the status it is given."""
    path = {"alert_id": world.need("alert")}
    shown = bench.must("get_alert", path)
    listed = bench.must("list_alerts", query={"page_size": WHOLE})
    row = next((r for r in listed.rows if r.get("id") == path["alert_id"]), {})
    for member in ("id", "timestamp", "metric_value", "model_id", "status", "severity", "message"):
        bench.expect(
            shown.get(member) == row.get(member),
            "get_alert",
            "answers disagree",
            f"{member}: {row.get(member)!r} in the list, {shown.get(member)!r} by its id",
            shown,
        )
    for status in ("acknowledged", "resolved"):
        reply = bench.must("update_alert", path, json={"status": status})
        seen = bench.must("get_alert", path)
        for answer in (reply, seen):
            bench.expect(
                answer.get("status") == status,
                "update_alert",
                "update not visible",
                f"status {status!r} expected, got {answer.get('status')!r}",
                answer,
            )
        found = bench.must("list_alerts", query={"status": status, "page_size": WHOLE})
        bench.expect(
            any(r.get("id") == path["alert_id"] for r in found.rows),
            "list_alerts",
            "filter",
            f"an alert of the status {status!r} is not found by it",
            found,
        )


def of_a_rule(bench: Bench, world: World) -> None:
    """All alerts of a rule are settled at once, and counted."""
    alert = bench.must("get_alert", {"alert_id": world.need("alert")})
    rule, model = alert.get("alert_rule", "id"), alert.get("model_id")
    query = {"alert_rule_id": rule, "page_size": WHOLE}
    before = bench.must("list_alerts", query=query)
    path = {"model_id": str(model), "alert_rule_id": str(rule)}
    bench.gate.admit(model, rule)
    reply = bench.must("update_alerts_of_rule", path, json={"status": "acknowledged"})
    after = bench.must("list_alerts", query=query)
    bench.expect(
        isinstance(reply.get("updated_alerts"), int)
        and 0 <= reply.get("updated_alerts") <= len(before.rows),
        "update_alerts_of_rule",
        "updated_alerts",
        f"the rule has {len(before.rows)} alerts, {reply.get('updated_alerts')} were updated",
        reply,
    )
    new = [r for r in after.rows if r.get("status") == "new"]
    bench.expect(
        not new, "update_alerts_of_rule", "update not visible", f"{len(new)} alerts are new", after
    )


def counted(bench: Bench, world: World) -> None:
    """The counts of alerts are those of the list."""
    alert = bench.must("get_alert", {"alert_id": world.need("alert")})
    model = str(alert.get("model_id"))
    listed = bench.must("list_alerts", query={"model_id": model, "page_size": WHOLE})
    reply = bench.must("get_alert_counts", query={"model_id": model})
    found = sum(r.get("count") or 0 for r in reply.rows if r.get("model_id") == model)
    with bench.inferred():
        bench.expect(
            found == len(listed.rows),
            "get_alert_counts",
            "counts",
            f"{len(listed.rows)} alerts are listed, {found} are counted",
            reply,
        )


def told(bench: Bench, world: World) -> None:
    """People can be told about an alert; here nobody wants to be."""
    path = {"alert_id": world.need("alert")}
    alert = bench.must("get_alert", path)
    content = {
        "model_id": alert.get("model_id"),
        "alert_timestamp": alert.get("timestamp"),
        "alert_description": "told by a contract check",
        "alert_priority": alert.get("severity"),
    }
    bench.must("send_alert_notification", path, json=content)


# Name → probe, the operations it is about.
PROBES: Final = {
    "alerts": (settled, {"get_alert", "update_alert", "list_alerts"}),
    "counts of alerts": (counted, {"get_alert_counts"}),
    "alerts of a rule": (of_a_rule, {"update_alerts_of_rule"}),
    "notifications of alerts": (told, {"send_alert_notification"}),
}
