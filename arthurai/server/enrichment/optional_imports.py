"""Packages that only enrichments need."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any, Final

from arthurai.server.enrichment.state_store import EnrichmentError

_DISTRIBUTIONS: Final = {"sklearn": "scikit-learn", "skimage": "scikit-image", "PIL": "pillow"}


def required(module: str) -> Any:
    """Import a module of a package that may be missing.

    Args:
        module: Dotted name.

    Raises:
        EnrichmentError: If the package is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise _missing(module, str(error)) from error


def require_installed(module: str) -> None:
    """Make sure that another process will be able to import a package.

    Args:
        module: Name of the package.

    Raises:
        EnrichmentError: If the package is not installed.
    """
    if importlib.util.find_spec(module) is None:
        raise _missing(module, "it is not installed")


def _missing(module: str, why: str) -> EnrichmentError:
    package = module.partition(".")[0]
    name = _DISTRIBUTIONS.get(package, package)
    return EnrichmentError(
        f"the server needs the package {name} for this and it cannot be imported ({why});"
        f" install it with: pip install {name}"
    )
