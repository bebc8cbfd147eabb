"""The resource models."""
