"""Import path of the official SDK; see `arthurai.model.bias`."""

from arthurai.model.bias import (
    ArthurBiasWrapper,
)

__all__ = [
    "ArthurBiasWrapper",
]
