"""`ConnectedObject`: what sends requests, and how single calls of it differ from the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypeVar

from arthurai.common.exceptions import wrap_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


T = TypeVar("T", bound="ConnectedObject")


def with_session(owner: T, change: Callable[[Any], Any]) -> T:
    """Return the same object over another session.

    Args:
        owner: The object.
        change: Returns the session to use in the place of one.

    Raises:
        MethodNotApplicableError: The object has no connection.
    """
    return owner._over(change)  # noqa: SLF001 - this module defines it


@wrap_errors
class ConnectedObject:
    """An object whose methods send requests over a session."""

    __slots__ = ()

    def _over(self, change: Callable[[Any], Any]) -> Self:
        """Return the same object over another session; see `with_session`."""
        raise NotImplementedError

    def with_options(
        self,
        *,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """Return the same object with calls that differ: `model.with_options(timeout=5).query(…)`.

        It costs nothing to make. Models that it returns keep the difference. What its methods
        change about it, such as the id that `save()` sets, changes in the original, too; only the
        connection differs, over the same sockets, so that closing either closes both.

        Args:
            timeout: Seconds without progress, instead of `http_options["timeout"]`. A longer one
                than `http_options["row_deadline"]` takes its place, too.
            max_retries: How often a request is sent again at most, 0 for never.
            headers: Headers to send besides.

        Raises:
            MethodNotApplicableError: The object has no connection.
            ArthurUserError: An argument cannot be used.
        """
        return self._over(
            lambda session: session.derive(
                session.call_settings.changed(
                    timeout=timeout, max_retries=max_retries, headers=headers
                )
            )
        )
