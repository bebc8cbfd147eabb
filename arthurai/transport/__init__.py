"""The one place that touches HTTP: sending, retries, credentials, error mapping, local mode."""
