"""The dashboard: pages for a browser over the operations of the API."""
