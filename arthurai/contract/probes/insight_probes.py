"""Probes of insights: found in a weak batch, shown, narrowed, counted and settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.contract.probe_context import WHOLE

if TYPE_CHECKING:
    from arthurai.contract.checked_client import Reply
    from arthurai.contract.fixtures import World
    from arthurai.contract.probe_context import Bench

_LATER: Final = "2200-01-01T00:00:00Z"


def shown(bench: Bench, world: World) -> None:
    """An insight is shown as it is listed, and tells of a weakness."""
    path = _path(world)
    reply = bench.must("get_insight", path)
    listed = _listed(bench, path["model_id"])
    row = next((r for r in listed.rows if r.get("id") == path["insight_id"]), {})
    bench.expect(
        row == reply.json,
        "get_insight",
        "answers disagree",
        f"{row} in the list, {reply.json} by its id",
        reply,
    )
    bench.expect(
        reply.get("metric_value") < reply.get("threshold_value"),
        "get_insight",
        "no weakness",
        f"{reply.get('metric_value')} is not below {reply.get('threshold_value')}",
        reply,
    )
    other = {**path, "model_id": world.need("model")}
    with bench.inferred():
        elsewhere = bench.call("get_insight", other)
        bench.expect(
            elsewhere.status == 404,  # noqa: PLR2004 - the status it is about
            "get_insight",
            "insight of another model",
            f"404 expected, got {elsewhere.status}",
            elsewhere,
        )


def narrowed(bench: Bench, world: World) -> None:
    """Insights are found by their batch, their status and their time, and by no other."""
    path = _path(world)
    insight = bench.must("get_insight", path)
    for query, found in (
        ({"batch_id": insight.get("batch_id")}, True),
        ({"batch_id": bench.gate.unknown_id()}, False),
        ({"status": insight.get("status")}, True),
        ({"end_time": _LATER}, True),
        ({"start_time": _LATER}, False),
    ):
        reply = _listed(bench, path["model_id"], **query)
        bench.expect(
            any(row.get("id") == path["insight_id"] for row in reply.rows) == found,
            "list_insights",
            "filter",
            f"the insight is {'not ' if found else ''}found by {query}",
            reply,
        )


def counted(bench: Bench, world: World) -> None:
    """The counts by model and by batch are those of the list."""
    path = _path(world)
    model = path["model_id"]
    rows = _listed(bench, model).rows
    by_model = bench.must("get_insight_model_counts")
    found = [r.get("count") for r in by_model.rows if r.get("model_id") == model]
    bench.expect(
        found == [len(rows)],
        "get_insight_model_counts",
        "counts",
        f"{len(rows)} insights are listed, {found} are counted",
        by_model,
    )
    batch = bench.must("get_insight", path).get("batch_id")
    groups = bench.must("get_insight_group_counts", {"model_id": model})
    found = [r.get("count") for r in groups.rows if r.get("batch_id") == batch]
    in_batch = sum(row.get("batch_id") == batch for row in rows)
    bench.expect(
        found == [in_batch],
        "get_insight_group_counts",
        "counts",
        f"the batch has {in_batch} insights in the list, {found} in the counts",
        groups,
    )


def settled(bench: Bench, world: World) -> None:
    """An insight keeps the status it is given, alone or with all of its model."""
    path = _path(world)
    one = {"model_id": path["model_id"]}
    for operation_id, where, status in (
        ("update_insight", path, "acknowledged"),
        ("update_insights", one, "resolved"),
    ):
        reply = bench.must(operation_id, where, json={"status": status})
        bench.expect(
            (reply.get("updated_count") or 0) >= 1,
            operation_id,
            "updated_count",
            f"at least 1 expected, got {reply.get('updated_count')}",
            reply,
        )
        seen = bench.must("get_insight", path)
        bench.expect(
            seen.get("status") == status,
            operation_id,
            "update not visible",
            f"status {status!r} expected, got {seen.get('status')!r}",
            seen,
        )
    new = _listed(bench, path["model_id"], status="new")
    bench.expect(
        not new.rows,
        "update_insights",
        "update not visible",
        f"{len(new.rows)} insights are new after all were resolved",
        new,
    )


def _path(world: World) -> dict[str, str]:
    insight = world.need("insight")
    return {"model_id": world.need("insight_model"), "insight_id": insight}


def _listed(bench: Bench, model: str, **query: Any) -> Reply:
    return bench.must("list_insights", {"model_id": model}, query={"page_size": WHOLE, **query})


# Name → probe, the operations it is about.
PROBES: Final = {
    "insights": (shown, {"get_insight"}),
    "filters of insights": (narrowed, {"list_insights"}),
    "counts of insights": (counted, {"get_insight_model_counts", "get_insight_group_counts"}),
    "statuses of insights": (settled, {"update_insight", "update_insights"}),
}
