"""Servers that share a lake, behind a balancer, and are killed and started again at random.

`Traffic` has writers and readers use them by the public client meanwhile. It keeps what was sent
in the order of the answers, so that it can be replayed and computed anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from running_server import announced, free_port

from arthurai import ArthurAI
from arthurai.common.exceptions import ArthurError, UserTypeError, UserValueError

WRITERS = READERS = 8
FIRST_HOUR = datetime(2024, 1, 1, 0, 30, tzinfo=UTC)
SHARED = WRITERS  # stands for the writer of rows that all writers send
SHARED_HOUR = datetime(2022, 1, 1, 0, 30, tzinfo=UTC)
TRUTH_TIME = datetime(2025, 6, 1, tzinfo=UTC)
REGIONS = ("north", "south", "west")
RETRY_SECONDS = 180
UserArgumentErrors = (UserTypeError, UserValueError)


class LakeServer:
    """`arthurai serve` over a lake, always on the same port."""

    def __init__(self, options, folder, environment):
        self.port = free_port()
        self._command = [
            *(str(Path(sys.executable).with_name("arthurai")), "serve", *options),
            *("--port", str(self.port), "--log-level", "warning", "--threads", "8"),
        ]
        self._folder = folder
        self._environment = {**os.environ, "TMPDIR": str(folder), **environment}
        self._process = self._address = None
        self.log = folder / f"{self.port}.log"

    def start(self):
        """Start it; does not wait."""
        self._address = None
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._folder,
                env=self._environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def wait(self, known_key=None):
        """Wait until it listens; return its address."""
        if self._address is None:
            self._address = announced(self._process.stdout, known_key)
        return self._address

    def kill(self):
        """Kill it, at whatever it is."""
        self._process.kill()
        self._process.communicate()

    def stop(self):
        """Let it end in order."""
        self._process.terminate()
        self._process.communicate(timeout=60)


class Balancer:
    """Takes each connection to any server that listens, and drops those that are idle.

    A connection may be dropped in the very moment that a request comes, as those of real ones.
    """

    IDLE_SECONDS = 0.3

    def __init__(self, ports):
        self._ports = ports
        self._random = random.Random(1)
        self.counts = Counter()
        self._loop = asyncio.new_event_loop()
        started = threading.Event()

        async def listen():
            server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
            self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            started.set()

        self._loop.create_task(listen())
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        started.wait()

    async def _serve(self, reader, writer):
        try:
            for port in self._random.sample(self._ports, len(self._ports)):
                try:
                    back_reader, back_writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    self.counts["refused"] += 1
                    continue
                self.counts["connections"] += 1
                try:
                    await self._pass_on(reader, writer, back_reader, back_writer)
                finally:
                    back_writer.close()
                return
            self.counts["no server"] += 1
        except ConnectionError:
            self.counts["broken"] += 1
        finally:
            writer.close()

    async def _pass_on(self, reader, writer, back_reader, back_writer):
        asking = asyncio.ensure_future(reader.read(1 << 16))
        answering = asyncio.ensure_future(back_reader.read(1 << 16))
        is_asked = True
        try:
            while True:
                wait = None if is_asked else self.IDLE_SECONDS
                done, _ = await asyncio.wait(
                    {asking, answering}, timeout=wait, return_when=asyncio.FIRST_COMPLETED
                )
                if not done:
                    return
                for task, target in ((asking, back_writer), (answering, writer)):
                    if task in done:
                        content = task.result()
                        if not content:
                            return
                        target.write(content)
                        await target.drain()
                if asking in done:
                    is_asked = True
                    asking = asyncio.ensure_future(reader.read(1 << 16))
                if answering in done:
                    is_asked = False
                    answering = asyncio.ensure_future(back_reader.read(1 << 16))
        finally:
            for task in (asking, answering):
                task.cancel()
            await asyncio.gather(asking, answering, return_exceptions=True)

    def close(self):
        """Stop listening."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


class Sent(NamedTuple):
    """What one call sent: `json`, `parquet`, `truth` or `batch`."""

    kind: str
    frame: pd.DataFrame
    batch: str | None = None

    @property
    def is_stream(self):
        """Whether it holds inferences of the model of streams."""
        return self.kind in {"json", "parquet"}


def make_rows(writer, step, count, *, with_truth=False):
    """Return rows of an hour of their own, the same ones each time."""
    chance = random.Random(f"{writer} {step}")
    if writer == SHARED:
        hour = SHARED_HOUR + timedelta(hours=step)
    else:
        hour = FIRST_HOUR + timedelta(hours=WRITERS * step + writer)
    rows = {
        "partner_inference_id": [f"w{writer}-{step}-{n}" for n in range(count)],
        "inference_timestamp": [hour + timedelta(seconds=n % 1000) for n in range(count)],
        "writer": [writer] * count,
        "amount": [round(chance.gauss(100, 15), 3) for _ in range(count)],
        "region": [chance.choice(REGIONS) for _ in range(count)],
        "score": [round(chance.random(), 6) for _ in range(count)],
    }
    if with_truth:
        rows["truth"] = [round(chance.random(), 6) for _ in range(count)]
        rows["ground_truth_timestamp"] = [TRUTH_TIME] * count
    return pd.DataFrame(rows)


def make_truths(ids, step):
    """Return ground truth for ids."""
    chance = random.Random(f"{ids[0]} {step}")
    return pd.DataFrame(
        {
            "partner_inference_id": ids,
            "truth": [round(chance.random(), 6) for _ in ids],
            "ground_truth_timestamp": [TRUTH_TIME + timedelta(minutes=step)] * len(ids),
        }
    )


def send(models, sent):
    """Send by the public client: to the model of streams, or that of batches."""
    stream, batches = models
    frame = sent.frame
    if sent.kind == "truth":
        return stream.update_inference_ground_truths(frame)
    if sent.kind == "batch":
        return batches.send_inferences(frame, batch_id=sent.batch)
    if sent.kind == "json":
        return stream.send_inferences(frame)
    return stream.send_bulk_inferences(data=frame)[0]


class Traffic:
    """Writers and readers.

    Attributes:
        sent: What was answered, in the order of the answers.
        problems: What must not have happened.
        counts: What happened, by name.
    """

    def __init__(self, url, key, model_ids):
        self._url, self._key, self._model_ids = url, key, model_ids
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._started, self._stored = set(), set()
        self.sent, self.problems, self.counts = [], [], Counter()
        works = [(self._write, n) for n in range(WRITERS)]
        works += [(self._read, n) for n in range(READERS)]
        self._threads = [threading.Thread(target=self._run, args=work) for work in works]
        for thread in self._threads:
            thread.start()

    def stop(self):
        """Let the calls under way end, however often they are to be repeated."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _run(self, work, number):
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001 - the test shows it
            self.problems.append(f"{work.__name__} {number}: {error!r}")

    @contextlib.contextmanager
    def _connected(self):
        with contextlib.ExitStack() as stack:

            def connect():
                client = ArthurAI(url=self._url, access_key=self._key, allow_insecure=True)
                return [stack.enter_context(client).get_model(m) for m in self._model_ids]

            yield self._until_answered(connect)

    def _until_answered(self, call):
        """Call until it is answered, as a sender does that must not lose anything."""
        deadline = time.monotonic() + RETRY_SECONDS
        while True:
            try:
                return call()
            except UserArgumentErrors:
                raise
            except ArthurError as error:
                with self._lock:
                    self.counts[f"retry: {type(error).__name__}"] += 1
                if time.monotonic() > deadline:
                    raise
                time.sleep(random.uniform(0.1, 1.0))

    # --- writers --------------------------------------------------------------------------------

    def _write(self, writer):
        chance = random.Random(writer)
        steps = {}
        with self._connected() as models:
            step = 0
            while not self._stopping.is_set():
                for sent in self._plan(writer, step, chance, steps):
                    self._deliver(models, sent)
                step += 1

    def _plan(self, writer, step, chance, steps):
        """Yield what to send next."""
        size = chance.randint(1, 30) if chance.random() < 0.6 else chance.randint(150, 600)
        rows = make_rows(writer, step, size, with_truth=chance.random() < 0.2)
        steps[step] = rows
        if "truth" not in rows and chance.random() < 0.15:
            yield Sent("truth", make_truths(list(rows.partner_inference_id), 0))  # too early
        yield Sent("json" if size <= 30 else "parquet", rows)
        if chance.random() < 0.3:
            ids = list(steps[chance.randint(0, step)].partner_inference_id)
            some = chance.sample(ids, min(len(ids), chance.randint(1, 40)))
            yield Sent("truth", make_truths(some, 1 + step))
        if chance.random() < 0.1:
            again = steps[chance.randint(0, step)]
            yield Sent(chance.choice(["json", "parquet"]), again)
        if chance.random() < 0.3:
            place = chance.randint(0, step // 3)
            yield Sent(chance.choice(["json", "parquet"]), make_rows(SHARED, place, 20))
        if writer < 2 and step % 3 == 0:
            yield Sent("batch", make_rows(writer, step, 15), f"b{writer}-{step}")

    def _deliver(self, models, sent):
        if sent.is_stream:
            with self._lock:
                self._started.update(sent.frame.partner_inference_id)

        def call():
            result = send(models, sent)
            if result.accepted != len(sent.frame):
                raise ArthurError(f"{result}")

        self._until_answered(call)
        with self._lock:
            self.sent.append(sent)
            self.counts[sent.kind] += 1
            if sent.is_stream:
                self._stored.update(sent.frame.partner_inference_id)

    # --- readers --------------------------------------------------------------------------------

    def _read(self, reader):
        chance = random.Random(100 + reader)
        with self._connected() as (stream, _):
            while not self._stopping.wait(chance.uniform(0.05, 0.4)):
                with self._lock:
                    least = len(self._stored)
                found = self._until_answered(lambda: count_rows(stream, chance))
                with self._lock:
                    most = len(self._started)
                    self.counts["query"] += 1
                if not least <= found <= most:
                    self.problems.append(f"{found} rows, not {least} to {most}")


def count_rows(model, chance):
    """Count the rows by one of several queries."""
    count = {"function": "count", "alias": "n"}
    key = chance.choice([None, "region", "writer", "partner_inference_id"])
    if key is None:
        return model.query({"select": [count]})[0]["n"]
    if key == "partner_inference_id":
        distinct = {"function": "categoriesCount", "alias": "n", "parameters": {"property": key}}
        return model.query({"select": [distinct]})[0]["n"]
    found = model.query({"select": [{"property": key}, count], "group_by": [{"property": key}]})
    return sum(row["n"] for row in found)


def kill_at_random(servers, seconds, *, pause=(2.0, 8.0)):
    """Kill servers and start them again for a while; return how many were killed."""
    chance = random.Random()
    deadline = time.monotonic() + seconds
    kills = 0
    down = {}
    while time.monotonic() < deadline:
        time.sleep(chance.uniform(*pause))
        for server, since in list(down.items()):
            if time.monotonic() - since > chance.uniform(0, 6):
                server.start()
                del down[server]
        up = [server for server in servers if server not in down]
        if len(up) > 1:
            server = chance.choice(up)
            server.kill()
            down[server] = time.monotonic()
            kills += 1
    for server in down:
        server.start()
    return kills
