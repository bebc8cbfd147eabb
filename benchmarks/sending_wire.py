"""Compare what the official SDK and this one send for the same programs that send rows.

    python benchmarks/sending_wire.py --official-python /path/to/venv/bin/python

The interpreter given has the official SDK (`pip install arthurai==3.33.3`, Python 3.11). Both SDKs
run the programs of `sending_programs.py` against the embedded server, which records every request.
Files are compared as tables. Identifiers and times made up by the SDK are masked; differences that
are meant to be stand in `INTENDED`. The exit code is 1 when there are others.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
import traceback
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

from monitoring_wire import record
from onboarding_wire import compare, whole

#: Differences in all programs: what differs, and why.
INTENDED_EVERYWHERE = {
    "how many requests and files the rows take": "they are cut by rows and bytes; rows of requests "
    "in a row are joined before the comparison",
    "file names": "no local paths leave the machine",
    "Parquet or JSON": "files are compared as tables",
    "10 and 10.0": "one and the same JSON number",
    "times": "compared as points in time; the zone they are written in is that of the caller in "
    "the official SDK, UTC in ours",
    "ids and times that were not given": "made up by the SDK",
    "NaN and infinity": "in files and ground truth they go as null, as they always do in JSON rows",
}

#: Differences in single programs.
INTENDED: dict[str, str] = {
    "reference_files": "ours sends null for infinity and closes the reference set; the server "
    "refuses infinity, which the official SDK sends, and that leaves the set open",
}

_GIVEN_ID = re.compile(r"row-[\w-]+")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
_NOW = timedelta(days=1)


def comparable(requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The requests with rows joined, in one order, and without what is made up."""
    found: list[dict[str, Any]] = []
    for recorded in requests:
        body, other = split(recorded["body"])
        request = {**recorded, "body": other, "rows": body}
        same = found and all(
            found[-1][key] == request[key] for key in ("program", "method", "path", "query", "body")
        )
        if same and body and found[-1]["rows"]:
            found[-1]["rows"] += body
        else:
            found.append(request)
    for request in found:
        request["rows"] = sorted(
            (whole(cleaned(row)) for row in request["rows"]),
            key=lambda row: json.dumps(row, default=str),
        )
    return found


def split(body: Any) -> tuple[list[dict[str, Any]], Any]:
    """The rows of a body, and what else is in it."""
    if not isinstance(body, list):
        return [], body
    if all(isinstance(item, dict) for item in body):
        return body, None
    rows: list[dict[str, Any]] = []
    other = []
    for part in body:
        name, content = part[0], part[-1]
        if content and isinstance(content[0], dict):
            rows += [flat(row) for row in content]
            other.append([name])
        else:
            other.append([name, content])
    return rows, sorted(other)


def flat(row: dict[str, Any]) -> dict[str, Any]:
    """A row of a JSON file as a row of a Parquet file."""
    inner = [row.get(name) or {} for name in ("inference_data", "ground_truth_data")]
    own = {k: v for k, v in row.items() if k not in {"inference_data", "ground_truth_data"}}
    return {**own, **inner[0], **inner[1]}


def cleaned(value: Any, name: str = "") -> Any:
    """A value with times as points in time, and without ids and times of the SDK's own."""
    if isinstance(value, dict):
        return {key: cleaned(item, key) for key, item in sorted(value.items())}
    if isinstance(value, list):
        return [cleaned(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if name == "partner_inference_id" and not _GIVEN_ID.fullmatch(str(value)):
        return "<id>"
    if isinstance(value, str) and _TIME.fullmatch(value):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        return value
    moment = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    return "<now>" if abs(moment - datetime.now(UTC)) < _NOW else moment.isoformat()


def run(url: str, who: str) -> None:
    """Run all programs in this interpreter."""
    import logging
    import warnings

    from sending_programs import PROGRAMS

    from arthurai import ArthurAI

    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    arthur = ArthurAI(url=url, allow_insecure=True)
    for program, model_of in PROGRAMS.items():
        start(url, "")
        name = program.__name__
        try:
            model = model_of(arthur, f"{name}-{who}")
            start(url, name)
            program(model)
        except Exception:  # noqa: BLE001 - the comparison goes on with the next program
            print(f"{name} FAILED", traceback.format_exc(limit=-3))


def start(url: str, name: str) -> None:
    """Tell the recorder which program runs; none for what is not compared."""
    urllib.request.urlopen(f"{url}/program/{name}").read()  # noqa: S310 - our own server


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--official-python", help="interpreter that has the official SDK")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    parser.add_argument("--who", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        run(arguments.run, arguments.who)
        return 0
    if not arguments.official_python:
        parser.error("--official-python is needed")
    theirs, their_trouble = record(arguments.official_python, "official", __file__)
    ours, our_trouble = record(sys.executable, "ours", __file__)
    for who, trouble in (("official", their_trouble), ("ours", our_trouble)):
        if "FAILED" in trouble:
            print(f"--- {who}\n{trouble.strip()}")
    return compare(comparable(theirs), comparable(ours), INTENDED, INTENDED_EVERYWHERE)


if __name__ == "__main__":
    sys.exit(main())
