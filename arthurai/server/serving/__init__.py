"""Serving the application over HTTP."""
