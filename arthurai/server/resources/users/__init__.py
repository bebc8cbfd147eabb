"""The resource users."""
