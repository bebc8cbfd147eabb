from enum import StrEnum
from typing import Self


class ValueType(StrEnum):
    ARRAYSTRING = "ARRAY(STRING)"
    BOOLEAN = "BOOLEAN"
    BOUNDING_BOX = "BOUNDING_BOX"
    FLOAT = "FLOAT"
    IMAGE = "IMAGE"
    INTEGER = "INTEGER"
    RANKED_LIST = "RANKED_LIST"
    STRING = "STRING"
    TIMESTAMP = "TIMESTAMP"
    TIME_SERIES = "TIME_SERIES"
    TOKENS = "TOKENS"
    TOKEN_LIKELIHOODS = "TOKEN_LIKELIHOODS"
    UNSTRUCTURED_TEXT = "UNSTRUCTURED_TEXT"

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
