"""The resource description."""
