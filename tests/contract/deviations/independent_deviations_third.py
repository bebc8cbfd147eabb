"""The third table of deviations that were written without a look at the probes."""

from __future__ import annotations

from dataclasses import replace

import independent_rules as deviation
from deviating_server import Response
from rules import rows_of, with_rows


def sorted_backwards(name):
    return deviation.rows(lambda found: sorted(found, key=lambda row: str(row[name]), reverse=True))


def first_of(parameter):
    """See only the first of several values of a query parameter."""

    def rule(server, request, forward):
        seen, kept = set(), []
        for key, value in request.query:
            if key != parameter or key not in seen:
                kept.append((key, value))
            seen.add(key)
        return forward(replace(request, query=tuple(kept)))

    return rule


def always(**values):
    """Set query parameters, whatever was asked for."""
    return lambda server, request, forward: forward(request.adding(**values))


def found_at_the_start(server, request, forward):
    """Find by the first letters what is to be found by any part."""
    response, wanted = forward(), request.get("search")
    found = rows_of(response.json) if response.ok and wanted else None
    if not found:
        return response
    names = ("display_name", "partner_model_id", "id")
    begins = [
        row
        for row in found
        if any(str(row.get(name) or "").lower().startswith(wanted.lower()) for name in names)
    ]
    return with_rows(response, begins)


def no_key(server, request, forward):
    headers = {name: v for name, v in request.headers.items() if name != "idempotency-key"}
    return forward(replace(request, headers=headers))


def not_granted(server, request, forward):
    response = forward()
    return Response(403).with_json({"error": "not allowed"}) if response.ok else response


def old_name(server, request, forward):
    response = forward()
    name = request.path.rpartition("/")[2]
    return response.with_json({**response.json, "name": name}) if response.ok else response


def deletes_nothing(server, request, forward):
    """Say that what is there is gone."""
    if deviation.call(server, "GET", request.path, headers=request.headers).ok:
        return Response(204, {}, b"")
    return forward()


def each_row_sent(change):
    def alter(value):
        if isinstance(value, list):
            return [change(row) if isinstance(row, dict) else row for row in value]
        return value

    return deviation.asks(alter)


def lower_text(row):
    data = row.get("inference_data")
    if not isinstance(data, dict):
        return row
    lower = {name: v.lower() if isinstance(v, str) else v for name, v in data.items()}
    return {**row, "inference_data": lower}


def zero_and_one(server, request, forward):
    response = forward()
    if not response.ok:
        return response
    found = [
        {name: int(value) if isinstance(value, bool) else value for name, value in row.items()}
        for row in rows_of(response.json) or []
    ]
    return with_rows(response, found)  # the values are equal, their types are not


def ten_rows_at_most(server, request, forward):
    size = request.get("page_size") or ""
    return forward(request.adding(page_size="10") if size.isdigit() and int(size) > 10 else request)


def first_order_only(value):
    return {**value, "order_by": value["order_by"][:1]} if value.get("order_by") else value


def first_group_only(value):
    groups = value.get("group_by")
    return {**value, "group_by": groups[:1]} if groups else value


def side_without_filter(side):
    def alter(value):
        return {**value, side: {**value[side], "filter": []}} if value.get(side) else value

    return deviation.asks(alter)


def scores_without_sign(value):
    for explanation in value.get("explanation", []):
        for score in explanation["importance_scores"]:
            score["explanation_value"] = abs(score["explanation_value"])


def as_the_first(name):
    def alter(found):
        return [{**row, name: found[0].get(name)} for row in found]

    return deviation.rows(alter)


def hotspots_as_anomalies(value):
    value["hotspots"]["enabled"] = value["anomaly_detection"]["enabled"]


def enabled_despite(value):
    if isinstance(value, dict) and value.get("enabled") is False:
        value["enabled"] = True


def counts_off(value):
    value["counts"]["total"] += 1


THIRD = [
    deviation.case("the roles of all are those of the first", "list_users", as_the_first("roles")),
    deviation.case("the organization is named by its id", "get_current_user", deviation.body(lambda v: {**v, "organization_name": v["organization_id"]})),
    deviation.case("the last name is the first", "update_current_user", deviation.body(lambda v: {**v, "last_name": v["first_name"]})),
    deviation.case("the user of a login has no roles", "login", deviation.lacks("roles")),
    deviation.case("deletes nothing", "delete_organization", deletes_nothing),
    deviation.case("names are cut at 12 characters", "create_organization", deviation.member_sent("name", lambda v: v[:12], str)),
    deviation.case("the first stands twice", "list_my_organizations", deviation.rows(lambda v: [*v, v[0]])),
    deviation.case("no user is changed", "add_organization_users", deviation.pretends({"updated_user_count": 1})),
    deviation.case("the description is null", "get_service_account", deviation.member("description", lambda v: "")),
    deviation.case("ignores description", "list_service_accounts", deviation.ignores("description")),
    deviation.case("deletes nothing", "delete_service_account", deletes_nothing),
    deviation.case("refuses what is granted", "authorize", not_granted),
    deviation.case("no role is deleted", "delete_custom_roles", deviation.pretends({"roles": []})),
    deviation.case("ignores start_time", "get_usage", deviation.ignores("start_time")),
    deviation.case("values are doubled", "get_usage", deviation.each(lambda row: [m.update(value=m["value"] * 2) for v in row.values() if isinstance(v, list) for m in v])),
    deviation.case("finds by the first letters", "list_models", found_at_the_start),
    deviation.case("only the first of several statuses counts", "list_models", first_of("statuses")),
    deviation.case("archived models are always listed", "list_models", always(include_archived="true")),
    deviation.case("an absent description is empty", "get_model", deviation.body(lambda v: {**v, "description": v["description"] or ""})),
    deviation.case("attributes are left out", "create_model", deviation.lacks("attributes")),
    deviation.case("the label is not stored", "update_model_attribute", deviation.drops("label")),
    deviation.case("deletes nothing", "delete_model_attribute", deletes_nothing),
    deviation.case("pages have ten rows at most", "list_model_attributes", ten_rows_at_most),
    deviation.case("labels are not stored", "replace_model_attributes", each_row_sent(lambda row: {k: v for k, v in row.items() if k != "label"})),
    deviation.case("columns are sorted", "get_pinned_columns", deviation.member("columns", lambda v: sorted(v, key=str))),
    deviation.case("nothing is removed", "change_pinned_columns", deviation.drops("columns_to_remove")),
    deviation.case("columns stay", "delete_pinned_columns", deviation.pretends()),
    deviation.case("tags come from the last to the first", "list_tags", sorted_backwards("name")),
    deviation.case("the answer has the old name", "update_tag", old_name),
    deviation.case("the tag stays", "delete_tag", deviation.pretends()),
    deviation.case("ignores label", "list_model_group_versions", deviation.ignores("label")),
    deviation.case("a change without name empties it", "update_model_group", deviation.resets(name="")),
    deviation.case("texts become lower case", "send_inferences", each_row_sent(lower_text)),
    deviation.case("a repeated request stores again", "send_inferences", no_key),
    deviation.case("the row stays", "delete_inference", deviation.pretends({"inferences": 1, "waiting_ground_truths": 0})),
    deviation.case("the total is one more", "send_inference_file", deviation.body(counts_off)),
    deviation.case("ignores type", "get_inference_image", deviation.ignores("type")),
    deviation.case("every set is open", "list_datasets", deviation.row_member("status", lambda v: "started")),
    deviation.case("the count of the caller is one more", "close_batch", deviation.member_sent("total_record_count", lambda v: v + 1, int)),
    deviation.case("booleans are numbers", "query", zero_and_one),
    deviation.case("only the first order counts", "query", deviation.asks(first_order_only)),
    deviation.case("only the first group counts", "query_data_drift", deviation.asks(first_group_only)),
    deviation.case("rollup is ignored", "query_data_drift", deviation.drops("rollup")),
    deviation.case("the filter of the base is ignored", "query_psi_bucket_table", side_without_filter("base")),
    deviation.case("ignores attribute_name", "list_metrics_v3", deviation.ignores("attribute_name")),
    deviation.case("the metric stays", "delete_metric_v3", deletes_nothing),
    deviation.case("the type is not stored", "create_metric", deviation.drops("type")),
    deviation.case("ignores status", "list_alerts", deviation.ignores("status")),
    deviation.case("a window ends when it starts", "get_alert", deviation.body(lambda v: {**v, "window_end": v["window_start"]} if v.get("window_end") else v)),
    deviation.case("start_time is ignored", "backtest_alert_rule", deviation.drops("start_time")),
    deviation.case("rules are always enabled", "create_alert_rule", deviation.asks(enabled_despite)),
    deviation.case("min_rows is not stored", "update_alert_rule", deviation.drops("min_rows")),
    deviation.case("ignores status", "get_alert_counts", deviation.ignores("status")),
    deviation.case("enabled is not stored", "update_alert_notification_configuration", deviation.member_sent("enabled", lambda v: True, bool)),
    deviation.case("destinations become lower case", "create_alert_notification_configuration", deviation.member_sent("destination", str.lower, str)),
    deviation.case("ignores status", "list_notification_deliveries", deviation.ignores("status")),
    deviation.case("subscribers are left out", "list_alert_summary_configurations", deviation.row_member("subscribers", lambda v: [])),
    deviation.case("enabled is not stored", "update_alert_summary_subscriber", deviation.drops("enabled")),
    deviation.case("models are not stored", "create_alert_summary_configuration", deviation.drops("models")),
    deviation.case("hotspots are what anomaly detection is", "get_enrichments", deviation.body(hotspots_as_anomalies)),
    deviation.case("ignores constraint", "get_bias_mitigation_curves", deviation.ignores("constraint")),
    deviation.case("ignores threshold", "find_hotspots", deviation.ignores("threshold")),
    deviation.case("scores have no sign", "explain_inference", deviation.body(scores_without_sign)),
    deviation.case("ignores status", "list_insights", deviation.ignores("status")),
    deviation.case("counts are doubled", "get_insight_group_counts", deviation.row_member("count", lambda v: v * 2)),
]  # fmt: skip
