"""Spans of OpenTelemetry for requests, where a program has set up tracing.

Names and attributes are those of the semantic conventions for HTTP clients. A span tells neither
credentials, nor bodies, nor the query of an address.
"""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from arthurai.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from arthurai.common.path_router import PathRouter
    from arthurai.transport.attempts import ApiResponse, Attempts

    Note = Callable[[ApiResponse], ApiResponse]

_API: Final = "opentelemetry.trace"
_FIRST_ERROR: Final = 400


def _keep(response: ApiResponse) -> ApiResponse:
    return response


_UNTRACED: Final = nullcontext(_keep)


def trace_attempt(attempts: Attempts) -> AbstractContextManager[Note]:
    """Return a context manager for one attempt of a call, which yields what notes its response.

    Without a tracer provider it does nothing, and nothing is imported.

    Args:
        attempts: The attempts of the call, the present one counted.
    """
    trace = sys.modules.get(_API)  # whoever has set a provider has imported it
    if trace is None or isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        return _UNTRACED
    return _open_span(trace, attempts)


@contextmanager
def _open_span(trace: Any, attempts: Attempts) -> Iterator[Note]:
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    name, attributes = describe_request(attempts)
    tracer = trace.get_tracer("arthurai", __version__)
    with tracer.start_as_current_span(
        name,
        kind=trace.SpanKind.CLIENT,
        attributes=attributes,
        record_exception=False,  # messages may quote what was sent
        set_status_on_exception=False,
    ) as span:
        TraceContextTextMapPropagator().inject(attempts.request.headers)

        def note(response: ApiResponse) -> ApiResponse:
            status = response.status_code
            span.set_attribute("http.response.status_code", status)
            if status >= _FIRST_ERROR:
                span.set_attribute("error.type", str(status))
                span.set_status(trace.StatusCode.ERROR)
            return response

        try:
            yield note
        except BaseException as error:
            kind = type(error)
            span.set_attribute("error.type", f"{kind.__module__}.{kind.__qualname__}")
            span.set_status(trace.StatusCode.ERROR)
            raise


def describe_request(attempts: Attempts) -> tuple[str, Mapping[str, str | int]]:
    """Return the name of the span of an attempt, and its attributes.

    Args:
        attempts: The attempts of the call, the present one counted.
    """
    request = attempts.request
    method, url = request.method, request.url
    path = url.raw_path.partition(b"?")[0].decode("ascii")
    context = attempts.context
    attributes: dict[str, str | int] = {
        "http.request.method": method,
        "url.full": context.redact(context.display_url(f"{context.endpoint.origin}{path}")),
    }
    if not context.endpoint.local:
        attributes["server.address"] = url.host
        attributes["server.port"] = url.port or (443 if url.scheme == "https" else 80)
    if attempts.made > 1:
        attributes["http.request.resend_count"] = attempts.made - 1
    match = _router().find([unquote(segment) for segment in path.lstrip("/").split("/")])
    operation = None if match is None else match.operations.get(method)
    if match is None or operation is None:
        return method, attributes
    attributes["url.template"] = match.template
    attributes["arthurai.operation_id"] = operation.operation_id
    return f"{method} {match.template}", attributes


@cache
def _router() -> PathRouter:
    from arthurai.common.bundle import base_path, operations
    from arthurai.common.path_router import PathRouter

    return PathRouter(operations().values(), base_path())
