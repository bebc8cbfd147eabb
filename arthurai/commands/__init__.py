"""The commands of `arthurai` that need more than a few lines."""
