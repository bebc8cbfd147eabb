"""Probes of `expand`: what is asked for comes, what is not asked for does not."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.bundle import operations
from arthurai.contract.operation_facts import ENVELOPES, query_parameters
from arthurai.contract.probe_context import ProbeList

if TYPE_CHECKING:
    from arthurai.common.bundle import Operation
    from arthurai.contract.checked_client import Response
    from arthurai.contract.probe_context import ProbeContext

PROBES: Final = ProbeList()
# Expansions that are not named like the members that they add.
_MEMBERS: Final = {
    "inference_stats": ("total_inference_count", "average_inference_count"),
    "health_scores": ("health_score", "accuracy_health_score", "drift_health_score"),
}
# What comes in any case, with more in it when it is asked for.
_PARTLY: Final = frozenset({"explainability"})
# A change with an empty body shows the object as it is.
_BODIES: Final[dict[str, dict[str, Any]]] = {"update_model": {}}


def _check_expansions(context: ProbeContext, operation: Operation) -> None:
    """Each expansion adds its members, and they are absent without it."""
    parameter = query_parameters(operation)["expand"]
    path = context.fixtures.path(operation)
    known = [str(value) for value in parameter.schema.get("enum", ())]
    if path is None or not known or operation.method == "DELETE":
        return

    def call(*expand: str) -> Response:
        query = {"expand": [*expand]} if expand else {}
        body = _BODIES.get(operation.operation_id)
        return context.call_ok(operation.operation_id, path, query=query, json=body)

    plain, both = _objects(call()), _objects(call(*known))
    if not plain or not both:
        return
    for value in known:
        members = _MEMBERS.get(value, (value,))
        response = call(value)
        shown = _objects(response)
        for member in members:
            found = any(member in row for row in shown)
            text = f"expand={value} does not add {member}"
            context.expect(found, "expansion", text, response)
            found = any(member in row for row in both)
            text = f"{member} is missing when {', '.join(known)} are expanded"
            context.expect(found, "expansion", text, response)
            unasked = member not in _PARTLY and any(row.get(member) is not None for row in plain)
            text = f"{member} comes without expand={value}"
            context.expect(not unasked, "expansion", text, response)


def _objects(response: Response) -> list[dict[str, Any]]:
    """Return the objects that are expanded: the rows of a list, their versions, or one object."""
    body = response.json
    is_one = isinstance(body, dict) and body.keys().isdisjoint(ENVELOPES)
    found = [body] if is_one else response.rows
    versions = [v for row in found for v in row.get("versions") or () if isinstance(v, dict)]
    return versions or found


for _name, _operation in operations().items():
    if "expand" in query_parameters(_operation):
        _writes = _operation.method != "GET"
        PROBES.probe(f"expansions of {_name}", _name, writes=_writes)(
            partial(_check_expansions, operation=_operation)
        )
