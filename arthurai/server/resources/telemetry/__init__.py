"""The resource telemetry."""
