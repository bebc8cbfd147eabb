"""Probes of questions about rows: what narrows, names or splits them has its effect."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from arthurai.contract import run_names, sample_data
from arthurai.contract.operation_facts import ALL_ROWS
from arthurai.contract.probe_context import ProbeList
from arthurai.contract.probes.query_probes import loaded_model
from arthurai.contract.probes.sending_probes import query_rows

if TYPE_CHECKING:
    from arthurai.contract.checked_client import Response
    from arthurai.contract.probe_context import ProbeContext

PROBES: Final = ProbeList()
_ROWS: Final = [row["inference_data"] for row in sample_data.INFERENCES]
_COUNT: Final[dict[str, Any]] = {"select": [{"function": "count", "alias": "n"}]}
_NORTH: Final = {"property": "region", "comparator": "eq", "value": "north"}
_IN_NORTH: Final = sum(row["region"] == "north" for row in _ROWS)
_LIMIT: Final = 3000.0
_REFERENCE_COUNT: Final = 14
_BINS: Final = (2, 6)
_GAPS: Final = (0, 1)
_HIGH: Final = {"property": "income", "comparator": "gt", "value": 4000}


@PROBES.probe("sources and names", "query")
def check_sources(context: ProbeContext) -> None:
    """A query reads the source that it names, and calls columns what it is told to."""
    model = loaded_model(context)
    for source, expected in (("inference", len(_ROWS)), ("reference", _REFERENCE_COUNT)):
        rows = query_rows(context, model, {**_COUNT, "from": source})
        context.expect_equal(rows[0].get("n"), expected, "source", "query", what=f"from {source}")
    selected = [{"property": "income", "alias": "earned"}, {"property": "age"}]
    rows = query_rows(context, model, {"select": selected, "limit": 1})
    found = sorted(rows[0]) if rows else []
    context.expect_equal(found, ["age", "earned"], "alias", "query", what="columns")
    filters = [{"property": "region", "comparator": "eq", "value": "north"}]
    for name in ("filter", "where"):
        rows = query_rows(context, model, {**_COUNT, name: filters})
        context.expect_equal(rows[0].get("n"), _IN_NORTH, "query filter", "query", what=name)


@PROBES.probe("groups of gaps", "query", "send_inferences")
def check_gaps(context: ProbeContext) -> None:
    """Rows without a value are a group of their own, are counted, and are found by `null`."""
    path = context.fixtures.create_model_path()
    rows = [
        {
            **row,
            "partner_inference_id": run_names.name("gap"),
            "inference_data": {**row["inference_data"], **({"region": None} if n in _GAPS else {})},
        }
        for n, row in enumerate(sample_data.INFERENCES[:6])
    ]
    context.call_ok("send_inferences", path, json=rows)
    region = {"property": "region"}
    body = {"select": [region, *_COUNT["select"]], "group_by": [region]}
    found = {row.get("region"): row.get("n") for row in query_rows(context, path["model_id"], body)}
    expected = dict(Counter(row["inference_data"]["region"] for row in rows))
    context.expect_equal(found, expected, "groups", "query", what="with gaps")


def _drift(context: ProbeContext, model: str, **options: Any) -> tuple[Any, Response]:
    body = {"properties": ["income"], "metric": "PSI", **options}
    response = context.call_ok("query_data_drift", {"model_id": model}, json=body)
    return response.get("query_result", 0, "income"), response


@PROBES.probe("sides of drift", "query_data_drift", "query_psi_bucket_table")
def check_drift_sides(context: ProbeContext) -> None:
    """Each side of drift has its own filter, and the number of bins is the one asked for."""
    model = loaded_model(context)
    whole: dict[str, Any] = {"source": "inference"}
    high = {**whole, "filter": [_HIGH]}
    for base, target, equal in ((high, high, True), (whole, high, False), (high, whole, False)):
        found, response = _drift(context, model, base=base, target=target)
        text = f"base {base} against target {target}: {found}"
        is_zero = isinstance(found, int | float) and math.isclose(found, 0.0, abs_tol=1e-9)
        context.expect(is_zero is equal, "drift filter", text, response)
    reference = {"source": "reference"}
    _check_measures(context, model)
    _check_parts(context, model)
    body = {"property": "income", "base": high, "target": whole, "num_bins": 2}
    table = context.call_ok("query_psi_bucket_table", {"model_id": model}, json=body)
    count = sum(row.get("base_count_per_bucket") or 0 for row in table.get("query_result") or [])
    expected = sum(row["income"] > _HIGH["value"] for row in _ROWS)
    context.expect_equal(count, expected, "drift filter", table, what="rows of the base")
    for bins in _BINS:
        found, response = _drift(context, model, base=reference, target=whole, num_bins=bins)
        body = {"property": "income", "base": reference, "target": whole, "num_bins": bins}
        table = context.call_ok("query_psi_bucket_table", {"model_id": model}, json=body)
        rows = [r for r in table.get("query_result") or [] if isinstance(r, dict)]
        total = sum(row.get("psi") or 0.0 for row in rows)
        text = f"{found} with {bins} bins, the table with as many adds up to {total}"
        close = isinstance(found, int | float) and math.isclose(found, total, rel_tol=1e-6)
        context.expect(close, "drift bins", text, response)
        few = len(rows) <= bins + 1
        context.expect(few, "drift bins", f"{len(rows)} rows for {bins} bins", table)


def _check_parts(context: ProbeContext, model: str) -> None:
    """Drift comes once for each group, of one column or two, and for each day."""
    whole = {"source": "inference"}
    days = {str(row["inference_timestamp"])[:10] for row in sample_data.INFERENCES}
    cases: tuple[tuple[dict[str, Any], set[tuple[Any, ...]]], ...] = (
        ({"group_by": [{"property": "region"}]}, {(row["region"],) for row in _ROWS}),
        (
            {"group_by": [{"property": "region"}, {"property": "age"}]},
            {(row["region"], row["age"]) for row in _ROWS},
        ),
        ({"rollup": "day"}, {(day,) for day in days}),
    )
    for parts, expected in cases:
        body = {"properties": ["income"], "metric": "PSI", "base": whole, "target": whole, **parts}
        response = context.call_ok("query_data_drift", {"model_id": model}, json=body)
        names = [one["property"] for one in parts.get("group_by", ())] or ["rollup"]
        found = {
            tuple(
                row.get(name)[:10] if name == "rollup" and row.get(name) else row.get(name)
                for name in names
            )
            for row in response.get("query_result") or []
        }
        what = f"parts by {names}"
        context.expect_equal(sorted(found), sorted(expected), "drift parts", response, what=what)


def _check_measures(context: ProbeContext, model: str) -> None:
    """Compare distances between the regions of two sets of rows with those computed by hand.

    Kullback-Leibler is the sum of p ln(p / q), Hellinger the root of half the sum of the squared
    differences of roots; which side is p is not documented, but it stays the same.
    """
    base = Counter(row["region"] for row in _ROWS[:_REFERENCE_COUNT])
    target = Counter(row["region"] for row in _ROWS if row["income"] > _LIMIT)
    narrowed = {"property": "income", "comparator": "gt", "value": _LIMIT}
    sides = {
        "base": {"source": "reference"},
        "target": {"source": "inference", "filter": [narrowed]},
    }
    p = {name: base[name] / base.total() for name in base}
    q = {name: target[name] / target.total() for name in base}
    by_hand = {
        "PSI": [sum((p[n] - q[n]) * math.log(p[n] / q[n]) for n in p)],
        "KLDivergence": [
            sum(p[n] * math.log(p[n] / q[n]) for n in p),
            sum(q[n] * math.log(q[n] / p[n]) for n in p),
        ],
        "HellingerDistance": [
            math.sqrt(sum((math.sqrt(p[n]) - math.sqrt(q[n])) ** 2 for n in p) / 2)
        ],
    }
    for metric, allowed in by_hand.items():
        body = {"properties": ["region"], "metric": metric, **sides}
        response = context.call_ok("query_data_drift", {"model_id": model}, json=body)
        found = response.get("query_result", 0, "region")
        text = f"{metric}: expected {allowed[0]} by hand, got {found}"
        close = isinstance(found, int | float) and any(
            math.isclose(found, value, rel_tol=1e-6) for value in allowed
        )
        context.expect(close, "drift", text, response)
    body = {"property": "region", **sides}
    table = context.call_ok("query_psi_bucket_table", {"model_id": model}, json=body)
    for row in table.get("query_result") or []:
        for side, shares in (("base", p), ("target", q)):
            expected = shares.get(row.get("bucket"))
            found = row.get(f"{side}_probability_per_bucket")
            text = f"{side} share of {row.get('bucket')}: expected {expected}, got {found}"
            close = expected is None or (
                isinstance(found, int | float) and math.isclose(found, expected, rel_tol=1e-6)
            )
            context.expect(close, "drift table", text, table)


@PROBES.probe("cells of distributions", "query_distributions")
def check_cells(context: ProbeContext) -> None:
    """A distribution counts the rows that its filter keeps, in as many bins as it is told."""
    path = {"model_id": context.fixtures.require("model")}
    counted = [{"property": "income", "function": "count", "alias": "n"}]
    for bins in _BINS:
        for filters, expected in (([], len(_ROWS)), ([_NORTH], _IN_NORTH)):
            body = {
                "x": {"property": "income", "num_bins": bins},
                "y": {"property": "age", "num_bins": 2},
                "values": counted,
                "filter": filters,
            }
            response = context.call_ok("query_distributions", path, json=body)
            cells = [c for c in response.get("query_result") or [] if isinstance(c, dict)]
            found = sum(cell.get("n") or 0 for cell in cells)
            with context.inferred():
                what = f"rows for {filters}"
                context.expect_equal(found, expected, "distribution", response, what=what)
                text = f"{len(cells)} cells for {bins} times 2 bins"
                context.expect(len(cells) <= bins * 2, "distribution", text, response)


@PROBES.probe(
    "parameters of metrics",
    *("create_metric", "evaluate_metric", "create_metric_v3", "evaluate_metric_v3", "get_metric"),
    *("update_metric", "create_alert_rule", "get_metric_v3", "update_metric_v3"),
)
def check_parameters(context: ProbeContext) -> None:
    """A metric uses the value of its parameter that is given, otherwise the default."""
    path = {"model_id": context.fixtures.require("model")}
    above = {"property": "income", "comparator": "gt", "value": "{{limit}}"}
    body = {
        **sample_data.metric(path["model_id"]),
        "query": {"select": [{"function": "countIf", "alias": "n", "parameters": above}]},
        "parameters": [{"name": "limit", "parameter_type": "FLOAT", "default": _LIMIT}],
    }
    for suffix in ("", "_v3"):
        if context.selected.isdisjoint(
            {f"{verb}_metric{suffix}" for verb in ("create", "evaluate", "get", "update")}
            | {"create_alert_rule"}
        ):
            continue
        body = {**body, "name": run_names.name("metric")}
        created = context.fixtures.create(f"create_metric{suffix}", body, path)
        one = {**path, "metric_id": str(created.get("id"))}
        for given in (None, 1500.0, 5000.0):
            asked = {} if given is None else {"parameters": {"limit": given}}
            response = context.call_ok(f"evaluate_metric{suffix}", one, json=asked)
            context.expect_members({"name": body["name"]}, "metric value", response)
            found = _values(response)
            expected = [sum(row["income"] > (given or _LIMIT) for row in _ROWS)]
            context.expect_equal(
                found, expected, "metric parameter", response, what=f"values for {asked}"
            )
        changed = {**body, "parameters": [{**body["parameters"][0], "default": 1750.0}]}
        context.call_ok(f"update_metric{suffix}", one, json=changed)
        shown = context.call_ok(f"get_metric{suffix}", one)
        found = shown.get("parameters", 0, "default")
        name = f"update_metric{suffix}"
        kind = "update not visible"
        context.expect_equal(found, 1750.0, kind, shown, what="default", operation_id=name)
        if not suffix:
            _check_rule_parameters(context, path, one["metric_id"])


def _values(response: Response) -> list[Any]:
    return [
        value.get(result.get("name"))
        for result in response.get("results") or []
        for value in result.get("values") or []
    ]


def _check_rule_parameters(context: ProbeContext, path: dict[str, str], metric: str) -> None:
    chosen = {"limit": 2500.0}
    rule = {**sample_data.alert_rule(metric), "metric_parameters": chosen}
    created = context.fixtures.create("create_alert_rule", rule, path)
    listed = context.call_ok("list_alert_rules", path, query={"page_size": ALL_ROWS})
    row = next((r for r in listed.rows if r.get("id") == created.get("id")), {})
    for found in (created.get("metric_parameters"), row.get("metric_parameters")):
        context.expect_equal(
            found, chosen, "object differs", "create_alert_rule", what="metric_parameters"
        )


@PROBES.probe("backtests", "backtest_alert_rule")
def check_backtest(context: ProbeContext) -> None:
    """A rule that every window breaks raises alerts in a test over the past, one for each."""
    path = context.fixtures.create_model_path()
    metric = context.fixtures.create("create_metric", sample_data.metric(path["model_id"]), path)
    context.call_ok("send_inferences", path, json=sample_data.INFERENCES)
    rule = {
        **sample_data.alert_rule(str(metric.get("id"))),
        "threshold": 0,
        "enabled": True,
        "lookback_period": 1440,
        "subsequent_alert_wait_time": 0,
    }
    body = {
        "rule": rule,
        "start_time": "2026-01-01T00:00:00Z",
        "end_time": "2026-01-08T00:00:00Z",
    }
    response = context.call_ok("backtest_alert_rule", path, json=body)
    text = f"every window has rows, {response.get('alerts')} were raised"
    context.expect(response.get("alerts"), "backtest", text, response)
    late = {**body, "start_time": "2026-01-04T00:00:00Z"}
    later = context.call_ok("backtest_alert_rule", path, json=late)
    moments = [str(alert.get("timestamp")) for alert in later.get("alerts") or []]
    text = f"alerts from 2026-01-04 on were asked for, these came: {moments}"
    context.expect(all(one >= "2026-01-04" for one in moments), "backtest", text, later)
    listed = context.call_ok("list_alert_rules", path, query={"page_size": ALL_ROWS})
    names = [row.get("name") for row in listed.rows]
    text = "a test of a rule created it"
    context.expect(rule["name"] not in names, "backtest", text, response)


@PROBES.probe("explanations of rules", "explain_alert_rule")
def check_rule_explanation(context: ProbeContext) -> None:
    """The explanation of a rule shows the rule as it is listed."""
    path = {"model_id": context.fixtures.require("model")}
    rule = context.fixtures.create_sample("create_alert_rule")
    one = {**path, "alert_rule_id": str(rule.get("id"))}
    response = context.call_ok("explain_alert_rule", one)
    for name in ("id", "name", "threshold", "bound", "severity"):
        found = response.get("alert_rule", name)
        context.expect_equal(found, rule.get(name), "differs from the rule", response, what=name)


@PROBES.probe("usage and limits", "get_organization_usage", "get_organization_limits")
def check_usage(context: ProbeContext) -> None:
    """What an organization is said to use is what its lists show."""
    here = context.fixtures.require("organization")
    for kind in ("model", "user", "service_account"):
        context.fixtures.get(kind)
    every = {"page_size": ALL_ROWS}
    usage = context.call_ok("get_organization_usage", {"organization_id": here})
    models = context.call_ok("list_models", query=every)
    total = context.call_ok("list_models", query={**every, "include_archived": True})
    users = context.call_ok("list_users", query=every)
    active = [row for row in users.rows if row.get("active", True)]
    keys = context.call_ok("list_service_accounts")
    for member, rows in (
        ("active_models", models.rows),
        ("total_models", total.rows),
        ("users", active),
        ("service_accounts", keys.rows),
    ):
        found = usage.get(member)
        if found is not None:
            context.expect_equal(found, len(rows), "usage", usage, what=member)
    limits = context.call_ok("get_organization_limits", {"organization_id": here})
    for response in (usage, limits):
        if response.get("organization_id") is not None:
            context.expect_members({"organization_id": here}, "other organization", response)


@PROBES.probe("usage over time", "get_usage")
def check_usage_over_time(context: ProbeContext) -> None:
    """Rows that are sent are counted for their model, each once."""
    path = context.fixtures.create_model_path()
    context.call_ok("send_inferences", path, json=sample_data.INFERENCES)
    query = {"metric_category": "inferences", "page_size": ALL_ROWS}
    response = context.call_ok("get_usage", {"rollup": "model"}, query=query)
    own = next((row for row in response.rows if row.get("id") == path["model_id"]), {})
    values = [m.get("value") for m in own.get("inferences") or [] if isinstance(m, dict)]
    text = f"{len(sample_data.INFERENCES)} rows were sent, the usage shows {values}"
    context.expect(len(sample_data.INFERENCES) in values, "usage", text, response)


@PROBES.probe(
    "switches of enrichments",
    *("update_anomaly_detection", "get_anomaly_detection", "get_enrichments"),
    *("update_bias_mitigation", "get_bias_mitigation", "update_hotspots", "get_hotspots"),
    "update_enrichments",
)
def check_switches(context: ProbeContext) -> None:
    """An enrichment that is switched on or off says so, here and in the list of all."""
    path = {"model_id": loaded_model(context)}
    for name in ("anomaly_detection", "hotspots"):
        if context.selected.isdisjoint({f"update_{name}", f"get_{name}", "get_enrichments"}):
            continue
        for wanted in (True, False):
            body = {"enabled": wanted}
            changed = context.call_ok(f"update_{name}", path, json=body)
            own = context.call_ok(f"get_{name}", path)
            context.expect_members(body, "update not visible", changed, own)
            whole = context.call_ok("get_enrichments", path)
            context.expect(
                own.get("config") == whole.get(name, "config"),
                "differs from its own",
                f"{name}.config: {whole.get(name, 'config')} in all, {own.get('config')} alone",
                whole,
            )
            shown = whole.get(name, "enabled")
            kind = "differs from its own"
            context.expect_equal(shown, wanted, kind, whole, what=f"{name}.enabled")
    own = context.call_ok("get_bias_mitigation", path)
    whole = context.call_ok("get_enrichments", path)
    expected, what = whole.get("bias_mitigation", "config"), "config of bias mitigation"
    context.expect_equal(own.get("config"), expected, "differs from its own", own, what=what)


@PROBES.probe("bias groups", "get_model_bias_groups")
def check_bias_groups(context: ProbeContext) -> None:
    """The groups that are watched for bias are the bins of the attribute that asks for it."""
    path = {"model_id": context.fixtures.require("model")}
    response = context.call_ok("get_model_bias_groups", path)
    names = [row.get("attribute_name") for row in response.rows]
    with context.inferred():
        context.expect_equal(names, ["age", "age"], "bias groups", response, what="attributes")
