"""Amounts used in an interval of time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from arthurai.server.http.api_errors import ApiError
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Response
from arthurai.server.storage.documents.stored_usage import CATEGORIES, Amount
from arthurai.server.timestamps import format_timestamp, parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from arthurai.server.http.request import Request

_DEFAULT_INTERVAL: Final = timedelta(days=30)
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)
_LATEST: Final = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
_ORGANIZATION: Final = "organization"


@operation("get_usage")
def get_usage(request: Request) -> Response:
    """Add up usage by organization or by model."""
    params = request.params
    categories = list(dict.fromkeys(params["metric_category"]))
    rollup = params["rollup"]
    if _ORGANIZATION in categories and rollup != _ORGANIZATION:
        raise ApiError(
            400, "parameter metric_category: organization requires the rollup organization"
        )
    start, end = _interval(params)
    totals = request.stores.control.usage.totals(
        request.organization_id, start.timestamp(), end.timestamp()
    )
    if rollup == _ORGANIZATION:
        data = [_organization_usage(request, categories, totals)]
    else:
        data = [
            {
                "id": record.id,
                "name": record.document.get("display_name") or record.partner_model_id,
                "organization_id": request.organization_id,
                **_amounts(categories, [(k, v) for k, v in totals.items() if k[0] == record.id]),
            }
            for record in request.stores.control.models.list_without_attributes(
                request.organization_id, include_archived=True
            )
        ]
    return Response(
        200,
        {
            "data": data,
            "total_count": len(data),
            "rollup": rollup,
            "interval_start": format_timestamp(start),
            "interval_end": format_timestamp(end),
        },
    )


def _interval(params: dict[str, Any]) -> tuple[datetime, datetime]:
    """Return the interval that is added up: whole minutes, by default the last 30 days."""
    end, start = params.get("end_time"), params.get("start_time")
    until = datetime.now(UTC) if end is None else parse_timestamp(end, "parameter end_time")
    since = (
        until - min(_DEFAULT_INTERVAL, until - _EARLIEST)
        if start is None
        else parse_timestamp(start, "parameter start_time")
    )
    if since > until:
        raise ApiError(400, "parameter start_time: must not lie after end_time")
    whole = until.replace(second=0, microsecond=0)
    if whole < until < _LATEST:
        whole += timedelta(minutes=1)
    return since.replace(second=0, microsecond=0), whole


def _organization_usage(
    request: Request, categories: list[str], totals: dict[tuple[str, str], Amount]
) -> dict[str, Any]:
    control, organization_id = request.stores.control, request.organization_id
    entry = {
        "id": organization_id,
        "name": control.organizations.get(organization_id)["name"],
        "organization_id": organization_id,
        **_amounts(categories, totals.items()),
    }
    if _ORGANIZATION in categories:
        users = [user for user in control.users.list_members(organization_id) if user.active]
        entry[_ORGANIZATION] = [
            {"name": "user_count", "value": len(users)},
            {
                "name": "model_count",
                "value": len(control.models.list_without_attributes(organization_id)),
            },
        ]
    return entry


def _amounts(
    categories: list[str], totals: Iterable[tuple[tuple[str, str], Amount]]
) -> dict[str, list[dict[str, Any]]]:
    found = list(totals)
    by_category = {}
    for category in categories:
        if category in CATEGORIES:
            amounts = [amount for (_, of), amount in found if of == category]
            by_category[category] = [
                {"name": "record_count", "value": sum(a.records for a in amounts)},
                {"name": "bytes", "value": sum(a.bytes for a in amounts)},
            ]
    return by_category
