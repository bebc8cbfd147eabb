"""Servers in processes of their own that share a control database.

They share a lake of rows if it is named. Else each has rows of its own, and gets the same ones as the
others, so it comes to the same alerts.
"""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
from pathlib import Path

import orjson

from arthurai.server import app as application
from arthurai.server.background import clock, heartbeat
from arthurai.server.delivery.mail_and_webhooks import DeliverySettings

address, folder, settings, rows, warehouse = sys.argv[1:]

def check_pair(control, database, data_dir):
    control.database.claim(alone=False)

if not warehouse:
    application.check_pair = check_pair
application.TAKE_OVER_SECONDS = application.RULE_SECONDS = application.SUMMARY_SECONDS = 0.5
clock.TICK_SECONDS = 0.1
heartbeat.RENEW_SECONDS = 0.3

original = application.ControlStore
def open_control(*arguments):
    control = original(*arguments)
    control.leases.seconds = 1.5
    return control
application.ControlStore = open_control

with application.create_app(
    Path(folder),
    control=address,
    delivery=DeliverySettings(**orjson.loads(settings)),
    warehouse=warehouse or None,
) as app:
    print(app.control.leases.holder, flush=True)
    sys.stdin.readline()
    for record in app.control.models.list(None):
        if not warehouse:
            app.data.create_model(record.schema)
        if found := orjson.loads(rows):
            app.data.append_inferences(record.schema, found)
    app.start_clock()  # not before: others may have left work on the rows
    print("begun", flush=True)
    sys.stdin.readline()
    app.alerts.drain(60)
print("ended", flush=True)
"""


class ServerProcess:
    """A server that begins to work when it is told to."""

    def __init__(self, address, folder, settings, rows="[]", warehouse=""):
        folder.mkdir(exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, address, str(folder), settings, rows, warehouse],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.id = None

    def wait_until_started(self):
        """Wait until it has opened its stores."""
        self.id = self._process.stdout.readline().strip()
        assert self.id, "the server did not start"

    def begin(self):
        """Let it begin; does not wait."""
        self._say()

    def wait_until_begun(self):
        """Wait until its rows are stored, which does not mean that they are evaluated."""
        assert self._process.stdout.readline() == "begun\n"

    def kill(self):
        """Kill it, at whatever it is."""
        self._process.kill()
        self._process.communicate()

    def stop(self):
        """Let it end in order."""
        if self._process.poll() is None:
            self._say()
            output, _ = self._process.communicate(timeout=60)
            assert output.split()[-1:] == ["ended"]
            assert self._process.returncode == 0

    def _say(self):
        self._process.stdin.write("\n")
        self._process.stdin.flush()
