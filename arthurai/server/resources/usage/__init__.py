"""The resource usage."""
