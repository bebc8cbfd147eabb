"""Configure the logger `arthurai`, and no other.

On import only warnings and errors are shown, on standard error, so that a program's own output
stays its own. `initialize_logging`, or `ARTHUR_LOG_STDOUT` in the environment, shows INFO and DEBUG
lines on standard output as well, as the official SDK does. The handlers do nothing once the program
configures logging on a parent logger, so that no line is printed twice.
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Final

from arthurai.common.settings import LOG_STDOUT_VARIABLE, is_true

if TYPE_CHECKING:
    from typing import TextIO

LOGGER_NAME: Final = "arthurai"
DEFAULT_LOG_LEVEL: Final = logging.INFO
LITE_FORMATTER: Final = logging.Formatter(
    "%(asctime)s - arthurai - %(message)s", datefmt="%H:%M:%S"
)
FULL_FORMATTER: Final = logging.Formatter("%(asctime)s - %(name)s - %(levelname)s - %(message)s")


class InfoFilter(logging.Filter):
    """Passes DEBUG and INFO records only."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a record is DEBUG or INFO."""
        return record.levelno in {logging.DEBUG, logging.INFO}


class ArthurHandler(logging.Handler):
    """Writes to the current standard stream, unless the program has its own handlers.

    `sys.stdout` is looked up for each record, so that redirected output (notebooks, test runners)
    is complete.
    """

    def __init__(self, stream_name: str, level: int, formatter: logging.Formatter) -> None:
        super().__init__(level)
        self._stream_name = stream_name
        self.setFormatter(formatter)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, unless a handler of the program writes it."""
        if logging.getLogger(LOGGER_NAME).propagate and logging.getLogger().handlers:
            return
        stream: TextIO | None = getattr(sys, self._stream_name)
        if stream is None:  # a windowed program has no standard streams
            return
        try:
            stream.write(self.format(record) + "\n")
            stream.flush()
        except Exception:  # noqa: BLE001 - a log line must never break the program
            self.handleError(record)


def _replace_handlers(level: int, *handlers: ArthurHandler) -> None:
    logger = logging.getLogger(LOGGER_NAME)
    for handler in [h for h in logger.handlers if isinstance(h, ArthurHandler)]:
        logger.removeHandler(handler)
    for handler in handlers:
        logger.addHandler(handler)
    logger.setLevel(level)


def initialize_logging() -> None:
    """Print INFO to standard output, warnings and errors to standard error.

    Further calls change nothing. Handlers that the program added to the logger are kept.
    """
    information = ArthurHandler("stdout", logging.DEBUG, LITE_FORMATTER)
    information.addFilter(InfoFilter())
    _replace_handlers(DEFAULT_LOG_LEVEL, information, _trouble_handler())


def _trouble_handler() -> ArthurHandler:
    return ArthurHandler("stderr", logging.WARNING, FULL_FORMATTER)


def initialize_on_import() -> None:
    """Configure the logger, unless the program already has."""
    logger = logging.getLogger(LOGGER_NAME)
    if logger.level != logging.NOTSET or logger.handlers:
        return
    logger.addHandler(logging.NullHandler())
    if is_true(LOG_STDOUT_VARIABLE):
        initialize_logging()
    else:
        _replace_handlers(DEFAULT_LOG_LEVEL, _trouble_handler())


def enable_debug_logging() -> None:
    """Print everything from DEBUG on to standard error, in the full form.

    DEBUG lines have method, address, status and timing of each request, but no credentials and no
    bodies.
    """
    _replace_handlers(logging.DEBUG, ArthurHandler("stderr", logging.DEBUG, FULL_FORMATTER))


def disable_debug_logging() -> None:
    """Restore what `initialize_logging` sets."""
    initialize_logging()
