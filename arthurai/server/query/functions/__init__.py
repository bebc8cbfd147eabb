"""The functions of the query language; importing this package registers all of them."""

from arthurai.server.query.functions import (
    aggregation,
    arithmetic,
    bias,
    binary,
    detection,
    distribution,
    explanation,
    multiclass,
    ranked,
    regression,
    tokens,
    transformation,
)
from arthurai.server.query.functions.registry import FUNCTIONS, Function

__all__ = [
    "FUNCTIONS",
    "Function",
    "aggregation",
    "arithmetic",
    "bias",
    "binary",
    "detection",
    "distribution",
    "explanation",
    "multiclass",
    "ranked",
    "regression",
    "tokens",
    "transformation",
]
