"""Python SDK of the Arthur model-monitoring API.

Importing this package is cheap: each name below loads its module when it is first used, and plain
`import arthurai` makes all submodules reachable as attributes.
"""

from typing import TYPE_CHECKING

from arthurai.common.lazy import attach
from arthurai.common.log import initialize_logging, initialize_on_import
from arthurai.version import __version__

if TYPE_CHECKING:
    from arthurai import client, common, core, explainability, util, version
    from arthurai.client.client import ArthurAI
    from arthurai.core.attributes import ArthurAttribute
    from arthurai.core.models import ArthurModel

__all__ = [
    "ArthurAI",
    "ArthurAttribute",
    "ArthurModel",
    "__version__",
    "client",
    "common",
    "core",
    "explainability",
    "initialize_logging",
    "util",
    "version",
]

__getattr__, __dir__ = attach(
    __name__,
    submodules=("client", "common", "core", "explainability", "util", "version"),
    names={
        "ArthurAI": "arthurai.client.client",
        "ArthurAttribute": "arthurai.core.attributes",
        "ArthurModel": "arthurai.core.models",
    },
)

initialize_on_import()
