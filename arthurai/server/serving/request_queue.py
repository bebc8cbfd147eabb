"""The threads that work on requests, and whose turn it is.

One caller, or one organization, must not keep all others waiting. So a caller occupies at most half
of the threads, an organization all but two, logins a quarter, and an address whose callers are not
known yet another one; whoever waits is served in turn, one request of each caller. Small requests
of one caller that end up in the same commit are worked on by one thread, together. Requests for
`/health` are answered by the thread that polls, or by one more that does nothing else where the
answer is not known yet.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, OrderedDict, deque
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

logger = logging.getLogger("arthurai.server.http")

MAX_UNREAD_BYTES: Final = 64 * 2**20
MAX_UNREAD_RESPONSE_BYTES: Final = 2**20  # of one connection, before its next request is worked on
MAX_TOGETHER: Final = 64
"""Maximum number of requests that a thread works on together."""

MAX_GATHER_SECONDS: Final = 0.003
"""How long a thread waits for the next requests of those whom it has answered."""

MAX_SMALL_BYTES: Final = 64 * 1024
MAX_AT_ONCE: Final = 16
"""Maximum number of requests for `/health` that the thread that polls answers before it goes on."""

_PROBE_PATH: Final = "/health"
_LOGIN_PATH: Final = "/login"
_STRANGERS: Final = ""
"""Stands for the organization of those who are not known yet."""


class Share(NamedTuple):
    """On whose account a request is worked on.

    Attributes:
        caller: Id of the user or the key; the address of those who are not known yet.
        organization: The organization, as far as it is known.
    """

    caller: str
    organization: str


class _Waiting(NamedTuple):
    """A connection whose first request waits for a thread.

    Attributes:
        connection: The connection.
        group: Path of the request, if it can be worked on together with others of that path.
    """

    connection: Any
    group: str | None


class _Taken(NamedTuple):
    """Connections whose first requests a thread works on together.

    Attributes:
        connections: The connections.
        share: On whose account; `None` for a health check.
        group: Path of the requests, if they can be worked on together with others of that path.
    """

    connections: list[Any]
    share: Share | None
    group: str | None


class RequestQueue:
    """Hands out connections with a waiting request to threads; takes the place of waitress's own.

    Args:
        find_recent_use: Takes a credential; returns by whom, and in which organization, it was last
            used.
        defers: Takes method and path; returns whether such requests wait for the same thing.
        answers_at_once: Returns whether a request for `/health` waits for nothing.

    Attributes:
        polling_thread: Identifier of the thread that polls, once it does.
        wake: Wakes that thread.
    """

    def __init__(
        self,
        find_recent_use: Callable[[str], tuple[str, str] | None],
        defers: Callable[[str, str], bool],
        answers_at_once: Callable[[], bool],
    ) -> None:
        self.polling_thread: int | None = None
        self.wake: Callable[[], object] = _nothing
        self._find_recent_use = find_recent_use
        self._defers = defers
        self._answers_at_once = answers_at_once
        self._at_once: deque[Any] = deque()
        self._lock = threading.Lock()
        # Each thread that waits is woken on its own: all of them would contend for the lock.
        self._changed = threading.Condition(self._lock)
        self._probed = threading.Condition(self._lock)
        self._gathered = threading.Condition(self._lock)
        self._here = threading.local()
        self._ended = threading.Condition(self._lock)
        self._waiting: OrderedDict[Share, deque[_Waiting]] = OrderedDict()
        self._probes: deque[Any] = deque()
        self._running: Counter[str] = Counter()
        self._expected: dict[Share, int] = {}
        self._unread: Mapping[str, int] = {}
        self._threads = 0
        self._alive = 0
        self._stopping = False

    def set_thread_count(self, count: int) -> None:
        """Start the threads, and one more for `/health`.

        Args:
            count: How many requests are worked on at a time.
        """
        self._threads = count
        for number in range(count + 1):
            probes = number == count
            take = self._take_probe if probes else self._take
            changed = self._probed if probes else self._changed
            name = f"arthurai-http-{number}"
            threading.Thread(
                target=self._work, args=(take, changed), name=name, daemon=True
            ).start()
            self._alive += 1

    def add_task(self, connection: Any) -> None:
        """Let a connection wait until its first request can be worked on.

        Args:
            connection: The connection.
        """
        request = connection.requests[0]
        if self._is_answered_at_once(request):
            self._at_once.append(connection)
            return
        with self._changed:
            if request.error is not None or request.path == _PROBE_PATH:
                self._probes.append(connection)
                self._probed.notify()
            else:
                share = self._share(connection, request)
                connection.caller = share.caller
                waiting = _Waiting(connection, self._group(request))
                self._waiting.setdefault(share, deque()).append(waiting)
                if self._may_run(share, waiting.group):  # else the thread that ends takes it
                    self._changed.notify()
                if len(self._waiting[share]) >= self._expected.get(share, 0):
                    self._gathered.notify_all()

    def _is_answered_at_once(self, request: Any) -> bool:
        return (
            threading.get_ident() == self.polling_thread
            and request.error is None
            and request.path == _PROBE_PATH
            and len(self._at_once) < MAX_AT_ONCE
            and self._answers_at_once()
        )

    def answer_at_once(self) -> None:
        """Answer what waits for nothing; called by the thread that polls.

        Each hand-over to another thread costs a turn of the interpreter, which is what a busy
        server lacks.
        """
        for _ in range(len(self._at_once)):
            _call_each([self._at_once.popleft()], "service")

    def is_answering_together(self) -> bool:
        """Return whether this thread will wake the one that polls when it has answered others."""
        return getattr(self._here, "answers_together", False)

    def note_unread(self, unread: Mapping[str, int]) -> None:
        """Take how many bytes of responses callers have not read yet; who left too many waits.

        Args:
            unread: Bytes by caller.
        """
        with self._changed:
            self._unread = unread
            self._changed.notify_all()

    def shutdown(self, *, cancel_pending: bool = True, timeout: float = 5) -> bool:
        """Stop the threads; requests in progress go on until the process ends.

        Args:
            cancel_pending: Whether to drop requests that still wait.
            timeout: How long to wait for the threads, in seconds.
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
            self._probed.notify_all()
            while self._alive and (left := deadline - time.monotonic()) > 0:
                self._ended.wait(left)
            if self._alive:
                logger.warning("%s thread(s) still at work", self._alive)
            if cancel_pending:
                for waiting in (each for queue in self._waiting.values() for each in queue):
                    waiting.connection.cancel()
                self._waiting.clear()
        return cancel_pending

    def _share(self, connection: Any, request: Any) -> Share:
        credential = request.headers.get("AUTHORIZATION") or request.headers.get("COOKIE")
        if request.path.endswith(_LOGIN_PATH):
            return Share(_LOGIN_PATH, _LOGIN_PATH)
        # The same cookie can be sent in any number of forms: who sends it counts, not the form.
        known = self._find_recent_use(credential) if credential else None
        return Share(str(connection.addr[0]), _STRANGERS) if known is None else Share(*known)

    def _group(self, request: Any) -> str | None:
        path = str(request.request_uri).partition("?")[0]
        is_small = (
            request.body_bytes_received <= MAX_SMALL_BYTES
            and "CONTENT_ENCODING" not in request.headers
        )
        return path if is_small and self._defers(request.command.upper(), path) else None

    def _work(
        self,
        take: Callable[[], _Taken | None],
        changed: threading.Condition,
    ) -> None:
        while True:
            with self._changed:
                found = None
                while not self._stopping and (found := take()) is None:
                    changed.wait()
                if found is None:
                    self._alive -= 1
                    self._ended.notify_all()
                    return
            connections, share, group = found
            if len(connections) > 1:
                self._answer_together(connections)
            else:
                _call_each(connections, "service")
            if share is not None:
                if group is not None:
                    self._gather(share, len(connections))
                self._end(share, group)

    def _answer_together(self, connections: list[Any]) -> None:
        """Work on requests that share a commit; wake the thread that polls when all are answered.

        Otherwise both threads would contend for the interpreter with each answer.
        """
        _call_each(connections, "begin", {})
        self._here.answers_together = True
        _call_each(connections, "service")
        self._here.answers_together = False
        _call_each(connections, "send_answer")
        self.wake()

    def _gather(self, share: Share, answered: int) -> None:
        """Wait a moment for the next requests of those who were just answered.

        They share a commit then with the requests that came meanwhile, instead of taking turns
        with them. Who sends one request after the other waits for nobody.

        Args:
            share: On whose account requests were worked on together.
            answered: How many.
        """
        deadline = time.monotonic() + MAX_GATHER_SECONDS
        with self._changed:
            expected = answered + len(self._waiting.get(share, ()))
            if expected == 1:
                return
            self._expected[share] = expected
            while len(self._waiting.get(share, ())) < expected and self._waiting.keys() <= {share}:
                left = deadline - time.monotonic()
                if left <= 0 or self._stopping:
                    break
                self._gathered.wait(left)
            self._expected.pop(share, None)

    def _end(self, share: Share, group: str | None) -> None:
        with self._changed:
            self._running.subtract(_counted(share, group))
            self._running += Counter()  # drops zeros
            if self._waiting:
                self._changed.notify()

    def _take_probe(self) -> _Taken | None:
        return _Taken([self._probes.popleft()], None, None) if self._probes else None

    def _take(self) -> _Taken | None:
        for share, queue in self._waiting.items():
            if _is_read(queue[0].connection) and self._may_run(share, queue[0].group):
                first = queue.popleft()
                found = [first.connection]
                while (
                    queue
                    and first.group is not None
                    and queue[0].group == first.group
                    and _is_read(queue[0].connection)
                    and len(found) < MAX_TOGETHER
                ):
                    found.append(queue.popleft().connection)
                del self._waiting[share]
                if queue:
                    self._waiting[share] = queue  # behind all others
                self._running.update(_counted(share, first.group))
                return _Taken(found, share, first.group)
        return None

    def _may_run(self, share: Share, group: str | None) -> bool:
        is_known = share.organization not in {_LOGIN_PATH, _STRANGERS}
        of_caller = self._threads // (2 if is_known else 4)
        return (
            # what waits meanwhile becomes the next group
            not (group and self._running[f"g {share.caller} {group}"])
            and self._running[f"c {share.caller}"] < max(1, of_caller)
            and self._running[f"o {share.organization}"] < max(1, self._threads - 2)
            and self._unread.get(share.caller, 0) <= MAX_UNREAD_BYTES
        )


def _nothing() -> None:
    """Wake nobody."""


def _counted(share: Share, group: str | None) -> list[str]:
    """Return the names of what a request in progress is counted under."""
    names = [f"c {share.caller}", f"o {share.organization}"]
    return names if group is None else [*names, f"g {share.caller} {group}"]


def _is_read(connection: Any) -> bool:
    """Return whether the client has read its responses so far."""
    return bool(connection.total_outbufs_len <= MAX_UNREAD_RESPONSE_BYTES)


def _call_each(connections: list[Any], method: str, *arguments: object) -> None:
    for connection in connections:
        try:
            getattr(connection, method)(*arguments)
        except BaseException:
            logger.exception("a connection failed")
