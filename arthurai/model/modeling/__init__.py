"""From a table to the attributes of a model."""
