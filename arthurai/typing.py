"""Types of the arguments of public calls, for annotations in programs.

For example::

    from arthurai.typing import InputTypeName, Table

    def onboard(table: Table, input_type: InputTypeName) -> None: ...

The functions accept more libraries than are installed, so frames are described by what they offer
rather than by their classes. `Strings` and `Values` exclude a single string, which is a mistake
wherever a list is meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, tzinfo
from os import PathLike
from typing import IO, TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, TypeVar

from arthurai.common.vocabulary import (
    AccuracyMetricName,
    AlertRuleBoundName,
    AlertRuleSeverityName,
    AlertStatusName,
    EnrichmentName,
    EnrichmentStatusName,
    ImageResponseTypeName,
    InputTypeName,
    ModelStatusName,
    OutputTypeName,
    RoleName,
    StageName,
    ValueTypeName,
)

if TYPE_CHECKING:
    from narwhals.stable.v2.typing import IntoFrame, IntoSeries

    from arthurai.query.expressions import Condition

__all__ = [
    "AccuracyMetricName",
    "AlertRuleBoundName",
    "AlertRuleSeverityName",
    "AlertStatusFilter",
    "AlertStatusName",
    "Columns",
    "ConstraintName",
    "DataFile",
    "DriftMetricName",
    "EnrichmentName",
    "EnrichmentStatusName",
    "Estimator",
    "ExplanationAlgorithmName",
    "ExtraColumns",
    "Filters",
    "ImageResponseTypeName",
    "InputTypeName",
    "MetricTypeName",
    "ModelStatusName",
    "OutputTypeName",
    "PredictionMap",
    "QueryTypeName",
    "RoleName",
    "RollupName",
    "Rows",
    "StageName",
    "Strings",
    "Table",
    "TableKind",
    "Time",
    "TimeResolutionName",
    "TimeZone",
    "Times",
    "ValueTypeName",
    "Values",
    "WhenFull",
]

T_co = TypeVar("T_co", covariant=True)


class SupportsArrowStream(Protocol):
    """A table of any library that offers itself as an Arrow stream."""

    def __arrow_c_stream__(self) -> object:
        """Return the stream as a capsule."""


class SupportsIterBatches(Protocol):
    """A table that yields itself in batches, such as a Ray dataset."""

    def iter_batches(self) -> Iterable[Any]:
        """Return the batches."""


class SupportsToBatches(Protocol):
    """A dataset of pyarrow."""

    def to_batches(self) -> Iterable[Any]:
        """Return the batches."""


class SupportsToArrow(Protocol):
    """A frame of Spark."""

    def toArrow(self) -> object:  # noqa: N802 - the name in Spark
        """Return the whole frame as an Arrow table."""


class Estimator(Protocol):
    """A classifier or regressor with the interface of scikit-learn."""

    def fit(self, X: Any, y: Any) -> Any:  # noqa: N803 - the name in scikit-learn
        """Learn from inputs and their truth."""

    def predict(self, X: Any) -> Any:  # noqa: N803 - the name in scikit-learn
        """Return a class or a number for each row."""


class ListOf(Protocol[T_co]):
    """A list, tuple, set, view or index, but not a string, which contains strings only."""

    def __contains__(self, value: object, /) -> bool:
        """Return whether a value is among the entries."""

    def __len__(self) -> int:
        """Return the number of entries."""

    def __iter__(self) -> Iterator[T_co]:
        """Return an iterator over the entries."""


class SupportsToList(Protocol):
    """An array of numpy, or an index or series of pandas."""

    def tolist(self) -> Any:
        """Return the values as a list."""


class SupportsPolarsToList(Protocol):
    """A series of polars."""

    def to_list(self) -> Any:
        """Return the values as a list."""


class SupportsToPylist(Protocol):
    """An array of pyarrow."""

    def to_pylist(self) -> Any:
        """Return the values as a list."""


_Array: TypeAlias = SupportsToList | SupportsPolarsToList | SupportsToPylist

Strings: TypeAlias = ListOf[str] | Iterator[str] | _Array
"""Several strings: a list, tuple, set, index, array, series or generator; not one string."""

Values: TypeAlias = ListOf[Any] | Iterator[Any] | _Array
"""Several values, one per row: a list, tuple, index, array, series or generator."""

Time: TypeAlias = datetime | str
"""A point in time, or its text in ISO 8601."""

Times: TypeAlias = ListOf[datetime | date | str | None] | Iterator[datetime | date | str] | _Array
"""Several times: a list, tuple, index, array, series or generator of them."""

TimeZone: TypeAlias = str | tzinfo
"""A time zone: its IANA name, or a `tzinfo`."""

Rows: TypeAlias = Iterable[Mapping[Any, Any]]
"""Rows, one dictionary each."""

Columns: TypeAlias = Mapping[Any, Any]
"""Columns by name: lists, arrays or series of one value per row."""

_Frame: TypeAlias = "IntoFrame | IntoSeries"
_Stream: TypeAlias = SupportsArrowStream | SupportsIterBatches | SupportsToBatches | SupportsToArrow

Table: TypeAlias = "_Frame | _Stream | Columns | Rows | Iterator[Any]"
"""A table: a frame or named series of any library that narwhals knows, anything with an Arrow
stream, a pyarrow dataset or reader, a frame of Spark, a dataset of Ray, rows, columns, or a
generator of rows or tables."""

DataFile: TypeAlias = str | PathLike[str] | IO[bytes]
"""A Parquet or JSON file: its path, or the open binary file."""

Filters: TypeAlias = "Iterable[Mapping[str, Any] | Condition]"
"""Conditions on rows: dictionaries of the query language, or such as `col("income") > 1000`."""

PredictionMap: TypeAlias = Mapping[str, Any] | Mapping[str | None, Any]
"""Ground-truth column or class by predicted column."""

TableKind: TypeAlias = Literal["pandas", "polars", "pyarrow"]
"""The library of a table of rows."""

MetricTypeName: TypeAlias = Literal[
    "model_output_metric",
    "model_input_data_metric",
    "model_performance_metric",
    "model_data_drift_metric",
]
"""A value of `MetricType`."""

QueryTypeName: TypeAlias = Literal["base", "drift", "drift_psi_bucket_table"]
"""A kind of query."""

TimeResolutionName: TypeAlias = Literal["minute", "hour", "day", "week", "month", "quarter", "year"]
"""A period of time, in UTC."""

RollupName: TypeAlias = Literal[
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "quarter",
    "year",
    "batch_id",
    "reference",
    "MINUTE",
    "HOUR",
    "DAY",
    "WEEK",
    "MONTH",
    "QUARTER",
    "YEAR",
    "BATCH_ID",
    "REFERENCE",
]
"""What a metric is evaluated by, in either case."""

DriftMetricName: TypeAlias = Literal[
    "PSI", "KLDivergence", "JSDivergence", "HellingerDistance", "HypothesisTest", "Thresholds"
]
"""A measure of drift."""

ExplanationAlgorithmName: TypeAlias = Literal["lime", "shap", "LIME", "SHAP"]
"""An algorithm of explanations, in either case."""

ConstraintName: TypeAlias = Literal["demographic_parity", "equal_opportunity", "equalized_odds"]
"""A criterion of fairness that thresholds are chosen by."""

AlertStatusFilter: TypeAlias = Literal["new", "acknowledged", "resolved"]
"""A status of alerts."""

ExtraColumns: TypeAlias = Literal["error", "ignore"]
"""What happens to columns that are no attributes."""

WhenFull: TypeAlias = Literal["block", "drop_newest", "raise"]
"""What a logger does with a row for which there is no room."""
