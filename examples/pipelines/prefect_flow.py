"""The nightly job as a flow of Prefect 3.

Usage: python examples/pipelines/prefect_flow.py FOLDER DAY
with `ARTHUR_ENDPOINT_URL` and `ARTHUR_API_KEY` in the environment.
"""

from __future__ import annotations

import sys

from nightly import hold_gates, send_predictions, send_truths
from prefect import flow, task


@flow(name="monitor loans")
def monitor_loans(folder: str, day: str, url: str | None = None) -> str:
    """Send a day, then hold the gates; sending is tried again, a gate is not."""
    task(send_predictions, retries=3, retry_delay_seconds=60)(folder, day, url)
    task(send_truths, retries=3, retry_delay_seconds=60)(folder, day, url)
    return task(hold_gates)(day, url)


if __name__ == "__main__":
    print(monitor_loans(*sys.argv[1:]))
