"""Every wire vector holds, in the low-level client and in the public calls above it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parent))  # helper modules of these tests

import wire

ROOT = Path(__file__).parents[2]
LEDGER = yaml.safe_load((ROOT / "openapi" / "ledger.yaml").read_text("utf-8"))["operations"]
FAULTS = ("not found", "unauthorized", "error of another shape", "gateway", "520")


@pytest.mark.heavy
@pytest.mark.parametrize("path", wire.files(), ids=lambda path: path.parent.name)
def test_vectors_hold(path):
    written = json.loads(path.read_text("utf-8"))
    seen = json.loads(json.dumps(wire.observed(path.parent.name, written)))
    assert seen == written


def test_every_wrapped_operation_has_a_vector():
    wrapped = {name for name, row in LEDGER.items() if row["status"] != "raw"}
    assert wrapped <= {path.parent.name for path in wire.files()}


@pytest.mark.parametrize("path", wire.files(), ids=lambda path: path.parent.name)
def test_vectors_expect_one_exception_for_each_fault(path):
    """What `--update` writes is never less than that: bad answers raise, in every layer."""
    vector = json.loads(path.read_text("utf-8"))
    layers = [layer for layer in ("low_level", "call") if vector.get(layer) is not None]
    for fault in FAULTS:
        for layer in layers:
            assert "raises" in vector["answers"][fault][layer], (fault, layer)
    for layer in layers:
        assert "returns" in vector["answers"]["documented"][layer]


def test_the_credential_travels_raw_and_json_is_asked_for():
    for path in wire.files():
        request = json.loads(path.read_text("utf-8"))["request"]
        public = path.parent.name == "login"
        assert request["authorization"] == (None if public else "key") or public
        assert request["accept"] in {"application/json", "*/*"}


def test_the_runner_notices_a_changed_request(tmp_path):
    path = next(p for p in wire.files() if p.parent.name == "get_model")
    vector = json.loads(path.read_text("utf-8"))
    vector["request"]["query"] = [["id_type", "id"]]
    assert wire.observed("get_model", vector) != vector
