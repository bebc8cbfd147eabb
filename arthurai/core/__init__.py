"""Models, attributes and what can be done with them."""

from arthurai.common.lazy import attach

__getattr__, __dir__ = attach(
    __name__,
    submodules=(
        "attributes",
        "auth_info",
        "base",
        "dataset_validation_utils",
        "decorators",
        "enrichment_status_waiter",
        "inferences",
        "model_groups",
        "model_status_waiter",
        "model_utils",
        "models",
        "status_waiter",
        "util",
        "viz",
    ),
)
