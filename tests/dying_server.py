"""A server that dies at a given point of a request, for good: it is killed by SIGKILL."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import orjson

PROGRAM = """
import os
import signal
import sys
import threading
from operator import attrgetter
from pathlib import Path

import orjson

from arthurai.server.app import create_app
from builders import administrator

options, place, requests = map(orjson.loads, sys.argv[1:])
options["data_dir"] = Path(options["data_dir"])
app = create_app(**options)
for record in app.control.models.list(None):
    app.data.datasets(record.schema)  # the first use of a model in a lake may write
owner, _, name = place.rpartition(".")
owner = attrgetter(owner)(app)
function = getattr(owner, name)

def call_and_die(*arguments, **keywords):
    found = function(*arguments, **keywords)
    if threading.current_thread() is threading.main_thread():  # not for work of the start
        os.kill(os.getpid(), signal.SIGKILL)
    return found

setattr(owner, name, call_and_die)
client = administrator(app)
for method, path, body in requests:
    answer = client.request(method, path, json=body)
    print(answer.status_code, answer.text)
"""


def die_after(place, options, *requests):
    """Make requests of a server in a process of its own, and kill it once a function returns to one.

    Args:
        place: The function, as the path of an attribute of the server, such as `data.prune`.
        options: Arguments of `create_app`, those of a server with a directory.
        requests: Method, path and JSON body of each.
    """
    given = [orjson.dumps(each, default=str).decode() for each in (options, place, requests)]
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, *given],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stdout
    assert not ended.stdout, "a request was answered"
