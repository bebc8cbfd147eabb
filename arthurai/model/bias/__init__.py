"""Fairness of a model: metrics by group, and thresholds that make groups more equal."""
