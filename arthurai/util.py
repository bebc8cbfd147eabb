"""Import path of the official SDK; see `arthurai._compat.time_helpers`."""

from arthurai._compat.time_helpers import (
    format_time_series_attr_timestamps,
    format_timestamp,
    format_timestamps,
    generate_timestamps,
    is_valid_datetime_string,
    normal_random_ints_fixed_sum,
    value_type_to_python_type,
)

__all__ = [
    "format_time_series_attr_timestamps",
    "format_timestamp",
    "format_timestamps",
    "generate_timestamps",
    "is_valid_datetime_string",
    "normal_random_ints_fixed_sum",
    "value_type_to_python_type",
]
