"""What a message looks like on each channel.

Slack: incoming webhooks with blocks (https://api.slack.com/messaging/webhooks). Teams: an Adaptive
Card, as workflows take it (https://adaptivecards.io). PagerDuty: Events API v2
(https://developer.pagerduty.com/docs/events-api-v2). Everything else gets the message as JSON.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import parse_qs, urlsplit, urlunsplit

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.server.delivery.message import Message

SLACK: Final = "slack"
TEAMS: Final = "teams"
EMAIL: Final = "email"
PAGERDUTY: Final = "pagerduty"
PAGERDUTY_URL: Final = "https://events.pagerduty.com/v2/enqueue"
_ROUTING_KEY: Final = re.compile(r"[0-9A-Za-z]{32}")
_EVENTS_PATH: Final = "/v2/enqueue"
_MAX_SLACK_TEXT: Final = 2900  # of 3000 that a section may have
_MAX_SUMMARY: Final = 1024
_SEVERITIES: Final = {"critical": "critical", "warning": "warning"}


class Post(NamedTuple):
    """What is posted.

    Attributes:
        url: Where to.
        body: JSON.
        is_plain: Whether it is the server's own format, which is signed.
    """

    url: str
    body: bytes
    is_plain: bool


def to_pagerduty_url(destination: str) -> str:
    """Return the url of a routing key of PagerDuty; other destinations stay as they are.

    Args:
        destination: A routing key, a url or a mail address.
    """
    if _ROUTING_KEY.fullmatch(destination):
        return f"{PAGERDUTY_URL}?routing_key={destination}"
    return destination


def is_signed(kind: str, url: str) -> bool:
    """Return whether messages of a channel have the server's own format, which is signed.

    Args:
        kind: Type of the notification configuration.
        url: Where they are posted.
    """
    return kind not in {SLACK, TEAMS} and not (kind == PAGERDUTY and _find_routing_key(url))


def _find_routing_key(url: str) -> str | None:
    """Return the routing key in a url of the Events API, or `None` for another url."""
    parts = urlsplit(url)
    keys = parse_qs(parts.query).get("routing_key")
    return keys[0] if keys and parts.path == _EVENTS_PATH else None


def format_post(message: Message) -> Post:
    """Return what is posted for a message.

    Args:
        message: The message; its destination is a url.
    """
    url, content = message.destination, None
    if message.type == SLACK:
        content = _for_slack(message)
    elif message.type == TEAMS:
        content = _for_teams(message)
    elif message.type == PAGERDUTY and (key := _find_routing_key(url)):
        url = urlunsplit((*urlsplit(url)[:3], "", ""))
        content = _for_pagerduty(message, key)
    if content is not None:
        return Post(url, orjson.dumps(content), is_plain=False)
    own = {"subject": message.subject, "text": message.text, "payload": message.payload}
    return Post(url, orjson.dumps(own), is_plain=True)


def _for_slack(message: Message) -> dict[str, Any]:
    body = _escape_slack(message.text)
    if len(body) > _MAX_SLACK_TEXT:
        body = body[:_MAX_SLACK_TEXT] + " …"
    return {
        "text": _escape_slack(f"{message.subject}: {message.text.partition(chr(10))[0]}"),
        "blocks": [
            {
                "type": "header",
                "text": {"type": "plain_text", "text": message.subject[:150], "emoji": False},
            },
            {"type": "section", "text": {"type": "mrkdwn", "text": body}},
        ],
    }


def _escape_slack(text: str) -> str:
    """Escape what would otherwise be a link or a mention."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _for_teams(message: Message) -> dict[str, Any]:
    color = "Attention" if _severity(message.payload) == "critical" else "Default"
    lines = [
        {"type": "TextBlock", "text": _escape_markdown(line), "wrap": True, "spacing": "Small"}
        for line in message.text.splitlines()
    ]
    title = {
        "type": "TextBlock",
        "text": _escape_markdown(message.subject),
        "weight": "Bolder",
        "size": "Medium",
        "color": color,
        "wrap": True,
    }
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [title, *lines],
    }
    kind = "application/vnd.microsoft.card.adaptive"
    attachment = {"contentType": kind, "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _escape_markdown(text: str) -> str:
    return re.sub(r"([\\`*_\[\]()])", r"\\\1", text)


def _for_pagerduty(message: Message, routing_key: str) -> dict[str, Any]:
    incident = {
        "routing_key": routing_key,
        "event_action": message.event,
        "dedup_key": message.incident_id or message.id,
    }
    if message.event != "trigger":
        return incident
    payload = message.payload or {}
    summary = f"{message.subject}: {payload.get('alert_description') or message.text}"
    event: dict[str, Any] = {
        "summary": summary[:_MAX_SUMMARY],
        "source": str(payload.get("model_id") or "arthur"),
        "severity": _severity(payload),
        "component": "model",
        "custom_details": payload,
    }
    if payload.get("alert_timestamp"):
        event["timestamp"] = payload["alert_timestamp"]
    return {**incident, "client": "Arthur", "payload": event}


def _severity(payload: Mapping[str, Any] | None) -> str:
    stated = str((payload or {}).get("alert_priority") or "").lower()
    return _SEVERITIES.get(stated, "info")


def format_html(message: Message) -> str:
    """Return a message as HTML of one column, in a size that a phone shows well.

    Args:
        message: The message.
    """
    first, *others = message.text.splitlines() or [""]
    subject = " ".join(message.subject.split())
    lines = "".join(f"<p style='margin:.4em 0'>{html.escape(line)}</p>" for line in others)
    return (
        "<!doctype html><html lang='en'><head><meta name='viewport' "
        "content='width=device-width,initial-scale=1'></head>"
        "<body style='font:16px/1.5 sans-serif;max-width:36em;margin:0 auto;padding:1em;"
        "overflow-wrap:anywhere'>"
        f"<h1 style='font-size:1.1em'>{html.escape(subject)}</h1>"
        f"<p style='font-size:1.1em'>{html.escape(first)}</p>{lines}</body></html>"
    )
