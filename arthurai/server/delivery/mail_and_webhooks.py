"""Delivery of messages: always to the log, and by mail and webhook if these are configured."""

from __future__ import annotations

import logging
import smtplib
import ssl
import time
from concurrent.futures import Future, wait
from contextlib import nullcontext, suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.utils import parseaddr
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from arthurai.common.settings import (
    PRIVATE_WEBHOOKS_VARIABLE,
    SMTP_SENDER_VARIABLE,
    SMTP_URL_VARIABLE,
    WEBHOOKS_VARIABLE,
    parse_bool,
)
from arthurai.common.webhook_signature import sign_webhook
from arthurai.server.background.worker import Worker
from arthurai.server.delivery.delivery_log import DELIVERED, FAILED, SKIPPED, WAITING
from arthurai.server.delivery.message import Message, is_url
from arthurai.server.delivery.message_formats import EMAIL, format_html, format_post
from arthurai.server.delivery.sending_threads import SendingThreads
from arthurai.server.delivery.webhook_connection import (
    ForbiddenTargetError,
    derive_signing_secret,
    post,
)
from arthurai.server.storage.documents.control_database import ControlDatabaseError
from arthurai.server.storage.documents.stored_leases import LeaseLostError
from arthurai.server.timestamps import format_timestamp, utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from urllib.parse import SplitResult

    from arthurai.server.delivery.delivery_log import DeliveryLog
    from arthurai.server.storage.documents.stored_outbox import OutboxRepository

logger = logging.getLogger("arthurai.server.delivery.mail_and_webhooks")

DEFAULT_SENDER: Final = "arthur@localhost"
MAX_WAITING: Final = 10_000
CLOSE_SECONDS: Final = 15.0
_RETRY_SECONDS: Final = (5.0, 30.0, 120.0, 600.0, 1800.0, 7200.0, 18_000.0, 36_000.0)
_GONE: Final = "responded 410"
_TIMEOUT_SECONDS: Final = 10.0
_SMTP_PORT: Final = 25
_WEBHOOK_THREADS: Final = 4
_SUCCESSES: Final = range(200, 300)


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """How a server delivers messages.

    Attributes:
        smtp_url: `smtp://[user:password@]host[:port]`, or `smtps://…` for TLS from the first
            byte; `None` sends no mail. A user name is only sent after STARTTLS.
        sender: Sender address of mails.
        webhooks: Whether messages may be posted to urls chosen by users.
        private_webhooks: Whether these may lead to this machine and into private networks.

    Raises:
        ValueError: The url is not that of a mail server, or the sender is not an address.
    """

    smtp_url: str | None = None
    sender: str = DEFAULT_SENDER
    webhooks: bool = False
    private_webhooks: bool = False

    def __post_init__(self) -> None:
        if self.smtp_url is not None:
            _parse_mail_server(self.smtp_url)
        if "@" not in parseaddr(self.sender)[1] or not self.sender.isprintable():
            raise ValueError(f"{SMTP_SENDER_VARIABLE} must be a mail address, got {self.sender!r}")

    def __repr__(self) -> str:
        host = _parse_mail_server(self.smtp_url).hostname if self.smtp_url else None
        return f"DeliverySettings(smtp_host={host!r}, webhooks={self.webhooks})"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> DeliverySettings:
        """Read `ARTHUR_SMTP_URL`, `ARTHUR_SMTP_FROM` and `ARTHUR_WEBHOOKS` with `…_PRIVATE`.

        Args:
            environment: The variables, e.g. `os.environ`.

        Raises:
            ValueError: A variable has an invalid value.
        """
        private = environment.get(PRIVATE_WEBHOOKS_VARIABLE) or "no"
        try:
            webhooks = parse_bool(environment.get(WEBHOOKS_VARIABLE) or "no", WEBHOOKS_VARIABLE)
        except ValueError:  # not repeated: it may be a url with a secret in it
            raise ValueError(
                f"{WEBHOOKS_VARIABLE} must be true or false; the urls themselves are set in "
                "alert notification configurations"
            ) from None
        return cls(
            smtp_url=environment.get(SMTP_URL_VARIABLE) or None,
            sender=environment.get(SMTP_SENDER_VARIABLE) or DEFAULT_SENDER,
            webhooks=webhooks,
            private_webhooks=parse_bool(private, PRIVATE_WEBHOOKS_VARIABLE),
        )


def _parse_mail_server(url: str) -> SplitResult:
    """Parse the url of a mail server; the error does not repeat it, as it may hold a password."""
    try:
        parts = urlsplit(url)
        is_valid = parts.scheme in {"smtp", "smtps"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_valid = False
    if not is_valid or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(
            "ARTHUR_SMTP_URL must look like smtp://host:port or smtps://user:password@host; "
            "percent-encode special characters of user and password"
        ) from None
    return parts


class Delivery:
    """Delivers messages in the background; failures are logged.

    Mails are sent one after the other. Webhooks have threads of their own, so that a slow one does
    not delay mails.
    """

    def __init__(
        self,
        settings: DeliverySettings,
        on_outcome: Callable[[str, str], object] = lambda _channel, _outcome: None,
        *,
        outbox: OutboxRepository | None = None,
        secret: bytes | None = None,
        log: DeliveryLog | None = None,
    ) -> None:
        """Use the settings of the operator.

        Args:
            settings: The settings.
            on_outcome: Called with `mail` or `webhook`, and `delivered`, `failed` or `skipped`.
            outbox: Keeps messages until they are delivered; without it each is tried once.
            secret: The server's secret, from which those are derived that sign webhooks.
            log: Remembers what became of each message.
        """
        self._delivery_log = log
        self._outbox = outbox
        self._secret = secret
        self._retries: Worker[str] = Worker("arthurai-outbox", self._retry)
        self._settings = settings
        self._on_outcome = on_outcome
        self._mails = SendingThreads(1, "arthurai-mail")
        self._hooks = SendingThreads(_WEBHOOK_THREADS, "arthurai-webhook")
        self._waiting: set[Future[bool]] = set()
        self._started: set[str] = set()  # messages of the outbox that are sent or wait for a thread

    @property
    def sends_mail(self) -> bool:
        """Whether a mail server is configured."""
        return self._settings.smtp_url is not None

    def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """Deliver what is waiting, then stop.

        Args:
            seconds: Time limit; messages left after it are dropped, with a warning, unless they
                are in the outbox.
        """
        deadline = time.monotonic() + seconds
        self._retries.close(deadline=deadline)
        late = wait(set(self._waiting), max(0.0, deadline - time.monotonic())).not_done
        for threads in (self._mails, self._hooks):
            threads.close()
        if late:
            logger.warning("stopped with %d messages not delivered", len(late))
        with suppress(ControlDatabaseError):  # the store itself may be what is broken
            if self._outbox is not None and (left := self._outbox.count()):
                logger.info("%d messages are tried again after the next start", left)

    def send_once(self, messages: Sequence[Message], claim: Callable[[], bool]) -> bool:
        """Deliver messages if they are the caller's to send: to a webhook, or by mail.

        Args:
            messages: The messages.
            claim: Returns whether they are. It is called in the transaction that keeps them, so
                what it changes and the messages are there both, or neither.

        Returns:
            Whether they are.
        """
        with self._transaction():
            if not claim():
                return False
            begin = [self._keep(_find_channel(message), message) for message in messages]
        for each in begin:
            each()
        return True

    def _transaction(self) -> AbstractContextManager[None]:
        return nullcontext() if self._outbox is None else self._outbox.database.transaction()

    def deliver(self, message: Message) -> Future[bool]:
        """Deliver to a webhook, or by mail; only to the log where that is not configured.

        Args:
            message: The message.

        Returns:
            Whether the message left this server, once that is known.
        """
        return self._keep(_find_channel(message), message)()

    def _keep(self, channel: str, message: Message) -> Callable[[], Future[bool]]:
        """Keep a message until it is delivered; return what begins to deliver it."""
        stored = False
        if self._outbox is not None and not message.confidential and self._sends(channel):
            if self._outbox.count() >= MAX_WAITING:
                return partial(self._refuse, channel, message, "too many messages are waiting")
            members = {**asdict(message), "payload": message.payload}
            self._outbox.add(message.id, channel, members, _RETRY_SECONDS[0])
            stored = True
        elif len(self._waiting) >= MAX_WAITING:
            return partial(self._refuse, channel, message, "too many messages are waiting")
        self._note(message, WAITING, attempts=0)
        return partial(self._start, channel, message, attempts=0 if stored else None)

    def _start(self, channel: str, message: Message, *, attempts: int | None) -> Future[bool]:
        """Try to deliver a message; with a number of earlier attempts it is one of the outbox."""
        threads = self._mails if channel == "mail" else self._hooks
        attempt = self._attempt if attempts is None else self._attempt_kept
        try:
            future = threads.submit(attempt, channel, message, attempts)
        except RuntimeError:
            return self._refuse(
                channel, message, "the server is stopping", kept=attempts is not None
            )
        self._started.add(message.id)
        future.add_done_callback(lambda _: self._started.discard(message.id))
        self._waiting.add(future)
        future.add_done_callback(self._waiting.discard)
        return future

    def _sends(self, channel: str) -> bool:
        """Return whether a channel is configured."""
        return self.sends_mail if channel == "mail" else self._settings.webhooks

    def _attempt_kept(self, channel: str, message: Message, attempts: int) -> bool:
        """Try to deliver a message of the outbox, unless another server does."""
        assert self._outbox is not None  # noqa: S101 - it has the message
        try:
            with self._outbox.claim(message.id, attempts) as is_ours:
                if is_ours:
                    return self._attempt(channel, message, attempts)
        except LeaseLostError:
            text = "another server may have delivered it, too, as this one took too long"
            _log(logging.WARNING, channel, message, text)
        except ControlDatabaseError as error:
            _log(logging.WARNING, channel, message, f"the outbox cannot be used: {error}")
            self._retries.put_after(_RETRY_SECONDS[0], message.id)
            return False
        self._look_again(message.id)
        return False

    def _attempt(self, channel: str, message: Message, attempts: int | None) -> bool:
        deliver = self._mail if channel == "mail" else self._post
        try:
            delivered = deliver(message)
        except Exception as error:  # noqa: BLE001 - logged, as nobody else looks at it
            with self._transaction():
                later = self._postpone(message, attempts, error)
            _log(logging.WARNING, channel, message, f"failed: {_reason(error)}{later}")
            self._on_outcome(channel, "failed")
            return False
        with self._transaction():
            if self._outbox is not None and attempts is not None:
                self._outbox.remove(message.id)
            self._note(message, DELIVERED if delivered else SKIPPED, attempts=(attempts or 0) + 1)
        outcome = "delivered" if delivered else "not delivered, as nothing is configured for it"
        _log(logging.INFO, channel, message, outcome)
        self._on_outcome(channel, "delivered" if delivered else "skipped")
        return delivered

    def _postpone(self, message: Message, attempts: int | None, error: Exception) -> str:
        """Have a message tried again later; return that in words."""
        reason, tried = _reason(error), (attempts or 0) + 1
        if self._outbox is None or attempts is None:
            self._note(message, FAILED, attempts=tried, problem=reason)
            return ""
        is_final = isinstance(error, ForbiddenTargetError) or str(error) == _GONE
        if is_final or attempts >= len(_RETRY_SECONDS):
            self._outbox.remove(message.id)
            self._note(message, FAILED, attempts=tried, problem=reason)
            return "; given up"
        wait = _RETRY_SECONDS[attempts]
        later = format_timestamp(utc_now() + timedelta(seconds=wait))
        self._note(message, WAITING, attempts=tried, problem=reason, next_attempt_at=later)
        self._outbox.postpone(message.id, attempts + 1, wait)
        self._retries.put_after(wait, message.id)
        return f"; tried again in {wait:g} s"

    def _refuse(
        self, channel: str, message: Message, reason: str, *, kept: bool = False
    ) -> Future[bool]:
        """Return that a message does not leave now; a kept one is tried after the next start."""
        _log(logging.WARNING, channel, message, f"not delivered, as {reason}")
        if not kept:
            self._note(message, FAILED, attempts=0, problem=reason)
        refused = Future[bool]()
        refused.set_result(False)
        return refused

    def _note(self, message: Message, status: str, **facts: Any) -> None:
        if self._delivery_log is not None:
            self._delivery_log.note(message, status, **facts)

    def resume(self) -> None:
        """Deliver what an earlier run of the server has left in the outbox."""
        if self._outbox is not None:
            for entry_id, seconds in self._outbox.list_waits():
                self._retries.put_after(max(0.0, seconds), entry_id)

    def take_over(self) -> None:
        """Deliver what is late, since the server that had it may be gone."""
        if self._outbox is None or not self._outbox.is_shared:
            return
        for entry_id, seconds in self._outbox.list_waits():
            if seconds > 0:
                return
            if entry_id not in self._started:
                self._retries.put(entry_id)

    def _look_again(self, entry_id: str) -> None:
        """Look later whether another server has delivered a message."""
        entry = None if self._outbox is None else self._outbox.get(entry_id)
        if entry is not None:
            self._retries.put_after(max(entry.wait, _RETRY_SECONDS[0]), entry_id)

    def _retry(self, entry_id: str) -> None:
        entry = None if self._outbox is None else self._outbox.get(entry_id)
        if entry is None or self._outbox is None or entry_id in self._started:
            return
        if entry.wait > 0 and self._outbox.is_shared:  # another server has tried it meanwhile
            self._retries.put_after(entry.wait, entry_id)
            return
        self._start(entry.channel, Message(**entry.message), attempts=entry.attempts)

    def _mail(self, message: Message) -> bool:
        if self._settings.smtp_url is None:
            return False
        mail = EmailMessage()
        mail["From"] = self._settings.sender
        mail["To"] = message.destination
        mail["Subject"] = " ".join(message.subject.split())
        mail.set_content(message.text)
        if not message.confidential:
            mail.add_alternative(format_html(message), subtype="html")
        parts = _parse_mail_server(self._settings.smtp_url)
        host = parts.hostname or ""
        client: smtplib.SMTP
        if parts.scheme == "smtps":
            client = smtplib.SMTP_SSL(
                host,
                parts.port or smtplib.SMTP_SSL_PORT,
                timeout=_TIMEOUT_SECONDS,
                context=ssl.create_default_context(),
            )
        else:
            client = smtplib.SMTP(host, parts.port or _SMTP_PORT, timeout=_TIMEOUT_SECONDS)
        with client:
            if parts.username:
                if parts.scheme == "smtp":
                    client.starttls(context=ssl.create_default_context())
                client.login(unquote(parts.username), unquote(parts.password or ""))
            client.send_message(mail, to_addrs=[message.destination])
        return True

    def _post(self, message: Message) -> bool:
        if not self._settings.webhooks:
            return False
        content = format_post(message)
        headers = {}
        if content.is_plain and message.configuration_id is not None and self._secret is not None:
            secret = derive_signing_secret(self._secret, message.configuration_id)
            headers = sign_webhook(secret, message.id, int(time.time()), content.body)
        status = post(
            content.url, content.body, headers, allow_private=self._settings.private_webhooks
        )
        if status not in _SUCCESSES:
            raise _RefusedError(f"responded {status}")  # redirects are not followed
        return True


def _find_channel(message: Message) -> str:
    is_post = message.type != EMAIL and is_url(message.destination)
    return "webhook" if is_post else "mail"


class _RefusedError(Exception):
    """A webhook responded with a status other than success."""


def _log(level: int, channel: str, message: Message, outcome: str) -> None:
    """Log the outcome of a message; of a url only the host, as paths of webhooks are secret."""
    destination = message.shown_destination
    text = "(confidential)" if message.confidential else message.text
    facts = {"channel": channel, "destination": destination, "subject": message.subject}
    logger.log(
        level,
        "%s to %r %s: %r: %r",
        channel,
        destination,
        outcome,
        message.subject,
        text,
        extra=facts,
    )


def _reason(error: Exception) -> str:
    """Return what went wrong, without texts of libraries, which may repeat a credential."""
    if isinstance(error, _RefusedError | ForbiddenTargetError):
        return str(error)
    detail = getattr(error, "smtp_code", None) or getattr(error, "strerror", None)
    return type(error).__name__ + (f" {detail}" if detail else "")
