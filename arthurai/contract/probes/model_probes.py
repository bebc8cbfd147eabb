"""Probes of models and what hangs on them: groups, attributes, tags, columns, enrichments."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from arthurai.contract import sample_data as specimens
from arthurai.contract.write_guard import PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.contract.checked_client import Reply
    from arthurai.contract.fixtures import World
    from arthurai.contract.probe_context import Bench

_ENRICHMENTS: Final = ("anomaly_detection", "bias_mitigation", "explainability", "hotspots")


def identifiers(bench: Bench, world: World) -> None:
    """A model is found by either of its ids, whatever characters the partner's holds."""
    partner = f"{specimens.name('model')}/a b%2Fä"
    made = world.make_model(partner_model_id=partner)
    bench.gate.admit(partner)
    query = {"id_type": "partner_model_id"}
    reply = bench.call("get_model", {"model_id": partner}, query=query)
    bench.expect(
        reply.ok and reply.get("id") == made["id"],
        "get_model",
        "partner_model_id",
        f"{made['id']} expected for {partner!r}, got {reply.status} {reply.get('id')}",
        reply,
    )
    plain = bench.call("get_model", {"model_id": str(made["id"])}, query=query)
    bench.expect(
        plain.status == HTTPStatus.NOT_FOUND,
        "get_model",
        "id_type ignored",
        f"404 expected for an id given as partner_model_id, got {plain.status}",
        plain,
    )
    path = {"model_id": partner}
    changed = bench.call("update_model", path, query=query, json={"display_name": f"{PREFIX} x"})
    bench.expect(
        changed.ok and changed.get("id") == made["id"],
        "update_model",
        "partner_model_id",
        f"update by partner_model_id answered {changed.status}",
        changed,
    )


def attributes(bench: Bench, world: World) -> None:
    """The create answer holds all attributes; they are listed, read and relabelled one by one."""
    made = world.make_model()
    model = {"model_id": str(made["id"])}
    sent = {a["name"]: a for a in specimens.model()["attributes"]}
    listed = bench.must("list_model_attributes", model, query={"page_size": 1000})
    reply = bench.must("get_model", model, query={"expand": "attributes"})
    for name, where, found in (
        ("create_model", "the create answer", made.get("attributes") or []),
        ("list_model_attributes", "the list", listed.rows),
        ("get_model", "expand=attributes", reply.get("attributes") or []),
    ):
        shown = {a.get("name"): a for a in found if isinstance(a, dict)}
        for attribute, wanted in sent.items():
            wrong = {
                member: shown.get(attribute, {}).get(member)
                for member in ("stage", "value_type", "position", "categorical", "monitor_for_bias")
                if member in wanted and shown.get(attribute, {}).get(member) != wanted[member]
            }
            bench.expect(
                attribute in shown and not wrong,
                name,
                "attributes",
                f"{attribute} in {where}: {wrong or 'missing'}",
                listed,
            )
    implicit = [a for a in listed.rows if a.get("implicit")]
    bench.expect(
        implicit,
        "create_model",
        "implicit attribute",
        "a binary classifier with one prediction has an implicit attribute for the other",
        listed,
    )
    known = {a.get("name"): a for a in listed.rows}
    identity = str(known.get("income", {}).get("id"))
    bench.gate.admit(*(a.get("id") for a in listed.rows))
    path = {**model, "attribute_id": identity}
    one = bench.must("get_model_attribute", path)
    bench.expect(
        one.get("name") == "income",
        "get_model_attribute",
        "other object",
        f"'income' expected, got {one.get('name')!r}",
        one,
    )
    changed = {**(one.json or {}), "label": "Yearly income"}
    bench.must("update_model_attribute", path, json=changed)
    one = bench.must("get_model_attribute", path)
    bench.expect(
        one.get("label") == "Yearly income",
        "update_model_attribute",
        "update not visible",
        f"label 'Yearly income' expected, got {one.get('label')!r}",
        one,
    )
    patch = [{**(one.json or {}), "label": "Income"}]
    bench.must("update_model_attributes", model, json=patch)
    one = bench.must("get_model_attribute", path)
    bench.expect(
        one.get("label") == "Income",
        "update_model_attributes",
        "update not visible",
        f"label 'Income' expected, got {one.get('label')!r}",
        one,
    )
    bench.must("delete_model_attribute", {**model, "attribute_id": str(known["age"].get("id"))})
    left = bench.must("list_model_attributes", model, query={"page_size": 1000})
    names = {a.get("name") for a in left.rows}
    bench.expect(
        names == set(known) - {"age"},
        "delete_model_attribute",
        "removed object listed",
        f"{sorted(set(map(str, known)) - {'age'})} expected, got {sorted(map(str, names))}",
        left,
    )


def attribute_sets(bench: Bench, world: World) -> None:
    """The attributes of a model without data are replaced as a whole, and removed as a whole."""
    made = world.make_model()
    model = {"model_id": str(made["id"])}
    every = {"page_size": 1000}
    before = bench.must("list_model_attributes", model, query=every)
    sent = [
        {**attribute, **({"name": "salary"} if attribute.get("name") == "income" else {})}
        for attribute in before.rows
        if not attribute.get("implicit")
    ]
    bench.must("replace_model_attributes", model, json=sent)
    after = bench.must("list_model_attributes", model, query=every)
    names = {a.get("name") for a in after.rows if not a.get("implicit")}
    wanted = {a.get("name") for a in sent}
    bench.expect(
        names == wanted,
        "replace_model_attributes",
        "update not visible",
        f"{sorted(map(str, wanted))} expected, got {sorted(map(str, names))}",
        after,
    )
    bench.must("delete_model_attributes", model)
    left = bench.must("list_model_attributes", model, query=every)
    bench.expect(
        not left.rows,
        "delete_model_attributes",
        "removed object listed",
        f"{len(left.rows)} attributes are left",
        left,
    )


def groups(bench: Bench, world: World) -> None:
    """Versions are numbered from 1, found by number and label, and the last is the latest."""
    first = world.make_model(version_label="one")
    group = str(first.get("model_group_id"))
    second = world.make_model(model_group_id=group, version_label="two")
    path = {"model_group_id": group}
    numbers = [m.get("version_sequence_num") for m in (first, second)]
    bench.expect(
        numbers == [1, 2] and second.get("model_group_id") == group,
        "create_model",
        "version numbers",
        f"1 and 2 in {group} expected, got {numbers} in {second.get('model_group_id')}",
    )
    latest = bench.must("get_latest_model_group_version", path)
    bench.expect(
        latest.get("id") == second["id"],
        "get_latest_model_group_version",
        "latest version",
        f"{second['id']} expected, got {latest.get('id')}",
        latest,
    )
    for query in ({"sequence_num": 1}, {"label": "one"}):
        found = bench.must("list_model_group_versions", path, query=query)
        bench.expect(
            [row.get("id") for row in found.rows] == [first["id"]],
            "list_model_group_versions",
            "filter",
            f"{query}: {first['id']} expected, got {[row.get('id') for row in found.rows]}",
            found,
        )
    absent = bench.call("list_model_group_versions", path, query={"sequence_num": 99})
    bench.expect(
        absent.status == HTTPStatus.NOT_FOUND,
        "list_model_group_versions",
        "unknown version",
        f"404 expected for a number that no version has, got {absent.status}",
        absent,
    )
    for change in ({"name": f"{PREFIX} group"}, {"description": "changed"}):
        reply = bench.must("update_model_group", path, json=change)
        seen = bench.must("get_model_group", path)
        for shown in (reply, seen):
            _holds(bench, "update_model_group", change, shown)
    name = bench.must("get_model_group", path).get("name")
    bench.expect(
        name == f"{PREFIX} group",
        "update_model_group",
        "update lost",
        f"a change of the description left the name at {name!r}",
    )
    newest = bench.must(
        "list_models",
        query={"latest_version_sequence_nums": True, "model_group_ids": group, "page_size": 100},
    )
    bench.expect(
        [row.get("id") for row in newest.rows] == [second["id"]],
        "list_models",
        "latest versions",
        f"only {second['id']} expected, got {[row.get('id') for row in newest.rows]}",
        newest,
    )
    bench.must("archive_model_group", path)
    left = bench.must("list_models", query={"model_group_ids": group, "page_size": 100})
    bench.expect(
        not left.rows,
        "archive_model_group",
        "removed object listed",
        f"{len(left.rows)} models of an archived group are listed",
        left,
    )


def _holds(bench: Bench, name: str, wanted: Mapping[str, Any], reply: Reply) -> None:
    for member, value in wanted.items():
        bench.expect(
            reply.get(member) == value,
            name,
            "update not visible",
            f"{member}: {value!r} expected, got {reply.get(member)!r}",
            reply,
        )


def archived(bench: Bench, world: World) -> None:
    """Archived models are listed when they are asked for only, however `true` is written."""
    made = world.make_model()
    group = str(made.get("model_group_id"))
    bench.must("archive_model", {"model_id": str(made["id"])})
    for word, there in (("true", True), ("True", True), ("false", False), ("False", False)):
        query = {"include_archived": word, "model_group_ids": group, "page_size": 100}
        reply = bench.must("list_models", query=query)
        bench.expect(
            bool(reply.rows) == there,
            "list_models",
            "include_archived",
            f"include_archived={word}: {len(reply.rows)} archived models listed",
            reply,
        )
        reply = bench.must(
            "list_model_groups", query={"include_archived": word, "page_size": 10**6}
        )
        listed = any(row.get("id") == group for row in reply.rows)
        with bench.inferred():
            bench.expect(
                listed or not there,
                "list_model_groups",
                "include_archived",
                f"include_archived={word}: the group is not listed",
                reply,
            )


def tags(bench: Bench, world: World) -> None:
    """A tag hangs on models, is renamed everywhere at once, and goes with its last model."""
    made = world.make_model()
    model = {"model_id": str(made["id"])}
    name, renamed = specimens.name("tag"), specimens.name("tag")

    def shown() -> tuple[bool, bool, list[Any]]:
        listed = [
            row.get("name") for row in bench.must("list_tags", query={"page_size": 10**6}).rows
        ]
        return name in listed, renamed in listed, bench.must("get_model", model).get("tags") or []

    reply = bench.must("add_tag_to_model", {**model, "tag_name": name})
    bench.expect(
        reply.get("name") == name, "add_tag_to_model", "answer differs from request", "", reply
    )
    bench.expect(
        shown() == (True, False, [name]),
        "add_tag_to_model",
        "object not listed",
        f"{name} was added; listed, listed as {renamed}, on the model: {shown()}",
        reply,
    )
    reply = bench.must("update_tag", {"tag_name": name}, json={"name": renamed})
    bench.expect(
        shown() == (False, True, [renamed]),
        "update_tag",
        "update not visible",
        f"{name} was renamed to {renamed}; both listed, on the model: {shown()}",
        reply,
    )
    bench.must("remove_tag_from_model", {**model, "tag_name": renamed})
    bench.expect(
        shown() == (False, False, []),
        "remove_tag_from_model",
        "removed object listed",
        f"{renamed} was removed from its only model: {shown()}",
    )
    bench.must("add_tag_to_model", {**model, "tag_name": name})
    bench.must("delete_tag", {"tag_name": name})
    bench.expect(
        shown() == (False, False, []),
        "delete_tag",
        "removed object listed",
        f"{name} was deleted: {shown()}",
    )


def pinned_columns(bench: Bench, world: World) -> None:
    """Pinned columns keep their order; removals come first, additions last."""
    model = {"model_id": str(world.make_model()["id"])}
    columns = ["region", "partner_inference_id", "income"]
    steps: tuple[tuple[str, Any, list[str]], ...] = (
        ("set_pinned_columns", {"columns": columns}, columns),
        (
            "change_pinned_columns",
            {"columns_to_add": ["age"], "columns_to_remove": ["region"]},
            ["partner_inference_id", "income", "age"],
        ),
    )
    for name, body, wanted in steps:
        reply = bench.must(name, model, json=body)
        seen = bench.must("get_pinned_columns", model)
        for shown in (reply, seen):
            bench.expect(
                shown.get("columns") == wanted,
                name,
                "update not visible",
                f"{wanted} expected, got {shown.get('columns')}",
                shown,
            )
    bench.must("delete_pinned_columns", model)
    seen = bench.must("get_pinned_columns", model)
    bench.expect(
        seen.get("columns") != ["partner_inference_id", "income", "age"],
        "delete_pinned_columns",
        "removed object readable",
        "the columns are still pinned",
        seen,
    )


def enrichments(bench: Bench, world: World) -> None:
    """Every enrichment has a status, the same in the whole answer and in its own."""
    model = {"model_id": world.need("model")}
    whole = bench.must("get_enrichments", model)
    for name in _ENRICHMENTS:
        part = whole.get(name)
        bench.expect(
            isinstance(part, dict) and part.get("status") is not None,
            "get_enrichments",
            "status missing",
            f"{name} has no status: {part}",
            whole,
        )
        operation = f"get_{name}"
        if operation in bench.selected and isinstance(part, dict):
            own = bench.must(operation, model)
            bench.expect(
                own.get("enabled") == part.get("enabled"),
                operation,
                "answers disagree",
                f"enabled: {part.get('enabled')} in the whole, {own.get('enabled')} in its own",
                own,
            )


def health(bench: Bench, world: World) -> None:
    """Health is told of each model asked for, given one by one or repeatedly."""
    models = [world.need("model"), str(world.make_model()["id"])]
    for asked in (models[:1], models):
        reply = bench.must("get_model_health", query={"model_id": asked})
        found = sorted(str(r.get("model_id")) for r in reply.get("results") or [])
        bench.expect(
            found == sorted(asked),
            "get_model_health",
            "repeated filter" if len(asked) > 1 else "filter",
            f"{sorted(asked)} were asked for, got {found}",
            reply,
        )


def defaults(bench: Bench, world: World) -> None:
    """What a request leaves out gets its documented default."""
    path = {"model_id": world.need("model")}
    body = {
        "metric_id": world.need("metric"),
        "bound": "lower",
        "threshold": 1,
        "severity": "critical",
    }
    made = world.make("create_alert_rule", body, path)
    wanted = {"lookback_period": 5, "subsequent_alert_wait_time": 1440, "enabled": True}
    for name, value in wanted.items():
        bench.expect(
            made.get(name) == value,
            "create_alert_rule",
            "default",
            f"{name}: {value!r} expected, got {made.get(name)!r}",
        )
    bench.expect(made.get("name"), "create_alert_rule", "default", "no name was generated")
    config = {k: v for k, v in specimens.notification(path["model_id"]).items() if k != "enabled"}
    name = "create_alert_notification_configuration"
    made = world.make(name, config)
    bench.expect(made.get("enabled") is True, name, "default", "enabled is true by default")


# Name → probe, the operations it is about.
PROBES: Final = {
    "ids of models": (identifiers, {"get_model", "update_model"}),
    "attributes": (
        attributes,
        {
            "create_model",
            "list_model_attributes",
            "get_model_attribute",
            "update_model_attribute",
            "update_model_attributes",
            "delete_model_attribute",
        },
    ),
    "sets of attributes": (
        attribute_sets,
        {"replace_model_attributes", "delete_model_attributes", "list_model_attributes"},
    ),
    "model groups": (
        groups,
        {
            "create_model",
            "get_model_group",
            "update_model_group",
            "archive_model_group",
            "list_model_group_versions",
            "get_latest_model_group_version",
            "list_models",
        },
    ),
    "archived models": (archived, {"list_models", "list_model_groups", "archive_model"}),
    "tags": (
        tags,
        {"add_tag_to_model", "remove_tag_from_model", "list_tags", "update_tag", "delete_tag"},
    ),
    "pinned columns": (
        pinned_columns,
        {
            "get_pinned_columns",
            "set_pinned_columns",
            "change_pinned_columns",
            "delete_pinned_columns",
        },
    ),
    "enrichments": (enrichments, {"get_enrichments", *(f"get_{n}" for n in _ENRICHMENTS)}),
    "health": (health, {"get_model_health"}),
    "defaults": (defaults, {"create_alert_rule", "create_alert_notification_configuration"}),
}
