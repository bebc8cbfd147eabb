"""`arthurai serve` in a process of its own, kept busy with one kind of work until a signal comes.

Run as a program, it says how long each kind takes to stop: `python busy_server.py COMMAND FOLDER`.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from pathlib import Path

import httpx

COMMAND = str(Path(sys.executable).with_name("arthurai"))
START = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


def column(name, value_type="FLOAT", stage="PIPELINE_INPUT", **more):
    return {"name": name, "value_type": value_type, "stage": stage, "position": 0, **more}


MODEL = {
    "partner_model_id": "busy",
    "input_type": "TABULAR",
    "output_type": "REGRESSION",
    "attributes": [
        *(column(f"a{number}", position=number) for number in range(6)),
        column("p", stage="PREDICTED_VALUE"),
        column("g", stage="GROUND_TRUTH"),
    ],
}
SLOW_QUERY = {
    "select": [
        {
            "function": "distribution",
            "alias": f"d{number}",
            "parameters": {"property": f"a{number % 6}", "num_bins": 100 + number},
        }
        for number in range(24)
    ]
}
SLEEPING_CODE = """
import time
def predict(rows):
    time.sleep(600)
"""


class BusyServer:
    """A server with a model, and ways to keep it busy."""

    def __init__(self, folder, command=COMMAND, key=None):
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed in `end`
        environment = {
            **os.environ,
            "ARTHUR_WEBHOOKS": "true",
            "ARTHUR_WEBHOOKS_PRIVATE": "true",
        }
        words = ["serve", "--port", "0", "--data-dir", str(folder), "--log-level", "warning"]
        self.process = subprocess.Popen(
            [command, *words],
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=environment,
            text=True,
        )
        printed = ""
        while "ArthurAI(url" not in printed:
            line = self.process.stdout.readline()
            assert line, "the server did not start"
            printed += line
        self.url = re.search(r"http://127\.0\.0\.1:\d+", printed)[0]
        found = re.search(r"ARTHUR_API_KEY=(\S+)", printed)
        self.key = found[1] if found else key
        self.client = self.new_client()
        models = self.client.get("/models").json()["data"]
        self.model = (models[0] if models else self.client.post("/models", json=MODEL).json())["id"]
        self.path = f"/models/{self.model}"
        self._kept = []

    def new_client(self):
        headers = {"Authorization": self.key}
        return httpx.Client(base_url=f"{self.url}/api/v3", headers=headers, timeout=120)

    @property
    def log(self):
        self._log.seek(0)
        return self._log.read().decode()

    def waiting(self, queue):
        """Give how much work in the background is not done yet."""
        text = httpx.get(f"{self.url}/metrics", headers={"Authorization": self.key}).text
        return int(float(re.search(rf'arthur_queue_waiting{{queue="{queue}"}} (\S+)', text)[1]))

    def send(self, count, *, hours=1):
        """Send rows, spread over so many hours from the start on."""
        chance = random.Random(count)
        for first in range(0, count, 20_000):
            rows = [
                {
                    "partner_inference_id": f"i{number}",
                    "inference_timestamp": (
                        START + dt.timedelta(seconds=number * hours * 3600 // count)
                    ).isoformat(),
                    "inference_data": {
                        **{f"a{position}": chance.gauss(0, 1) for position in range(6)},
                        "p": chance.random(),
                    },
                }
                for number in range(first, min(first + 20_000, count))
            ]
            answer = self.client.post(f"{self.path}/inferences", json=rows)
            assert answer.json()["counts"]["failure"] == 0, answer.text[:300]

    def metric(self, name):
        url = f"{self.url}/api/v4{self.path}/metrics"
        (found,) = self.client.get(url, params={"metric_name": name}).json()["metrics"]
        return found["id"]

    def make_rules(self, count):
        """Make alert rules that each window of an hour breaks."""
        metric = self.metric("Inference Count")
        for number in range(count):
            rule = {
                "name": f"rule {number}",
                "metric_id": metric,
                "bound": "upper",
                "threshold": 0,
                "severity": "warning",
                "lookback_period": 60,
                "subsequent_alert_wait_time": 0,
                "min_rows": 1,
                "filters": [{"property": "a0", "comparator": "gt", "value": -100 - number}],
            }
            answer = self.client.post(f"{self.path}/alert_rules", json=rule)
            assert answer.status_code == 200, answer.text[:300]

    def count_alerts(self):
        params = {"model_id": self.model, "page_size": 1}
        return self.client.get("/alerts", params=params).json()["total_count"]

    def evaluate_rules(self, rules=40, windows=480):
        self.make_rules(rules)
        self.send(windows, hours=windows)
        self._wait_for("alert_rules")

    def train(self, rows=20_000):
        """Send reference data, which anomaly detection learns from, and have weak regions found."""
        import pandas as pd

        chance = random.Random(rows)
        names = [*(f"a{number}" for number in range(6)), "p", "g"]
        table = pd.DataFrame({name: [chance.gauss(0, 1) for _ in range(rows)] for name in names})
        content = table.to_parquet()
        files = {"reference_data": ("r.parquet", content)}
        answer = self.client.post(f"{self.path}/reference_data", files=files)
        assert answer.status_code in {200, 207}, answer.text[:300]
        self.client.patch(f"{self.path}/reference_data", json={"status": "uploaded"})
        self._wait_for("enrichments")

    def explain(self):
        """Give the model code that sleeps in its predict function."""
        self.train(200)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("entry.py", SLEEPING_CODE)
        config = {
            "python_version": "3.11",
            "sdk_version": "4.0.0",
            "user_predict_function_import_path": "entry",
        }
        enrichments = {"explainability": {"enabled": True, "config": config}}
        files = {
            "config": (None, json.dumps(enrichments)),
            "user_project.zip": ("user_project.zip", packed.getvalue()),
            "user_requirements_file.txt": ("r.txt", b"numpy==1.0\n", "text/plain"),
            "explainer.pkl": ("explainer.pkl", b""),
        }
        answer = self.client.patch(f"{self.path}/enrichments", files=files)
        assert answer.status_code == 202, answer.text[:300]
        time.sleep(3)
        assert self.waiting("enrichments")

    def deliver(self):
        """Have an alert posted to a receiver that takes it and never answers."""
        listener = socket.create_server(("127.0.0.1", 0))
        self._kept.append(listener)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/hook"
        body = {"model_id": self.model, "type": "webhook", "destination": url}
        answer = self.client.post("/alert_notification_configurations", json=body)
        assert answer.status_code == 201, answer.text[:300]
        self.make_rules(1)
        self.send(5, hours=5)
        connection, _ = listener.accept()
        self._kept.append(connection)

    def back_up(self, rows=100_000):
        """Ask for a backup that nobody reads."""
        self.send(rows)
        self._ask("POST", f"{self.url}/backup")
        time.sleep(0.5)

    def query(self, rows=300_000):
        """Ask what takes long."""
        self.send(rows)
        for _ in range(4):
            self._ask("POST", f"{self.path}/inferences/query", json=SLOW_QUERY)
        time.sleep(1)

    def _ask(self, method, path, **content):
        client = self.new_client()
        request = client.build_request(method, path, **content)

        def ask():
            try:
                self._kept.append(client.send(request, stream=True))
            except httpx.HTTPError as error:
                self._kept.append(error)

        threading.Thread(target=ask, daemon=True).start()

    def _wait_for(self, queue):
        deadline = time.monotonic() + 60
        while not self.waiting(queue):
            assert time.monotonic() < deadline, f"no work in {queue}"
            time.sleep(0.02)

    def stop(self, number=signal.SIGTERM, *, seconds=120):
        """Send a signal; give how long the process took to end, and its status."""
        started = time.monotonic()
        self.process.send_signal(number)
        status = self.process.wait(seconds)
        return time.monotonic() - started, status

    def end(self):
        """End the process, whatever it does."""
        self.process.kill()
        self.process.communicate()
        self.client.close()
        self._log.close()


if __name__ == "__main__":
    for work in sys.argv[3:] or ["evaluate_rules", "train", "deliver", "back_up", "query"]:
        server = BusyServer(Path(sys.argv[2]) / work, sys.argv[1])
        getattr(server, work)()
        try:
            print(work, server.stop())
        except subprocess.TimeoutExpired:
            print(work, "runs on after 120 s")
        server.end()
