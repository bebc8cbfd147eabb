"""Import path of the official SDK; see `arthurai.model.viz.style`."""

from arthurai.model.viz.style import (
    alpha,
    categorical_palette,
    continuous_palette,
    multi_categorical_palette_names,
)

__all__ = [
    "alpha",
    "categorical_palette",
    "continuous_palette",
    "multi_categorical_palette_names",
]
