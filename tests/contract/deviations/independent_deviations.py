"""The first table of deviations that were written without a look at the probes."""

from __future__ import annotations

import re
from dataclasses import replace

import independent_rules as deviation
from deviating_server import Response
from rules import rows_of, with_rows


def reverse_sort(server, request, forward):
    wanted = request.get("sort")
    if not wanted:
        return forward()
    turned = wanted[1:] if wanted.startswith("-") else f"-{wanted}"
    return forward(request.adding(sort=turned))


def first_page_always(server, request, forward):
    return forward(request.without("page"))


def head_with_body(server, request, forward):
    if request.method == "HEAD":
        return forward(replace(request, method="GET"))
    return forward()


def not_found_when_empty(server, request, forward):
    response = forward()
    if response.ok and rows_of(response.json) in ([], None):
        return Response(404).with_json({"error": "nothing found"})
    return response


def empty_when_not_found(server, request, forward):
    response = forward()
    if response.status == 404:
        return Response(200).with_json(
            {"data": [], "page": 1, "page_size": 20, "total_pages": 0, "total_count": 0}
        )
    return response


def success_when_not_found(code):
    def rule(server, request, forward):
        response = forward()
        return Response(code, {}, b"") if response.status == 404 else response

    return rule


def truncates_seconds(text):
    return re.sub(r"\.\d+", "", text)


def seconds_off(text):
    return text.replace("Z", "+00:00") if text.endswith("Z") else text


def latin(text):
    return text.encode("ascii", "replace").decode()


def keeps_first(server, request, forward):
    return forward()


def only_first_write():
    seen = set()

    def rule(server, request, forward):
        if request.path in seen:
            return deviation.call(server, "GET", request.path, headers=request.headers)
        response = forward()
        if response.ok:
            seen.add(request.path)
        return response

    return rule


def echo_not_stored(server, request, forward):
    before = deviation.call(server, "GET", request.path, headers=request.headers)
    if not before.ok or not isinstance(request.json, dict):
        return forward()
    return Response(200).with_json(
        {
            **before.json,
            **{k: v for k, v in request.json.items() if v is not None and k in before.json},
        }
    )


def with_null_kept(value):
    return {k: v for k, v in value.items() if v is not None}


def filters_any(server, request, forward):
    """Only the last of repeated keys counts."""
    return forward(replace(request, query=tuple(dict(request.query).items())))


def exclusive_start(server, request, forward):
    start = request.get("start_time")
    response = forward()
    if start and response.ok and (found := rows_of(response.json)):
        return with_rows(
            response,
            [r for r in found if str(r.get("timestamp", "")).replace("+00:00", "Z") != start],
        )
    return response


def turning():
    """Turn the rows around every other time."""
    calls = []

    def rule(server, request, forward):
        calls.append(1)
        response = forward()
        found = rows_of(response.json) if response.ok else None
        return with_rows(response, found[::-1]) if found and len(calls) % 2 else response

    return rule


def forgets_models(server, request, forward):
    tag = request.path.rpartition("/")[2]
    tagged = deviation.call(
        server, "GET", "/api/v3/models", headers=request.headers, query=(("tag", tag),)
    )
    response = forward()
    renamed = (request.json or {}).get("name") if isinstance(request.json, dict) else None
    for model in rows_of(tagged.json) or []:
        path = f"/api/v3/models/{model['id']}/tags/{renamed}"
        deviation.call(server, "DELETE", path, headers=request.headers)
    return response


def stores_first(server, request, forward):
    if not isinstance(request.json, list):
        return forward()
    response = forward(request.with_json(request.json[:1]))
    return response.with_json(all_stored(request.json)) if response.ok else response


def all_stored(sent):
    ids = [row.get("partner_inference_id") if isinstance(row, dict) else None for row in sent]
    results = [{"status": 200, "message": "success", "partner_inference_id": name} for name in ids]
    counts = {"success": len(ids), "failure": 0, "total": len(ids)}
    return {"counts": counts, "results": results}


def stores_nothing(server, request, forward):
    return (
        Response(207).with_json(all_stored(request.json))
        if isinstance(request.json, list)
        else forward()
    )


def first_version(server, request, forward):
    response = forward()
    path = request.path.rpartition("/")[0]
    versions = rows_of(deviation.call(server, "GET", path, headers=request.headers).json) or []
    if not response.ok or not versions:
        return response
    return response.with_json(min(versions, key=lambda model: model["version_sequence_num"]))


ACCESS = [
    *(deviation.case("open to every role", name, deviation.open_to_all) for name in (
        "delete_user", "create_service_account", "update_organization", "delete_tag", "set_pinned_columns",
        "change_pinned_columns", "delete_pinned_columns", "archive_model_group", "update_model_group",
        "update_inferences", "update_ground_truth", "send_inference_file", "upload_reference_data",
        "close_reference_data", "close_batch", "update_metric", "delete_metric", "delete_alert_rule",
        "update_alert_rule", "backtest_alert_rule", "send_alert_notification", "send_alert_summary",
        "update_hotspots", "update_bias_mitigation", "get_usage", "get_organization_usage", "list_service_accounts",
        "delete_custom_roles", "add_organization_users", "update_tag", "retry_model_provisioning",
        "remove_tag_from_model", "update_model_attributes", "invite_users", "update_enrichment_status",
    )),
    *(deviation.case("readable from another organization", name, deviation.across_tenants) for name in (
        "get_model", "get_alert", "get_user", "get_service_account", "get_model_group", "get_metric",
        "get_alert_notification_configuration", "get_alert_summary_configuration", "get_inference", "get_batch",
        "get_reference_data", "get_pinned_columns", "list_model_attributes", "get_enrichments", "list_insights",
        "list_metrics", "list_alert_rules", "query", "get_organization_limits", "get_organization", "list_datasets",
        "explain_alert_rule", "evaluate_metric", "query_data_drift", "get_alert_summary_subscriber",
    )),
    *(deviation.case("writable from another organization", name, deviation.across_tenants) for name in (
        "update_model", "send_inferences", "delete_alert_rule", "update_alert", "add_tag_to_model", "archive_model",
        "update_alert_summary_configuration", "delete_service_account", "delete_user", "create_alert_rule",
    )),
    *(deviation.case("lists the rows of every organization", name, deviation.lists_all_tenants) for name in (
        "list_models", "list_alerts", "list_users", "list_service_accounts", "list_tags", "list_model_groups",
        "list_alert_summary_configurations", "list_alert_notification_configurations", "list_my_organizations",
    )),
    deviation.case("a role without the right gets 404", "create_alert_rule", deviation.status(404, only=(403,))),
    deviation.case("a role without the right gets 401", "archive_model", deviation.status(401, only=(403,))),
    deviation.case("a role without the right gets 400", "list_custom_roles", deviation.status(400, only=(403,))),
    deviation.case("permissions of a user miss the last", "list_my_permissions", deviation.body(lambda v: v[:-1])),
    deviation.case("permissions list what is not granted", "list_my_permissions", deviation.body(
        lambda v: [*v, *[{"resource": "custom_roles", "action": "delete"}] * (len(v) > 1 and {"resource": "custom_roles", "action": "delete"} not in v)])),
    deviation.case("authorizes any action of a readable resource", "authorize", lambda s, r, f: Response(200).with_json({"message": "ok"})),
    deviation.case("roles of the caller are empty", "get_auth_info", deviation.member("roles", lambda v: [])),
    deviation.case("organizations of the caller miss", "get_auth_info", deviation.member("organization_ids", lambda v: [])),
]  # fmt: skip

LISTS = [
    *(deviation.case("sorts the other way", name, reverse_sort) for name in (
        "list_models", "list_alerts", "list_users", "list_metrics", "list_model_attributes", "list_organizations", "list_model_groups")),
    *(deviation.case("every page is the first", name, first_page_always) for name in (
        "list_tags", "list_model_attributes", "list_alert_summary_configurations", "list_model_groups", "list_model_group_versions",
        "list_alert_notification_configurations", "list_organizations", "query")),
    *(deviation.case("the page size is ignored", name, deviation.ignores("page_size")) for name in ("list_users", "list_alert_rules", "list_metrics_v3", "list_tags")),
    *(deviation.case(f"ignores {parameter}", name, deviation.ignores(parameter)) for name, parameter in (
        ("list_models", "created_since"), ("list_models", "input_types"), ("list_models", "include_archived"),
        ("list_models", "latest_version_sequence_nums"), ("list_models", "expand"), ("list_models", "statuses"),
        ("list_alerts", "start_time"), ("list_alerts", "end_time"), ("list_alerts", "metric"), ("list_alerts", "alert_rule_id"),
        ("list_metrics", "type"), ("list_metrics", "attribute_name"), ("list_metrics", "expand"), ("list_metrics_v3", "type"),
        ("list_model_groups", "include_archived"), ("list_model_groups", "expand"), ("list_model_group_versions", "include_archived"),
        ("list_model_group_versions", "expand"), ("get_latest_model_group_version", "include_archived"), ("get_model", "expand"),
        ("get_model", "id_type"), ("list_organizations", "expand"), ("get_alert_counts", "group_by_date"), ("get_alert_counts", "severity"),
        ("get_alert_counts", "end_time"), ("list_alert_rules", "include_alert_metadata"), ("list_alert_notification_configurations", "user_id"),
        ("get_usage", "metric_category"), ("update_model", "expand"), ("create_user", "organization_id"),
    )),
    deviation.case("only the last of several types counts", "list_models", filters_any),
    deviation.case("only the last of several models counts", "list_alerts", filters_any),
    deviation.case("only the last model is answered", "get_model_health", filters_any),
    deviation.case("the first moment is left out", "list_alerts", exclusive_start),
    *(deviation.case("404 for an empty list", name, not_found_when_empty) for name in ("list_alerts", "list_tags", "list_insights", "list_model_group_versions", "list_datasets")),
    *(deviation.case("an unknown parent has an empty list", name, empty_when_not_found) for name in ("list_alert_rules", "list_model_attributes", "list_insights", "list_alert_summary_subscribers", "list_model_group_versions")),
    deviation.case("total count is of the page", "list_models", deviation.body(lambda v: {**v, "total_count": len(v.get("data") or [])})),
    deviation.case("total pages is one too many", "list_metrics", deviation.member("total_pages", lambda v: v + 1)),
    deviation.case("page counts from 0", "list_alert_rules", deviation.member("page", lambda v: v - 1)),
    deviation.case("rows are in another order on each call", "list_model_attributes", deviation.remembers(turning)),
    deviation.case("the last row of each page is lost", "list_users", deviation.rows(lambda v: v[:-1] if len(v) > 1 else v)),
    deviation.case("the first row stands twice", "list_alert_rules", deviation.rows(lambda v: [v[0], *v])),
    deviation.case("page beyond the end answers 404", "list_models", lambda s, r, f: Response(404).with_json({"error": "no such page"}) if (r.get("page") or "1") != "1" and not rows_of(f().json) else f()),
]  # fmt: skip

PROTOCOL = [
    *(deviation.case("HEAD has a body", name, head_with_body, any_method=True) for name in ("get_model", "list_models", "list_tags", "get_current_user")),
    deviation.case("HEAD is refused", "list_alerts", lambda s, r, f: Response(405, {"allow": "GET"}).with_json({"error": "no"}) if r.method == "HEAD" else f(), any_method=True),
    deviation.case("OPTIONS answers 500", "list_models", lambda s, r, f: Response(500).with_json({"error": "no"}) if r.method == "OPTIONS" else f(), any_method=True),
    deviation.case("a wrong method answers 404", "get_batch", deviation.after(lambda r, p: Response(404).with_json({"error": "no"}) if p.status == 405 else p), any_method=True),
    deviation.case("Allow names a method that is not there", "get_alert", deviation.after(lambda r, p: p.with_headers(allow="GET, PUT, PATCH") if p.status == 405 else p), any_method=True),
    deviation.case("JSON as text/html", "get_metric", deviation.header(content_type="text/html")),
    deviation.case("JSON as text/plain", "list_organizations", deviation.header(content_type="text/plain")),
    deviation.case("200 instead of 201", "create_metric", deviation.status(200)),
    deviation.case("200 instead of 204", "delete_tag", deviation.after(lambda r, p: Response(200).with_json({}) if p.ok else p)),
    deviation.case("204 instead of 202", "archive_model_group", deviation.status(204)),
    deviation.case("200 instead of 207", "send_inferences", deviation.status(200)),
    deviation.case("201 instead of 200", "create_alert_rule", deviation.status(201)),
    deviation.case("errors have another shape", "get_user", deviation.after(lambda r, p: p if p.ok else Response(p.status).with_json({"message": "no"}))),
    deviation.case("errors are HTML", "get_model_group", deviation.after(lambda r, p: p if p.ok else Response(p.status, {"content-type": "text/html"}, b"<h1>no</h1>"))),
    deviation.case("an unknown member is refused", "create_metric", lambda s, r, f: f() if set(r.json or {}) <= {"name", "query", "endpoint", "type", "parameters"} else Response(400).with_json({"error": "unknown member"})),
    deviation.case("null is refused", "update_alert_rule", lambda s, r, f: f() if None not in (r.json or {}).values() else Response(400).with_json({"error": "null"})),
    deviation.case("a body that is no JSON answers 500", "update_tag", deviation.status(500, only=(400,))),
    deviation.case("a wrong body answers 422", "create_user", deviation.status(422, only=(400,))),
    deviation.case("Bearer is refused", "list_tags", lambda s, r, f: Response(401).with_json({"error": "no"}) if r.headers.get("authorization", "").startswith("Bearer ") else f()),
    deviation.case("True is not a boolean", "list_model_groups", lambda s, r, f: Response(400).with_json({"error": "no"}) if "True" in dict(r.query).values() else f()),
]  # fmt: skip

WRITES = [
    *(deviation.case(f"a change without {name} resets it", operation, deviation.resets(**{name: value})) for operation, name, value in (
        ("update_alert_rule", "name", "x"), ("update_alert_rule", "severity", "warning"), ("update_alert_rule", "enabled", True),
        ("update_alert_rule", "lookback_period", 5), ("update_alert_rule", "subsequent_alert_wait_time", 0),
        ("update_alert_rule", "bound", "upper"), ("update_alert_rule", "min_rows", 1),
        ("update_model", "description", ""), ("update_model", "display_name", "model"), ("update_model", "classifier_threshold", 0.5),
        ("update_model_group", "description", ""), ("update_model_group", "name", "group"),
        ("update_user", "first_name", ""), ("update_user", "show_intro_sequence", True), ("update_user", "help_mode_enabled", False),
        ("update_current_user", "last_name", ""), ("update_organization", "name", "organization"),
        ("update_alert_summary_configuration", "name", "summary"), ("update_alert_summary_configuration", "enabled", True),
        ("update_alert_summary_configuration", "models", []), ("update_alert_summary_configuration", "frequency", "daily"),
    )),
    *(deviation.case(f"{name} is not stored", operation, deviation.drops(name)) for operation, name in (
        ("create_model", "description"), ("create_model", "version_label"), ("create_model", "classifier_threshold"), ("create_model", "tags"),
        ("create_model", "text_delimiter"), ("create_model", "is_batch"), ("create_alert_rule", "subsequent_alert_wait_time"),
        ("create_alert_rule", "metric_parameters"), ("create_alert_rule", "filters"), ("create_alert_rule", "enabled"), ("create_alert_rule", "min_truth_share"),
        ("create_user", "alert_notifications_enabled"), ("create_user", "first_name"), ("create_metric", "parameters"), ("create_metric", "type"),
        ("update_metric", "parameters"), ("create_alert_summary_configuration", "models"), ("create_alert_summary_configuration", "subscribers"),
        ("create_alert_notification_configuration", "enabled"), ("create_organization", "roles"), ("update_model", "tags"), ("update_user", "roles"),
        ("update_current_user", "help_mode_enabled"), ("invite_users", "custom_dashboard_url"), ("change_pinned_columns", "columns_to_remove"),
        ("update_model_attribute", "label"),
    )),
    deviation.case("names lose what is not ASCII", "create_model", deviation.member_sent("display_name", latin, str)),
    deviation.case("names are cut at 50 characters", "create_metric", deviation.member_sent("name", lambda v: v[:50], str)),
    deviation.case("names are cut at 255 characters", "update_model_group", deviation.member_sent("description", lambda v: v[:255], str)),
    deviation.case("text is stripped", "update_model", deviation.member_sent("description", str.strip, str)),
    deviation.case("names are lower case", "update_organization", deviation.member_sent("name", str.lower, str)),
    deviation.case("an empty text becomes null", "update_user", deviation.member_sent("last_name", lambda v: v or None, str)),
    deviation.case("thresholds are rounded", "create_alert_rule", deviation.member_sent("threshold", lambda v: round(v, 2), int, float)),
    deviation.case("thresholds are integers", "update_alert_rule", deviation.member_sent("threshold", int, int, float)),
    deviation.case("negative thresholds lose their sign", "update_alert_rule", deviation.member_sent("threshold", abs, int, float)),
    deviation.case("0 becomes the default", "update_alert_rule", deviation.member_sent("subsequent_alert_wait_time", lambda v: v or 60)),
    deviation.case("false becomes null", "update_user", deviation.member_sent("show_intro_sequence", lambda v: v or None)),
    deviation.case("the order of columns is lost", "set_pinned_columns", deviation.member_sent("columns", sorted)),
    deviation.case("the answer shows what was not stored", "update_model_group", echo_not_stored),
    deviation.case("the answer shows what was not stored", "update_user", echo_not_stored),
    deviation.case("only the first change counts", "update_alert_summary_configuration", deviation.remembers(only_first_write)),
    deviation.case("only the first change counts", "update_metric", deviation.remembers(only_first_write)),
    *(deviation.case("deletes nothing", name, deviation.pretends()) for name in ("delete_alert_notification_configuration", "delete_alert_summary_subscriber", "delete_service_account", "delete_pinned_columns", "delete_metric_v3", "delete_model_attribute")),
    *(deviation.case("deleting what is gone succeeds", name, success_when_not_found(204)) for name in ("delete_alert_rule", "delete_user", "delete_alert_summary_configuration", "delete_metric", "delete_tag")),
    deviation.case("changing what is gone succeeds", "update_alert_rule", success_when_not_found(200)),
    deviation.case("adding a tag replaces the others", "add_tag_to_model", lambda s, r, f: (deviation.call(s, "PUT", r.path.partition("/tags/")[0], {"tags": [], "overwrite_tags": True}, headers=r.headers), f())[1]),
    deviation.case("renaming a tag forgets its models", "update_tag", forgets_models),
    deviation.case("updated_at stays", "update_model", deviation.body(lambda v: {**v, "updated_at": v.get("created_at")})),
    deviation.case("the creator is nobody", "create_model", deviation.member("created_by", lambda v: {**v, "id": "00000000-0000-0000-0000-000000000000"})),
    deviation.case("the status of the answer is not the one stored", "update_alert", deviation.member("status", lambda v: "new")),
    deviation.case("acknowledges as resolved", "update_alert", deviation.member_sent("status", lambda v: "resolved")),
    deviation.case("the count of alerts is one", "update_alerts_of_rule", deviation.member("updated_alerts", lambda v: v + 1)),
]  # fmt: skip


def row_data(change):
    """Change the values of each row sent."""

    def alter(value):
        for row in value if isinstance(value, list) else []:
            data = row.get("inference_data") if isinstance(row, dict) else None
            if isinstance(data, dict):
                for name, cell in data.items():
                    data[name] = change(cell)

    return deviation.asks(alter)


def row_time(change):
    def alter(value):
        for row in value if isinstance(value, list) else []:
            if isinstance(row, dict) and isinstance(row.get("inference_timestamp"), str):
                row["inference_timestamp"] = change(row["inference_timestamp"])

    return deviation.asks(alter)


def of_type(kind, change):
    return lambda cell: change(cell) if type(cell) is kind else cell


def zone_dropped(text):
    return re.sub(r"[+-]\d\d:\d\d$", "Z", text)


def results(change):
    return deviation.body(
        lambda v: {**v, "results": change(v["results"])} if v.get("results") else v
    )


def drops_batch(value):
    for row in value if isinstance(value, list) else []:
        if isinstance(row, dict):
            row.pop("batch_id", None)


DATA = [
    deviation.case("fractions of a second are lost", "send_inferences", row_time(truncates_seconds)),
    deviation.case("zones other than UTC are dropped", "send_inferences", row_time(zone_dropped)),
    deviation.case("large integers lose digits", "send_inferences", row_data(of_type(int, lambda v: int(float(v))))),
    deviation.case("floats are rounded", "send_inferences", row_data(of_type(float, lambda v: round(v, 4)))),
    deviation.case("texts lose what is not ASCII", "send_inferences", row_data(of_type(str, latin))),
    deviation.case("texts are cut", "send_inferences", row_data(of_type(str, lambda v: v[:255]))),
    deviation.case("texts are stripped", "send_inferences", row_data(of_type(str, str.strip))),
    deviation.case("null becomes 0", "send_inferences", row_data(lambda v: 0 if v is None else v)),
    deviation.case("empty text becomes null", "send_inferences", row_data(lambda v: None if v == "" else v)),
    deviation.case("false becomes null", "send_inferences", row_data(lambda v: None if v is False else v)),
    deviation.case("batches of rows are lost", "send_inferences", deviation.asks(drops_batch)),
    deviation.case("only the first row is stored", "send_inferences", stores_first),
    deviation.case("results are in another order", "send_inferences", results(lambda v: v[::-1])),
    deviation.case("failed rows are counted as successes", "send_inferences", deviation.body(lambda v: {**v, "counts": {**v["counts"], "success": v["counts"]["total"], "failure": 0}})),
    deviation.case("one bad row refuses all", "send_inferences", deviation.after(lambda r, p: Response(400).with_json({"error": "a row is wrong"}) if p.ok and p.json["counts"]["failure"] else p)),
    deviation.case("the message of a failure is empty", "send_inferences", results(lambda v: [{**x, "message": ""} for x in v])),
    deviation.case("truth goes to nobody", "update_ground_truth", stores_nothing),
    deviation.case("the time of the truth is lost", "update_ground_truth", deviation.asks(lambda v: [({**x, "ground_truth_timestamp": "2020-01-01T00:00:00Z"} if isinstance(x, dict) and x.get("ground_truth_timestamp") else x) for x in v] if isinstance(v, list) else v)),
    deviation.case("changes of rows are not stored", "update_inferences", stores_nothing),
    deviation.case("the file's count is one less", "send_inference_file", deviation.body(lambda v: {**v, "counts": {**v["counts"], "success": max(0, v["counts"]["success"] - 1)}})),
    deviation.case("reference rows are counted twice", "get_reference_data", deviation.member("records", lambda v: v * 2)),
    deviation.case("the status of a closed batch stays", "get_batch", deviation.member("status", lambda v: "started")),
    deviation.case("records of a batch are 0", "get_batch", deviation.member("records", lambda v: 0)),
    deviation.case("datasets miss the reference data", "list_datasets", deviation.rows(lambda v: [x for x in v if x["type"] != "reference"])),
    deviation.case("an inference lacks its predictions", "get_inference", deviation.row_member("prediction", lambda v: None)),
    deviation.case("an inference has one column less", "get_inference", deviation.each(lambda row: row.pop(min(row), None))),
    deviation.case("times without a zone", "get_inference", deviation.row_member("inference_timestamp", lambda v: v.rstrip("Z"))),
]  # fmt: skip


def without_in(name):
    return deviation.drops(name)


QUERIES = [
    *(deviation.case(f"{name} is ignored", "query", deviation.drops(name)) for name in ("filter", "order_by", "limit", "offset", "group_by", "from")),
    deviation.case("counts are one too many", "query", deviation.each(lambda row: row.update({k: v + 1 for k, v in row.items() if type(v) is int}))),
    deviation.case("numbers are rounded to 3 digits", "query", deviation.each(lambda row: row.update({k: round(v, 3) for k, v in row.items() if type(v) is float}))),
    deviation.case("numbers are text", "query", deviation.each(lambda row: row.update({k: str(v) for k, v in row.items() if type(v) is float}))),
    deviation.case("null groups are lost", "query", deviation.rows(lambda v: [x for x in v if None not in x.values()] or v)),
    deviation.case("descending is ascending", "query", deviation.asks(lambda v: {**v, "order_by": [{**o, "direction": "asc"} if isinstance(o, dict) else o for o in v["order_by"]]} if v.get("order_by") else v)),
    deviation.case("ne is eq", "query", deviation.asks(lambda v: {**v, "filter": [{**o, "comparator": "eq"} if isinstance(o, dict) and o.get("comparator") == "ne" else o for o in v["filter"]]} if v.get("filter") else v)),
    deviation.case("gte is gt", "query", deviation.asks(lambda v: {**v, "filter": [{**o, "comparator": "gt"} if isinstance(o, dict) and o.get("comparator") == "gte" else o for o in v["filter"]]} if v.get("filter") else v)),
    deviation.case("aliases are ignored", "query", deviation.asks(lambda v: {**v, "select": [{k: x for k, x in o.items() if k != "alias"} if isinstance(o, dict) and "property" in o and "function" not in o else o for o in v["select"]]} if isinstance(v.get("select"), list) else v)),
    deviation.case("an unknown column is null", "query", deviation.after(lambda r, p: Response(200).with_json({"query_result": []}) if p.status == 400 else p)),
    deviation.case("the filter of the target is ignored", "query_data_drift", deviation.asks(lambda v: {**v, "target": {k: x for k, x in v["target"].items() if k != "filter"}} if isinstance(v.get("target"), dict) else v)),
    deviation.case("base and target change places", "query_data_drift", deviation.asks(lambda v: {**v, "base": v["target"], "target": v["base"]} if v.get("target") else v)),
    deviation.case("num_bins is ignored", "query_data_drift", deviation.drops("num_bins")),
    deviation.case("the metric is always PSI", "query_data_drift", deviation.asks(lambda v: {**v, "metric": "PSI"})),
    deviation.case("only the first property is answered", "query_data_drift", deviation.asks(lambda v: {**v, "properties": v["properties"][:1]} if v.get("properties") else v)),
    deviation.case("probabilities are percents", "query_psi_bucket_table", deviation.row_member("base_probability_per_bucket", lambda v: v * 100)),
    deviation.case("the last bucket is lost", "query_psi_bucket_table", deviation.rows(lambda v: v[:-1])),
    deviation.case("num_bins is ignored", "query_psi_bucket_table", deviation.drops("num_bins")),
    deviation.case("the filter is ignored", "query_distributions", deviation.drops("filter")),
    deviation.case("num_bins is ignored", "query_distributions", deviation.asks(lambda v: {**v, "x": {k: x for k, x in v["x"].items() if k != "num_bins"}} if isinstance(v.get("x"), dict) else v)),
    deviation.case("rollup is ignored", "evaluate_metric", deviation.drops("rollup")),
    deviation.case("filters are ignored", "evaluate_metric", deviation.drops("filters")),
    deviation.case("parameters are ignored", "evaluate_metric", deviation.drops("parameters")),
    deviation.case("the name of the metric is its id", "evaluate_metric", deviation.member("name", lambda v: "metric")),
    deviation.case("group_by is ignored", "evaluate_metric", deviation.drops("group_by")),
    deviation.case("filters are ignored", "evaluate_metric_v3", deviation.drops("filters")),
]  # fmt: skip

OTHERS = [
    deviation.case("models of the organization are not counted", "get_organization_usage", deviation.member("active_models", lambda v: 0)),
    deviation.case("users are counted twice", "get_organization_usage", deviation.member("users", lambda v: v * 2)),
    deviation.case("keys are not counted", "get_organization_usage", deviation.member("service_accounts", lambda v: 0)),
    deviation.case("limits are those of another organization", "get_organization_limits", deviation.member("organization_id", lambda v: "other")),
    deviation.case("limits are missing", "get_organization_limits", deviation.lacks("max_active_models", "max_users")),
    deviation.case("usage counts nothing", "get_usage", deviation.each(lambda row: [row.update({k: [{**m, "value": 0} for m in v]}) for k, v in row.items() if isinstance(v, list)])),
    deviation.case("enabled stays false", "update_anomaly_detection", deviation.member("enabled", lambda v: False)),
    deviation.case("the configuration is not shown", "get_bias_mitigation", deviation.lacks("config")),
    deviation.case("all enrichments are Disabled", "get_enrichments", deviation.body(lambda v: {k: {**x, "status": "Disabled", "enabled": False} for k, x in v.items()})),
    deviation.case("does nothing", "update_hotspots", lambda s, r, f: Response(202).with_json({"enabled": bool((r.json or {}).get("enabled")), "status": "Pending"}) if isinstance(r.json, dict) and "enabled" in r.json else f()),
    deviation.case("the latest version is the first", "get_latest_model_group_version", first_version),
    deviation.case("archived versions count", "get_latest_model_group_version", lambda s, r, f: f(r.adding(include_archived="true"))),
    deviation.case("versions of archived models vanish", "list_model_group_versions", lambda s, r, f: f(r.adding(include_archived="false"))),
    deviation.case("alert counts are doubled", "get_alert_counts", deviation.row_member("count", lambda v: v * 2)),
    deviation.case("tokens of keys are readable later", "list_service_accounts", deviation.each(lambda row: row.update(token="ey0123456789abcdef0123456789abcdef"))),
    deviation.case("the signing secret shows in lists", "list_alert_notification_configurations", deviation.each(lambda row: row.update(signing_secret="secret"))),
    deviation.case("the key that was made does not work", "create_service_account", deviation.member("token", lambda v: v[::-1])),
    deviation.case("the deleted key still works", "delete_service_account", deviation.pretends()),
    deviation.case("subscribers of another summary show", "list_alert_summary_subscribers", deviation.row_member("summary_id", lambda v: "other")),
    deviation.case("login takes any password", "login", deviation.after(lambda r, p: Response(200).with_json({"id": "x", "email": "a@b.example", "roles": []}) if p.status == 401 else p)),
    deviation.case("login answers 400 for a wrong password", "login", deviation.status(400, only=(401,))),
    deviation.case("the current organization does not change", "set_current_organization", deviation.after(lambda r, p: p.without_header("set-cookie") if p.ok else p)),
    deviation.case("my organizations are all but one", "list_my_organizations", deviation.body(lambda v: v[1:])),
    deviation.case("health has no time", "get_model_health", deviation.body(lambda v: {"results": [{k: x for k, x in m.items() if k != "timestamp"} for m in v["results"]]})),
    deviation.case("bias groups are empty", "get_model_bias_groups", deviation.body(lambda v: {**v, "data": []})),
    deviation.case("the explanation names another rule", "explain_alert_rule", deviation.member("alert_rule", lambda v: {**v, "id": "other"})),
    deviation.case("backtests have no alerts", "backtest_alert_rule", deviation.member("alerts", lambda v: [])),
    deviation.case("the custom roles of an organization are lost", "create_custom_roles", deviation.body(lambda v: {**v, "roles": []})),
    deviation.case("custom roles miss one", "list_custom_roles", deviation.body(lambda v: {**v, "roles": (v.get("roles") or [])[1:]})),
]  # fmt: skip

FIRST = [*ACCESS, *LISTS, *PROTOCOL, *WRITES, *DATA, *QUERIES, *OTHERS]
