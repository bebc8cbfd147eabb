"""The resource insights."""
