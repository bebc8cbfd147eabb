"""Import path of the official SDK; see `arthurai.model.json_dataclass`."""

from arthurai.model.json_dataclass import (
    ArthurBaseJsonDataclass,
    NumberType,
)

__all__ = [
    "ArthurBaseJsonDataclass",
    "NumberType",
]
