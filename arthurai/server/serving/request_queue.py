"""The threads that work on requests, and whose turn it is.

One caller, or one organization, must not keep all others waiting. So a caller occupies at most half
of the threads, an organization all but two, and logins a quarter; whoever waits is served in turn,
one request of each caller. One more thread answers nothing but `/health`.
"""

from __future__ import annotations

import hashlib
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
_PROBE_PATH: Final = "/health"
_LOGIN_PATH: Final = "/login"


class Share(NamedTuple):
    """On whose account a request is worked on.

    Attributes:
        caller: The credential or the address, hashed.
        organization: The organization, as far as it is known.
    """

    caller: str
    organization: str


class RequestQueue:
    """Hands out connections with a waiting request to threads; takes the place of waitress's own.

    Args:
        find_organization: Takes a credential; returns the organization that it was last used in.
    """

    def __init__(self, find_organization: Callable[[str], str | None]) -> None:
        self._find_organization = find_organization
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._waiting: OrderedDict[Share, deque[Any]] = OrderedDict()
        self._probes: deque[Any] = deque()
        self._running: Counter[str] = Counter()
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
            take = self._take_probe if number == count else self._take
            name = f"arthurai-http-{number}"
            threading.Thread(target=self._work, args=(take,), name=name, daemon=True).start()
            self._alive += 1

    def add_task(self, connection: Any) -> None:
        """Let a connection wait until its first request can be worked on.

        Args:
            connection: The connection.
        """
        request = connection.requests[0]
        with self._changed:
            if request.error is not None or request.path == _PROBE_PATH:
                self._probes.append(connection)
            else:
                share = self._share(connection, request)
                connection.caller = share.caller
                self._waiting.setdefault(share, deque()).append((connection, share))
            self._changed.notify_all()

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
            while self._alive and (left := deadline - time.monotonic()) > 0:
                self._changed.wait(left)
            if self._alive:
                logger.warning("%s thread(s) still at work", self._alive)
            if cancel_pending:
                for connection, _ in (pair for queue in self._waiting.values() for pair in queue):
                    connection.cancel()
                self._waiting.clear()
        return cancel_pending

    def _share(self, connection: Any, request: Any) -> Share:
        credential = request.headers.get("AUTHORIZATION") or request.headers.get("COOKIE")
        if request.path.endswith(_LOGIN_PATH):
            return Share(_LOGIN_PATH, _LOGIN_PATH)
        if not credential:
            return Share(str(connection.addr[0]), "")
        caller = hashlib.sha256(credential.encode("utf-8", "surrogatepass")).hexdigest()
        return Share(caller, self._find_organization(credential) or "")

    def _work(self, take: Callable[[], tuple[Any, Share | None] | None]) -> None:
        while True:
            with self._changed:
                found = None
                while not self._stopping and (found := take()) is None:
                    self._changed.wait()
                if found is None:
                    self._alive -= 1
                    self._changed.notify_all()
                    return
            connection, share = found
            try:
                connection.service()
            except BaseException:
                logger.exception("a connection failed")
            finally:
                if share is not None:
                    self._end(share)

    def _end(self, share: Share) -> None:
        with self._changed:
            self._running.subtract([f"c {share.caller}", f"o {share.organization}"])
            self._running += Counter()  # drops zeros
            self._changed.notify_all()

    def _take_probe(self) -> tuple[Any, Share | None] | None:
        return (self._probes.popleft(), None) if self._probes else None

    def _take(self) -> tuple[Any, Share | None] | None:
        for share, queue in self._waiting.items():
            unread = queue[0][0].total_outbufs_len
            if unread <= MAX_UNREAD_RESPONSE_BYTES and self._may_run(share):
                found: tuple[Any, Share | None] = queue.popleft()
                del self._waiting[share]
                if queue:
                    self._waiting[share] = queue  # behind all others
                self._running.update([f"c {share.caller}", f"o {share.organization}"])
                return found
        return None

    def _may_run(self, share: Share) -> bool:
        of_caller = self._threads // (4 if share.caller == _LOGIN_PATH else 2)
        return (
            self._running[f"c {share.caller}"] < max(1, of_caller)
            and self._running[f"o {share.organization}"] < max(1, self._threads - 2)
            and self._unread.get(share.caller, 0) <= MAX_UNREAD_BYTES
        )
