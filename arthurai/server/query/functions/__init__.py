"""The functions of the query language; importing this package registers all of them."""

from importlib import import_module

from arthurai.server.query.functions.registry import FUNCTIONS, Function

__all__ = ["FUNCTIONS", "Function"]

for _module in (
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
):
    import_module(f"{__name__}.{_module}")
