"""Attributes of packages that are imported when somebody first asks for them (PEP 562)."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


def attach(
    package: str,
    *,
    submodules: Iterable[str] = (),
    names: Mapping[str, str] | None = None,
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Build the `__getattr__` and `__dir__` of a package whose contents load on first use.

    Args:
        package: Dotted name of the package, its `__name__`.
        submodules: Names of modules below it that are reachable as attributes.
        names: Public name to the dotted module that defines or holds it.

    Returns:
        The two functions, to be assigned to `__getattr__` and `__dir__` of the package.
    """
    modules = frozenset(submodules)
    origins = dict(names or {})

    def module_getattr(name: str) -> Any:
        if name in origins:
            origin = importlib.import_module(origins[name])
            value = (
                getattr(origin, name)
                if hasattr(origin, name)
                else importlib.import_module(f"{origins[name]}.{name}")
            )
        elif name in modules:
            value = importlib.import_module(f"{package}.{name}")
        else:
            raise AttributeError(f"module {package!r} has no attribute {name!r}", name=name)
        setattr(sys.modules[package], name, value)
        return value

    def module_dir() -> list[str]:
        return sorted({*vars(sys.modules[package]), *origins, *modules})

    return module_getattr, module_dir
