"""The resource alert notification configurations."""
