"""The handlers that exist, against the document and the ledger."""

from __future__ import annotations

from pathlib import Path

import yaml

from arthurai.common.bundle import operations
from arthurai.server.http.registry import load_handlers

LEDGER = Path(__file__).parents[3] / "openapi" / "ledger.yaml"


def test_every_handler_belongs_to_an_operation():
    assert set(load_handlers()) <= set(operations())


def test_the_ledger_says_what_is_served():
    rows = yaml.safe_load(LEDGER.read_text(encoding="utf-8"))["operations"]
    said = {name for name, row in rows.items() if row["served"]}
    assert said == set(load_handlers())
