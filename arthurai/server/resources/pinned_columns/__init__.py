"""The resource pinned columns."""
