"""Import path of the official SDK; see `arthurai.model.model`."""

from arthurai.model.base_model import MAX_ATTRIBUTES_TO_SHOW, ExplainabilityParameters
from arthurai.model.model import ArthurModel
from arthurai.model.model_groups import ArthurModelGroup
from arthurai.model.modeling.detect_types import AUTO_CATEGORICAL_MAX

__all__ = [
    "AUTO_CATEGORICAL_MAX",
    "INFERENCE_DATA_RETRIES",
    "MAX_ATTRIBUTES_TO_SHOW",
    "ArthurModel",
    "ArthurModelGroup",
    "ExplainabilityParameters",
]

INFERENCE_DATA_RETRIES = 3
