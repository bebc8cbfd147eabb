"""Import path of the official SDK; see `arthurai.explain.local_explainer`."""

from arthurai.explain.local_explainer import (
    ArthurExplainer,
    EmptyLimeExplanation,
)

__all__ = [
    "ArthurExplainer",
    "EmptyLimeExplanation",
]
