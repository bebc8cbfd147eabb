from enum import StrEnum
from typing import Self


class MetricType(StrEnum):
    MODEL_DATA_BOUND_METRIC = "model_data_bound_metric"
    MODEL_DATA_DRIFT_METRIC = "model_data_drift_metric"
    MODEL_INPUT_DATA_METRIC = "model_input_data_metric"
    MODEL_OUTPUT_METRIC = "model_output_metric"
    MODEL_PERFORMANCE_METRIC = "model_performance_metric"

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        """Keep a text that the specification does not know: servers grow new values before clients do."""
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = value
        member._value_ = value
        return member
