"""Failures of libraries and of the functions of users that explanations call."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from arthurai.common.exceptions import ArthurError, ArthurUserError, UserValueError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def calling(what: str) -> Iterator[None]:
    """Raise what a library or a function of the user raises as an error of the caller.

    Args:
        what: What is called.

    Raises:
        ArthurUserError: A package is missing.
        UserValueError: It fails for what it was given.
    """
    try:
        yield
    except ArthurError:
        raise
    except ImportError as error:
        raise ArthurUserError(f"explanations need the package {error.name}") from error
    except Exception as error:
        raise UserValueError(f"{what} failed: {type(error).__name__}: {error}") from error
