"""How a contract run finds objects on the server, and how it creates them."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from arthurai.contract import sample_data
from arthurai.contract.operation_facts import Resource, query_parameters, resources
from arthurai.contract.write_guard import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from arthurai.contract.checked_client import Response
    from arthurai.contract.fixtures import Factory, Fixtures

_DAY_MINUTES: Final = 1440
_MAX_WAIT_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 0.05


def finder_of(kind: str) -> Factory | None:
    """Return what finds an object of a kind, `None` when nothing can.

    Args:
        kind: The kind, e.g. `"model"`.
    """
    if kind in _FINDERS:
        return _FINDERS[kind]
    lists = (r for r in resources().values() if r.kind == kind and r.listing)
    resource = next(lists, None)
    return partial(_find_listed, resource=resource) if resource else None


def _find_listed(fixtures: Fixtures, resource: Resource) -> str | None:
    """Return the first object of a list."""
    operation = fixtures.client.operations[resource.listing]
    path = fixtures.path(operation)
    if path is None:
        return None
    query = {"page_size": 1} if "page_size" in query_parameters(operation) else {}
    response = fixtures.client.call(resource.listing, path, query=query)
    value = response.rows[0].get(resource.key) if response.ok and response.rows else None
    return None if value is None else str(value)


def _find_organization(fixtures: Fixtures) -> str | None:
    value = fixtures.client.call("get_current_organization").get("id")
    return value if isinstance(value, str) else None


def _find_inference(fixtures: Fixtures) -> str | None:
    body = {"select": [{"property": "partner_inference_id"}], "limit": 1}
    response = fixtures.client.call("query", {"model_id": fixtures.require("model")}, json=body)
    value = response.get("query_result", 0, "partner_inference_id")
    return value if isinstance(value, str) else None


def _find_batch(fixtures: Fixtures) -> str | None:
    response = fixtures.client.call("list_datasets", {"model_id": fixtures.require("model")})
    ids = [row.get("batch_id") for row in response.rows if row.get("batch_id")]
    return str(ids[0]) if ids else None


def _find_insight_model(fixtures: Fixtures) -> str | None:
    response = fixtures.client.call("get_insight_model_counts")
    value = response.rows[0].get("model_id") if response.ok and response.rows else None
    return None if value is None else str(value)


def _find_insight(fixtures: Fixtures) -> str | None:
    response = fixtures.client.call(
        "list_insights", {"model_id": fixtures.require("insight_model")}
    )
    return str(response.rows[0]["id"]) if response.ok and response.rows else None


_FINDERS: Final[dict[str, Factory]] = {
    "organization": _find_organization,
    "inference": _find_inference,
    "batch": _find_batch,
    "batch_model": lambda fixtures: fixtures.get("model"),
    "insight": _find_insight,
    "insight_model": _find_insight_model,
}


def _make_model(fixtures: Fixtures) -> str:
    """Create a streaming model with inferences and ground truth."""
    model = fixtures.create_model(tags=[f"{PREFIX}-tag"])
    path = {"model_id": str(model["id"])}
    fixtures.set("model_group", str(model.get("model_group_id")))
    fixtures.set("tag", f"{PREFIX}-tag")
    ids = [row["partner_inference_id"] for row in sample_data.INFERENCES]
    fixtures.client.guard.register(*ids)
    fixtures.client.call("send_inferences", path, json=sample_data.INFERENCES)
    fixtures.client.call("update_inferences", path, json=sample_data.TRUTHS)
    fixtures.set("inference", ids[0])
    return path["model_id"]


def _make_metric(fixtures: Fixtures) -> str | None:
    path = {"model_id": fixtures.require("model")}
    body = sample_data.metric(path["model_id"])
    return fixtures.create("create_metric", body, path).get("id")


def _make_alert_rule(fixtures: Fixtures) -> str | None:
    path = {"model_id": fixtures.require("model")}
    body = sample_data.alert_rule(fixtures.require("metric"))
    return fixtures.create("create_alert_rule", body, path).get("id")


def make_alert(fixtures: Fixtures, *, batch: str | None = None) -> str | None:
    """Create a rule that any data break, send data and wait a little for the alert.

    Args:
        fixtures: Creates the objects.
        batch: Name of the batch, for an alert of a batch model.

    Returns:
        The id of the alert; `None` when none came.

    Raises:
        ProbeStoppedError: A request on the way was refused.
    """
    client = fixtures.client
    model = str(fixtures.create_model(is_batch=batch is not None)["id"])
    path = {"model_id": model}
    metric = fixtures.create("create_metric", sample_data.metric(model), path)
    rule = {
        **sample_data.alert_rule(str(metric.get("id"))),
        "threshold": 0,
        "enabled": True,
        "lookback_period": _DAY_MINUTES,
        "subsequent_alert_wait_time": 0,
    }
    fixtures.create("create_alert_rule", rule, path)
    if batch:
        client.call_ok("send_inferences", path, json=_in_batch(batch))
        _close_batch(fixtures, path, batch)
    else:
        client.call_ok("send_inferences", path, json=sample_data.INFERENCES)
    query = {"model_id": model, "page_size": 100}
    return _wait_for_first(fixtures, lambda: client.call_ok("list_alerts", query=query))


def _in_batch(batch: str) -> list[dict[str, Any]]:
    return [{**row, "batch_id": batch} for row in sample_data.INFERENCES]


def _close_batch(fixtures: Fixtures, path: dict[str, str], batch: str) -> None:
    body = {"status": "uploaded", "total_record_count": len(sample_data.INFERENCES)}
    fixtures.client.call_ok("close_batch", {**path, "batch_id": batch}, json=body)


def _wait_for_first(fixtures: Fixtures, list_objects: Callable[[], Response]) -> str | None:
    """Return the id of the first object in a list that the server fills in the background."""
    until = time.monotonic() + _MAX_WAIT_SECONDS
    while time.monotonic() < until:
        found = [str(row.get("id")) for row in list_objects().rows]
        if found:
            fixtures.client.guard.register(*found)
            return found[0]
        time.sleep(_POLL_SECONDS)
    return None


def _make_insight(fixtures: Fixtures) -> str | None:
    """Create a batch in which the model is wrong wherever the income is low."""
    client = fixtures.client
    path = {"model_id": str(fixtures.create_model(is_batch=True)["id"])}
    client.call_ok("update_hotspots", path, json={"enabled": True})
    batch = sample_data.name("batch")
    client.guard.register(*(row["partner_inference_id"] for row in sample_data.INFERENCES))
    client.call_ok("send_inferences", path, json=_in_batch(batch))
    client.call_ok("update_inferences", path, json=sample_data.WEAK_TRUTHS)
    _close_batch(fixtures, path, batch)
    fixtures.set("insight_model", path["model_id"])
    return _wait_for_first(fixtures, lambda: client.call_ok("list_insights", path))


def _make_notification(fixtures: Fixtures) -> str | None:
    body = sample_data.notification(fixtures.require("model"))
    return fixtures.create("create_alert_notification_configuration", body).get("id")


def _make_summary(fixtures: Fixtures) -> str | None:
    body = sample_data.summary(fixtures.require("model"))
    user = fixtures.get("user")
    if user is not None:
        body["subscribers"] = [{"type": "email", "user_id": user}]
    return fixtures.create("create_alert_summary_configuration", body).get("id")


def _make_subscriber(fixtures: Fixtures) -> str | None:
    path = {"configuration_id": fixtures.require("alert_summary_configuration")}
    body = {"type": "email", "user_id": fixtures.create_user()}
    return fixtures.create("create_alert_summary_subscriber", body, path).get("id")


def _make_service_account(fixtures: Fixtures) -> str | None:
    return fixtures.create("create_service_account", sample_data.service_account()).get("id")


def _make_batch(fixtures: Fixtures) -> str:
    path = {"model_id": str(fixtures.create_model(is_batch=True)["id"])}
    batch = sample_data.name("batch")
    fixtures.client.call("send_inferences", path, json=_in_batch(batch))
    fixtures.set("batch_model", path["model_id"])
    return batch


def _make_spare(fixtures: Fixtures) -> str:
    model = fixtures.create("create_model", sample_data.model())
    attributes = model.get("attributes") or [{}]
    fixtures.set("spare_model_group", str(model.get("model_group_id")))
    fixtures.set("spare_attribute", str(attributes[0].get("id")))
    return str(model["id"])


def _made_with(kind: str, other: str, *, anew: bool = False) -> Factory:
    """Return what gives an object that comes with another one."""

    def make(fixtures: Fixtures) -> str | None:
        if anew:
            fixtures.invalidate(other)
        fixtures.require(other)
        return fixtures.get_cached(kind)

    return make


MAKERS: Final[dict[str, Factory]] = {
    "model": _make_model,
    "model_group": _made_with("model_group", "model"),
    "tag": _made_with("tag", "model"),
    "metric": _make_metric,
    "alert_rule": _make_alert_rule,
    "alert": make_alert,
    "alert_notification_configuration": _make_notification,
    "alert_summary_configuration": _make_summary,
    "subscriber": _make_subscriber,
    "user": lambda fixtures: fixtures.create_user(),
    "service_account": _make_service_account,
    "batch": _make_batch,
    "batch_model": _made_with("batch_model", "batch"),
    "insight": _make_insight,
    "insight_model": _made_with("insight_model", "insight"),
    "spare_model": _make_spare,
    "spare_model_group": _made_with("spare_model_group", "spare_model", anew=True),
    "spare_attribute": _made_with("spare_attribute", "spare_model", anew=True),
}
