"""Plain HTTP to the server, for what no client under comparison may do: fill models, read rows back."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from typing import Any
from uuid import uuid4


class NeutralServer:
    """A connection that knows JSON and nothing else.

    Args:
        url: Address of the server.
        key: Access key.
    """

    def __init__(self, url: str, key: str) -> None:
        self.url, self.key = url, key

    @classmethod
    def from_environment(cls) -> NeutralServer:
        """Read address and key where both SDKs read them."""
        return cls(os.environ["ARTHUR_ENDPOINT_URL"], os.environ["ARTHUR_API_KEY"])

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send one request; return its JSON answer, or raise for its error."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": self.key, "Content-Type": "application/json", **headers},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def key_of_new_organization(self) -> str:
        """Create an organization; return a key of an administrator of it."""
        made = self.ask("POST", "/api/v3/organizations", {"name": f"compared {uuid4()}"})
        account = self.ask(
            "POST",
            "/api/v3/service_accounts",
            {"description": "compared", "role": "Administrator"},
            **{"Arthur-Organization-ID": made["id"]},
        )
        return account["token"]

    def send_rows(self, model_id: str, rows: list[dict]) -> Any:
        """Send rows in the form of the wire."""
        return self.ask("POST", f"/api/v3/models/{model_id}/inferences", rows)

    def stored(self, model_id: str) -> dict[str, Any]:
        """Return what the server holds of a model: rows, reference rows, batches."""
        everything = {"select": [{"property": "*"}]}
        datasets = self.ask("GET", f"/api/v3/models/{model_id}/datasets")
        return {
            "inferences": self.rows(model_id, everything),
            "reference": self.rows(model_id, {**everything, "from": "reference"}),
            "datasets": [
                {key: item for key, item in dataset.items() if not key.endswith(("_at", "_time"))}
                for dataset in datasets
            ],
        }

    def rows(self, model_id: str, query: dict) -> list[dict]:
        """Return the rows of a query."""
        path = f"/api/v3/models/{model_id}/inferences/query"
        return self.ask("POST", path, query)["query_result"]
