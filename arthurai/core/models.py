"""Import path of the official SDK; see `arthurai.model.model`."""

from arthurai.model.model import (
    AUTO_CATEGORICAL_MAX,
    INFERENCE_DATA_RETRIES,
    MAX_ATTRIBUTES_TO_SHOW,
    ArthurModel,
    ArthurModelGroup,
    ExplainabilityParameters,
)

__all__ = [
    "AUTO_CATEGORICAL_MAX",
    "INFERENCE_DATA_RETRIES",
    "MAX_ATTRIBUTES_TO_SHOW",
    "ArthurModel",
    "ArthurModelGroup",
    "ExplainabilityParameters",
]
