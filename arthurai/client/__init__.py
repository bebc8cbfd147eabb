"""`ArthurAI`, what a program connects with, and the older paths to its parts."""

from arthurai.common.lazy import attach

__getattr__, __dir__ = attach(
    __name__, submodules=("apiv3", "auth", "client", "helper", "http", "validation")
)
