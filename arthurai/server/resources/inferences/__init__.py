"""The resource inferences."""
