"""Retention: deletion of old inferences, for the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.server.storage.warehouse.maintenance import Pruned
from arthurai.server.timestamps import format_timestamp, to_microseconds, to_utc

if TYPE_CHECKING:
    from datetime import datetime

    from arthurai.server.context import Stores


def prune(
    stores: Stores, before: datetime, model: str | None = None, *, dry_run: bool = False
) -> dict[str, Pruned]:
    """Delete the inferences that were made before a time, archived models included.

    Ground truth of that time that still waits for its inference goes with them, and the alerts
    about windows that ended by then.

    Args:
        stores: The stores.
        before: Time, exclusive; UTC when it has no zone.
        model: Id or `partner_model_id` of the only model to prune; all models when omitted.
        dry_run: Only count what would be deleted.

    Returns:
        What was, or would be, deleted, by `partner_model_id`.

    Raises:
        ValueError: There is no such model.
    """
    records = stores.control.models.list(None, include_archived=True)
    wanted = [r for r in records if model is None or model in {r.id, r.partner_model_id}]
    if model is not None and not wanted:
        raise ValueError(f"unknown model {model!r}")
    deleted: dict[str, Pruned] = {}
    for record in wanted:
        pruned = stores.data.prune(record.schema, before, dry_run=dry_run)
        so_far = deleted.get(record.partner_model_id, Pruned())
        deleted[record.partner_model_id] = Pruned(*map(sum, zip(so_far, pruned, strict=True)))
        if dry_run:
            continue
        moment = to_utc(before)
        stores.control.alerts.prune(record.id, to_microseconds(moment), format_timestamp(moment))
    return deleted
