"""Packages that only enrichments need."""

from __future__ import annotations

import importlib
from typing import Any, Final

from arthurai.server.enrichments.states import EnrichmentError

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
        package = module.partition(".")[0]
        name = _DISTRIBUTIONS.get(package, package)
        raise EnrichmentError(
            f"the server needs the package {name} for this and it cannot be imported ({error});"
            f" install it with: pip install {name}"
        ) from error
