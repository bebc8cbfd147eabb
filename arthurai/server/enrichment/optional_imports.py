"""Optional packages, which only enrichments need."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any, Final

from arthurai.server.enrichment.state_store import EnrichmentError

_DISTRIBUTIONS: Final = {"sklearn": "scikit-learn", "skimage": "scikit-image", "PIL": "pillow"}


class MissingPackageError(EnrichmentError):
    """An enrichment needs a package that is not installed."""


def import_optional(module: str) -> Any:
    """Import a module of a package that may be missing.

    Args:
        module: Dotted name.

    Raises:
        MissingPackageError: The package is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise _missing_package(module, str(error)) from error


def require_installed(module: str) -> None:
    """Raise unless another process can import a package.

    Args:
        module: Name of the package.

    Raises:
        MissingPackageError: The package is not installed.
    """
    if importlib.util.find_spec(module) is None:
        raise _missing_package(module, "it is not installed")


def _missing_package(module: str, why: str) -> MissingPackageError:
    package = module.partition(".")[0]
    name = _DISTRIBUTIONS.get(package, package)
    return MissingPackageError(
        f"the package {name} is required and cannot be imported ({why});"
        f" install it with: pip install {name}"
    )
