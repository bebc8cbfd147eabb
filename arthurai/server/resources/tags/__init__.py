"""The resource tags."""
