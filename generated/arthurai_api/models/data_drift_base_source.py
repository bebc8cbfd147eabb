from enum import StrEnum
from typing import Self


class DataDriftBaseSource(StrEnum):
    INFERENCE = "inference"
    REFERENCE = "reference"

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
