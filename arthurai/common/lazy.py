"""Lazy attributes of packages, imported on first use (PEP 562)."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import ModuleType


def attach(
    package: str,
    *,
    submodules: Iterable[str] | None = None,
    names: Mapping[str, str] | None = None,
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return `__getattr__` and `__dir__` of a package whose contents load on first use.

    Args:
        package: Dotted name of the package, its `__name__`.
        submodules: Names of its modules that are reachable as attributes; all of them by default.
        names: Dotted module that defines each public name.

    Returns:
        The two functions, to be assigned to `__getattr__` and `__dir__` of the package.
    """
    modules = None if submodules is None else frozenset(submodules)
    origins = dict(names or {})

    def module_getattr(name: str) -> Any:
        value: Any
        if name in origins:
            origin = importlib.import_module(origins[name])
            value = getattr(origin, name) if hasattr(origin, name) else _below(origins[name], name)
        elif name.startswith("_") or (modules is not None and name not in modules):
            raise AttributeError(f"module {package!r} has no attribute {name!r}", name=name)
        else:
            value = _below(package, name)
        setattr(sys.modules[package], name, value)
        return value

    def module_dir() -> list[str]:
        found = _submodules_of(package) if modules is None else modules
        defined = vars(sys.modules[package])
        public = (name for name in list(defined) if name.startswith("__"))  # others may load some
        return sorted({*public, *defined.get("__all__", ()), *origins, *found})

    return module_getattr, module_dir


def _below(package: str, name: str) -> ModuleType:
    path = f"{package}.{name}"
    try:
        return importlib.import_module(path)
    except ModuleNotFoundError as error:
        if error.name != path:  # the module exists, something it imports does not
            raise
        raise AttributeError(f"module {package!r} has no attribute {name!r}", name=name) from None


def _submodules_of(package: str) -> list[str]:
    import pkgutil

    return [found.name for found in pkgutil.iter_modules(sys.modules[package].__path__)]
