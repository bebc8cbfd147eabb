"""The resource attributes."""
