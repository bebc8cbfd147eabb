"""Work in a thread, so that an event loop can go on meanwhile."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractContextManager

P = ParamSpec("P")
R = TypeVar("R")


async def run_in_thread(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call a function in a thread of the event loop's own pool, and wait for its result.

    For what would hold up the other tasks of a program: encoding a table, reading files, trying a
    project, a request to an embedded server. A thread cannot be interrupted: when the caller is
    canceled the function goes on to its end, and its result is dropped.

    Args:
        function: What to call.
        *args: Its arguments.
        **kwargs: Its keyword arguments.
    """
    import asyncio

    return await asyncio.to_thread(function, *args, **kwargs)


@asynccontextmanager
async def enter_in_thread(manager: AbstractContextManager[R]) -> AsyncIterator[R]:
    """Enter and leave a context manager in a thread.

    Args:
        manager: The context manager; it must not depend on the thread it runs in.

    Yields:
        What it yields.
    """
    entered = await run_in_thread(manager.__enter__)
    try:
        yield entered
    except BaseException as error:
        if not manager.__exit__(type(error), error, error.__traceback__):
            raise
    else:
        await run_in_thread(manager.__exit__, None, None, None)
