"""A program: clients that do the worst that the lowest role can do, until the standard input ends.

Its arguments are the address of the server, a key, the id of a model, and the number of clients.
"""

from __future__ import annotations

import os
import random
import sys
import threading

import httpx

SELECT = [
    {
        "function": "distribution",
        "alias": f"d{n}",
        "parameters": {"property": "a", "num_bins": 2 + n},
    }
    for n in range(20)
]


def do_the_worst(url, key, model, number):
    chance = random.Random(number)
    path, headers = f"/models/{model}/inferences/query", {"Authorization": key}
    while True:
        patience = chance.choice([0.05, 1, 10])
        try:
            with httpx.Client(
                base_url=f"{url}/api/v3", headers=headers, timeout=patience
            ) as client:
                what = chance.random()
                if what < 0.4:
                    client.post(path, json={"select": SELECT})
                elif what < 0.6:
                    client.post(path, json={"select": [{"property": "*"}]})
                elif what < 0.8:
                    body = {"login": f"user {number}", "password": "wrong"}
                    client.post("/login", json=body)
                else:
                    client.get("/models")
        except httpx.HTTPError:
            continue


if __name__ == "__main__":
    for client_number in range(int(sys.argv[4])):
        arguments = (*sys.argv[1:4], client_number)
        threading.Thread(target=do_the_worst, args=arguments, daemon=True).start()
    sys.stdin.read()
    os._exit(0)
