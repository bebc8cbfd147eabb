"""The resource model groups."""
