"""The data classes of the curated layer have the members that the document describes.

They are filled from answers by name, and sent by name: a member that is renamed in the document
would be `None`, or be ignored by the server, without an error.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import types
import typing

import pytest
from recorder import SENT_TOO

from arthurai._compat.accounts import AuthInfo
from arthurai.common.bundle import load_bundle, operations, resolve
from arthurai.model.alert_backtests import AlertRuleBacktest, AlertRuleExplanation, BacktestAlert
from arthurai.model.alerts import Alert, AlertRule
from arthurai.model.attributes import ArthurAttribute, AttributeBin, AttributeCategory
from arthurai.model.base_model import ArthurModelBase, ExplainabilityParameters
from arthurai.model.json_dataclass import ArthurBaseJsonDataclass
from arthurai.model.metrics import Metric
from arthurai.model.model import ArthurModel
from arthurai.model.model_groups import ArthurModelGroup

#: The schema of what each class is made from, and the members that it does not keep.
RECEIVED = {
    AlertRule: (
        "AlertRule",
        (
            "alert_counts attribute_name last_metric_value last_triggered last_updated_at "
            "last_updated_by last_updated_by_type metric_query metric_type"
        ),
    ),
    Alert: ("Alert", "organization_id severity"),
    AlertRuleBacktest: ("AlertRuleBacktest", ""),
    AlertRuleExplanation: ("AlertRuleExplanation", ""),
    ArthurAttribute: ("Attribute", ""),
    ArthurModelBase: (
        "Model",
        (
            "accuracy_enabled accuracy_health_score average_inference_count created_by "
            "critical_alert_count drift_health_score has_ground_truth_inferences "
            "has_reference_set_data health_score ingestion_health_score is_binary_classifier "
            "last_inference_timestamp model_group_name organization_id total_inference_count"
        ),
    ),
    ArthurModelGroup: ("ModelGroup", "archived_at versions"),
    AttributeBin: ("AttributeBin", ""),
    AttributeCategory: ("AttributeCategory", ""),
    AuthInfo: ("AuthenticationInfo", "service_account_id"),
    BacktestAlert: ("BacktestAlert", ""),
    ExplainabilityParameters: ("ModelExplainability", ""),
    Metric: ("Metric", "created_at endpoint last_updated_by last_updated_by_type updated_at"),
}
#: The schema of what a class is sent as: by operation, with the members that it does not have.
SENT = {
    "create_alert_rule": (AlertRule, ""),
    "update_alert_rule": (AlertRule, ""),
    "create_model": (ArthurModelBase, "accuracy_enabled explainability_enabled"),
    "update_model": (ArthurModelBase, "overwrite_tags"),
}
#: What an object that is sent before the server knows it does not have yet.
NOT_YET = {"create_alert_rule": {"id", "metric_name", "notes"}}
#: Members that are read by name of answers that no data class keeps, with their JSON types: the
#: embedded server never sends them.
READ = {"HotspotNode": {"left": {"object"}, "right": {"object"}}}
NAMES = {kind.__name__: kind for kind in RECEIVED}
JSON_TYPES = {
    bool: {"boolean"},
    int: {"integer"},
    float: {"integer", "number"},
    str: {"string"},
    dict: {"object"},
    list: {"array"},
}


def fields_of(kind):
    # Names that modules import for the type checker only are looked up here.
    hints = typing.get_type_hints(kind, localns=vars(collections.abc) | vars(typing) | NAMES)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def members_of(schema):
    schema = resolve(load_bundle(), schema)
    found = dict(schema.get("properties", {}))
    for part in schema.get("allOf", ()):
        found |= members_of(part)
    return found


def json_types(schema):
    """Name the JSON types that a schema allows; all if it says nothing."""
    schema = resolve(load_bundle(), schema)
    declared = schema.get("type", ())
    found = {declared} if isinstance(declared, str) else set(declared)
    for keyword in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(keyword, ()):
            found |= json_types(part)
    return found - {"null"}


def python_types(hint):
    """Name the JSON types that a type of Python stands for; none if it may be any."""
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        parts = [python_types(part) for part in typing.get_args(hint) if part is not type(None)]
        return set().union(*parts) if all(parts) else set()
    plain = typing.get_origin(hint) or hint
    if not isinstance(plain, type):
        return set()
    if issubclass(plain, ArthurBaseJsonDataclass):
        return {"object"}
    return next((found for base, found in JSON_TYPES.items() if issubclass(plain, base)), set())


def test_every_data_class_is_compared():
    def subclasses(kind):
        for one in kind.__subclasses__():
            yield one
            yield from subclasses(one)

    found = {one for one in subclasses(ArthurBaseJsonDataclass) if "arthurai" in one.__module__}
    blocking = {one for one in found if not one.__module__.startswith("arthurai.aio.")}
    assert blocking - {ArthurModel} == set(RECEIVED)


@pytest.mark.parametrize("kind", RECEIVED, ids=lambda kind: kind.__name__)
def test_what_is_received_has_the_members_of_the_document(kind):
    name, left_out = RECEIVED[kind]
    schema = load_bundle()["components"]["schemas"][name]
    members, fields = members_of(schema), fields_of(kind)
    assert set(members) - set(fields) == set(left_out.split())
    assert set(fields) - set(members) == set()
    for field, hint in fields.items():
        expected = python_types(hint)
        found = json_types(members[field])
        assert not expected or not found or found <= expected, (kind, field, hint, found)


@pytest.mark.parametrize("name", READ)
def test_what_is_read_by_name_is_a_member_of_the_document(name):
    members = members_of(load_bundle()["components"]["schemas"][name])
    for member, expected in READ[name].items():
        assert json_types(members[member]) == expected, member


@pytest.mark.parametrize("operation", SENT)
def test_what_is_sent_has_the_members_of_the_document(operation):
    kind, left_out = SENT[operation]
    body = resolve(load_bundle(), operations()[operation].spec["requestBody"])
    members = members_of(body["content"]["application/json"]["schema"])
    fields = fields_of(kind)
    sent_too = SENT_TOO.get(operation, set()) | NOT_YET.get(operation, set())
    assert set(members) - set(fields) == set(left_out.split())
    assert set(fields) - set(members) == sent_too
    for name in fields.keys() - sent_too:
        expected, found = python_types(fields[name]), json_types(members[name])
        assert not expected or not found or found & expected, (kind, name, found)
