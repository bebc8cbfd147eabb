"""Enrichments: anomaly scores, hotspots, bias mitigation curves and explanations."""
