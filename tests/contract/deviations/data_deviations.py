"""Deviations that keep to the document: rows sent, queries, and what belongs to models."""

from __future__ import annotations

import copy
import re
import uuid
from dataclasses import replace

from deviating_server import Request, Response
from rules import on_body, on_request, on_rows, own, own_with_state, rows_of, within

MULTI = {"send_inferences", "update_inferences", "update_ground_truth"}
EVALUATIONS = {"evaluate_metric", "evaluate_metric_v3"}
GOOD = {"status": 200, "message": "success"}


# -- sending -----------------------------------------------------------------------------------


def account(change):
    """Change counts and results of the response."""

    def alter(value):
        if isinstance(value, dict) and "counts" in value:
            value = copy.deepcopy(value)
            change(value)
        return value

    return on_body(alter)


def count_more(name):
    def change(value):
        value["counts"][name] += 1

    return change


def reverse_results(value):
    value["results"].reverse()


def lose_result(value):
    del value["results"][-1:]


def accept_all(value):
    value["results"] = [{**result, **GOOD} for result in value["results"]]
    total = value["counts"]["total"]
    value["counts"] = {"success": total, "failure": 0, "total": total}


def on_sent_rows(change):
    """Change the rows of requests that send some."""
    return on_request(
        lambda r: r.with_json([change(row) for row in r.json]) if isinstance(r.json, list) else r
    )


def last_not_stored(request: Request, forward):
    """All rows are answered as accepted, the last is not stored."""
    rows = request.json
    if not isinstance(rows, list) or len(rows) < 2:
        return forward()
    response = forward(request.with_json(rows[:-1]))
    value = response.json
    if not isinstance(value, dict) or len(value.get("results", ())) != len(rows) - 1:
        return response
    counts = value["counts"]
    counts = {**counts, "success": counts["success"] + 1, "total": counts["total"] + 1}
    return response.with_json({**value, "results": [*value["results"], GOOD], "counts": counts})


def truths_dropped(request: Request, forward):
    """Ground truth is answered as accepted and thrown away."""
    rows = request.json
    if not isinstance(rows, list):
        return forward()
    unknown = {"status": 404, "message": "unknown inference"}
    results = [
        unknown
        if not isinstance(row, dict) or "nobody" in str(row.get("partner_inference_id"))
        else GOOD
        for row in rows
    ]
    bad = results.count(unknown)
    counts = {"success": len(rows) - bad, "failure": bad, "total": len(rows)}
    return Response(207).with_json({"counts": counts, "results": results})


def repeated_stored():
    """A row sent again is stored again."""
    seen: set[tuple[str, str]] = set()

    def rule(request: Request, forward):
        def rename(row):
            if not isinstance(row, dict):
                return row
            name = str(row.get("partner_inference_id"))
            if (request.path, name) in seen:
                return {**row, "partner_inference_id": f"{name}-{uuid.uuid4().hex}"}
            seen.add((request.path, name))
            return row

        rows = request.json
        if not isinstance(rows, list):
            return forward()
        return forward(request.with_json([rename(row) for row in rows]))

    return rule


def round_numbers(row):
    """Stored numbers lose their fraction."""
    if not isinstance(row, dict) or not isinstance(row.get("inference_data"), dict):
        return row
    data = {
        name: float(int(value)) if isinstance(value, float) else value
        for name, value in row["inference_data"].items()
    }
    return {**row, "inference_data": data}


def shift_time(row):
    """Times of day are an hour off."""
    if not isinstance(row, dict) or not isinstance(row.get("inference_timestamp"), str):
        return row
    moved = re.sub(
        r"T(\d\d):", lambda m: f"T{(int(m[1]) + 1) % 24:02d}:", row["inference_timestamp"]
    )
    return {**row, "inference_timestamp": moved}


# -- queries -----------------------------------------------------------------------------------


def numbers(change):
    """Change all numbers of a body but the sampling threshold."""

    def apply(value):
        if isinstance(value, list):
            return [apply(item) for item in value]
        if isinstance(value, dict):
            return {n: v if n == "sampling_threshold" else apply(v) for n, v in value.items()}
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return change(value) if is_number else value

    return on_body(apply)


def body_without(*names):
    return on_request(
        lambda r: (
            r.with_json({n: v for n, v in r.json.items() if n not in names})
            if isinstance(r.json, dict)
            else r
        )
    )


# -- what belongs to models --------------------------------------------------------------------


def member(name, change):
    """Change one member of the body, if it is there and not empty."""

    def alter(value):
        known = isinstance(value, dict) and value.get(name)
        return {**value, name: change(value[name])} if known else value

    return on_body(alter)


def first_version(request: Request, forward):
    """The latest version is the first."""
    response = forward()
    if not response.ok:
        return response
    path = request.path.removesuffix("/latest")
    rows = rows_of(forward(replace(request, path=path)).json)
    return response.with_json(min(rows, key=lambda row: row["version_sequence_num"]))


KINDS = {
    "counts do not add up": within(MULTI, account(count_more("success"))),
    "total off": within(
        MULTI | {"send_inference_file", "upload_reference_data"}, account(count_more("total"))
    ),
    "results reversed": within(MULTI, account(reverse_results)),
    "result lost": within(MULTI, account(lose_result)),
    "bad rows accepted": within(MULTI, account(accept_all)),
    "accepted row not stored": within({"send_inferences"}, own(last_not_stored)),
    "row sent twice stored twice": within({"send_inferences"}, own_with_state(repeated_stored)),
    "ground truth dropped": within(
        {"update_inferences", "update_ground_truth"}, own(truths_dropped)
    ),
    "stored numbers rounded": within({"send_inferences"}, on_sent_rows(round_numbers)),
    "times shifted": within({"send_inferences"}, on_sent_rows(shift_time)),
    "aggregates off by one": within(
        {"query", "evaluate_metric", "query_distributions"}, numbers(lambda n: n + 1)
    ),
    "numbers off by 1 %": within(
        {"query", "query_data_drift", "query_psi_bucket_table"}, numbers(lambda n: n * 1.01)
    ),
    "query filter ignored": within({"query"}, body_without("filter")),
    "group missing": within({"query"}, on_rows(lambda rows: rows[:-1])),
    "order ignored": within({"query"}, on_rows(lambda rows: rows[::-1])),
    "limit ignored": within({"query"}, body_without("limit")),
    "offset ignored": within({"query"}, body_without("offset")),
    "query pages ignored": within({"query"}, on_request(lambda r: r.without("page", "page_size"))),
    "metric filters ignored": within(EVALUATIONS, body_without("filters")),
    "metric groups ignored": within(EVALUATIONS, body_without("group_by")),
    "wrong version number": within({"create_model"}, member("version_sequence_num", lambda _: 1)),
    "first version as the latest": within({"get_latest_model_group_version"}, own(first_version)),
    "tags not shown": within({"get_model"}, member("tags", lambda _: [])),
    "pinned order lost": within({"get_pinned_columns"}, member("columns", lambda v: v[::-1])),
    "health of one model lost": within({"get_model_health"}, member("results", lambda v: v[:-1])),
}
