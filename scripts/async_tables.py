"""What `scripts.async_layer` has to know besides the blocking code."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PACKAGE: Final = "arthurai"
TARGET: Final = "arthurai.aio"

#: Where definitions get twins.
SOURCES: Final = (
    "arthurai.client",
    "arthurai.common",
    "arthurai.model",
    "arthurai.upload",
    "arthurai._compat.deprecated_methods",
)

#: Folders that the blocking layer takes nothing from.
APART: Final = frozenset({"aio", "commands", "contract", "server"})

#: Twins written by hand: a name of the blocking layer, and what stands for it.
TWINS: Final = {
    "arthurai.transport.session.Session": "arthurai.transport.async_session.AsyncSession",
    "arthurai.upload.parallel_threads.send_all": "arthurai.upload.parallel_tasks.send_all",
    "time.sleep": "asyncio.sleep",
}

#: Of these, the functions that have to be awaited.
AWAITED_TWINS: Final = frozenset({"arthurai.upload.parallel_threads.send_all", "time.sleep"})

#: Methods of sessions and of their clients that have to be awaited; `send` and `close` only
#: of what is called `session` or `api`.
AWAITED_METHODS: Final = frozenset({"exchange", "download", "log_in", "open_dashboard"})
AWAITED_OF_SESSIONS: Final = frozenset({"send", "close"})

#: Names of methods that other objects have as well: they are awaited only of `self`.
AMBIGUOUS_METHODS: Final = frozenset({"send", "close", "update"})

#: Functions that make a method of another, and what does for one that has to be awaited.
METHOD_MAKERS: Final = {
    "arthurai.transport.raw_responses.raw": "arthurai.transport.raw_responses.raw_awaited",
}

#: Parameters and variables of functions that hold functions to be awaited; `return` stands for
#: what a function returns.
CALLABLES: Final = {
    "arthurai.common.wait.wait_until": {"check"},
    "arthurai.client.model_lists._model_pages": {"return"},
    "arthurai.common.pagination.collect_pages": {"fetch"},
    "arthurai.common.pagination.iterate_items": {"fetch"},
    "arthurai.model.alert_lists._alert_pages": {"return"},
    "arthurai.model.alert_lists._rule_pages": {"return"},
    "arthurai.model.alert_lists.get_alert_rules": {"fetch"},
    "arthurai.model.alert_lists.get_alerts": {"fetch"},
    "arthurai.model.metrics._metric_pages": {"return"},
    "arthurai.model.model_groups.ArthurModelGroup._version_pages": {"return"},
    "arthurai.model.send_setup.send": {"call"},
    "arthurai.model.report.report_contents.fetch_contents": {"steps", "step"},
    "arthurai.model.viz.visualizer.DataVisualizer._lines": {"fetch"},
    "arthurai.upload.uploader._send_numbered": {"send"},
}

#: Calls that would hold up an event loop: they run in a thread. See `arthurai.common.threads`.
THREADED: Final = frozenset(
    {
        "arthurai.transport.local.open_local",
        "arthurai.model.modeling.estimators.describe_estimator",
        "arthurai.model.modeling.estimators.find_predictions",
        "arthurai.model.modeling.model_validation.prepare_for_saving",
        "arthurai.model.report.report_file.render",
        "arthurai.model.send_setup.choose_source",
    }
)
THREADED_METHODS: Final = frozenset({"_validate", "as_table", "prepare", "release", "write_bytes"})
THREADED_CONTEXTS: Final = frozenset({"arthurai.upload.images.zip_images"})

#: Classes whose asynchronous twin has a base written by hand; what that defines is left out.
BASES: Final = {
    "arthurai.client.client.ArthurAI": "arthurai.client.async_connection.AsyncConnection",
}

#: Members that have no twin, and why.
LEFT_OUT: Final = {
    "arthurai.client.client.ArthurAI": {
        "__getstate__",  # a connection of an event loop is not pickled
        "__setstate__",
        "reconnect",  # connects after unpickling
        "_adopt",
        "client",  # HTTP verbs for programs of the official SDK
        "__enter__",
        "__exit__",
    },
    "arthurai.model.model_groups.ArthurModelGroup": {
        "__setattr__",  # an assignment cannot wait: `await group.update(...)`
    },
}

#: Definitions that both layers share although they mention the session.
SHARED: Final = frozenset(
    {
        "arthurai.model.base_model.ArthurModelBase",
        "arthurai.model.base_model.find_session",
        "arthurai.model.base_model.require_blocking_session",
    }
)

DOCSTRINGS: Final = {
    "arthurai.client.client.ArthurAI": '''\
"""A connection to an Arthur server, for event loops.

    The methods are those of `ArthurAI`, with the same arguments, results and errors; those that
    talk to the server are awaited. The arguments are those of `ArthurAI`, too. Connect with
    `async with AsyncArthurAI(...) as arthur:`, or with `await arthur.connect()` and at the end
    `await arthur.close()`.

    Any number of tasks may use a connection. A canceled call gives up its request at once.
    """''',
    "arthurai.model.model.ArthurModel": '''"""A model: its description, data and life on the server.

    Models are made by `AsyncArthurAI.model` and fetched by `AsyncArthurAI.get_model`. The methods
    are those of `ArthurModel`; those that talk to the server are awaited, the others are the same.
    """''',
    "arthurai.model.model_groups.ArthurModelGroup": '''"""A group of model versions (beta).

    `await group.update(name=..., description=...)` changes it on the server; an assignment changes
    this object only. Attributes are those of `ArthurModelGroup`.
    """''',
}
