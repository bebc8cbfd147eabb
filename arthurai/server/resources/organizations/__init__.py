"""The resource organizations."""
