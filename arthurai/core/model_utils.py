"""Import path of the official SDK; see `arthurai._compat.model_helpers`."""

from arthurai._compat.model_helpers import (
    EPSILON,
    check_attr_is_bias,
    check_has_bias_attrs,
    get_positive_predicted_class,
    tensors_to_arthur_inference,
)

__all__ = [
    "EPSILON",
    "check_attr_is_bias",
    "check_has_bias_attrs",
    "get_positive_predicted_class",
    "tensors_to_arthur_inference",
]
