"""Import path of the official SDK; see `arthurai.model.bias.bias_wrapper`."""

from arthurai.model.bias.bias_wrapper import (
    ArthurBiasWrapper,
)

__all__ = [
    "ArthurBiasWrapper",
]
