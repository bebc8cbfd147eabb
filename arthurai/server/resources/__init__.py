"""Handlers of the operations, one module a tag; each registers itself by `operationId`."""
