"""Explainers, and the packaging of user projects."""
