"""Pictures of a model: what its data, its accuracy and its drift did over time."""
