"""`kill -9` of a server between a request and its answer: the client repeats it, nothing is lost or doubled."""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections import Counter

import pytest
from builders import regression, regression_rows, save_model, stored, stored_count
from running_server import KillableServer

from arthurai import ArthurAI
from arthurai_api.api.datasets import get_reference_data

from .fault_proxy import FaultProxy

pytestmark = pytest.mark.heavy

ROWS = 20


class KillingProxy(FaultProxy):
    """Kills the server while it works on a request, or when its answer is there, and starts it again.

    The client gets no answer; before its connection is reset, `meanwhile` is called.
    """

    def __init__(self, server, chance):
        super().__init__(server.address.url, lambda *_: None)
        self._server = server
        self._chance = chance
        self.armed = None
        self.meanwhile = None
        self.kills = Counter()

    def _forward(self, upstream, head, body):
        way, self.armed = self.armed, None
        if way is None:
            return super()._forward(upstream, head, body)
        if way == "when answered":
            super()._forward(upstream, head, body)
            self._server.kill()
        else:
            killer = threading.Timer(self._chance.uniform(0, 0.06), self._server.kill)
            killer.start()
            try:
                super()._forward(upstream, head, body)
            except (OSError, http.client.HTTPException):
                way = "in the middle"
            killer.join()
        self.kills[way] += 1
        self._server.start()
        if self.meanwhile is not None:
            self.meanwhile()
        raise ConnectionResetError


def without_times(rows):
    return [
        {k: v for k, v in row.items() if "timestamp" not in k and "partner" not in k}
        for row in rows
    ]


def check_kills(folder, rounds):
    chance = random.Random(rounds)
    server = KillableServer(folder / "data")
    options = {"access_key": server.address.key, "allow_insecure": True}
    proxy = KillingProxy(server, chance)
    direct = ArthurAI(url=server.address.url, **options)
    far = ArthurAI(url=proxy.url, **options)
    try:
        model = save_model(direct, regression())
        through = far.get_model(model.id)
        references, held, truths, sent = 0, 0, {}, []
        for number in range(rounds):
            rows = regression_rows(range(ROWS), stem=f"r{number}")
            if number % 4 == 3:  # several rows under each id
                rows += [{**row, "amount": -1.0} for row in rows]
            ids = [row["partner_inference_id"] for row in rows[:ROWS]]
            ways = ["when answered", "in the middle"]
            first, second, third = (chance.choice(ways) for _ in range(3))

            proxy.armed = first
            send = through.send_bulk_inferences if number % 2 else through.send_inferences
            result = send(data=rows) if number % 2 else send(rows)
            result = result[0] if number % 2 else result
            assert (result.accepted, result.total) == (len(rows), len(rows))
            sent += rows

            # While the answer about the labels is lost, somebody else corrects one of them.
            def correct(row_id=ids[0]):
                direct.get_model(model.id).update_inference_ground_truths(
                    [9.0], partner_inference_ids=[row_id]
                )

            truths |= dict.fromkeys(ids, 1.0)
            if second == "when answered":
                proxy.meanwhile = correct
                truths[ids[0]] = 9.0
            proxy.armed = second
            labels = through.update_inference_ground_truths([1.0] * ROWS, partner_inference_ids=ids)
            assert labels.accepted == ROWS
            proxy.meanwhile = None

            other = far.get_model(save_model(direct, regression()).id)
            proxy.armed = third
            parts = [{**row, "truth": 1.0} for row in without_times(rows)]
            uploaded, _ = other.set_reference_data(data=parts)
            assert uploaded.accepted == len(rows)
            references += len(rows)
            held += get_reference_data.sync(other.id, client=direct.api).records
        print(f"{rounds * 3} kills {dict(proxy.kills)}, {len(sent)} rows, {references} references")
        assert proxy.kills.total() == rounds * 3
        assert stored_count(model) == len(sent)
        assert {i: row["truth"] for i, row in stored(model, "truth").items()} == truths
        assert held == references
    finally:
        far.close()
        direct.close()
        proxy.__exit__()
        server.kill()


def test_a_few_kills_lose_and_double_nothing(tmp_path):
    check_kills(tmp_path, 1)


@pytest.mark.slow
def test_many_kills_lose_and_double_nothing(tmp_path):
    started = time.monotonic()
    check_kills(tmp_path, 40)
    print(f"{time.monotonic() - started:.0f} s")
