"""Import path of the official SDK; see `arthurai._compat.inference_rows`."""

from arthurai._compat.inference_rows import (
    FALSE_DEFAULT_IGNORE_JOIN_ERRORS,
    INFERENCE_STAGES,
    RESERVED_COLUMNS,
    add_inference_metadata_to_dataframe,
    add_predictions_or_ground_truth,
    nest_inference_and_ground_truth_data,
    nest_reference_data,
    parse_stage_attributes,
)

__all__ = [
    "FALSE_DEFAULT_IGNORE_JOIN_ERRORS",
    "INFERENCE_STAGES",
    "RESERVED_COLUMNS",
    "add_inference_metadata_to_dataframe",
    "add_predictions_or_ground_truth",
    "nest_inference_and_ground_truth_data",
    "nest_reference_data",
    "parse_stage_attributes",
]
