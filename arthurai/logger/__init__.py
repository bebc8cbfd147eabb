"""Background logging: rows are taken at once, kept on the disk, and sent by a thread."""

from __future__ import annotations

from arthurai.logger.inference_logger import InferenceLogger, SpoolDiskError, SpoolFullError
from arthurai.logger.sender import LogCounts

__all__ = ["InferenceLogger", "LogCounts", "SpoolDiskError", "SpoolFullError"]
