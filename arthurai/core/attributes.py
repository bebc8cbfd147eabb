"""Import path of the official SDK; see `arthurai.model.attributes`."""

from arthurai.model.attributes import (
    MAX_CATEGORIES_TO_SHOW,
    ArthurAttribute,
    AttributeBin,
    AttributeCategory,
    get_attribute_order_stage,
)

__all__ = [
    "MAX_CATEGORIES_TO_SHOW",
    "ArthurAttribute",
    "AttributeBin",
    "AttributeCategory",
    "get_attribute_order_stage",
]
