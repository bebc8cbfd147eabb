"""The address of a dashboard, which a notebook shows as a link."""

from __future__ import annotations

from html import escape


class DashboardLink(str):
    """An address; notebooks show it as a link."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        address = escape(self, quote=True)
        return (
            f'<a href="{address}" target="_blank" rel="noopener noreferrer">Open the dashboard</a>'
        )
