"""Alert rules: creating, changing and archiving them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from arthurai.server.document_kinds import Kind
from arthurai.server.http.api_errors import ApiError, join_problems, not_found
from arthurai.server.identifiers import new_id
from arthurai.server.query import QueryError
from arthurai.server.query.compiler import compile_query
from arthurai.server.query.functions import FUNCTIONS
from arthurai.server.query.parse import parse_query
from arthurai.server.query.sql import Binder
from arthurai.server.resources.alert_rules.rule_coverage import list_subjects
from arthurai.server.resources.alert_rules.rule_notes import find_notes
from arthurai.server.resources.alert_rules.rule_readings import RuleReader
from arthurai.server.resources.alert_rules.rule_settings import default_settings
from arthurai.server.resources.metrics.metric_parameters import find_open_parameters
from arthurai.server.resources.metrics.metric_types import is_drift_endpoint
from arthurai.server.resources.metrics.service import MetricCatalog
from arthurai.server.timestamps import format_timestamp, utc_now

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arthurai.common.documents import AlertRuleRequest, CreatedBy, Metric, QueryFilter
    from arthurai.server.context import Stores
    from arthurai.server.document_kinds import StoredAlertRule
    from arthurai.server.storage.documents.stored_models import StoredModel

DEFAULT_WAIT_MINUTES: Final = 1440
_CHANGEABLE: Final = (
    "name",
    "bound",
    "threshold",
    "severity",
    "lookback_period",
    "subsequent_alert_wait_time",
    "enabled",
    "min_rows",
    "min_truth_share",
    "confidence",
)


def list_rules(stores: Stores, record: StoredModel) -> list[StoredAlertRule]:
    """Return the rules of a model in the order of their creation, without archived ones.

    Args:
        stores: The stores.
        record: The model.
    """
    found = stores.control.documents(Kind.ALERT_RULE).list(
        record.organization_id, model_id=record.id
    )
    return [rule for rule in found if not rule.get("archived")]


def get_rule(stores: Stores, record: StoredModel, rule_id: str) -> StoredAlertRule:
    """Return one rule of a model.

    Args:
        stores: The stores.
        record: The model.
        rule_id: Id of the rule.

    Raises:
        ApiError: 404 when the model has no such rule.
    """
    rule = stores.control.documents(Kind.ALERT_RULE).get(record.organization_id, rule_id)
    if rule is None or rule.get("archived") or rule["model_id"] != record.id:
        raise not_found()
    return rule


def create_rule(
    stores: Stores,
    record: StoredModel,
    body: AlertRuleRequest,
    creator: CreatedBy,
) -> StoredAlertRule:
    """Create a rule.

    Args:
        stores: The stores.
        record: The model.
        body: The rule to create.
        creator: Who creates it.

    Raises:
        ApiError: 400 when the metric does not exist, does not return a number or needs other
            parameters, or when the filters do not fit the model.
    """
    rule = {"id": new_id(), "model_id": record.id, **draft_rule(stores, record, body)}
    return _store(stores, record, cast("StoredAlertRule", rule), creator)


def draft_rule(stores: Stores, record: StoredModel, body: AlertRuleRequest) -> dict[str, Any]:
    """Return the members of a rule that is asked for, with their defaults.

    Args:
        stores: The stores.
        record: The model.
        body: The rule.

    Raises:
        ApiError: 400 when the metric does not exist, does not return a number or needs other
            parameters, or when the filters do not fit the model.
    """
    metric = _find_metric(stores, record, body["metric_id"])
    parameters = body.get("metric_parameters") or {}
    try:
        list_subjects(metric, parameters)
    except QueryError as error:
        raise ApiError(400, f"body.metric_{error}") from error
    _check_filters(stores, record, metric, body.get("filters") or [])
    defaults = default_settings(metric, parameters, record.schema)
    return {
        "metric_id": metric["id"],
        "name": body.get("name") or f"{metric['name']} {body['bound']} bound",
        "bound": body["bound"],
        "threshold": body["threshold"],
        "severity": body["severity"],
        "lookback_period": _minutes(body, "lookback_period", defaults["lookback_period"]),
        "subsequent_alert_wait_time": _minutes(
            body, "subsequent_alert_wait_time", DEFAULT_WAIT_MINUTES
        ),
        "enabled": body.get("enabled") is not False,
        "metric_parameters": parameters,
        "filters": body.get("filters") or [],
        **{
            key: defaults[key] if body.get(key) is None else body[key]
            for key in ("min_rows", "min_truth_share", "confidence")
        },
        **_metric_members(metric, parameters),
    }


def read_rule(stores: Stores, record: StoredModel, rule: Mapping[str, Any]) -> RuleReader:
    """Return a reader of the values of a rule.

    Args:
        stores: The stores.
        record: The model.
        rule: The rule, stored or drafted.

    Raises:
        ApiError: 400 when its metric is gone or needs other parameters.
    """
    metric = _find_metric(stores, record, str(rule["metric_id"]))
    try:
        return RuleReader(rule, metric, record.schema, stores.data)
    except QueryError as error:
        raise ApiError(400, f"metric_{error}") from error


def note_rule(stores: Stores, record: StoredModel, rule: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return what the creator of a rule should know.

    Args:
        stores: The stores.
        record: The model.
        rule: The rule, stored or drafted.
    """
    try:
        reader = read_rule(stores, record, rule)
    except ApiError as error:
        reason = error.message.removeprefix("body.")
        return [{"code": "not_computable", "message": f"the metric cannot be computed: {reason}"}]
    return find_notes(reader, record.schema, stores.data)


def change_rule(
    stores: Stores,
    record: StoredModel,
    rule_id: str,
    body: Mapping[str, Any],
    creator: CreatedBy,
) -> StoredAlertRule:
    """Change a rule; absent and null members keep their values.

    Args:
        stores: The stores.
        record: The model.
        rule_id: Id of the rule.
        body: The members to change; others than those of an `AlertRulePatch` are ignored.
        creator: Who changes it.

    Raises:
        ApiError: 404, or 400 when the metric of a rule that is to be enabled is gone.
    """
    rule = get_rule(stores, record, rule_id)
    if body.get("enabled") and not rule["enabled"]:
        _find_metric(stores, record, rule["metric_id"])
    changes = {key: body[key] for key in _CHANGEABLE if body.get(key) not in {None, ""}}
    rule |= cast("StoredAlertRule", changes)
    lookback, wait = rule["lookback_period"], rule["subsequent_alert_wait_time"]
    rule["lookback_period"] = _minutes(rule, "lookback_period", lookback)
    rule["subsequent_alert_wait_time"] = _minutes(rule, "subsequent_alert_wait_time", wait)
    return _store(stores, record, rule, creator)


def archive_rule(stores: Stores, record: StoredModel, rule_id: str) -> None:
    """Archive a rule: it is no longer evaluated or listed; its alerts are kept.

    Args:
        stores: The stores.
        record: The model.
        rule_id: Id of the rule.

    Raises:
        ApiError: 404 when the model has no such rule.
    """
    _archive(stores, record, get_rule(stores, record, rule_id))


def archive_rules(stores: Stores, record: StoredModel) -> None:
    """Archive all rules of a model.

    Args:
        stores: The stores.
        record: The model.
    """
    for rule in list_rules(stores, record):
        _archive(stores, record, rule)


def disable_metric_rules(stores: Stores, record: StoredModel, metric_id: str) -> None:
    """Disable the rules of a metric that is deleted.

    Args:
        stores: The stores.
        record: The model.
        metric_id: Id of the metric.
    """
    for rule in list_rules(stores, record):
        if rule["metric_id"] == metric_id and rule["enabled"]:
            _put(stores, record, {**rule, "enabled": False})


def update_metric_rules(stores: Stores, record: StoredModel, metric: Mapping[str, Any]) -> None:
    """Give the rules of a metric its new name and query.

    Args:
        stores: The stores.
        record: The model.
        metric: The metric after a change.
    """
    for rule in list_rules(stores, record):
        if rule["metric_id"] == metric["id"]:
            _put(
                stores, record, {**rule, **_metric_members(metric, rule["metric_parameters"] or {})}
            )


def to_api(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return a rule of the API.

    Args:
        rule: A stored rule.
    """
    return {key: value for key, value in rule.items() if key not in {"model_id", "archived"}}


def _find_metric(stores: Stores, record: StoredModel, metric_id: str) -> Metric:
    catalog = MetricCatalog(stores, record)
    try:
        metric = catalog.get(metric_id)
    except ApiError as error:
        hint = catalog.hint(metric_id)
        raise ApiError(400, f"body.metric_id: unknown metric {metric_id[:100]!r}{hint}") from error
    if not is_drift_endpoint(metric["endpoint"]):
        select = metric["query"].get("select")
        first = select[0] if isinstance(select, list) and select else None
        function = first.get("function") if isinstance(first, dict) else None
        known = FUNCTIONS.get(function) if isinstance(function, str) else None
        if known is not None and not known.is_nestable and function != "meanAveragePrecision":
            raise ApiError(
                400,
                f"body.metric_id: {metric['name']} returns an object; alert rules need a number",
            )
    return metric


def _check_filters(
    stores: Stores, record: StoredModel, metric: Mapping[str, Any], filters: Sequence[QueryFilter]
) -> None:
    """Raise when no evaluation could apply the filters."""
    if not filters:
        return
    query = {
        "select": [{"function": "count"}],
        "from": _source(metric["query"]),
        "filter": filters,
    }
    try:
        compile_query(parse_query(query), record.schema, stores.data, Binder())
    except QueryError as error:
        wrong = [str(each) for each in error.problems if each.path.startswith("filter")]
        if wrong:
            raise ApiError(
                400, join_problems(f"body.filters{each.removeprefix('filter')}" for each in wrong)
            ) from error


def _source(query: Mapping[str, Any]) -> Any:
    inner = query.get("subquery")
    return _source(inner) if isinstance(inner, dict) else query.get("from") or "inference"


def _metric_members(metric: Mapping[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    attribute = metric.get("attribute")
    covered = find_open_parameters(metric, parameters)
    for parameter in metric.get("parameters") or ():
        if parameter["parameter_type"] == "ATTRIBUTE" and attribute is None:
            is_one = len(covered.get(parameter["name"], ())) <= 1
            attribute = parameters.get(parameter["name"], parameter.get("default"))
            attribute = attribute if is_one else None
    return {
        "metric_name": metric["name"],
        "metric_query": metric["query"],
        "metric_type": metric["type"],
        "attribute_name": attribute,
    }


def _minutes(body: Mapping[str, Any], key: str, default: float) -> float:
    value = body.get(key)
    if value is None:
        return default
    return float(value) if value != int(value) else int(value)


def _archive(stores: Stores, record: StoredModel, rule: StoredAlertRule) -> None:
    _put(stores, record, {**rule, "enabled": False, "archived": True})
    stores.control.alerts.forget_rule(rule["id"])


def _store(
    stores: Stores,
    record: StoredModel,
    rule: StoredAlertRule,
    creator: CreatedBy,
) -> StoredAlertRule:
    rule |= {
        "last_updated_by": creator["id"],
        "last_updated_by_type": creator["type"],
        "last_updated_at": format_timestamp(utc_now()),
    }
    _put(stores, record, rule)
    return rule


def _put(stores: Stores, record: StoredModel, rule: Mapping[str, Any]) -> None:
    documents = stores.control.documents(Kind.ALERT_RULE)
    documents.put(record.organization_id, rule["id"], rule, model_id=record.id)
