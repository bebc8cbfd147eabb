"""The resource explanations."""
