"""A message to somebody."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from arthurai.server.identifiers import new_id

if TYPE_CHECKING:
    from collections.abc import Mapping

AlertEvent = Literal["trigger", "acknowledge", "resolve"]


@dataclass(frozen=True, slots=True)
class Message:
    """A message.

    Attributes:
        destination: Mail address, or the url of a webhook.
        subject: One line.
        text: The text.
        payload: The same for programs, sent to webhooks.
        confidential: Whether the text holds a credential and must not be logged or kept.
        configuration_id: The notification configuration that it goes out by, whose secret signs it.
        type: The type of that configuration, which decides on the form of webhooks.
        organization_id: The organization that it is about.
        model_id: The model that it is about.
        event: What happened to the alert.
        incident_id: The alert, for services that keep one incident for all events of an alert.
        id: Its id, the same for each attempt to deliver it.
    """

    destination: str
    subject: str
    text: str
    payload: Mapping[str, Any] | None = None
    confidential: bool = False
    configuration_id: str | None = None
    type: str = "email"
    organization_id: str | None = None
    model_id: str | None = None
    event: AlertEvent = "trigger"
    incident_id: str | None = None
    id: str = field(default_factory=new_id)

    @property
    def shown_destination(self) -> str:
        """The destination; of a url only scheme and host, as paths of webhooks are secret."""
        if not is_url(self.destination):
            return self.destination
        scheme, _, rest = self.destination.partition("://")
        return f"{scheme}://{rest.split('/')[0].split('?')[0].rpartition('@')[2]}"


def is_url(destination: str) -> bool:
    """Return whether messages to a destination are posted, not mailed.

    Args:
        destination: A url or a mail address.
    """
    return destination.lower().startswith(("http://", "https://"))
