"""The resource alerts."""
