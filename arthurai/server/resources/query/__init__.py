"""The resource query."""
