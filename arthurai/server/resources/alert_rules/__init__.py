"""The resource alert rules."""
