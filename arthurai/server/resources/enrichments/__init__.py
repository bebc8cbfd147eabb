"""The resource enrichments."""
