"""Import path of the official SDK; see `arthurai.model.viz.visualizer`."""

from arthurai.model.viz.visualizer import (
    DataVisualizer,
)

__all__ = [
    "DataVisualizer",
]
