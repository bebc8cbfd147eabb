"""The resource retention."""
