"""Semantic probes: what the document cannot say and clients rely on all the same."""
