from enum import StrEnum
from typing import Self


class ModelExpandSingle(StrEnum):
    ATTRIBUTES = "attributes"
    EXPECTED_THROUGHPUT_GB_PER_DAY = "expected_throughput_gb_per_day"
    EXPLAINABILITY = "explainability"
    HAS_GROUND_TRUTH_INFERENCES = "has_ground_truth_inferences"
    HAS_REFERENCE_SET_DATA = "has_reference_set_data"
    IS_BINARY_CLASSIFIER = "is_binary_classifier"
    ORGANIZATION_ID = "organization_id"

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
