"""Metrics: stored query templates with typed parameters, built in or made by users."""
