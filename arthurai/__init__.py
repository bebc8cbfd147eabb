"""Python SDK of the Arthur model-monitoring API.

Importing this package is cheap: each name below loads its module when it is first used, and plain
`import arthurai` makes all submodules reachable as attributes.
"""

from typing import TYPE_CHECKING

from arthurai.common.lazy import attach
from arthurai.common.log import initialize_logging, initialize_on_import
from arthurai.version import __version__

if TYPE_CHECKING:
    from arthurai import client, common, core, explainability, version
    from arthurai._compat import time_helpers as util
    from arthurai.client.client import ArthurAI
    from arthurai.model.attributes import ArthurAttribute
    from arthurai.model.model import ArthurModel

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
        "ArthurAttribute": "arthurai.model.attributes",
        "ArthurModel": "arthurai.model.model",
    },
)

initialize_on_import()
