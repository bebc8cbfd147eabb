"""Import path of the official SDK; see `arthurai.explain.output_validation`."""

from arthurai.explain.output_validation import (
    validate_predicted_attribute_order_matches_dataframe,
    validate_predicted_attribute_order_matches_remote,
)

__all__ = [
    "validate_predicted_attribute_order_matches_dataframe",
    "validate_predicted_attribute_order_matches_remote",
]
