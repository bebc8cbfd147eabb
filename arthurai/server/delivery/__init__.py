"""Delivery of messages: mail, webhooks, and what is sent when."""
