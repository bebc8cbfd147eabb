"""Telemetry: what the server does, counted for Prometheus."""
