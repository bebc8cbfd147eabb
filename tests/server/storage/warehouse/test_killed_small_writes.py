"""Small writes that share a commit: what was answered survives `kill -9`, each row once."""

from __future__ import annotations

import http.client
import json
import random
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from builders import regression, regression_rows, save_model, stored, stored_count
from running_server import announced

from arthurai import ArthurAI

pytestmark = pytest.mark.heavy

CONNECTIONS = 16
PATIENT = 60
VALUES = ("amount", "count", "word", "flag", "story", "score")


def start(folder, known_key=None):
    command = [str(Path(sys.executable).with_name("arthurai")), "serve", "--port", "0"]
    command += ["--data-dir", str(folder), "--threads", str(CONNECTIONS), "--log-level", "error"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    return process, announced(process.stdout, known_key)


def connect(address):
    return ArthurAI(url=address.url, access_key=address.key, allow_insecure=True)


def send_until_killed(address, model_id, stem, answered):
    """Send rows one by one over one connection; note the ids of those that were answered."""
    connection = http.client.HTTPConnection(urlsplit(address.url).netloc)
    headers = {"Authorization": address.key, "Content-Type": "application/json"}
    for number in range(10**6):
        (row,) = regression_rows([number], stem=stem)
        wire = {
            "partner_inference_id": row["partner_inference_id"],
            "inference_timestamp": row["inference_timestamp"].isoformat(),
            "inference_data": {name: row[name] for name in VALUES},
        }
        path = f"/api/v3/models/{model_id}/inferences"
        try:
            connection.request("POST", path, json.dumps([wire]), headers)
            body = json.loads(connection.getresponse().read())
        except (OSError, http.client.HTTPException, ValueError):
            return
        assert body["counts"]["success"] == 1
        answered.append(row["partner_inference_id"])


@pytest.mark.parametrize("kills", [2, pytest.param(40, marks=pytest.mark.slow)])
def test_what_was_answered_is_there_after_a_kill(tmp_path, kills):
    chance = random.Random(kills)
    answered = []
    process, address = start(tmp_path / "data")
    with connect(address) as arthur:
        model_id = save_model(arthur, regression()).id
    for kill in range(kills):
        threads = [
            threading.Thread(
                target=send_until_killed, args=(address, model_id, f"k{kill}c{n}", answered)
            )
            for n in range(CONNECTIONS)
        ]
        for thread in threads:
            thread.start()
        before, deadline = len(answered), time.monotonic() + PATIENT
        while len(answered) == before and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.8))
        process.kill()
        process.communicate()
        for thread in threads:
            thread.join()
        process, address = start(tmp_path / "data", address.key)
    with connect(address) as arthur:
        model = arthur.get_model(model_id)
        found = stored(model)
        assert answered
        assert set(answered) - found.keys() == set()
        assert stored_count(model) == len(found)
        assert len(found) - len(answered) <= kills * CONNECTIONS  # stored, but not answered in time
        print(f"{kills} kills, {len(answered)} rows answered, {len(found)} stored")
    process.terminate()
    process.communicate()
