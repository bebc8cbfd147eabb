"""How a contract run finds objects on the server, and how it makes them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from arthurai.contract import sample_data as specimens
from arthurai.contract.write_guard import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from arthurai.contract.checked_client import Reply
    from arthurai.contract.fixtures import World

KEYS: Final = {
    "model_id": "model",
    "attribute_id": "attribute",
    "metric_id": "metric",
    "alert_rule_id": "alert_rule",
    "alert_id": "alert",
    "subscriber_id": "subscriber",
    "user_id": "user",
    "organization_id": "organization",
    "service_account_id": "service_account",
    "tag_name": "tag",
    "model_group_id": "model_group",
    "partner_inference_id": "inference",
    "batch_id": "batch",
    "insight_id": "insight",
}
_DAY: Final = 1440
_PATIENCE: Final = 5.0
_PAUSE: Final = 0.05


def _first(operation_id: str, member: str, *path: str) -> Callable[[World], str | None]:
    def find(world: World) -> str | None:
        values = {_parameter(name): world.need(name) for name in path}
        query = {"page_size": 1} if "page_size" in _parameters(world, operation_id) else {}
        reply = world.bench.call(operation_id, values, query=query)
        value = reply.rows[0].get(member) if reply.ok and reply.rows else None
        return str(value) if value is not None else None

    return find


def _parameters(world: World, operation_id: str) -> set[str]:
    return {p["name"] for p in world.bench.operations[operation_id].spec["parameters"]}


def _parameter(key: str) -> str:
    if key in {"summary", "notification"}:
        return "configuration_id"
    return next(name for name, of in KEYS.items() if of == key)


def _find_organization(world: World) -> str | None:
    value = world.bench.call("get_current_organization").get("id")
    return value if isinstance(value, str) else None


def _find_inference(world: World) -> str | None:
    body = {"select": [{"property": "partner_inference_id"}], "limit": 1}
    reply = world.bench.call("query", {"model_id": world.need("model")}, json=body)
    value = reply.get("query_result", 0, "partner_inference_id")
    return value if isinstance(value, str) else None


def _find_batch(world: World) -> str | None:
    reply = world.bench.call("list_datasets", {"model_id": world.need("model")})
    ids = [row.get("batch_id") for row in reply.rows if row.get("batch_id")]
    return str(ids[0]) if ids else None


def _find_insight(world: World) -> str | None:
    reply = world.bench.call("list_insights", {"model_id": world.need("insight_model")})
    return str(reply.rows[0]["id"]) if reply.ok and reply.rows else None


FINDERS: Final[dict[str, Callable[[World], str | None]]] = {
    "model": _first("list_models", "id"),
    "attribute": _first("list_model_attributes", "id", "model"),
    "metric": _first("list_metrics", "id", "model"),
    "alert_rule": _first("list_alert_rules", "id", "model"),
    "alert": _first("list_alerts", "id"),
    "notification": _first("list_alert_notification_configurations", "id"),
    "summary": _first("list_alert_summary_configurations", "id"),
    "subscriber": _first("list_alert_summary_subscribers", "id", "summary"),
    "user": _first("list_users", "id"),
    "organization": _find_organization,
    "service_account": _first("list_service_accounts", "id"),
    "tag": _first("list_tags", "name"),
    "model_group": _first("list_model_groups", "id"),
    "inference": _find_inference,
    "batch": _find_batch,
    "batch_model": lambda world: world.get("model"),
    "insight_model": _first("get_insight_model_counts", "model_id"),
    "insight": _find_insight,
}


def _make_model(world: World) -> str:
    """Make a streaming model with reference data, inferences, ground truth and an alert."""
    model = world.make_model(tags=[f"{PREFIX}-tag"])
    model_id = str(model["id"])
    world.know("model_group", str(model.get("model_group_id")))
    world.know("tag", f"{PREFIX}-tag")
    ids = [row["partner_inference_id"] for row in specimens.INFERENCES]
    world.bench.gate.admit(*ids)
    world.bench.call("send_inferences", {"model_id": model_id}, json=specimens.INFERENCES)
    world.bench.call("update_inferences", {"model_id": model_id}, json=specimens.TRUTHS)
    world.know("inference", ids[0])
    return model_id


def _make_metric(world: World) -> str | None:
    path = {"model_id": world.need("model")}
    body = specimens.metric(path["model_id"])
    return world.make("create_metric", body, path).get("id")


def _make_alert_rule(world: World) -> str | None:
    path = {"model_id": world.need("model")}
    body = specimens.alert_rule(world.need("metric"))
    return world.make("create_alert_rule", body, path).get("id")


def make_alert(world: World, *, batch: str | None = None) -> str | None:
    """Make a rule that any data break, send data and wait a little for the alert.

    Args:
        world: Where the alert is made.
        batch: Name of the batch, for an alert of a batch model.

    Returns:
        The id of the alert; ``None`` when none came.

    Raises:
        StoppedError: A request on the way was refused.
    """
    bench = world.bench
    model = str(world.make_model(is_batch=batch is not None)["id"])
    metric = world.make("create_metric", specimens.metric(model), {"model_id": model})
    rule = {
        **specimens.alert_rule(str(metric.get("id"))),
        "threshold": 0,
        "enabled": True,
        "lookback_period": _DAY,
        "subsequent_alert_wait_time": 0,
    }
    path = {"model_id": model}
    world.make("create_alert_rule", rule, path)
    if batch:
        bench.must("send_inferences", path, json=_in_batch(batch))
        _close_batch(world, path, batch)
    else:
        bench.must("send_inferences", path, json=specimens.INFERENCES)
    query = {"model_id": model, "page_size": 100}
    return _awaited(world, lambda: bench.must("list_alerts", query=query))


def _in_batch(batch: str) -> list[dict[str, Any]]:
    return [{**row, "batch_id": batch} for row in specimens.INFERENCES]


def _close_batch(world: World, path: dict[str, str], batch: str) -> None:
    body = {"status": "uploaded", "total_record_count": len(specimens.INFERENCES)}
    world.bench.must("close_batch", {**path, "batch_id": batch}, json=body)


def _awaited(world: World, listed: Callable[[], Reply]) -> str | None:
    """Return the id of the first object in a list that the server fills by and by."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        found = [str(row.get("id")) for row in listed().rows]
        if found:
            world.bench.gate.admit(*found)
            return found[0]
        time.sleep(_PAUSE)
    return None


def _make_insight(world: World) -> str | None:
    """Make a batch in which the model is wrong wherever the income is low."""
    bench = world.bench
    path = {"model_id": str(world.make_model(is_batch=True)["id"])}
    bench.must("update_hotspots", path, json={"enabled": True})
    batch = specimens.name("batch")
    ids = [row["partner_inference_id"] for row in specimens.INFERENCES]
    bench.gate.admit(*ids)
    bench.must("send_inferences", path, json=_in_batch(batch))
    bench.must("update_inferences", path, json=specimens.WEAK_TRUTHS)
    _close_batch(world, path, batch)
    world.know("insight_model", path["model_id"])
    return _awaited(world, lambda: bench.must("list_insights", path))


def _make_notification(world: World) -> str | None:
    body = specimens.notification(world.need("model"))
    name = "create_alert_notification_configuration"
    return world.make(name, body).get("id")


def _make_summary(world: World) -> str | None:
    body = specimens.summary(world.need("model"))
    user = world.get("user")
    if user is not None:
        body["subscribers"] = [{"type": "email", "user_id": user}]
    name = "create_alert_summary_configuration"
    return world.make(name, body).get("id")


def _make_subscriber(world: World) -> str | None:
    path = {"configuration_id": world.need("summary")}
    body = {"type": "email", "user_id": world.make_user()}
    name = "create_alert_summary_subscriber"
    return world.make(name, body, path).get("id")


def _make_service_account(world: World) -> str | None:
    body = specimens.service_account()
    name = "create_service_account"
    return world.make(name, body).get("id")


def _make_batch(world: World) -> str:
    model = world.make_model(is_batch=True)
    batch = specimens.name("batch")
    path = {"model_id": str(model["id"])}
    world.bench.call("send_inferences", path, json=_in_batch(batch))
    world.know("batch_model", str(model["id"]))
    return batch


def _make_spare(world: World) -> str:
    model = world.make("create_model", specimens.model())
    attributes = model.get("attributes") or [{}]
    world.know("spare_model_group", str(model.get("model_group_id")))
    world.know("spare_attribute", str(attributes[0].get("id")))
    return str(model["id"])


def _after_spare(key: str) -> Callable[[World], str | None]:
    def make(world: World) -> str | None:
        world.forget("spare_model")
        world.need("spare_model")
        return world.known(key)

    return make


def _with_model(key: str) -> Callable[[World], str | None]:
    def make(world: World) -> str | None:
        world.need("model")
        return world.known(key)

    return make


MAKERS: Final[dict[str, Callable[[World], str | None]]] = {
    "model": _make_model,
    "model_group": _with_model("model_group"),
    "tag": _with_model("tag"),
    "metric": _make_metric,
    "alert_rule": _make_alert_rule,
    "alert": make_alert,
    "notification": _make_notification,
    "summary": _make_summary,
    "subscriber": _make_subscriber,
    "user": lambda world: world.make_user(),
    "service_account": _make_service_account,
    "batch": _make_batch,
    "batch_model": lambda world: world.need("batch") and world.known("batch_model"),
    "insight": _make_insight,
    "insight_model": lambda world: world.need("insight") and world.known("insight_model"),
    "spare_model": _make_spare,
    "spare_model_group": _after_spare("spare_model_group"),
    "spare_attribute": _after_spare("spare_attribute"),
}
