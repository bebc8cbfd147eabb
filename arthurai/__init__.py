"""Python SDK of the Arthur model-monitoring API."""
