"""What is new since a page was made; open pages ask every few seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arthurai.server.web.model_view import ModelView
from arthurai.server.web.page_registry import PREFIX, File, Page, page

if TYPE_CHECKING:
    from arthurai.server.web.page_registry import Answer
    from arthurai.server.web.view import View

_NOTHING: Final = File(b"", "text/html; charset=utf-8", status=204)


@page("/models/<model_id>/news")
def show_news(view: View) -> Answer:
    """Return what arrived for a model since a page was made; nothing is the usual answer."""
    model = ModelView(view)
    rows = model.span.count - view.query.get("count", 0, type=int)
    alerts = model.alert_count - view.query.get("alerts", 0, type=int)
    back = view.query.get("back", "")
    if (rows <= 0 and alerts <= 0) or not back.startswith(f"{PREFIX}/"):
        return _NOTHING
    return Page("news.html", "News", {"rows": rows, "new_alerts": alerts, "back": back})


@page("/alerts/news")
def show_alert_news(view: View) -> Answer:
    """Return whether there are more new alerts than when a page was made."""
    answer = view.api.call("list_alerts", {"status": "new", "page_size": 1})
    alerts = int(answer["total_count"]) - view.query.get("alerts", 0, type=int)
    back = view.query.get("back", "")
    if alerts <= 0 or not back.startswith(f"{PREFIX}/"):
        return _NOTHING
    return Page("news.html", "News", {"rows": 0, "new_alerts": alerts, "back": back})
