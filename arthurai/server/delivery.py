"""Getting messages to people: always into the log, by mail and webhook when that is set up."""

from __future__ import annotations

import http.client
import logging
import smtplib
import ssl
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping

logger = logging.getLogger("arthurai.server.delivery")

DEFAULT_SENDER: Final = "arthur@localhost"
_TIMEOUT_SECONDS: Final = 10.0
_SMTP_PORT: Final = 25
_SUCCESSES: Final = range(200, 300)


@dataclass(frozen=True, slots=True)
class Message:
    """Something to tell somebody.

    Attributes:
        destination: Mail address, or the url of a webhook.
        subject: One line.
        text: What to say.
        payload: The same for programs; webhooks get it.
    """

    destination: str
    subject: str
    text: str
    payload: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """What the operator of a server has set up.

    Attributes:
        smtp_url: ``smtp://[user:password@]host[:port]``, or ``smtps://…`` for TLS from the first
            byte; ``None`` sends no mail. A user name is sent after STARTTLS only.
        sender: Address that mails come from.
        webhooks: Whether messages may be posted to urls that users of the server choose.
    """

    smtp_url: str | None = None
    sender: str = DEFAULT_SENDER
    webhooks: bool = False

    def __repr__(self) -> str:
        host = urlsplit(self.smtp_url).hostname if self.smtp_url else None
        return f"DeliverySettings(smtp_host={host!r}, webhooks={self.webhooks})"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> DeliverySettings:
        """Read ``ARTHUR_SMTP_URL``, ``ARTHUR_SMTP_FROM`` and ``ARTHUR_WEBHOOKS``.

        Args:
            environment: The variables, e.g. ``os.environ``.

        Raises:
            ValueError: The url is not one of a mail server.
        """
        url = environment.get("ARTHUR_SMTP_URL") or None
        if url is not None:
            parts = urlsplit(url)
            if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
                raise ValueError(
                    "ARTHUR_SMTP_URL must look like smtp://host:port or smtps://user:password@host"
                )
        return cls(
            smtp_url=url,
            sender=environment.get("ARTHUR_SMTP_FROM") or DEFAULT_SENDER,
            webhooks=environment.get("ARTHUR_WEBHOOKS", "").lower() in {"1", "true", "yes"},
        )


class Delivery:
    """Delivers messages one after the other on a thread of its own; failures are logged."""

    def __init__(self, settings: DeliverySettings) -> None:
        """Use what the operator has set up."""
        self._settings = settings
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="arthurai-delivery")

    def close(self) -> None:
        """Deliver what is waiting, then stop."""
        self._worker.shutdown()

    def send(self, message: Message) -> Future[bool]:
        """Deliver to a webhook if the destination is a url, else by mail.

        Args:
            message: The message.

        Returns:
            Whether the message left this server, once that is known.
        """
        scheme = urlsplit(message.destination).scheme
        return self.post(message) if scheme in {"http", "https"} else self.mail(message)

    def mail(self, message: Message) -> Future[bool]:
        """Deliver by mail, or only to the log where no mail server is set up."""
        return self._worker.submit(self._attempt, "mail", self._mail, message)

    def post(self, message: Message) -> Future[bool]:
        """Deliver to a webhook, or only to the log where webhooks are off."""
        return self._worker.submit(self._attempt, "webhook", self._post, message)

    def _attempt(self, channel: str, deliver: Any, message: Message) -> bool:
        facts = {"channel": channel, "destination": message.destination, "subject": message.subject}
        try:
            left: bool = deliver(message)
        except (OSError, smtplib.SMTPException, http.client.HTTPException, ValueError) as error:
            reason = f"failed: {type(error).__name__}"
            logger.warning("%s to %r %s", channel, message.destination, reason, extra=facts)
            return False
        outcome = "delivered" if left else "not delivered: nothing is set up for it"
        logger.info(
            "%s to %r %s: %s", channel, message.destination, outcome, message.subject, extra=facts
        )
        return left

    def _mail(self, message: Message) -> bool:
        if self._settings.smtp_url is None:
            return False
        mail = EmailMessage()
        mail["From"] = self._settings.sender
        mail["To"] = message.destination
        mail["Subject"] = " ".join(message.subject.split())
        mail.set_content(message.text)
        parts = urlsplit(self._settings.smtp_url)
        host = parts.hostname or "localhost"
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
            client.send_message(mail)
        return True

    def _post(self, message: Message) -> bool:
        if not self._settings.webhooks:
            return False
        parts = urlsplit(message.destination)
        secure = parts.scheme == "https"
        factory = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = factory(parts.hostname or "", parts.port, timeout=_TIMEOUT_SECONDS)
        try:
            body = orjson.dumps(
                {"subject": message.subject, "text": message.text, "payload": message.payload}
            )
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", target, body, {"Content-Type": "application/json"})
            return connection.getresponse().status in _SUCCESSES
        finally:
            connection.close()
