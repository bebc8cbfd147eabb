"""Delivery of messages: always to the log, and by mail and webhook if these are configured."""

from __future__ import annotations

import contextlib
import http.client
import logging
import smtplib
import socket
import ssl
import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

import orjson

from arthurai.common.settings import (
    SMTP_SENDER_VARIABLE,
    SMTP_URL_VARIABLE,
    WEBHOOKS_VARIABLE,
    parse_bool,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from urllib.parse import SplitResult

logger = logging.getLogger("arthurai.server.delivery.mail_and_webhooks")

DEFAULT_SENDER: Final = "arthur@localhost"
MAX_WAITING: Final = 10_000
CLOSE_SECONDS: Final = 15.0
RESPONSE_SECONDS: Final = 30.0
_TIMEOUT_SECONDS: Final = 10.0
_SMTP_PORT: Final = 25
_WEBHOOK_THREADS: Final = 4
_SUCCESSES: Final = range(200, 300)


@dataclass(frozen=True, slots=True)
class Message:
    """A message.

    Attributes:
        destination: Mail address, or the url of a webhook.
        subject: One line.
        text: The text.
        payload: The same for programs, sent to webhooks.
        confidential: Whether the text holds a credential and must not be logged.
    """

    destination: str
    subject: str
    text: str
    payload: Mapping[str, Any] | None = None
    confidential: bool = False


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """How a server delivers messages.

    Attributes:
        smtp_url: `smtp://[user:password@]host[:port]`, or `smtps://…` for TLS from the first
            byte; `None` sends no mail. A user name is only sent after STARTTLS.
        sender: Sender address of mails.
        webhooks: Whether messages may be posted to urls chosen by users.

    Raises:
        ValueError: The url is not that of a mail server, or the sender is not an address.
    """

    smtp_url: str | None = None
    sender: str = DEFAULT_SENDER
    webhooks: bool = False

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
        """Read `ARTHUR_SMTP_URL`, `ARTHUR_SMTP_FROM` and `ARTHUR_WEBHOOKS`.

        Args:
            environment: The variables, e.g. `os.environ`.

        Raises:
            ValueError: A variable has an invalid value.
        """
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
    ) -> None:
        """Use the settings of the operator.

        Args:
            settings: The settings.
            on_outcome: Called with `mail` or `webhook`, and `delivered`, `failed` or `skipped`.
        """
        self._settings = settings
        self._on_outcome = on_outcome
        self._mails = ThreadPoolExecutor(1, thread_name_prefix="arthurai-mail")
        self._hooks = ThreadPoolExecutor(_WEBHOOK_THREADS, thread_name_prefix="arthurai-webhook")
        self._waiting: set[Future[bool]] = set()

    @property
    def sends_mail(self) -> bool:
        """Whether a mail server is configured."""
        return self._settings.smtp_url is not None

    def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """Deliver what is waiting, then stop.

        Args:
            seconds: Time limit; messages left after it are dropped, with a warning.
        """
        late = wait(set(self._waiting), seconds).not_done
        for executor in (self._mails, self._hooks):
            executor.shutdown(wait=False, cancel_futures=True)
        if late:
            logger.warning("stopped with %d messages not delivered", len(late))

    def send(self, message: Message) -> Future[bool]:
        """Deliver to a webhook if the destination is a url, else by mail.

        Args:
            message: The message.

        Returns:
            Whether the message left this server, once that is known.
        """
        return self.post(message) if is_url(message.destination) else self.mail(message)

    def mail(self, message: Message) -> Future[bool]:
        """Deliver by mail, or only to the log if no mail server is configured."""
        return self._submit(self._mails, "mail", self._mail, message)

    def post(self, message: Message) -> Future[bool]:
        """Deliver to a webhook, or only to the log if webhooks are disabled."""
        return self._submit(self._hooks, "webhook", self._post, message)

    def _submit(
        self,
        executor: ThreadPoolExecutor,
        channel: str,
        deliver: Callable[[Message], bool],
        message: Message,
    ) -> Future[bool]:
        if len(self._waiting) >= MAX_WAITING:
            return _refuse(channel, message, "too many messages are waiting")
        try:
            future = executor.submit(self._attempt, channel, deliver, message)
        except RuntimeError:
            return _refuse(channel, message, "the server is stopping")
        self._waiting.add(future)
        future.add_done_callback(self._waiting.discard)
        return future

    def _attempt(self, channel: str, deliver: Callable[[Message], bool], message: Message) -> bool:
        try:
            delivered = deliver(message)
        except Exception as error:  # noqa: BLE001 - logged, as nobody else looks at it
            _log(logging.WARNING, channel, message, f"failed: {_reason(error)}")
            self._on_outcome(channel, "failed")
            return False
        outcome = "delivered" if delivered else "not delivered, as nothing is configured for it"
        _log(logging.INFO, channel, message, outcome)
        self._on_outcome(channel, "delivered" if delivered else "skipped")
        return delivered

    def _mail(self, message: Message) -> bool:
        if self._settings.smtp_url is None:
            return False
        mail = EmailMessage()
        mail["From"] = self._settings.sender
        mail["To"] = message.destination
        mail["Subject"] = " ".join(message.subject.split())
        mail.set_content(message.text)
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
        parts = urlsplit(message.destination)
        secure = parts.scheme == "https"
        factory = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = factory(parts.hostname or "", parts.port, timeout=_TIMEOUT_SECONDS)
        body = orjson.dumps(
            {"subject": message.subject, "text": message.text, "payload": message.payload}
        )
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        with contextlib.closing(connection):
            connection.connect()
            # the time-out counts from byte to byte, so a response could otherwise last forever
            limit = threading.Timer(RESPONSE_SECONDS, _cut, (connection.sock,))
            limit.start()
            try:
                connection.request("POST", target, body, {"Content-Type": "application/json"})
                status = connection.getresponse().status
            finally:
                limit.cancel()
        if status not in _SUCCESSES:
            raise _RefusedError(f"responded {status}")  # redirects are not followed
        return True


class _RefusedError(Exception):
    """A webhook responded with a status other than success."""


def _cut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def is_url(destination: str) -> bool:
    """Return whether messages to a destination are posted, not mailed.

    Args:
        destination: A url or a mail address.
    """
    return destination.lower().startswith(("http://", "https://"))


def _refuse(channel: str, message: Message, reason: str) -> Future[bool]:
    _log(logging.WARNING, channel, message, f"not delivered, as {reason}")
    refused = Future[bool]()
    refused.set_result(False)
    return refused


def _log(level: int, channel: str, message: Message, outcome: str) -> None:
    """Log the outcome of a message; of a url only the host, as paths of webhooks are secret."""
    destination = message.destination
    if is_url(destination):
        scheme, _, rest = destination.partition("://")
        destination = f"{scheme}://{rest.split('/')[0].split('?')[0].rpartition('@')[2]}"
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
    if isinstance(error, _RefusedError):
        return str(error)
    detail = getattr(error, "smtp_code", None) or getattr(error, "strerror", None)
    return type(error).__name__ + (f" {detail}" if detail else "")
