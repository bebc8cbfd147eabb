"""Import path of the official SDK; see `arthurai._compat.table_helpers`."""

from arthurai._compat.table_helpers import (
    NumpyEncoder,
    can_cast,
    dataframe_like_to_list_of_dicts,
    intersection_is_non_empty,
    is_bool_like,
    is_date_like,
    is_float_like,
    is_int_like,
    is_list_like,
    is_str_like,
    is_valid_datetime_obj,
    retrieve_json_files,
    retrieve_parquet_files,
    series_to_df,
    standardize_pd_obj,
    update_column_in_list_of_dicts,
)

__all__ = [
    "NumpyEncoder",
    "can_cast",
    "dataframe_like_to_list_of_dicts",
    "intersection_is_non_empty",
    "is_bool_like",
    "is_date_like",
    "is_float_like",
    "is_int_like",
    "is_list_like",
    "is_str_like",
    "is_valid_datetime_obj",
    "retrieve_json_files",
    "retrieve_parquet_files",
    "series_to_df",
    "standardize_pd_obj",
    "update_column_in_list_of_dicts",
]
