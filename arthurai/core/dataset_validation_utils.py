"""Import path of the official SDK; see `arthurai._compat.attribute_value_checks`."""

from arthurai._compat.attribute_value_checks import (
    ensure_obj_matches_attr_value_type,
    get_first_elem_if_valid_list,
    obj_value_type_mismatch_err,
    valid_rec_obj,
    validate_attr_names,
    validate_series_data_type,
    validate_token_likelihoods_type,
)

__all__ = [
    "ensure_obj_matches_attr_value_type",
    "get_first_elem_if_valid_list",
    "obj_value_type_mismatch_err",
    "valid_rec_obj",
    "validate_attr_names",
    "validate_series_data_type",
    "validate_token_likelihoods_type",
]
