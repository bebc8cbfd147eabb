"""Deviations that keep to the document: what clients rely on beyond shapes."""

from __future__ import annotations

import copy
import json
import re
import uuid
from dataclasses import replace

from deviant import OPERATIONS, Answer, Deviant, Incoming
from schemas import body_schema, members, query_parameters

READS = {
    "update_model": "get_model",
    "update_metric": "get_metric",
    "update_metric_v3": "get_metric_v3",
    "update_alert_notification_configuration": "get_alert_notification_configuration",
    "update_alert_summary_configuration": "get_alert_summary_configuration",
    "update_alert_summary_subscriber": "get_alert_summary_subscriber",
    "update_user": "get_user",
    "update_organization": "get_organization",
    "update_model_group": "get_model_group",
    "update_model_attribute": "get_model_attribute",
    "update_alert": "get_alert",
    "set_pinned_columns": "get_pinned_columns",
}
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
CREATES = {
    "create_model", "create_metric", "create_metric_v3", "create_alert_rule", "create_user",
    "create_service_account", "create_alert_notification_configuration",
    "create_alert_summary_configuration", "create_alert_summary_subscriber", "create_organization",
}  # fmt: skip
DELETES = {
    "archive_model", "delete_metric", "delete_metric_v3", "delete_alert_rule", "delete_user",
    "delete_service_account", "delete_alert_notification_configuration",
    "delete_alert_summary_configuration", "delete_alert_summary_subscriber",
    "delete_organization", "delete_pinned_columns", "delete_tag", "remove_tag_from_model",
    "delete_model_attribute", "archive_model_group",
}  # fmt: skip
GETS = {
    "get_model", "get_metric", "get_metric_v3", "get_user", "get_service_account",
    "get_alert_notification_configuration", "get_alert_summary_configuration",
    "get_alert_summary_subscriber", "get_organization", "get_model_group", "get_model_attribute",
    "get_alert", "get_batch", "get_reference_data",
}  # fmt: skip
MULTI = {"send_inferences", "update_inferences", "update_ground_truth"}
KEY = "authorization"


def page_of(request: Incoming) -> int:
    text = request.get("page") or ""
    return int(text) if text.isdecimal() else 1


def rows_of(value):
    if isinstance(value, list):
        return value
    for key in ("data", "metrics", "query_result"):
        if isinstance(value, dict) and isinstance(value.get(key), list):
            return value[key]
    return None


def with_rows(answer: Answer, rows) -> Answer:
    value = answer.json
    if isinstance(value, list):
        return answer.with_json(rows)
    key = next(k for k in ("data", "metrics", "query_result") if isinstance(value.get(k), list))
    return answer.with_json({**value, key: rows})


def asked(change):
    """Make a rule that changes the request."""

    def make(operation, draw):
        def rule(deviant, request, forward):
            own = request.method == operation.method
            return forward(change(request)) if own else forward()

        return rule

    return make


def answered(change):
    """Make a rule that changes successes; the change gets the request and the answer."""

    def make(operation, draw):
        def rule(deviant, request, forward):
            answer = forward()
            own = request.method == operation.method
            return (
                change(request, answer) if own and answer.ok and answer.json is not None else answer
            )

        return rule

    return make


def for_(names, make):
    return lambda operation, draw: (
        make(operation, draw) if operation.operation_id in names else None
    )


def where(fits, make):
    return lambda operation, draw: make(operation, draw) if fits(operation) else None


# -- access ------------------------------------------------------------------------------------


def opened(test):
    """Make a rule that gives callers whose key passes a test the rights of the administrator."""

    def make(operation, draw):
        def rule(deviant: Deviant, request: Incoming, forward):
            if test(request.headers.get(KEY), deviant):
                return forward(
                    replace(request, headers={**request.headers, KEY: deviant.app.admin_key})
                )
            return forward()

        return rule

    return make


def protected(operation) -> bool:
    return not operation.public


def closed(test):
    def make(operation, draw):
        def rule(deviant, request, forward):
            if test(request):
                return Answer(401).with_json({"error": "unauthorized"})
            return forward()

        return rule

    return make


def instead_of_401(operation, draw):
    def rule(deviant, request, forward):
        answer = forward()
        return replace(answer, status=403) if answer.status == 401 else answer

    return rule


def plain_get(operation) -> bool:
    return operation.method == "GET" and "{" not in operation.path and not operation.public


def any_permission(operation, draw):
    def rule(deviant, request, forward):
        answer = forward()
        if answer.status == 403:
            return forward(
                replace(request, headers={**request.headers, KEY: deviant.app.admin_key})
            )
        return answer

    return rule


def organization_ignored(operation, draw):
    def rule(deviant, request, forward):
        headers = {n: v for n, v in request.headers.items() if n != "arthur-organization-id"}
        answer = forward()
        return forward(replace(request, headers=headers)) if answer.status == 403 else answer

    return rule


# -- objects -----------------------------------------------------------------------------------


def always_404(operation, draw):
    def rule(deviant, request, forward):
        answer = forward()
        if answer.ok and request.method == operation.method:
            return answer.with_json({"error": "record not found"}, 404)
        return answer

    return rule


def other_for_unknown(operation, draw):
    good: list[Answer] = []

    def rule(deviant, request, forward):
        answer = forward()
        if request.method != operation.method:
            return answer
        if answer.ok:
            good[:] = [answer]
        return good[0] if answer.status == 404 and good else answer

    return rule


def first_for_all(operation, draw):
    good: list[Answer] = []

    def rule(deviant, request, forward):
        answer = forward()
        if answer.ok and request.method == operation.method:
            good.append(answer)
            return good[0]
        return answer

    return rule


def stale(operation, draw):
    """Reading answers what it answered the first time."""
    seen: dict[object, Answer] = {}

    def rule(deviant, request, forward):
        answer = forward()
        if answer.ok and request.method == operation.method:
            return seen.setdefault((request.path, request.query), answer)
        return answer

    return rule


def newest_missing(operation, draw):
    def rule(deviant, request, forward):
        answer = forward()
        rows = rows_of(answer.json) if answer.ok else None
        if not rows or request.method != operation.method:
            return answer
        fresh = max(rows, key=lambda r: json.dumps(r.get("created_at", r.get("id", ""))))
        return with_rows(answer, [r for r in rows if r is not fresh])

    return rule


def update_not_stored(operation, draw):
    read = OPERATIONS[READS[operation.operation_id]]

    def rule(deviant, request, forward):
        if request.method != operation.method or not isinstance(request.json, dict):
            return forward()
        shown = forward(replace(request, method=read.method, body=b"", query=()))
        if not shown.ok:
            return forward()
        known = {n: v for n, v in request.json.items() if n in shown.json}
        return shown.with_json({**shown.json, **known}, 200)

    return rule


def update_answers_stale(operation, draw):
    read = OPERATIONS[READS[operation.operation_id]]

    def rule(deviant, request, forward):
        if request.method != operation.method:
            return forward()
        before = forward(replace(request, method=read.method, body=b"", query=()))
        answer = forward()
        return answer.with_json(before.json) if answer.ok and before.ok and answer.body else answer

    return rule


def one_member_lost(operation, draw):
    """An update takes all members but one."""
    schema = body_schema(operation)
    names = sorted(members(schema)[0])
    chosen = {
        "update_alert_rule": "threshold",
        "update_model": "description",
        "update_user": "last_name",
        "update_alert_summary_configuration": "send_time_of_day",
    }
    name = chosen.get(operation.operation_id, names[0])

    def rule(deviant, request, forward):
        body = request.json
        if request.method == operation.method and isinstance(body, dict) and name in body:
            return forward(request.with_json({n: v for n, v in body.items() if n != name}))
        return forward()

    return rule


def not_done(operation, draw):
    status = (
        202
        if operation.operation_id == "archive_model_group"
        else (200 if operation.operation_id == "remove_tag_from_model" else 204)
    )

    def rule(deviant, request, forward):
        if request.method != operation.method or not deviant_exists(
            deviant, operation, request, forward
        ):
            return forward()
        return Answer(status) if status != 200 else Answer(200).with_json({})

    return rule


def deviant_exists(deviant, operation, request, forward) -> bool:
    known = OPERATIONS.get(
        operation.operation_id.replace("delete_", "get_").replace("archive_", "get_")
    )
    if known is None or known.path != operation.path:
        return True
    return forward(replace(request, method="GET", body=b"", query=())).ok


def echo_differs(operation, draw):
    def alter(request, answer):
        body, value = request.json, answer.json
        if not isinstance(body, dict) or not isinstance(value, dict):
            return answer
        for name, sent in body.items():
            if isinstance(sent, str) and value.get(name) == sent and name not in {"type", "role"}:
                return answer.with_json({**value, name: sent[::-1]})
        return answer

    return answered(alter)(operation, draw)


def unique_not_kept(operation, draw):
    def rule(deviant, request, forward):
        answer = forward()
        if answer.status == 409 and isinstance(request.json, dict):
            free = {
                n: f"{v}{uuid.uuid4().hex[:6]}"
                for n, v in request.json.items()
                if n in {"name", "partner_model_id", "username", "display_name"}
            }
            if "email" in request.json:
                free["email"] = f"{uuid.uuid4().hex}@example.invalid"
            return forward(request.with_json({**request.json, **free}))
        return answer

    return rule


def defaults_changed(operation, draw):
    values = {
        "create_alert_rule": {"lookback_period": 7, "subsequent_alert_wait_time": 0},
        "create_alert_notification_configuration": {"enabled": False},
    }
    added = values[operation.operation_id]
    return asked(lambda r: r.with_json({**added, **r.json}) if isinstance(r.json, dict) else r)(
        operation, draw
    )


# -- lists -------------------------------------------------------------------------------------


def ignoring(operation, draw):
    names = FILTERS[operation.operation_id]
    name = draw.choice(names)
    return asked(lambda r: r.without(name))(operation, draw)


def first_only(operation, draw):
    arrays = [n for n, s in query_parameters(operation).items() if s.get("type") == "array"]
    arrays = [n for n in arrays if n in FILTERS.get(operation.operation_id, ())]
    if not arrays:
        return None
    name = draw.choice(arrays)

    def keep_first(request: Incoming) -> Incoming:
        seen, kept = False, []
        for key, value in request.query:
            if key != name or not seen:
                kept.append((key, value))
            seen = seen or key == name
        return replace(request, query=tuple(kept))

    return asked(keep_first)(operation, draw)


def lower_only(name):
    """Capital `True` is not understood."""
    return asked(lambda r: r.without(name) if r.get(name) in {"True", "False"} else r)


def descending(request: Incoming) -> Incoming:
    sort = request.get("sort")
    return request if not sort else request.adding(sort=sort[1:] if sort[0] == "-" else f"-{sort}")


def paged(operation) -> bool:
    return operation.operation_id in LISTS and "page" in query_parameters(operation)


def number_off(name):
    return answered(
        lambda _, a: (
            a.with_json({**a.json, name: a.json[name] + 1})
            if isinstance(a.json, dict) and isinstance(a.json.get(name), int)
            else a
        )
    )


def last_of_page_lost(request, answer):
    rows = rows_of(answer.json)
    size = request.get("page_size")
    if rows and (size or "").isdecimal() and int(size) == len(rows) and len(rows) > 1:
        return with_rows(answer, rows[:-1])
    return answer


def overlapping(operation, draw):
    """Each page begins with the last row of the one before."""

    def rule(deviant, request, forward):
        answer = forward()
        page = page_of(request)
        rows = rows_of(answer.json) if answer.ok else None
        if not rows or page < 2 or request.method != operation.method:
            return answer
        before = rows_of(forward(request.adding(page=str(page - 1))).json)
        return with_rows(answer, [before[-1], *rows[:-1]])

    return rule


def last_page_forever(operation, draw):
    def rule(deviant, request, forward):
        answer = forward()
        rows = rows_of(answer.json) if answer.ok else None
        if rows == [] and page_of(request) > 1:
            pages = max(answer.json.get("total_pages") or 1, 1)
            return forward(request.adding(page=str(pages)))
        return answer

    return rule


def doubled(request, answer):
    rows = rows_of(answer.json)
    return with_rows(answer, [*rows, rows[-1]]) if rows else answer


# -- sending -----------------------------------------------------------------------------------


def account(change):
    def alter(request, answer):
        value = copy.deepcopy(answer.json)
        if not isinstance(value, dict) or "counts" not in value:
            return answer
        change(value)
        return answer.with_json(value)

    return answered(alter)


def set_counts(**by):
    def change(value):
        for name, amount in by.items():
            value["counts"][name] += amount

    return change


def reverse_results(value):
    value["results"].reverse()


def lose_result(value):
    del value["results"][-1:]


def all_well(value):
    value["results"] = [{**r, "status": 200, "message": "success"} for r in value["results"]]
    total = value["counts"]["total"]
    value["counts"] = {"success": total, "failure": 0, "total": total}


def not_stored(operation, draw):
    """All rows are answered as accepted, the last is not stored."""

    def rule(deviant, request, forward):
        answer = (
            forward(request.with_json(request.json[:-1]))
            if (
                request.method == operation.method
                and isinstance(request.json, list)
                and len(request.json) > 1
            )
            else forward()
        )
        value = answer.json
        if (
            isinstance(value, dict)
            and "results" in value
            and len(value["results"]) == len(request.json) - 1
        ):
            good = {"status": 200, "message": "success"}
            counts = value["counts"]
            counts = {**counts, "success": counts["success"] + 1, "total": counts["total"] + 1}
            return answer.with_json(
                {**value, "results": [*value["results"], good], "counts": counts}
            )
        return answer

    return rule


def truths_dropped(operation, draw):
    """Ground truth is answered as accepted and thrown away."""

    def rule(deviant, request, forward):
        rows = request.json
        if request.method != operation.method or not isinstance(rows, list):
            return forward()
        results = [{"status": 200, "message": "success"} for _ in rows]
        for row, result in zip(rows, results, strict=True):
            if not isinstance(row, dict) or "nobody" in str(row.get("partner_inference_id")):
                result.update(status=404, message="unknown inference")
        bad = sum(r["status"] != 200 for r in results)
        counts = {"success": len(rows) - bad, "failure": bad, "total": len(rows)}
        return Answer(207).with_json({"counts": counts, "results": results})

    return rule


def renamed_double(operation, draw):
    """A row sent again is stored again."""
    seen: set[str] = set()

    def rule(deviant, request, forward):
        rows = request.json
        if request.method != operation.method or not isinstance(rows, list):
            return forward()
        changed = []
        for row in rows:
            name = (
                (request.path, str(row.get("partner_inference_id")))
                if isinstance(row, dict)
                else None
            )
            if name is not None and name in seen:
                other = f"{name[1]}-{uuid.uuid4().hex}"
                changed.append({**row, "partner_inference_id": other})
            else:
                changed.append(row)
            seen.add(name)
        return forward(request.with_json(changed))

    return rule


def rounded(operation, draw):
    """Stored numbers lose their fraction."""

    def cut(row):
        if not isinstance(row, dict) or not isinstance(row.get("inference_data"), dict):
            return row
        data = {
            n: float(int(v)) if isinstance(v, float) else v
            for n, v in row["inference_data"].items()
        }
        return {**row, "inference_data": data}

    return asked(
        lambda r: r.with_json([cut(row) for row in r.json]) if isinstance(r.json, list) else r
    )(operation, draw)


def shifted(operation, draw):
    """Times of day are an hour off."""

    def move(text: str) -> str:
        return re.sub(r"T(\d\d):", lambda m: f"T{(int(m[1]) + 1) % 24:02d}:", text)

    def shift(request):
        rows = request.json
        if not isinstance(rows, list):
            return request
        return request.with_json(
            [
                {**r, "inference_timestamp": move(r["inference_timestamp"])}
                if isinstance(r, dict) and isinstance(r.get("inference_timestamp"), str)
                else r
                for r in rows
            ]
        )

    return asked(shift)(operation, draw)


# -- queries -----------------------------------------------------------------------------------


def numbers(change):
    def alter(value):
        if isinstance(value, bool):
            return value
        if isinstance(value, int | float):
            return change(value)
        if isinstance(value, list):
            return [alter(v) for v in value]
        if isinstance(value, dict):
            return {n: v if n == "sampling_threshold" else alter(v) for n, v in value.items()}
        return value

    return answered(lambda _, a: a.with_json(alter(a.json)))


def body_without(*names):
    return asked(
        lambda r: (
            r.with_json({n: v for n, v in r.json.items() if n not in names})
            if isinstance(r.json, dict)
            else r
        )
    )


def last_row_lost(request, answer):
    rows = rows_of(answer.json)
    return with_rows(answer, rows[:-1]) if rows else answer


def reversed_rows(request, answer):
    rows = rows_of(answer.json)
    return with_rows(answer, rows[::-1]) if rows else answer


def member_emptied(name):
    return answered(
        lambda _, a: (
            a.with_json({**a.json, name: []})
            if isinstance(a.json, dict) and a.json.get(name)
            else a
        )
    )


def member_reversed(name):
    return answered(
        lambda _, a: (
            a.with_json({**a.json, name: a.json[name][::-1]})
            if isinstance(a.json, dict) and isinstance(a.json.get(name), list)
            else a
        )
    )


def version_off(request, answer):
    value = answer.json
    return (
        answer.with_json({**value, "version_sequence_num": 1})
        if isinstance(value, dict)
        else answer
    )


def first_version(operation, draw):
    """The latest version is the first."""

    def rule(deviant, request, forward):
        answer = forward()
        if not answer.ok:
            return answer
        path = request.path.removesuffix("/latest")
        rows = rows_of(forward(replace(request, path=path)).json)
        first = min(rows, key=lambda row: row["version_sequence_num"])
        return answer.with_json(first)

    return rule


def slash_refused(operation, draw):
    def rule(deviant, request, forward):
        if "%2F" in request.path:
            return Answer(404).with_json({"error": "not found"})
        return forward()

    return rule


KINDS = {
    "missing credential accepted": where(protected, opened(lambda key, _: key is None)),
    "wrong credential accepted": where(
        protected, opened(lambda key, d: key is not None and key == "this-key-opens-nothing")
    ),
    "403 for 401": where(protected, instead_of_401),
    "Bearer refused": where(
        plain_get, closed(lambda r: r.headers.get(KEY, "").startswith("Bearer "))
    ),
    "cookie refused": where(
        plain_get, closed(lambda r: KEY not in r.headers and "cookie" in r.headers)
    ),
    "permission not checked": for_(
        {
            "create_model",
            "archive_model",
            "update_model",
            "create_metric",
            "send_inferences",
            "create_user",
            "list_custom_roles",
            "list_organizations",
            "create_organization",
            "authorize",
        },
        any_permission,
    ),
    "organization header ignored": for_(
        {"get_current_organization", "get_current_user", "list_models"}, organization_ignored
    ),
    "created object not readable": for_(GETS, always_404),
    "another object for an unknown id": for_(GETS, other_for_unknown),
    "one object for all ids": for_(GETS, first_for_all),
    "stale reads": for_(set(READS.values()), stale),
    "created object not listed": for_(LISTS, newest_missing),
    "update not stored": for_(set(READS), update_not_stored),
    "update answers the old object": for_(set(READS), update_answers_stale),
    "one member of an update lost": for_(
        {"update_alert_rule", "update_model", "update_user", "update_alert_summary_configuration"},
        one_member_lost,
    ),
    "removal does nothing": for_(DELETES, not_done),
    "ids not unique": for_(CREATES, first_for_all),
    "answer differs from request": for_(
        CREATES - {"create_alert_summary_subscriber"}, echo_differs
    ),
    "taken name accepted": for_(
        {"create_model", "create_metric", "create_user", "create_alert_summary_configuration"},
        unique_not_kept,
    ),
    "other defaults": for_(
        {"create_alert_rule", "create_alert_notification_configuration"}, defaults_changed
    ),
    "filter ignored": for_(set(FILTERS), ignoring),
    "repeated parameter cut": for_(set(FILTERS), first_only),
    "sort ignored": for_(SORTED, asked(lambda r: r.without("sort"))),
    "sort reversed": for_(SORTED, asked(descending)),
    "page size ignored": where(paged, asked(lambda r: r.without("page_size"))),
    "page ignored": where(paged, asked(lambda r: r.without("page"))),
    "total_count off": where(paged, number_off("total_count")),
    "total_pages off": where(paged, number_off("total_pages")),
    "last row of a page lost": where(paged, answered(last_of_page_lost)),
    "pages overlap": where(paged, overlapping),
    "last page for ever": where(paged, last_page_forever),
    "row listed twice": for_(LISTS, answered(doubled)),
    "archived always listed": for_(
        {"list_models"}, asked(lambda r: r.adding(include_archived="true"))
    ),
    "capital True not understood": for_({"list_models"}, lower_only("include_archived")),
    "id_type ignored": for_({"get_model", "update_model"}, asked(lambda r: r.without("id_type"))),
    "encoded slash refused": for_({"get_model", "update_model"}, slash_refused),
    "counts do not add up": for_(MULTI, account(set_counts(success=1))),
    "total off": for_(
        MULTI | {"send_inference_file", "upload_reference_data"}, account(set_counts(total=1))
    ),
    "results reversed": for_(MULTI, account(reverse_results)),
    "result lost": for_(MULTI, account(lose_result)),
    "bad rows accepted": for_(MULTI, account(all_well)),
    "accepted row not stored": for_({"send_inferences"}, not_stored),
    "row sent twice stored twice": for_({"send_inferences"}, renamed_double),
    "ground truth dropped": for_({"update_inferences", "update_ground_truth"}, truths_dropped),
    "stored numbers rounded": for_({"send_inferences"}, rounded),
    "times shifted": for_({"send_inferences"}, shifted),
    "aggregates off by one": for_(
        {"query", "evaluate_metric", "query_distributions"}, numbers(lambda n: n + 1)
    ),
    "numbers off by 1 %": for_(
        {"query", "query_data_drift", "query_psi_bucket_table"}, numbers(lambda n: n * 1.01)
    ),
    "query filter ignored": for_({"query"}, body_without("filter")),
    "group missing": for_({"query"}, answered(last_row_lost)),
    "order ignored": for_({"query"}, answered(reversed_rows)),
    "limit ignored": for_({"query"}, body_without("limit")),
    "offset ignored": for_({"query"}, body_without("offset")),
    "query pages ignored": for_({"query"}, asked(lambda r: r.without("page", "page_size"))),
    "metric filters ignored": for_(
        {"evaluate_metric", "evaluate_metric_v3"}, body_without("filters")
    ),
    "metric groups ignored": for_(
        {"evaluate_metric", "evaluate_metric_v3"}, body_without("group_by")
    ),
    "wrong version number": for_({"create_model"}, answered(version_off)),
    "first version as the latest": for_({"get_latest_model_group_version"}, first_version),
    "tags not shown": for_({"get_model"}, member_emptied("tags")),
    "pinned order lost": for_({"get_pinned_columns"}, member_reversed("columns")),
    "health of one model lost": for_(
        {"get_model_health"},
        answered(lambda _, a: a.with_json({**a.json, "results": a.json["results"][:-1]})),
    ),
}
