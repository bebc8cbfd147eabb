"""Telling people: mail, webhooks, and what is sent when."""
