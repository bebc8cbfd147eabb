"""Validate, encode and upload tables, and report the outcome per row."""
