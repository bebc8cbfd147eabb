"""2 000 rows a second for a while: memory, threads and open files stay as they are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from builders import regression, save_model, stored_count

from arthurai import ArthurAI

pytestmark = pytest.mark.heavy

ROWS_PER_SECOND = 2_000
SLOW_SECONDS = int(os.environ.get("ARTHUR_SOAK_SECONDS", "3600"))
MAX_GROWTH_KB = 5_000

PROGRAM = """
import json, os, sys, threading, time
from pathlib import Path
from arthurai import ArthurAI
from builders import regression_rows

url, key, model_id, spool, seconds, rate = sys.argv[1:]
model = ArthurAI(url=url, access_key=key, allow_insecure=True).get_model(model_id)
log = model.logger(spool, max_bytes=32 << 20, when_full="raise")
(row,) = regression_rows([1])
del row["partner_inference_id"]

def look():
    status = Path("/proc/self/status").read_text().splitlines()
    anonymous = next(int(line.split()[1]) for line in status if line.startswith("RssAnon"))
    spooled = sum(1 for path in Path(spool).rglob("*.seg"))
    return {
        "anonymous": anonymous,
        "threads": threading.active_count(),
        "files": len(os.listdir("/proc/self/fd")),
        "segments": spooled,
    }

begin, logged, looks = time.monotonic(), 0, []
total = int(float(seconds) * int(rate))
while logged < total:
    due = int((time.monotonic() - begin) * int(rate))
    while logged < min(due, total):
        log.log(row)
        logged += 1
    if len(looks) < 4 and logged >= total * (len(looks) + 1) / 4:
        looks.append(look())
    time.sleep(0.005)
counts = log.flush(120)
print(json.dumps({"logged": logged, "accepted": counts.accepted, "looks": looks}))
"""


def soak(served, folder, seconds):
    with ArthurAI(url=served.url, access_key=served.key, allow_insecure=True) as arthur:
        model = save_model(arthur, regression())
        spool = str(folder / "spool")
        arguments = (served.url, served.key, model.id, spool, str(seconds), str(ROWS_PER_SECOND))
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, *arguments],
            cwd=Path(__file__).parents[1],
            stdout=subprocess.PIPE,
            text=True,
            timeout=10 * seconds + 120,
            check=True,
        )
        found = json.loads(done.stdout.splitlines()[-1])
        print(found)
        assert found["accepted"] == found["logged"] == seconds * ROWS_PER_SECOND
        assert stored_count(model) == found["logged"]
        first, *_, last = found["looks"]
        assert last["anonymous"] - first["anonymous"] < MAX_GROWTH_KB
        assert last["threads"] <= first["threads"]
        assert last["files"] <= first["files"] + 3
        assert last["segments"] <= first["segments"] + 2


def test_four_seconds(served, tmp_path):
    soak(served, tmp_path, 4)


@pytest.mark.slow
def test_a_long_time(served, tmp_path):
    soak(served, tmp_path, SLOW_SECONDS)
