"""The resource authorization."""
