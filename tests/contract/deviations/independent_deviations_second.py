"""The second table: written after the probes were mended, by their author."""

from __future__ import annotations

from dataclasses import replace

import independent_rules as deviation
from deviating_server import Response
from independent_deviations import all_stored
from rules import rows_of, with_rows


def one_second_later(text):
    return text.replace("T00:00:00", "T00:00:01") if isinstance(text, str) else text


def doubled_writes(server, request, forward):
    """Do it twice."""
    forward()
    return forward()


def old_answer():
    """Answer a read with what was read first."""
    seen = {}

    def rule(server, request, forward):
        if request.path not in seen:
            response = forward()
            if response.ok:
                seen[request.path] = response
            return response
        return seen[request.path]

    return rule


def name_prefix(server, request, forward):
    """A filter by name finds every name that starts like it."""
    wanted = request.get("name")
    response = forward(request.without("name"))
    found = rows_of(response.json) if response.ok else None
    if wanted is None or found is None:
        return response
    return with_rows(response, [row for row in found if row["name"].startswith(wanted[:3])])


def case_sensitive_metric(server, request, forward):
    return (
        forward(request.adding(metric=request.get("metric").upper() + "x"))
        if request.get("metric")
        else forward()
    )


def sorted_as_text(server, request, forward):
    response = forward()
    found = rows_of(response.json) if response.ok else None
    column = (request.get("sort") or "").lstrip("-+ ")
    if not found or not column:
        return response
    return with_rows(response, sorted(found, key=lambda row: str(row.get("id"))))


def also_deletes_tags(server, request, forward):
    """Changing a description forgets the tags."""
    response = forward()
    if response.ok and isinstance(request.json, dict) and request.json.get("description"):
        deviation.call(
            server,
            "PUT",
            request.path,
            {"tags": [], "overwrite_tags": True},
            headers=request.headers,
        )
    return response


def deletes_all_rules(server, request, forward):
    """Deleting one rule deletes all of the model."""
    parent = request.path.rpartition("/")[0]
    response = forward()
    if response.ok:
        listed = deviation.call(
            server, "GET", parent, headers=request.headers, query=(("page_size", "500"),)
        )
        for row in rows_of(listed.json) or []:
            deviation.call(server, "DELETE", f"{parent}/{row['id']}", headers=request.headers)
    return response


def filter_lost(key):
    return deviation.asks(lambda v: {**v, key: []} if isinstance(v, dict) and v.get(key) else v)


def sent_rows(change):
    def alter(value):
        for row in value if isinstance(value, list) else []:
            if isinstance(row, dict):
                change(row)

    return deviation.asks(alter)


def truth_flipped(row):
    data = row.get("ground_truth_data")
    if isinstance(data, dict):
        row["ground_truth_data"] = {k: 1 - v if v in (0, 1) else v for k, v in data.items()}


def no_zone(row):
    if isinstance(row.get("inference_timestamp"), str):
        row["inference_timestamp"] = row["inference_timestamp"][:19] + "Z"


SECOND = [
    *(deviation.case("open to every role", name, deviation.open_to_all) for name in (
        "create_user", "archive_model", "update_anomaly_detection", "update_alert", "list_custom_roles", "create_metric_v3",
        "update_model_attribute", "delete_alert_summary_subscriber", "query_distributions", "get_reference_data",
    )),
    *(deviation.case("reachable from another organization", name, deviation.across_tenants) for name in (
        "delete_metric", "update_metric", "close_batch", "update_ground_truth", "upload_reference_data", "set_pinned_columns",
        "get_insight", "update_insights", "list_model_group_versions", "send_alert_summary", "backtest_alert_rule",
        "query_psi_bucket_table", "query_distributions", "delete_model_attributes", "update_alerts_of_rule", "get_model_bias_groups",
        "get_alert_counts", "list_alert_summary_subscribers", "create_metric", "update_hotspots",
    )),
    *(deviation.case("lists the rows of every organization", name, deviation.lists_all_tenants) for name in ("list_metrics", "get_usage", "get_insight_model_counts")),
    *(deviation.case(f"ignores {parameter}", name, deviation.ignores(parameter)) for name, parameter in (
        ("list_metrics_v3", "expand"), ("get_latest_model_group_version", "expand"), ("list_alerts", "severity"), ("list_insights", "end_time"),
        ("get_alert_counts", "model_id"), ("list_metrics", "default"), ("list_users", "sort"), ("list_models", "model_group_ids"),
        ("list_custom_roles", "roles"), ("archive_model", "id_type"), ("list_insights", "batch_id"),
    )),
    *(deviation.case(f"a change without {name} resets it", operation, deviation.resets(**{name: value})) for operation, name, value in (
        ("update_alert_rule", "threshold", 0), ("update_alert_rule", "confidence", 0.5), ("update_user", "last_name", "Name"),
        ("update_current_user", "show_intro_sequence", False), ("update_organization", "plan", "free"),
        ("update_alert_summary_configuration", "send_time_of_day", "00:00"), ("update_alert_summary_configuration", "send_day_of_week", "Monday"),
    )),
    *(deviation.case(f"{name} is not stored", operation, deviation.drops(name)) for operation, name in (
        ("create_user", "last_name"), ("create_alert_rule", "confidence"), ("create_alert_rule", "name"), ("create_model", "display_name"),
        ("create_metric_v3", "parameters"), ("create_model", "expected_throughput_gb_per_day"), ("update_model", "classifier_threshold"),
        ("update_alert_summary_configuration", "models"), ("change_pinned_columns", "columns_to_add"), ("create_model", "model_group_id"),
    )),
    deviation.case("a filter by name takes prefixes", "list_organizations", name_prefix),
    deviation.case("sorts by id whatever is asked", "list_model_attributes", sorted_as_text),
    deviation.case("a metric is found in one spelling only", "list_alerts", case_sensitive_metric),
    deviation.case("reads are cached for ever", "get_user", deviation.remembers(old_answer)),
    deviation.case("reads are cached for ever", "get_alert_summary_configuration", deviation.remembers(old_answer)),
    deviation.case("reads are cached for ever", "get_model_group", deviation.remembers(old_answer)),
    deviation.case("a change of the description forgets tags", "update_model", also_deletes_tags),
    deviation.case("deleting a rule deletes all", "delete_alert_rule", deletes_all_rules),
    deviation.case("creates two", "create_service_account", doubled_writes),
    deviation.case("creates two", "create_alert_rule", doubled_writes),
    deviation.case("rows are stored with the time of another zone", "send_inferences", sent_rows(no_zone)),
    deviation.case("truth is negated", "update_inferences", sent_rows(truth_flipped)),
    deviation.case("truth of a row with its inference is lost", "send_inferences", sent_rows(lambda row: row.pop("ground_truth_data", None) and row.pop("ground_truth_timestamp", None))),
    deviation.case("all rows succeed", "update_ground_truth", lambda s, r, f: f() if not isinstance(r.json, list) else Response(207).with_json(all_stored(r.json)) if f().ok else f()),
    deviation.case("names of columns are lower case", "query", deviation.each(lambda row: [row.update({k.upper(): row.pop(k)}) for k in [*row] if k != k.upper()])),
    deviation.case("the second group is lost", "query", deviation.rows(lambda v: v[:1] + v[2:])),
    deviation.case("lte is lt", "query", deviation.asks(lambda v: {**v, "filter": [{**o, "comparator": "lt"} if isinstance(o, dict) and o.get("comparator") == "lte" else o for o in v["filter"]]} if v.get("filter") else v)),
    deviation.case("only the first filter counts", "query", deviation.asks(lambda v: {**v, "filter": v["filter"][:1]} if v.get("filter") else v)),
    deviation.case("offset starts at 1", "query", deviation.asks(lambda v: {**v, "offset": v["offset"] + 1} if isinstance(v.get("offset"), int) else v)),
    deviation.case("the base is always the reference set", "query_data_drift", deviation.asks(lambda v: {**v, "base": {"source": "reference"}})),
    deviation.case("one count is off", "query_distributions", deviation.rows(lambda v: [*v[:-1], {k: x + 1 if type(x) is int else x for k, x in v[-1].items()}])),
    deviation.case("values of a metric are rounded", "evaluate_metric", deviation.body(lambda v: {**v, "results": [{**x, "values": x["values"][:1]} for x in v["results"]]})),
    deviation.case("hours are days", "evaluate_metric", deviation.member_sent("rollup", lambda v: "MONTH", str)),
    deviation.case("the rule is stored lower", "update_alert_rule", deviation.member_sent("bound", lambda v: "lower", str)),
    deviation.case("e-mail addresses change case", "update_user", deviation.member_sent("email", str.title, str)),
    deviation.case("the label of an attribute is its name", "get_model_attribute", deviation.body(lambda v: {**v, "label": v["name"]} if v.get("label") else v)),
    deviation.case("positions start at 1", "list_model_attributes", deviation.row_member("position", lambda v: v + 1)),
    deviation.case("bins are lost", "list_model_attributes", deviation.row_member("bins", lambda v: None)),
    deviation.case("categories are lost", "get_model_attribute", deviation.member("categories", lambda v: v[:1])),
    deviation.case("a record is missing", "get_reference_data", deviation.member("records", lambda v: v - 1)),
    deviation.case("batches of another name are answered", "get_batch", lambda s, r, f: (Response(200).with_json({"model_id": "m", "batch_id": "b", "records": 0, "partner_record_count": 0, "status": "started", "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}) if f().status == 404 else f())),
    deviation.case("says it is done and does nothing", "remove_tag_from_model", deviation.pretends({"message": "success"})),
    deviation.case("says it is done and does nothing", "close_reference_data", deviation.pretends({"message": "success"})),
    deviation.case("says it is done and does nothing", "archive_model_group", deviation.pretends(code=202)),
    deviation.case("says it is done and does nothing", "delete_user", deviation.pretends(code=204)),
    deviation.case("401 has another shape", "list_models", deviation.after(lambda r, p: Response(401).with_json({"detail": "no"}) if p.status == 401 else p)),
    deviation.case("403 is a 302", "list_service_accounts", deviation.status(302, only=(403,))),
    deviation.case("an error is a success", "get_metric", deviation.status(200, only=(404,))),
    deviation.case("times have no zone", "get_alert", deviation.member("timestamp", lambda v: v.rstrip("Z"))),
    deviation.case("the alert's window moves", "list_alerts", deviation.row_member("timestamp", one_second_later)),
    deviation.case("unknown words are taken for the first", "list_alerts", lambda s, r, f: f(r.without("severity")) if r.get("severity") not in (None, "warning", "critical") else f()),
    deviation.case("a wrong password opens the account once", "login", lambda s, r, f: f() if f().ok else Response(200).with_json({"id": "x", "email": "x@example.invalid", "roles": []})),
    deviation.case("the session ends at once", "login", deviation.reply(lambda r, p: replace(p, headers={k: (v.replace("Authorization=", "Authorization=x") if k == "set-cookie" else v) for k, v in p.headers.items()}))),
    deviation.case("health of models is that of one", "get_model_health", deviation.body(lambda v: {"results": v["results"][:1]})),
]  # fmt: skip
