"""Older path to names that now live elsewhere; importing it warns."""

from arthurai.common.constants import (
    InputType,
    ListableStrEnum,
    OutputType,
    Stage,
    TextDelimiter,
    ValueType,
)
from arthurai.common.deprecation import warn_deprecated
from arthurai.core import decorators
from arthurai.explainability import arthur_explainer, explanation_packager
from arthurai.model.attributes import AttributeBin, AttributeCategory

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

warn_deprecated(
    "arthurai.client.apiv3",
    "import constants from arthurai.common.constants, attributes from arthurai.core.attributes and "
    "the rest from arthurai.explainability",
)
