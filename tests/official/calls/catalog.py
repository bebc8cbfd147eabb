"""All calls of the comparison with the official SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING

from official.calls import (
    attribute_calls,
    building_calls,
    bulk_calls,
    client_calls,
    monitoring_calls,
    sending_calls,
)

if TYPE_CHECKING:
    from official.calls.call import Call

CALLS: list[Call] = [
    *building_calls.CALLS,
    *attribute_calls.CALLS,
    *client_calls.CALLS,
    *sending_calls.CALLS,
    *bulk_calls.CALLS,
    *monitoring_calls.CALLS,
]
