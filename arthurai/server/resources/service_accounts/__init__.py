"""The resource service accounts."""
