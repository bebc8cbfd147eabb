"""Deviations that keep to the document: access, single objects and lists."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace

from deviating_server import OPERATIONS, Request, Response
from response_schemas import body_schema, members, query_parameters
from rules import (
    KEY,
    on_request,
    on_rows,
    on_success,
    own,
    own_with_state,
    rows_of,
    where,
    with_rows,
    within,
)

FULL = (
    "model", "metric", "metric_v3", "user", "service_account", "organization",
    "alert_notification_configuration", "alert_summary_configuration", "alert_summary_subscriber",
)  # fmt: skip
CREATES = {f"create_{name}" for name in (*FULL, "alert_rule")}
GETS = {
    f"get_{name}"
    for name in (*FULL, "model_group", "model_attribute", "alert", "batch", "reference_data")
}
READS = {
    **{
        f"update_{name}": f"get_{name}"
        for name in (*FULL, "model_group", "model_attribute", "alert")
        if name != "service_account"
    },
    "set_pinned_columns": "get_pinned_columns",
}
DELETES = {
    *(f"delete_{name}" for name in (*FULL, "alert_rule", "tag", "model_attribute") if name != "model"),
    "delete_pinned_columns", "remove_tag_from_model", "archive_model", "archive_model_group",
}  # fmt: skip
LISTS = {
    "list_models", "list_metrics", "list_metrics_v3", "list_alert_rules", "list_alerts",
    "list_alert_notification_configurations", "list_alert_summary_configurations", "list_users",
    "list_service_accounts", "list_organizations", "list_tags", "list_model_attributes",
    "list_model_groups", "list_model_group_versions",
}  # fmt: skip
FILTERS = {
    "list_models": ["display_name", "output_types", "tag", "model_group_ids", "statuses"],
    "list_metrics": ["metric_name", "default", "attribute_name"],
    "list_metrics_v3": ["metric_name", "default"],
    "list_alert_rules": ["severity"],
    "list_alerts": ["severity", "status", "model_id", "alert_rule_id", "batch_id"],
    "list_alert_notification_configurations": ["model_id", "user_id"],
    "list_service_accounts": ["description"],
    "list_organizations": ["name"],
    "list_model_group_versions": ["sequence_num", "label"],
    "list_custom_roles": ["roles"],
    "get_model_health": ["model_id"],
}
SORTED = {"list_alert_rules", "list_alerts", "list_models", "list_users", "list_metrics"}
PROTECTED = {
    "create_model", "archive_model", "update_model", "create_metric", "send_inferences",
    "create_user", "list_custom_roles", "list_organizations", "create_organization", "authorize",
}  # fmt: skip
LOST_MEMBERS = {
    "update_alert_rule": "threshold",
    "update_model": "description",
    "update_user": "last_name",
    "update_alert_summary_configuration": "send_time_of_day",
}
DEFAULTS = {
    "create_alert_rule": {"lookback_period": 7, "subsequent_alert_wait_time": 0},
    "create_alert_notification_configuration": {"enabled": False},
}


# -- access ------------------------------------------------------------------------------------


def opened(test):
    """Give callers whose key passes a test the rights of the administrator."""

    def rule(server, request: Request, forward):
        if test(request.headers.get(KEY)):
            return forward(request.with_headers(authorization=server.app.admin_key))
        return forward()

    return where(is_protected, lambda operation, draw: rule)


def closed(test):
    """Refuse requests that pass a test."""

    def rule(server, request, forward):
        if test(request):
            return Response(401).with_json({"error": "unauthorized"})
        return forward()

    return where(is_plain_get, lambda operation, draw: rule)


def is_protected(operation) -> bool:
    return not operation.public


def is_plain_get(operation) -> bool:
    return operation.method == "GET" and "{" not in operation.path and not operation.public


def retried(change):
    """Repeat what was refused with 403 as another request."""

    def rule(server, request, forward):
        response = forward()
        return forward(change(server, request)) if response.status == 403 else response

    return lambda operation, draw: rule


def without_organization(_, request: Request) -> Request:
    headers = {n: v for n, v in request.headers.items() if n != "arthur-organization-id"}
    return replace(request, headers=headers)


def as_administrator(server, request: Request) -> Request:
    return request.with_headers(authorization=server.app.admin_key)


def forbidden_for_unauthorized(operation, _):
    def rule(server, request, forward):
        response = forward()
        return replace(response, status=403) if response.status == 401 else response

    return rule


# -- objects -----------------------------------------------------------------------------------


def other_for_unknown():
    good: list[Response] = []

    def rule(_, forward):
        response = forward()
        if response.ok:
            good[:] = [response]
        return good[0] if response.status == 404 and good else response

    return rule


def first_for_all():
    good: list[Response] = []

    def rule(_, forward):
        response = forward()
        if not response.ok:
            return response
        good.append(response)
        return good[0]

    return rule


def stale():
    """Reading returns what it returned the first time."""
    seen: dict[object, Response] = {}

    def rule(request, forward):
        response = forward()
        known = request.path, request.query
        return seen.setdefault(known, response) if response.ok else response

    return rule


def without_newest(rows):
    newest = max(rows, key=lambda row: json.dumps(row.get("created_at", row.get("id", ""))))
    return [row for row in rows if row is not newest]


def read_first(operation, request: Request, forward) -> Response:
    """Read the object that an update is about."""
    read = OPERATIONS[READS[operation.operation_id]]
    return forward(replace(request, method=read.method, body=b"", query=()))


def update_not_stored(operation, draw):
    def rule(request, forward):
        if not isinstance(request.json, dict):
            return forward()
        shown = read_first(operation, request, forward)
        if not shown.ok:
            return forward()
        known = {n: v for n, v in request.json.items() if n in shown.json}
        return shown.with_json({**shown.json, **known}, 200)

    return own(rule)(operation, draw)


def update_returns_old(operation, draw):
    def rule(request, forward):
        before, response = read_first(operation, request, forward), forward()
        known = response.ok and before.ok and response.body
        return response.with_json(before.json) if known else response

    return own(rule)(operation, draw)


def member_lost(operation, draw):
    """An update takes all members but one."""
    names = sorted(members(body_schema(operation))[0])
    name = LOST_MEMBERS.get(operation.operation_id, names[0])

    def change(request: Request) -> Request:
        body = request.json
        if not isinstance(body, dict) or name not in body:
            return request
        return request.with_json({n: v for n, v in body.items() if n != name})

    return on_request(change)(operation, draw)


def not_removed(operation, draw):
    status = {"archive_model_group": 202, "remove_tag_from_model": 200}.get(
        operation.operation_id, 204
    )
    name = operation.operation_id
    read = OPERATIONS.get(name.replace("delete_", "get_").replace("archive_", "get_"))

    def rule(request, forward):
        readable = read is not None and read.path == operation.path
        if readable and not forward(replace(request, method="GET", body=b"", query=())).ok:
            return forward()
        return Response(200).with_json({}) if status == 200 else Response(status)

    return own(rule)(operation, draw)


def reverse_sent_text(request, response):
    """The response has another text than the request."""
    body, value = request.json, response.json
    if not isinstance(body, dict) or not isinstance(value, dict):
        return response
    for name, sent in body.items():
        if isinstance(sent, str) and value.get(name) == sent and name not in {"type", "role"}:
            return response.with_json({**value, name: sent[::-1]})
    return response


def accept_taken_name(request, forward):
    response = forward()
    if response.status != 409 or not isinstance(request.json, dict):
        return response
    free = {
        n: f"{v}{uuid.uuid4().hex[:6]}"
        for n, v in request.json.items()
        if n in {"name", "partner_model_id", "username", "display_name"}
    }
    if "email" in request.json:
        free["email"] = f"{uuid.uuid4().hex}@example.invalid"
    return forward(request.with_json({**request.json, **free}))


def other_defaults(operation, draw):
    added = DEFAULTS[operation.operation_id]
    return on_request(
        lambda r: r.with_json({**added, **r.json}) if isinstance(r.json, dict) else r
    )(operation, draw)


# -- lists -------------------------------------------------------------------------------------


def filter_ignored(operation, draw):
    name = draw.choice(FILTERS[operation.operation_id])
    return on_request(lambda r: r.without(name))(operation, draw)


def first_value_only(operation, draw):
    arrays = [n for n, s in query_parameters(operation).items() if s.get("type") == "array"]
    arrays = [n for n in arrays if n in FILTERS.get(operation.operation_id, ())]
    if not arrays:
        return None
    name = draw.choice(arrays)

    def keep_first(request: Request) -> Request:
        first = next((pair for pair in request.query if pair[0] == name), None)
        kept = (pair for pair in request.query if pair[0] != name or pair is first)
        return replace(request, query=tuple(kept))

    return on_request(keep_first)(operation, draw)


def drop_capitals(name):
    """Capital `True` is not understood."""
    return on_request(lambda r: r.without(name) if r.get(name) in {"True", "False"} else r)


def reverse_sort(request: Request) -> Request:
    sort = request.get("sort")
    return request if not sort else request.adding(sort=sort[1:] if sort[0] == "-" else f"-{sort}")


def is_paged(operation) -> bool:
    return operation.operation_id in LISTS and "page" in query_parameters(operation)


def page_of(request: Request) -> int:
    text = request.get("page") or ""
    return int(text) if text.isdecimal() else 1


def number_off(name):
    def alter(_, response):
        value = response.json
        if not isinstance(value, dict) or not isinstance(value.get(name), int):
            return response
        return response.with_json({**value, name: value[name] + 1})

    return on_success(alter)


def lose_last_of_page(request, response):
    rows = rows_of(response.json)
    size = request.get("page_size") or ""
    if rows and size.isdecimal() and int(size) == len(rows) > 1:
        return with_rows(response, rows[:-1])
    return response


def overlap_pages(request, forward):
    """Each page begins with the last row of the one before."""
    response = forward()
    page = page_of(request)
    rows = rows_of(response.json) if response.ok else None
    if not rows or page < 2:
        return response
    before = rows_of(forward(request.adding(page=str(page - 1))).json)
    return with_rows(response, [before[-1], *rows[:-1]])


def last_page_forever(operation, _):
    def rule(server, request, forward):
        response = forward()
        rows = rows_of(response.json) if response.ok else None
        if rows == [] and page_of(request) > 1:
            pages = max(response.json.get("total_pages") or 1, 1)
            return forward(request.adding(page=str(pages)))
        return response

    return rule


def refuse_slash(operation, _):
    def rule(server, request, forward):
        if "%2F" in request.path:
            return Response(404).with_json({"error": "not found"})
        return forward()

    return rule


KINDS = {
    "missing credential accepted": opened(lambda key: key is None),
    "wrong credential accepted": opened(lambda key: key == "this-key-opens-nothing"),
    "403 for 401": where(is_protected, forbidden_for_unauthorized),
    "Bearer refused": closed(lambda r: r.headers.get(KEY, "").startswith("Bearer ")),
    "cookie refused": closed(lambda r: KEY not in r.headers and "cookie" in r.headers),
    "permission not checked": within(PROTECTED, retried(as_administrator)),
    "organization header ignored": within(
        {"get_current_organization", "get_current_user", "list_models"},
        retried(without_organization),
    ),
    "created object not readable": within(
        GETS, on_success(lambda _, r: r.with_json({"error": "record not found"}, 404))
    ),
    "another object for an unknown id": within(GETS, own_with_state(other_for_unknown)),
    "one object for all ids": within(GETS, own_with_state(first_for_all)),
    "stale reads": within(set(READS.values()), own_with_state(stale)),
    "created object not listed": within(LISTS, on_rows(without_newest)),
    "update not stored": within(READS, update_not_stored),
    "update answers the old object": within(READS, update_returns_old),
    "one member of an update lost": within(LOST_MEMBERS, member_lost),
    "removal does nothing": within(DELETES, not_removed),
    "ids not unique": within(CREATES, own_with_state(first_for_all)),
    "answer differs from request": within(
        CREATES - {"create_alert_summary_subscriber"}, on_success(reverse_sent_text)
    ),
    "taken name accepted": within(
        {"create_model", "create_metric", "create_user", "create_alert_summary_configuration"},
        own(accept_taken_name),
    ),
    "other defaults": within(DEFAULTS, other_defaults),
    "filter ignored": within(FILTERS, filter_ignored),
    "repeated parameter cut": within(FILTERS, first_value_only),
    "sort ignored": within(SORTED, on_request(lambda r: r.without("sort"))),
    "sort reversed": within(SORTED, on_request(reverse_sort)),
    "page size ignored": where(is_paged, on_request(lambda r: r.without("page_size"))),
    "page ignored": where(is_paged, on_request(lambda r: r.without("page"))),
    "total_count off": where(is_paged, number_off("total_count")),
    "total_pages off": where(is_paged, number_off("total_pages")),
    "last row of a page lost": where(is_paged, on_success(lose_last_of_page)),
    "pages overlap": where(is_paged, own(overlap_pages)),
    "last page for ever": where(is_paged, last_page_forever),
    "row listed twice": within(LISTS, on_rows(lambda rows: [*rows, rows[-1]])),
    "archived always listed": within(
        {"list_models"}, on_request(lambda r: r.adding(include_archived="true"))
    ),
    "capital True not understood": within({"list_models"}, drop_capitals("include_archived")),
    "id_type ignored": within(
        {"get_model", "update_model"}, on_request(lambda r: r.without("id_type"))
    ),
    "encoded slash refused": within({"get_model", "update_model"}, refuse_slash),
}
