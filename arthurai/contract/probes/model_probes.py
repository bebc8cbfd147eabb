"""Probes of models and what belongs to them: groups, attributes, tags, columns, enrichments."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from arthurai.contract import run_names, sample_data
from arthurai.contract.operation_facts import ALL_ROWS
from arthurai.contract.probe_context import ProbeList
from arthurai.contract.run_names import PREFIX

if TYPE_CHECKING:
    from arthurai.contract.checked_client import Response
    from arthurai.contract.probe_context import ProbeContext

PROBES: Final = ProbeList()
_EVERY: Final = {"page_size": ALL_ROWS}
_ENRICHMENTS: Final = ("anomaly_detection", "bias_mitigation", "explainability", "hotspots")
_ATTRIBUTE_MEMBERS: Final = (
    *("stage", "value_type", "position", "categorical", "monitor_for_bias", "bins"),
    *("min_range", "max_range", "attribute_link"),
)


def _names_in(response: Response) -> list[str]:
    return sorted(str(row.get("name")) for row in response.rows)


def _ids_in(response: Response) -> list[Any]:
    return [row.get("id") for row in response.rows]


def _without_gaps(value: Any) -> Any:
    """Return a value without the members of its objects that are null, which counts as absent."""
    if not isinstance(value, list):
        return value
    return [
        {n: v for n, v in item.items() if v is not None} if isinstance(item, dict) else item
        for item in value
    ]


@PROBES.probe("ids of models", "get_model", "update_model")
def check_ids(context: ProbeContext) -> None:
    """A model is found by either of its ids, whatever characters the partner's has."""
    partner = f"{run_names.name('model')}/a b%2Fä"
    created = context.fixtures.create_model_path(partner_model_id=partner)
    context.guard.register(partner)
    path = {"model_id": partner}
    expected, query = {"id": created["model_id"]}, {"id_type": "partner_model_id"}
    response = context.call("get_model", path, query=query)
    context.expect_members(expected, "partner_model_id", response)
    plain = context.call("get_model", created, query=query)
    why = "for an id given as partner_model_id"
    context.expect_status(plain, HTTPStatus.NOT_FOUND, "id_type ignored", why=why)
    change = {"display_name": f"{PREFIX} x"}
    changed = context.call("update_model", path, query=query, json=change)
    context.expect_members(expected, "partner_model_id", changed)


@PROBES.probe("texts of models", "list_models", "get_model", "create_model")
def check_texts(context: ProbeContext) -> None:
    """A model is found by a part of its description, and shows no text that it was not given."""
    words = run_names.name("Words")
    found = context.fixtures.create_model(description=f"before {words} after")
    bare = context.fixtures.create_model_path()
    for wanted in (words, words.lower(), f"e {words} a"):
        listed = context.call_ok("list_models", query={"search": wanted, **_EVERY})
        context.expect_equal(_ids_in(listed), [found["id"]], "filter", listed, what="search")
    shown = context.call_ok("get_model", bare)
    with context.inferred():
        text = shown.get("description")
        context.expect_equal(text, None, "default", shown, what="description")


@PROBES.probe(
    "attributes",
    *("create_model", "list_model_attributes", "get_model_attribute"),
    *("update_model_attribute", "update_model_attributes", "delete_model_attribute"),
)
def check_attributes(context: ProbeContext) -> None:
    """The response to a creation has all attributes; they are listed, read and changed singly."""
    created = context.fixtures.create_model()
    model = {"model_id": str(created["id"])}
    listed = context.call_ok("list_model_attributes", model, query=_EVERY)
    expanded = context.call_ok("get_model", model, query={"expand": "attributes"})
    for name, found in (
        ("create_model", created.get("attributes") or []),
        ("list_model_attributes", listed.rows),
        ("get_model", expanded.get("attributes") or []),
    ):
        shown = {a.get("name"): a for a in found if isinstance(a, dict)}
        for attribute in sample_data.model()["attributes"]:
            expected = {
                m: _without_gaps(attribute[m]) for m in _ATTRIBUTE_MEMBERS if m in attribute
            }
            seen = shown.get(attribute["name"], {})
            members = {member: _without_gaps(seen.get(member)) for member in expected}
            context.expect_equal(members, expected, "attributes", name, what=attribute["name"])
        for attribute in sample_data.model()["attributes"]:
            wanted = [c["value"] for c in attribute.get("categories") or ()]
            listed_values = shown.get(attribute["name"], {}).get("categories") or []
            values = [c.get("value") for c in listed_values if isinstance(c, dict)]
            context.expect_equal(values, wanted, "attributes", name, what="categories")
    for row in listed.rows:
        alone = context.call_ok("get_model_attribute", {**model, "attribute_id": str(row["id"])})
        context.expect_equal(alone.json, row, "differs from list", alone, what=str(row.get("name")))
    implicit = [a for a in listed.rows if a.get("implicit")]
    text = "a binary classifier with one prediction has an implicit attribute for the other"
    context.expect(implicit, "implicit attribute", text, listed, operation_id="create_model")
    context.guard.register(*_ids_in(listed))
    known = {str(a.get("name")): a for a in listed.rows}
    path = {**model, "attribute_id": str(known.get("income", {}).get("id"))}
    one = context.call_ok("get_model_attribute", path)
    context.expect_members({"name": "income"}, "other object", one)
    for operation_id, label in (
        ("update_model_attribute", "Yearly income"),
        ("update_model_attributes", "Income"),
    ):
        change = {**(one.json or {}), "label": label}
        if operation_id == "update_model_attribute":
            context.call_ok(operation_id, path, json=change)
        else:
            context.call_ok(operation_id, model, json=[change])
        one = context.call_ok("get_model_attribute", path)
        context.expect_members(
            {"label": label}, "update not visible", one, operation_id=operation_id
        )
    age = {**model, "attribute_id": str(known["age"].get("id"))}
    deleted = context.call_ok("delete_model_attribute", age)
    left = _names_in(context.call_ok("list_model_attributes", model, query=_EVERY))
    context.expect_equal(left, sorted(known.keys() - {"age"}), "removed object listed", deleted)


@PROBES.probe(
    "sets of attributes",
    *("replace_model_attributes", "delete_model_attributes", "list_model_attributes"),
)
def check_attribute_sets(context: ProbeContext) -> None:
    """The attributes of a model without data are replaced as a whole, and removed as a whole."""
    model = context.fixtures.create_model_path()
    before = context.call_ok("list_model_attributes", model, query=_EVERY)
    sent = [
        {
            **attribute,
            "label": f"{attribute.get('name')} of a loan",
            **({"name": "salary"} if attribute.get("name") == "income" else {}),
        }
        for attribute in before.rows
        if not attribute.get("implicit")
    ]
    replaced = context.call_ok("replace_model_attributes", model, json=sent)
    after = context.call_ok("list_model_attributes", model, query=_EVERY)
    found, expected = (
        {str(a.get("name")): a.get("label") for a in rows if not a.get("implicit")}
        for rows in (after.rows, sent)
    )
    context.expect_equal(found, expected, "update not visible", replaced, what="attributes")
    deleted = context.call_ok("delete_model_attributes", model)
    left = context.call_ok("list_model_attributes", model, query=_EVERY)
    context.expect_equal(_names_in(left), [], "removed object listed", deleted)


@PROBES.probe(
    "model groups",
    *("create_model", "get_model_group", "update_model_group", "archive_model_group"),
    *("list_model_group_versions", "get_latest_model_group_version", "list_models"),
)
def check_groups(context: ProbeContext) -> None:
    """Versions are numbered from 1, found by number and label, and the last is the latest."""
    first = context.fixtures.create_model(version_label="one")
    group = str(first.get("model_group_id"))
    path = {"model_group_id": group}
    second = context.fixtures.create_model(**path, version_label="two")
    numbers = [(m.get("model_group_id"), m.get("version_sequence_num")) for m in (first, second)]
    expected = [(group, 1), (group, 2)]
    context.expect_equal(numbers, expected, "version numbers", "create_model")
    latest = context.call_ok("get_latest_model_group_version", path)
    context.expect_members({"id": second["id"]}, "latest version", latest)
    for query in ({"sequence_num": 1}, {"label": "one"}):
        found = context.call_ok("list_model_group_versions", path, query=query)
        context.expect_equal(_ids_in(found), [first["id"]], "filter", found, what=f"{query}")
    absent = context.call("list_model_group_versions", path, query={"sequence_num": 99})
    why = "for a number that no version has"
    context.expect_status(absent, HTTPStatus.NOT_FOUND, "unknown version", why=why)
    name = {"name": f"{PREFIX} group"}
    for change in (name, {"description": "changed"}):
        changed = context.call_ok("update_model_group", path, json=change)
        seen = context.call_ok("get_model_group", path)
        context.expect_members(
            change, "update not visible", changed, seen, operation_id="update_model_group"
        )
    seen = context.call_ok("get_model_group", path)
    context.expect_members(name, "update lost", seen, operation_id="update_model_group")
    in_group: dict[str, Any] = {"model_group_ids": group, **_EVERY}
    latest_only = {"latest_version_sequence_nums": True, **in_group}
    newest = context.call_ok("list_models", query=latest_only)
    context.expect_equal(_ids_in(newest), [second["id"]], "latest versions", newest)
    archived = context.call_ok("archive_model_group", path)
    left = context.call_ok("list_models", query=in_group)
    context.expect_equal(_ids_in(left), [], "removed object listed", archived)


@PROBES.probe("archived models", "list_models", "list_model_groups", "archive_model")
def check_archived(context: ProbeContext) -> None:
    """Archived models are listed only when they are asked for, however `true` is written."""
    created = context.fixtures.create_model()
    group = str(created.get("model_group_id"))
    context.call_ok("archive_model", {"model_id": str(created["id"])})
    for word, expected in (("true", True), ("True", True), ("false", False), ("False", False)):
        include, what = {"include_archived": word, **_EVERY}, f"listed for include_archived={word}"
        listed = context.call_ok("list_models", query={**include, "model_group_ids": group})
        found = bool(listed.rows)
        context.expect_equal(found, expected, "include_archived", listed, what=what)
        listed = context.call_ok("list_model_groups", query=include)
        if expected:
            with context.inferred():
                context.expect(group in _ids_in(listed), "include_archived", f"not {what}", listed)


@PROBES.probe(
    "tags", "add_tag_to_model", "remove_tag_from_model", "list_tags", "update_tag", "delete_tag"
)
def check_tags(context: ProbeContext) -> None:
    """A tag belongs to models, is renamed everywhere at once, and goes with its last model."""
    kept = run_names.name("tag")
    model = {"model_id": str(context.fixtures.create_model(tags=[kept]).get("id"))}
    name, renamed = run_names.name("tag"), run_names.name("tag")

    def expect_only(expected: list[str], kind: str, response: Response) -> None:
        listed = _names_in(context.call_ok("list_tags", query=_EVERY))
        known = [tag for tag in (name, renamed) if tag in listed]
        context.expect_equal(known, expected, kind, response, what="listed tags")
        tags = context.call_ok("get_model", model).get("tags") or []
        both = sorted([kept, *expected])
        context.expect_equal(sorted(tags), both, kind, response, what="tags of the model")

    added = context.call_ok("add_tag_to_model", {**model, "tag_name": name})
    context.expect_members({"name": name}, "response differs from request", added)
    expect_only([name], "object not listed", added)
    changed = context.call_ok("update_tag", {"tag_name": name}, json={"name": renamed})
    context.expect_members({"name": renamed}, "response differs from request", changed)
    expect_only([renamed], "update not visible", changed)
    removed = context.call_ok("remove_tag_from_model", {**model, "tag_name": renamed})
    expect_only([], "removed object listed", removed)
    context.call_ok("add_tag_to_model", {**model, "tag_name": name})
    deleted = context.call_ok("delete_tag", {"tag_name": name})
    expect_only([], "removed object listed", deleted)


@PROBES.probe("tags of a change", "update_model", "create_model")
def check_changed_tags(context: ProbeContext) -> None:
    """A change adds tags, or replaces them all when it says so."""
    one, two, three = (run_names.name("tag") for _ in range(3))
    path = {"model_id": str(context.fixtures.create_model(tags=[one]).get("id"))}
    for body, expected in (
        ({"tags": [two]}, {one, two}),
        ({"tags": [three], "overwrite_tags": True}, {three}),
        ({"description": "no word about tags"}, {three}),
        ({"tags": [], "overwrite_tags": True}, set()),
    ):
        changed = context.call_ok("update_model", path, json=body)
        seen = context.call_ok("get_model", path)
        for response in (changed, seen):
            found = set(response.get("tags") or [])
            context.expect_equal(
                found, expected, "update not visible", response, operation_id="update_model"
            )


@PROBES.probe(
    "pinned columns",
    *("get_pinned_columns", "set_pinned_columns", "change_pinned_columns"),
    "delete_pinned_columns",
)
def check_pinned_columns(context: ProbeContext) -> None:
    """Pinned columns keep their order; removals come first, additions last."""
    model = context.fixtures.create_model_path()
    first = ["region", "partner_inference_id", "income"]
    change = {"columns_to_add": ["age"], "columns_to_remove": ["region"]}
    last = ["partner_inference_id", "income", "age"]
    for name, body, expected in (
        ("set_pinned_columns", {"columns": first}, first),
        ("change_pinned_columns", change, last),
    ):
        changed = context.call_ok(name, model, json=body)
        seen = context.call_ok("get_pinned_columns", model)
        columns = {"columns": expected}
        context.expect_members(columns, "update not visible", changed, seen, operation_id=name)
    deleted = context.call_ok("delete_pinned_columns", model)
    seen = context.call_ok("get_pinned_columns", model)
    pinned = seen.get("columns") == last
    context.expect(not pinned, "removed object readable", "columns are still pinned", deleted)


@PROBES.probe("enrichments", "get_enrichments", *(f"get_{name}" for name in _ENRICHMENTS))
def check_enrichments(context: ProbeContext) -> None:
    """Every enrichment has a status, the same in the whole response and in its own."""
    model = {"model_id": context.fixtures.require("model")}
    whole = context.call_ok("get_enrichments", model)
    for name in _ENRICHMENTS:
        status = whole.get(name, "status")
        text = f"{name} has no status: {whole.get(name)}"
        context.expect(status is not None, "status missing", text, whole)
        if f"get_{name}" in context.selected and isinstance(whole.get(name), dict):
            own = context.call_ok(f"get_{name}", model)
            expected = {"enabled": whole.get(name, "enabled")}
            context.expect_members(expected, "differs from get_enrichments", own)


@PROBES.probe("health", "get_model_health")
def check_health(context: ProbeContext) -> None:
    """The health of every requested model is returned, of one or of several."""
    models = [context.fixtures.require("model"), context.fixtures.create_model_path()["model_id"]]
    for asked in (models[:1], models):
        response = context.call_ok("get_model_health", query={"model_id": asked})
        found = sorted(str(row.get("model_id")) for row in response.get("results") or [])
        kind = "repeated filter" if len(asked) > 1 else "filter"
        context.expect_equal(found, sorted(asked), kind, response, what="models")


@PROBES.probe("defaults", "create_alert_rule", "create_alert_notification_configuration")
def check_defaults(context: ProbeContext) -> None:
    """What a request leaves out has its documented default."""
    model, metric = context.fixtures.require("model"), context.fixtures.require("metric")
    rule = {"metric_id": metric, "bound": "lower", "threshold": 1, "severity": "critical"}
    created = context.fixtures.create("create_alert_rule", rule, {"model_id": model})
    defaults = {"lookback_period": 5, "subsequent_alert_wait_time": 1440, "enabled": True}
    for name, value in defaults.items():
        found = created.get(name)
        context.expect_equal(found, value, "default", "create_alert_rule", what=name)
    text = "no name was generated"
    context.expect(created.get("name"), "default", text, "create_alert_rule")
    body = {k: v for k, v in sample_data.notification(model).items() if k != "enabled"}
    operation_id = "create_alert_notification_configuration"
    enabled = context.fixtures.create(operation_id, body).get("enabled")
    context.expect_equal(enabled, True, "default", operation_id, what="enabled")
