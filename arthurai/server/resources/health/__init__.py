"""The resource health: whether the server works."""
