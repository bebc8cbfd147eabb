"""Copies of all that a server keeps, in a process of its own that dies at a given step."""

from __future__ import annotations

import subprocess
import sys

import orjson

STEPS = (
    "copy_selected",
    "copy_views",
    "fingerprint",
    "copy_file",
    "copy_control",
    "put_in_place",
    "put",
)
KILLED = 9
PROGRAM = f"""
import os, sys
import orjson
from arthurai.commands.serve_settings import parse_storage
from arthurai.server.storage import bucket_files, file_copy, store_copy
from arthurai.server.storage.warehouse import database_copy
left = int(sys.argv[1])
def dying(function):
    def call(*given, **named):
        global left
        left -= 1
        if left == 0:
            os._exit({KILLED})
        found = function(*given, **named)
        left -= 1
        if left == 0:
            os._exit({KILLED})
        return found
    return call
for name in {STEPS!r}:
    for owner in (store_copy, file_copy, database_copy, bucket_files.BucketFiles):
        if hasattr(owner, name):
            setattr(owner, name, dying(getattr(owner, name)))
store_copy.copy_stores(
    *(
        store_copy.StorePlace(parse_storage(directory), control, warehouse)
        for directory, control, warehouse in map(orjson.loads, sys.argv[2:])
    )
)
"""


def copy_and_die(source, target, step):
    """Copy, and die at a step; return whether it did, and was not done before.

    Args:
        source: Directory or address in S3, control database and warehouse, as in `StorePlace`.
        target: The same of the copy.
        step: Number of the step.
    """
    places = [orjson.dumps([str(place[0]), *place[1:]]).decode() for place in (source, target)]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(step), *places],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, KILLED), done.stderr
    return done.returncode == KILLED
