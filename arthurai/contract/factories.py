"""How a contract run finds objects on the server, and how it creates them."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from arthurai.contract import run_names, sample_data
from arthurai.contract.operation_facts import (
    Resource,
    created_resources,
    query_parameters,
    resources,
)
from arthurai.contract.run_names import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from arthurai.contract.checked_client import Response
    from arthurai.contract.fixtures import Factory, Fixtures

_DAY_MINUTES: Final = 1440
_MAX_WAIT_SECONDS: Final = 30.0
_POLL_SECONDS: Final = 0.05


def finder_of(kind: str) -> Factory | None:
    """Return what finds an object of a kind, `None` when nothing can.

    Args:
        kind: The kind, e.g. `"model"`.
    """
    listed = next((r for r in resources().values() if r.kind == kind and r.listing), None)
    return _FINDERS.get(kind) or (partial(_find_listed, resource=listed) if listed else None)


def maker_of(kind: str) -> Factory | None:
    """Return what creates an object of a kind, `None` when nothing can.

    Args:
        kind: The kind, e.g. `"model"`.
    """
    created = next((r for r in created_resources().values() if r.kind == kind), None)
    return _MAKERS.get(kind) or (partial(_make_sample, resource=created) if created else None)


def _make_sample(fixtures: Fixtures, resource: Resource) -> str | None:
    """Create an object with the usual request."""
    return fixtures.create_sample(resource.create).get("id")


def _find_listed(fixtures: Fixtures, resource: Resource) -> str | None:
    """Return the first object of a list."""
    operation = fixtures.client.operations[resource.listing]
    path = fixtures.path(operation)
    if path is None:
        return None
    query = {"page_size": 1} if "page_size" in query_parameters(operation) else {}
    return _first(fixtures.client.call(resource.listing, path, query=query), resource.key)


def _first(response: Response, member: str) -> str | None:
    """Return a member of the first row that has it."""
    values = (row.get(member) for row in (response.rows if response.ok else ()))
    return next((str(value) for value in values if value is not None), None)


def _find_organization(fixtures: Fixtures) -> str | None:
    value = fixtures.client.call("get_current_organization").get("id")
    return value if isinstance(value, str) else None


def _find_inference(fixtures: Fixtures) -> str | None:
    body = {"select": [{"property": "partner_inference_id"}], "limit": 1}
    response = fixtures.client.call("query", {"model_id": fixtures.require("model")}, json=body)
    value = response.get("query_result", 0, "partner_inference_id")
    return value if isinstance(value, str) else None


def _find_batch(fixtures: Fixtures) -> str | None:
    path = {"model_id": fixtures.require("model")}
    return _first(fixtures.client.call("list_datasets", path), "batch_id")


def _find_model_group(fixtures: Fixtures) -> str | None:
    """Return the group of a model, as a group may be left with archived versions only."""
    return _first(fixtures.client.call("list_models", query={"page_size": 1}), "model_group_id")


def _find_insight_model(fixtures: Fixtures) -> str | None:
    return _first(fixtures.client.call("get_insight_model_counts"), "model_id")


def _find_insight(fixtures: Fixtures) -> str | None:
    response = fixtures.client.call(
        "list_insights", {"model_id": fixtures.require("insight_model")}
    )
    return str(response.rows[0]["id"]) if response.ok and response.rows else None


_FINDERS: Final[dict[str, Factory]] = {
    "organization": _find_organization,
    "inference": _find_inference,
    "batch": _find_batch,
    "model_group": _find_model_group,
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
    path = fixtures.create_model_path(is_batch=batch is not None)
    metric = fixtures.create("create_metric", sample_data.metric(path["model_id"]), path)
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
    query = {**path, "page_size": 100}
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
    path = fixtures.create_model_path(is_batch=True)
    client.call_ok("update_hotspots", path, json={"enabled": True})
    batch = run_names.name("batch")
    client.guard.register(*(row["partner_inference_id"] for row in sample_data.INFERENCES))
    client.call_ok("send_inferences", path, json=_in_batch(batch))
    client.call_ok("update_inferences", path, json=sample_data.WEAK_TRUTHS)
    _close_batch(fixtures, path, batch)
    fixtures.set("insight_model", path["model_id"])
    return _wait_for_first(fixtures, lambda: client.call_ok("list_insights", path))


def _summary(fixtures: Fixtures) -> dict[str, Any]:
    body, user = sample_data.summary(fixtures.require("model")), fixtures.get("user")
    return {**body, "subscribers": [{"type": "email", "user_id": user}]} if user else body


BODIES: Final[dict[str, Callable[[Fixtures], dict[str, Any]]]] = {
    "create_model": lambda _: sample_data.model(
        description="created by a contract check", tags=[run_names.name("tag")], version_label="a"
    ),
    **dict.fromkeys(
        ("create_metric", "create_metric_v3"),
        lambda fixtures: sample_data.metric(fixtures.require("model")),
    ),
    "create_alert_rule": lambda fixtures: sample_data.alert_rule(fixtures.require("metric")),
    "create_alert_notification_configuration": lambda fixtures: sample_data.notification(
        fixtures.require("model")
    ),
    "create_alert_summary_configuration": _summary,
    "create_alert_summary_subscriber": lambda fixtures: {
        "type": "email",
        "user_id": fixtures.create_sample("create_user")["id"],
    },
    "create_service_account": lambda _: sample_data.service_account(),
    "create_user": lambda _: sample_data.user(),
    "create_organization": lambda _: {"name": run_names.name("organization")},
    "query": lambda _: {"select": [{"function": "count"}]},
    "query_data_drift": lambda _: {
        "properties": ["region"],
        "metric": "PSI",
        "base": {"source": "inference"},
        "target": {"source": "inference"},
    },
    "query_psi_bucket_table": lambda _: {
        "property": "region",
        "base": {"source": "inference"},
        "target": {"source": "inference"},
    },
    "query_distributions": lambda _: {"x": {"property": "income"}, "y": {"property": "age"}},
    **dict.fromkeys(("evaluate_metric", "evaluate_metric_v3"), lambda _: {}),
    "backtest_alert_rule": lambda fixtures: {
        "rule": sample_data.alert_rule(fixtures.require("metric")),
    },
}
"""Valid requests, by the operation that takes them."""


def _make_batch(fixtures: Fixtures) -> str:
    path = fixtures.create_model_path(is_batch=True)
    batch = run_names.name("batch")
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


_MAKERS: Final[dict[str, Factory]] = {
    "model": _make_model,
    "model_group": _made_with("model_group", "model"),
    "tag": _made_with("tag", "model"),
    "alert": make_alert,
    "batch": _make_batch,
    "batch_model": _made_with("batch_model", "batch"),
    "insight": _make_insight,
    "insight_model": _made_with("insight_model", "insight"),
    "spare_model": _make_spare,
    "spare_model_group": _made_with("spare_model_group", "spare_model", anew=True),
    "spare_attribute": _made_with("spare_attribute", "spare_model", anew=True),
}
