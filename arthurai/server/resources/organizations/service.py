"""License plans of organizations and what they allow.

The plans of the hosted service are not public. Here every plan allows everything, within the limits
that hold for any model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.common.limits import MAX_ATTRIBUTES, MAX_CATEGORIES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from arthurai.common.documents import OrganizationLimits


def license_limits(organization: Mapping[str, Any]) -> OrganizationLimits:
    """Return what an organization may use; a missing member means no limit.

    Args:
        organization: The organization.
    """
    return {
        "organization_id": organization["id"],
        "plan": organization["plan"],
        "max_model_attributes": MAX_ATTRIBUTES,
        "max_categories_per_attribute": MAX_CATEGORIES,
        "model_versioning_enabled": True,
        "enrichments_enabled": True,
        "tabular_models_only": False,
    }
