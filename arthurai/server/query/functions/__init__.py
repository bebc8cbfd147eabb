"""The functions of the query language; importing this package registers all of them."""

from importlib import import_module

from arthurai.server.query.functions.function_registry import FUNCTIONS, Function

__all__ = ["FUNCTIONS", "Function"]

for _module in (
    "aggregation",
    "all_classes",
    "arithmetic",
    "bias_thresholds",
    "binary_classification",
    "estimates",
    "object_detection",
    "histograms",
    "importances",
    "multiclass_classification",
    "ranked_lists",
    "regression",
    "generated_text",
    "transformation",
):
    import_module(f"{__name__}.{_module}")
