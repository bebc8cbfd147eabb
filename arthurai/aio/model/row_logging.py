"""Background logging of a model: `logger`, and `monitor` around a predict function.

Made by `python -m scripts.async_layer` from `arthurai/model/row_logging.py`; not edited by hand.
"""

from __future__ import annotations

import functools
import inspect
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, overload

from arthurai.aio.model.base_model import require_connection
from arthurai.common.checks import check_bool
from arthurai.common.constants import InputType
from arthurai.common.exceptions import (
    ArthurError,
    MethodNotApplicableError,
    UserTypeError,
    UserValueError,
    arthur_excepted,
)
from arthurai.model.base_model import name_of
from arthurai.model.row_logging import _default_spool, _outputs_of_row, module_logger
from arthurai.model.send_setup import find_redaction, find_sample, send_rules, upload_schema
from arthurai.upload.send_rules import resolve_strict
from arthurai.upload.time_zones import parse_local_times

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from arthurai.logger import InferenceLogger
    from arthurai.model.base_model import ArthurModelBase
    from arthurai.model.row_logging import P, R
    from arthurai.typing import TimeZone, WhenFull
    from arthurai.upload.local_times import Ambiguous, Nonexistent
    from arthurai.upload.redact_columns import Action


def logger(
    self: ArthurModelBase,
    spool: str | os.PathLike[str] | None = None,
    *,
    memory_only: bool = False,
    when_full: WhenFull = "block",
    flush_interval: float = 1.0,
    batch_rows: int = 1_000,
    batch_bytes: int = 4 << 20,
    max_rows: int = 10_000_000,
    max_bytes: int | None = None,
    max_age: float | None = None,
    sync_interval: float = 1.0,
    exit_timeout: float = 5.0,
    tz: TimeZone | None = None,
    ambiguous: Ambiguous | None = None,
    nonexistent: Nonexistent | None = None,
    logprobs: bool | None = None,
    on_error: Callable[[Exception, int], object] | None = None,
    redact: Mapping[str, Action] | None = None,
    sample: float | None = None,
) -> InferenceLogger:
    """Make a logger, which takes rows at once and sends them in the background.

    Make one for a program, not one for a call. Rows wait in a spool on the disk until the server
    has them; what a process leaves behind there is sent by the next logger of the model, or by
    `arthurai spool send`.

    Args:
        spool: Directory of spools, which several processes may share; `arthurai/spool` below
            `$XDG_STATE_HOME` (`~/.local/state`) when omitted.
        memory_only: Keep rows in memory only; they are lost with the process. Always so for a
            server in memory (`local://`) unless `spool` is given.
        when_full: What happens to a row for which there is no room: `block` waits (and raises in a
            thread that runs an event loop), `drop_newest` drops it, `raise` raises.
        flush_interval: How long a row waits for others, in seconds.
        batch_rows: Maximum number of rows of one request.
        batch_bytes: About the maximum size of one request.
        max_rows: Maximum number of waiting rows.
        max_bytes: Maximum size of the spool of this process; 1 GiB when omitted, in memory 64 MiB.
        max_age: From when on, in seconds, a row that cannot be sent is given up and written to
            `rejected.jsonl`; never when omitted.
        sync_interval: How often rows are brought to the disk, in seconds.
        exit_timeout: How long `close` and the end of the program wait for rows to be sent.
        tz: Time zone of times that have none.
        ambiguous: What becomes of local times that occur twice, as for `send_inferences`; a row
            whose time is refused raises.
        nonexistent: The same for local times that do not occur.
        logprobs: Whether likelihoods of tokens are given as log-probabilities; by default told by
            their shape, with a warning.
        on_error: Called with each error and the number of rows it concerns, on any thread.
        redact: What happens to columns before a row is kept: `"hash"`, `"drop"` or a function of a
            value, by name; added to `model.redact`.
        sample: Share of the rows to keep, chosen by `partner_inference_id`; by default as
            `model.sample` says.

    Returns:
        The logger: `log`, `log_many`, `log_ground_truth`, `flush`, `counts`, `close`.

    Raises:
        MethodNotApplicableError: The model is not saved, or is a model of images.
        UserValueError: An option has a wrong value, or the directory cannot be used.
        UserTypeError: An option has a wrong type.
    """
    from arthurai.logger import InferenceLogger
    from arthurai.logger.inference_logger import LoggerOptions

    session, model_id = require_connection(self, "take inferences")
    schema = upload_schema(self)
    if schema.input_type == InputType.Image:
        raise MethodNotApplicableError(
            f"model {name_of(self)!r} takes images, which a logger does not keep; use "
            "send_inferences()"
        )
    if spool is not None and memory_only:
        raise UserValueError("`spool` must not be given together with memory_only=True")
    if not isinstance(spool, str | os.PathLike | None) or spool == "":
        raise UserTypeError(f"`spool` must be the path of a directory, got {spool!r:.60}")
    if on_error is not None and not callable(on_error):
        raise UserTypeError(f"`on_error` must be a function, got {on_error!r:.60}")
    endpoint = session.endpoint
    if spool is None and endpoint.local and endpoint.directory is None:
        memory_only = True
    root = None if memory_only else Path(spool or _default_spool()).expanduser().absolute()
    return InferenceLogger(
        session.blocking(),
        model_id,
        schema,
        root=root,
        options=LoggerOptions(
            when_full=when_full,
            flush_interval=flush_interval,
            batch_rows=batch_rows,
            batch_bytes=batch_bytes,
            max_rows=max_rows,
            max_bytes=max_bytes,
            max_age=max_age,
            sync_interval=sync_interval,
            exit_timeout=exit_timeout,
        ),
        rules=send_rules(self, session, strict=True, extra=None),
        zone=parse_local_times(tz, ambiguous, nonexistent, strict=resolve_strict(None, session)),
        logprobs=None if logprobs is None else check_bool("logprobs", logprobs),
        on_error=on_error,
        redaction=find_redaction(self, schema, redact),
        sample=find_sample(self, sample),
    )


@overload
def monitor(self: ArthurModelBase, function: Callable[P, R]) -> Callable[P, R]: ...


@overload
def monitor(
    self: ArthurModelBase, *, logger: InferenceLogger | None = None, strict: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...


def monitor(
    self: ArthurModelBase,
    function: Callable[..., Any] | None = None,
    *,
    logger: InferenceLogger | None = None,
    strict: bool = False,
) -> Any:
    """Log every call of a predict function; a decorator, with or without arguments.

    The first argument of the function is a row (a dict) or a table. It returns the prediction: for
    a row a value, a dict by predicted attribute or a sequence in their order, for a table what
    `send_inferences` takes as `predictions`. The result is passed on as it is. Coroutine functions
    are monitored likewise.

    Args:
        function: The predict function.
        logger: Where to log; a logger with default options, made at the first call, when omitted.
        strict: Whether a row that does not fit the model raises; otherwise the log says so, and
            the prediction is returned.

    Returns:
        The function, which logs now.

    Raises:
        UserTypeError: What is decorated is not a function.
    """
    if function is None:
        return functools.partial(_monitored, self, logger=logger, strict=strict)
    return _monitored(self, function, logger=logger, strict=strict)


def _monitored(
    model: ArthurModelBase,
    function: Callable[..., Any],
    *,
    logger: InferenceLogger | None,
    strict: bool,
) -> Callable[..., Any]:
    if not callable(function):
        raise UserTypeError(f"`function` must be a predict function, got {function!r:.60}")
    monitored = _AsyncPredictionLog(model, logger, strict=strict)

    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def call_later(data: Any, *args: Any, **kwargs: Any) -> Any:
            prediction = await function(data, *args, **kwargs)
            monitored.log(data, prediction)
            return prediction

        return call_later

    @functools.wraps(function)
    def call(data: Any, *args: Any, **kwargs: Any) -> Any:
        prediction = function(data, *args, **kwargs)
        monitored.log(data, prediction)
        return prediction

    return call


class _AsyncPredictionLog:
    """Logs what one predict function was given and what it returned."""

    def __init__(
        self, model: ArthurModelBase, log: InferenceLogger | None, *, strict: bool
    ) -> None:
        self._model = model
        self._log = log
        self._strict = strict
        self._schema = upload_schema(model)
        self._lock = threading.Lock()

    def log(self, data: Any, prediction: Any) -> None:
        """Log one call.

        Raises:
            ArthurError: The call cannot be logged, and the decorator is strict.
        """
        try:
            self.log_call(data, prediction)
        except ArthurError:
            if self._strict:
                raise
            module_logger.exception("a prediction was not logged")

    @arthur_excepted("monitor() failed")
    def log_call(self, data: Any, prediction: Any) -> None:
        """Log one call.

        Raises:
            ArthurError: It cannot be logged.
        """
        log = self._get_logger()
        if isinstance(data, Mapping):
            log.log({**data, **_outputs_of_row(self._schema, prediction)})
        else:
            log.log_many(data, predictions=prediction)

    def _get_logger(self) -> InferenceLogger:
        with self._lock:
            if self._log is None:
                self._log = logger(self._model)
            return self._log
