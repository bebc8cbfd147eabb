"""Run calls with the SDK of this interpreter: names on standard input, outcomes to a file.

    PYTHONPATH=tests python tests/official/calls/run_calls.py OUTCOMES < NAMES

Reads ARTHUR_ENDPOINT_URL and ARTHUR_API_KEY. Writes one JSON object a line: the call, whether it
returned or raised, what, and, where the call says so, what the server holds afterwards.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import logging
import os
import signal
import sys
import tempfile
import threading
import traceback
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from official.calls import call as states
from official.calls.catalog import CALLS
from official.calls.describe import described, in_one_order, masked
from official.calls.model_kinds import KINDS, ROWS, TIMES, table
from official.calls.neutral_server import NeutralServer

MAX_SECONDS = 60


class CallTimeoutError(BaseException):
    """The call took too long; no handler of an SDK catches it."""


class Runner:
    """Runs calls, each in a folder and a namespace of its own."""

    def __init__(self, home: Path) -> None:
        import arthurai
        from arthurai import ArthurAI

        self.home = home
        self.pictures = home / "pictures"
        self.pictures.mkdir()
        self.server = NeutralServer.from_environment()
        self.arthur = ArthurAI(allow_insecure=True)
        self.package = arthurai
        self.filled: dict[str, Any] = {}
        self.number = 0

    def run(self, call: states.Call) -> dict[str, Any]:
        """Run one call; describe its outcome."""
        self.number += 1
        folder = self.home / f"call{self.number}"
        folder.mkdir()
        os.chdir(folder)
        names = self.namespace(call.kind)
        try:
            names["m"] = self.model(call)
        except Exception:  # noqa: BLE001 - reported as the outcome
            return {"name": call.name, "setup": traceback.format_exc()}
        outcome: dict[str, Any] = {"name": call.name, **limited(call.code, names)}
        if call.stored and getattr(names["m"], "id", None):
            outcome["stored"] = self.stored(names["m"].id)
        return outcome

    def stored(self, model_id: str) -> dict[str, Any]:
        """Describe what the server holds of a model."""
        found = described(self.server.stored(model_id))
        for rows in (found["inferences"], found["reference"]):
            for row in rows:
                row.pop("received_timestamp", None)
        return {part: in_one_order(rows) for part, rows in found.items()}

    def namespace(self, kind: str) -> dict[str, Any]:
        """Give the names that the code of a call may use."""
        made, whole = KINDS[kind], table(kind, self.pictures)
        names: dict[str, Any] = {
            "np": np,
            "pd": pd,
            "arthur": self.arthur,
            "ArthurAI": type(self.arthur),
            "D": whole,
            "X": whole[made.inputs + made.others + made.predictions],
            "I": whole[made.inputs + made.others],
            "P": whole[made.predictions],
            "G": whole[made.truths],
            "IDS": [f"row-{n}" for n in range(ROWS)],
            "TIMES": list(TIMES),
            "N": ROWS,
            "NAMED": {"partner_model_id": "id", "display_name": "name"},
            "nested": nested,
            "fill": self.fill,
            "server": self.server,
        }
        for module in ("common.constants", "common.exceptions", "core.attributes", "core.alerts"):
            part = __import__(f"arthurai.{module}", fromlist=["*"])
            names.update({k: v for k, v in vars(part).items() if k[0].isupper() and len(k) > 1})
        return names

    def model(self, call: states.Call) -> Any:
        """Make what the call finds as `m`."""
        if call.state == states.NOTHING:
            return None
        if call.state == states.FILLED:
            if call.kind not in self.filled:
                self.filled[call.kind] = self.made(call.kind, f"filled-{call.kind}", save=True)
                self.fill(self.filled[call.kind])
            return self.arthur.get_model(self.filled[call.kind].id)
        name = f"compared-{self.number}"
        if call.state == states.NEW:
            return self.undescribed(call.kind, name)
        return self.made(call.kind, name, save=call.state == states.SAVED)

    def undescribed(self, kind: str, name: str) -> Any:
        """Make a model without attributes."""
        made = KINDS[kind]
        return self.arthur.model(
            partner_model_id=name,
            display_name=name,
            input_type=made.input_type,
            output_type=made.output_type,
            **made.settings,
        )

    def made(self, kind: str, name: str, *, save: bool) -> Any:
        """Make a model with the attributes of its kind."""
        model = self.undescribed(kind, name)
        names = {**self.namespace(kind), "m": model}
        exec(KINDS[kind].describe, names)
        if save:
            model.save()
        return model

    def fill(self, model: Any) -> None:
        """Send all rows of the table of a model, with ground truth, past the SDK."""
        kind = next(k for k, made in KINDS.items() if same_kind(made, model))
        made, whole = KINDS[kind], table(kind, self.pictures)
        rows = nested(whole, made.truths)
        for row in rows if model.is_batch else []:
            row["batch_id"] = "first" if row["partner_inference_id"] < "row-2" else "second"
        self.server.send_rows(model.id, rows)


def same_kind(made: Any, model: Any) -> bool:
    """Say whether a model is of a kind."""
    names = {a.name for a in model.attributes}
    whole = {*made.inputs, *made.others, *made.predictions, *made.truths}
    return whole <= names and bool(made.settings.get("is_batch")) == bool(model.is_batch)


def nested(whole: pd.DataFrame, truths: list[str]) -> list[dict[str, Any]]:
    """Write a table as rows of the wire."""
    rows = []
    for number, row in enumerate(whole.to_dict("records")):
        values = {k: v.isoformat() if isinstance(v, pd.Timestamp) else v for k, v in row.items()}
        time = TIMES[number].isoformat()
        made = {
            "partner_inference_id": f"row-{number}",
            "inference_timestamp": time,
            "inference_data": {k: v for k, v in values.items() if k not in truths},
        }
        truth = {k: v for k, v in values.items() if k in truths}
        if truth:
            made |= {"ground_truth_timestamp": time, "ground_truth_data": truth}
        rows.append(made)
    return rows


def limited(code: str, names: dict[str, Any]) -> dict[str, Any]:
    """Run code within a time limit; describe what it returned or raised."""

    def stop(*_: object) -> None:
        raise CallTimeoutError

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(MAX_SECONDS)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            value = evaluate(code, names)
            return {"outcome": "returns", "value": described(value)}
    except CallTimeoutError:
        return {"outcome": "raises", "classes": ["CallTimeoutError"], "text": ""}
    except Exception as error:  # noqa: BLE001 - the outcome
        classes = [c.__name__ for c in type(error).__mro__ if c not in (object, BaseException)]
        return {"outcome": "raises", "classes": classes, "text": masked(str(error))[:300]}
    finally:
        signal.alarm(0)


def evaluate(code: str, names: dict[str, Any]) -> Any:
    """Run statements; return the value of the last one when it is an expression."""
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<call>", "exec"), names)
    return last and eval(compile(ast.Expression(last.value), "<call>", "eval"), names)


def main() -> None:
    """Run the calls named on standard input."""
    warnings.simplefilter("ignore")
    os.environ["MPLBACKEND"] = "agg"
    wanted = set(sys.stdin.read().split("\n"))
    target = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as home, target.open("w") as outcomes:
        runner = Runner(Path(home))
        logging.disable(logging.CRITICAL)
        threading.excepthook = lambda _: None
        for call in CALLS:
            if call.name in wanted:
                outcomes.write(json.dumps(runner.run(call)) + "\n")
                outcomes.flush()
        os.chdir("/")
    os._exit(0)  # threads of the official SDK would keep the process alive


if __name__ == "__main__":
    main()
