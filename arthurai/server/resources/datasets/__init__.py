"""The resource datasets."""
