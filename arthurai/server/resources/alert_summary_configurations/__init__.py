"""The resource alert summary configurations."""
