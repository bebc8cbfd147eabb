"""The resource backup."""
