"""The data store of the server: inferences, ground truth, reference sets and images."""
