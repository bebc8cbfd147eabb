"""The server: what it holds, what an organization may use, how busy it is."""

from __future__ import annotations

import platform
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from arthurai.server.web.operation_calls import OperationError
from arthurai.server.web.page_registry import Page, page
from arthurai.version import __version__

if TYPE_CHECKING:
    from arthurai.server.web.page_registry import Answer
    from arthurai.server.web.view import View

_STEPS: Final = ("bytes", "kB", "MB", "GB", "TB")
_STEP: Final = 1000
_MAX_JOBS: Final = 20


@page("/server")
def show_server(view: View) -> Answer:
    """Show storage, limits, usage and the work of enrichments."""
    organization_id = view.me.get("organization_id")
    wanted = {"organization_id": organization_id}
    limits = view.api.call("get_organization_limits", wanted)
    usage: dict[str, Any] = {}
    if view.may("get_organization_usage"):
        usage = view.api.call("get_organization_usage", wanted)
    values = {
        "version": __version__,
        "python": platform.python_version(),
        "limits": _without_id(limits),
        "usage": _without_id(usage),
        "storage": _storage(view) if view.may("create_organization") else None,
        "servers": _servers(view),
        "jobs": _jobs(view),
    }
    return Page("server.html", "Server", values)


def _without_id(facts: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in facts.items() if k != "organization_id" and v is not None}


def _storage(view: View) -> dict[str, Any]:
    """Return where the server keeps its data and how large they are."""
    folder, place = view.settings.get("data_dir"), view.settings.get("place")
    if folder is None and place is not None:
        return {"place": place, "files": []}
    if folder is None:
        return {"place": "in memory, lost when the server stops", "files": []}
    root = Path(folder)
    files = [
        (path.name, _size(_measure(path)))
        for path in sorted(root.iterdir())
        if not path.name.startswith(".")
    ]
    return {"place": str(root), "files": files}


def _servers(view: View) -> list[dict[str, Any]]:
    """Return the servers that share everything and were seen within a minute, the oldest first."""
    return [
        {
            "id": server.id,
            "is_this": server.id == view.settings["server_id"],
            "version": server.release,
            "uptime": str(timedelta(seconds=int(server.age))),
            "seen": max(0, round(server.idle)),
        }
        for server in view.settings["list_servers"]()
    ]


def _measure(path: Path) -> int:
    try:
        if path.is_dir():
            return sum(inner.stat().st_size for inner in path.rglob("*") if inner.is_file())
        return path.stat().st_size
    except OSError:
        return 0


def _size(count: float) -> str:
    for unit in _STEPS:
        if count < _STEP or unit == _STEPS[-1]:
            return f"{count:,.0f} {unit}" if unit == _STEPS[0] else f"{count:,.1f} {unit}"
        count /= _STEP
    return ""


def _jobs(view: View) -> list[dict[str, Any]]:
    """Return the enrichments of the newest models that are not idle."""
    if not (view.may("list_models") and view.may("get_enrichments")):
        return []
    wanted = {"sort": "-created_at", "page_size": _MAX_JOBS}
    found = []
    for model in view.api.call("list_models", wanted)["data"]:
        try:
            states = view.api.call("get_enrichments", {"model_id": model["id"]})
        except OperationError:
            continue
        found += [
            {
                "model_id": model["id"],
                "model": model.get("display_name") or model["partner_model_id"],
                "name": name,
                "status": state["status"],
                "reason": (state.get("config") or {}).get("reason"),
            }
            for name, state in states.items()
            if state.get("enabled")
        ]
    return found
