"""The resource auth."""
