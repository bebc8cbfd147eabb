"""Older path to names that now live elsewhere; importing it logs a warning."""

import logging
from typing import TYPE_CHECKING

from arthurai.common.constants import (
    InputType,
    ListableStrEnum,
    OutputType,
    Stage,
    TextDelimiter,
    ValueType,
)
from arthurai.common.lazy import attach

if TYPE_CHECKING:
    from arthurai.core import decorators
    from arthurai.core.attributes import AttributeBin, AttributeCategory
    from arthurai.explainability import arthur_explainer, explanation_packager

__all__ = [
    "AttributeBin",
    "AttributeCategory",
    "InputType",
    "ListableStrEnum",
    "OutputType",
    "Stage",
    "TextDelimiter",
    "ValueType",
    "arthur_explainer",
    "decorators",
    "explanation_packager",
]

__getattr__, __dir__ = attach(
    __name__,
    names={
        "AttributeBin": "arthurai.core.attributes",
        "AttributeCategory": "arthurai.core.attributes",
        "arthur_explainer": "arthurai.explainability",
        "decorators": "arthurai.core",
        "explanation_packager": "arthurai.explainability",
    },
)

logging.getLogger(__name__).warning(
    "arthurai.client.apiv3 is deprecated: import constants from arthurai.common.constants and the "
    "other names from arthurai.core and arthurai.explainability"
)
