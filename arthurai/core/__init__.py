"""Models, attributes and what can be done with them."""
