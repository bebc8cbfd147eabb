"""Which objects of the server stand behind the path parameters: found ones, or ones made for it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from arthurai.contract import specimens
from arthurai.contract.bench import StoppedError
from arthurai.contract.caller import BoundReachedError
from arthurai.contract.gate import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arthurai.common.bundle import Operation
    from arthurai.contract.bench import Bench

_KEYS: Final = {
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
_ALERT_SECONDS: Final = 5.0
_ALERT_PAUSE: Final = 0.05
_FIXED: Final = {"rollup": "model", "enrichment_name": "anomaly_detection"}
# What these do to their model would spoil it for the others.
_ON_A_SPARE: Final = {
    "archive_model": "spare",
    "update_model": "spare",
    "replace_model_attributes": "spare",
    "update_model_attributes": "spare",
    "delete_model_attributes": "spare",
    "update_model_attribute": "spare",
    "delete_model_attribute": "spare",
    "archive_model_group": "spare",
    "update_model_group": "spare",
}


class World:
    """Finds objects on the server; makes them when the run may write.

    Args:
        bench: Calls operations.
    """

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self._known: dict[str, str | None] = {}
        self._done: set[str] = set()
        self.created: list[tuple[str, dict[str, str]]] = []

    def path(self, operation: Operation) -> dict[str, str] | None:
        """Return values for the path parameters of an operation, ``None`` when there are none.

        Args:
            operation: The operation.
        """
        found: dict[str, str] = {}
        for parameter in operation.spec["parameters"]:
            if parameter["in"] != "path":
                continue
            name = parameter["name"]
            value = _FIXED.get(name) or self.get(self._key(operation, name))
            if value is None:
                return None
            found[name] = value
        return found

    def _key(self, operation: Operation, name: str) -> str:
        spare = _ON_A_SPARE.get(operation.operation_id)
        if spare is not None and name in {"model_id", "model_group_id", "attribute_id"}:
            return f"{spare}_{_KEYS[name]}"
        if name == "model_id" and "{batch_id}" in operation.path:
            return "batch_model"
        if name == "model_id" and "{image_id}" in operation.path:
            return "image_model"
        if name == "configuration_id":
            return "summary" if "summary" in operation.operation_id else "notification"
        return _KEYS.get(name, name)

    def get(self, key: str) -> str | None:
        """Return the id of an object of some kind, ``None`` when there is none.

        Args:
            key: The kind, e.g. ``"model"``.
        """
        if key not in self._known:
            maker = _MAKERS.get(key) if self.bench.writes else None
            self._known[key] = self._from(maker) or self._from(_FINDERS.get(key))
        return self._known[key]

    def _from(self, source: Callable[[World], str | None] | None) -> str | None:
        if source is None:
            return None
        phase = self.bench.caller.phase
        found: list[str | None] = []
        try:
            self.bench.run("set-up", lambda: found.append(source(self)))
        finally:
            self.bench.caller.phase = phase
        return found[0] if found else None

    def need(self, key: str) -> str:
        """Return the id of an object of some kind.

        Args:
            key: The kind.

        Raises:
            StoppedError: There is none.
        """
        value = self.get(key)
        if value is None:
            raise StoppedError(key)
        return value

    def once(self, what: str, do: Callable[[], None]) -> None:
        """Do something the first time it is asked for.

        Args:
            what: Its name.
            do: Does it.
        """
        if what not in self._done:
            self._done.add(what)
            do()

    def forget(self, *keys: str) -> None:
        """Make or find objects of some kinds anew the next time.

        Args:
            *keys: The kinds.
        """
        for key in keys:
            self._known.pop(key, None)

    def forget_path(self, operation: Operation) -> None:
        """Forget what an operation that removes things was given.

        Args:
            operation: The operation.
        """
        for parameter in operation.spec["parameters"]:
            if parameter["in"] == "path":
                self.forget(self._key(operation, parameter["name"]))
        if operation.operation_id in _ON_A_SPARE:
            self.forget("spare_model", "spare_model_group", "spare_attribute")

    def know(self, key: str, value: str) -> None:
        """Take note of an object.

        Args:
            key: The kind.
            value: Its id.
        """
        self._known[key] = value

    def make(
        self,
        operation_id: str,
        body: Any,
        path: Mapping[str, str] | None = None,
        *,
        remove: str = "",
    ) -> dict[str, Any]:
        """Create an object, and remember how to remove it.

        Args:
            operation_id: The operation that creates it.
            body: The request.
            path: Values of its path parameters.
            remove: The operation that removes it.

        Raises:
            StoppedError: It was refused.
        """
        reply = self.bench.must(operation_id, path, json=body)
        made = reply.json if isinstance(reply.json, dict) else {}
        self.bench.gate.admit(made.get("id"), made.get("model_group_id"))
        if remove and made.get("id"):
            name = self.bench.operations[remove].path.rpartition("{")[2].rstrip("}")
            self.created.append((remove, {**(path or {}), name: made["id"]}))
        return made

    def make_model(self, **changes: Any) -> dict[str, Any]:
        """Create a model.

        Args:
            **changes: Members of the request that differ from the usual ones.

        Raises:
            StoppedError: It was refused.
        """
        model = self.make("create_model", specimens.model(**changes), remove="archive_model")
        if not isinstance(model.get("id"), str):
            raise StoppedError("create_model")
        for attribute in model.get("attributes") or ():
            if isinstance(attribute, dict):
                self.bench.gate.admit(attribute.get("id"))
        return model

    def make_user(self) -> str:
        """Create a user and return the id.

        Raises:
            StoppedError: It was refused.
        """
        return str(self.make("create_user", specimens.user(), remove="delete_user").get("id"))

    def clean_up(self) -> list[str]:
        """Remove what was made, the youngest first.

        Returns:
            What could not be removed, with the reason.
        """
        left = []
        with self.bench.caller.tidying():
            for operation_id, path in reversed(self.created):
                found: list[int] = []

                def remove(operation_id: str = operation_id, path: dict[str, str] = path) -> None:
                    found.append(self.bench.call(operation_id, path).status)  # noqa: B023 - runs at once

                try:
                    self.bench.run("clean-up", remove)
                except BoundReachedError:  # pragma: no cover - tidying lifts the bounds
                    break
                if not found or found[0] not in {200, 202, 204, 404}:
                    left.append(f"{'/'.join(path.values())} ({operation_id}: {found[:1]})")
        self.created.clear()
        return left


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
    return next(name for name, of in _KEYS.items() if of == key)


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


_FINDERS: Final[dict[str, Callable[[World], str | None]]] = {
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
    "insight": _first("list_insights", "id", "model"),
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
    return world.make("create_metric", body, path, remove="delete_metric").get("id")


def _make_alert_rule(world: World) -> str | None:
    path = {"model_id": world.need("model")}
    body = specimens.alert_rule(world.need("metric"))
    return world.make("create_alert_rule", body, path, remove="delete_alert_rule").get("id")


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
    metric = world.make(
        "create_metric", specimens.metric(model), {"model_id": model}, remove="delete_metric"
    )
    rule = {
        **specimens.alert_rule(str(metric.get("id"))),
        "threshold": 0,
        "enabled": True,
        "lookback_period": _DAY,
        "subsequent_alert_wait_time": 0,
    }
    path = {"model_id": model}
    world.make("create_alert_rule", rule, path, remove="delete_alert_rule")
    rows = [{**row, **({"batch_id": batch} if batch else {})} for row in specimens.INFERENCES]
    bench.must("send_inferences", path, json=rows)
    if batch:
        body = {"status": "uploaded", "total_record_count": len(rows)}
        bench.must("close_batch", {**path, "batch_id": batch}, json=body)
    found: list[str] = []
    until = time.monotonic() + _ALERT_SECONDS
    while not found and time.monotonic() < until:
        time.sleep(_ALERT_PAUSE)
        reply = bench.must("list_alerts", query={"model_id": model, "page_size": 100})
        found = [str(row.get("id")) for row in reply.rows]
    bench.gate.admit(*found)
    return found[0] if found else None


def _make_notification(world: World) -> str | None:
    body = specimens.notification(world.need("model"))
    name = "create_alert_notification_configuration"
    return world.make(name, body, remove="delete_alert_notification_configuration").get("id")


def _make_summary(world: World) -> str | None:
    body = specimens.summary(world.need("model"))
    user = world.get("user")
    if user is not None:
        body["subscribers"] = [{"type": "email", "user_id": user}]
    name = "create_alert_summary_configuration"
    return world.make(name, body, remove="delete_alert_summary_configuration").get("id")


def _make_subscriber(world: World) -> str | None:
    path = {"configuration_id": world.need("summary")}
    body = {"type": "email", "user_id": world.make_user()}
    name = "create_alert_summary_subscriber"
    return world.make(name, body, path, remove="delete_alert_summary_subscriber").get("id")


def _make_service_account(world: World) -> str | None:
    body = specimens.service_account()
    name = "create_service_account"
    return world.make(name, body, remove="delete_service_account").get("id")


def _make_batch(world: World) -> str:
    model = world.make_model(is_batch=True)
    batch = specimens.name("batch")
    rows = [{**row, "batch_id": batch} for row in specimens.INFERENCES]
    world.bench.call("send_inferences", {"model_id": str(model["id"])}, json=rows)
    world.know("batch_model", str(model["id"]))
    return batch


def _make_spare(world: World) -> str:
    model = world.make_model()
    attributes = model.get("attributes") or [{}]
    world.know("spare_model_group", str(model.get("model_group_id")))
    world.know("spare_attribute", str(attributes[0].get("id")))
    return str(model["id"])


def _after_spare(key: str) -> Callable[[World], str | None]:
    def make(world: World) -> str | None:
        world.forget("spare_model")
        world.need("spare_model")
        return world._known.get(key)  # noqa: SLF001 - part of the world

    return make


def _with_model(key: str) -> Callable[[World], str | None]:
    def make(world: World) -> str | None:
        world.need("model")
        return world._known.get(key)  # noqa: SLF001 - part of the world

    return make


_MAKERS: Final[dict[str, Callable[[World], str | None]]] = {
    "model": _make_model,
    "model_group": _with_model("model_group"),
    "tag": _with_model("tag"),
    "metric": _make_metric,
    "alert_rule": _make_alert_rule,
    "alert": make_alert,
    "notification": _make_notification,
    "summary": _make_summary,
    "subscriber": _make_subscriber,
    "user": World.make_user,
    "service_account": _make_service_account,
    "batch": _make_batch,
    "batch_model": lambda world: world.need("batch") and world.get("batch_model"),
    "spare_model": _make_spare,
    "spare_model_group": _after_spare("spare_model_group"),
    "spare_attribute": _after_spare("spare_attribute"),
}
