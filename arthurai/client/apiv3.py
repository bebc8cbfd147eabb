"""Older path to names that now live elsewhere; importing it warns."""

import warnings

from arthurai._compat import decorators
from arthurai.common.constants import (
    InputType,
    ListableStrEnum,
    OutputType,
    Stage,
    TextDelimiter,
    ValueType,
)
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

warnings.warn(
    "arthurai.client.apiv3 is deprecated: import constants from arthurai.common.constants, "
    "attributes from arthurai.core.attributes and the rest from arthurai.explainability",
    DeprecationWarning,
    stacklevel=2,
)
