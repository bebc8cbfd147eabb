"""Which library a table or column comes from.

Plain Python data, pandas and pyarrow are recognized without narwhals, whose import costs more
memory than sending a small frame.
"""

from __future__ import annotations

import sys
from typing import Any, Final

_KNOWN_WITHOUT_NARWHALS: Final = frozenset({"builtins", "numpy", "pandas", "pyarrow"})


def _library(data: object) -> str:
    return type(data).__module__.partition(".")[0]


def _is_of(library: str, kind: str, data: object) -> bool:
    module = sys.modules.get(library)
    return module is not None and isinstance(data, getattr(module, kind))


def is_pandas_frame(data: object) -> bool:
    """Return whether data is a `pandas.DataFrame`."""
    return _is_of("pandas", "DataFrame", data)


def is_polars_lazy_frame(data: object) -> bool:
    """Return whether data is a `polars.LazyFrame`."""
    return _is_of("polars", "LazyFrame", data)


def is_dask_collection(data: object) -> bool:
    """Return whether data is a frame or Series of dask, which narwhals no longer reads itself."""
    return _library(data) in {"dask", "dask_expr"} and callable(getattr(data, "compute", None))


def compute_dask(data: Any) -> Any:
    """Return a frame or Series of dask as that of pandas, anything else as it is."""
    return data.compute() if is_dask_collection(data) else data


def is_frame(data: Any) -> bool:
    """Return whether data is a frame that narwhals knows; lazy frames are not."""
    if is_pandas_frame(data) or _is_of("pyarrow", "Table", data):
        return True
    if _library(data) in _KNOWN_WITHOUT_NARWHALS:
        return False
    from narwhals.stable.v2.dependencies import is_into_dataframe

    return is_into_dataframe(data)


def is_series(data: Any) -> bool:
    """Return whether data is a Series or chunked array that narwhals knows."""
    if _is_of("pandas", "Series", data) or _is_of("pyarrow", "ChunkedArray", data):
        return True
    if _library(data) in _KNOWN_WITHOUT_NARWHALS:
        return False
    from narwhals.stable.v2.dependencies import is_into_series

    return is_into_series(data)
