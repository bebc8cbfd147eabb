"""The account of the person who looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.server.web.page_registry import Page, page

if TYPE_CHECKING:
    from arthurai.server.web.page_registry import Answer
    from arthurai.server.web.view import View


@page("/account")
def show_account(view: View) -> Answer:
    """Show who is logged in, and what they may do."""
    permissions: dict[str, list[str]] = {}
    for permission in sorted(view.permissions):
        permissions.setdefault(permission.resource, []).append(permission.action)
    return Page("account.html", "Account", {"permissions": permissions})
