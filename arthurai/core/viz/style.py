"""Import path of the official SDK; see `arthurai.model.viz.style`."""

from arthurai._compat.model_helpers import categorical_palette, multi_categorical_palette_names
from arthurai.model.viz.style import alpha, continuous_palette

__all__ = [
    "alpha",
    "categorical_palette",
    "continuous_palette",
    "multi_categorical_palette_names",
]
