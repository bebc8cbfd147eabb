"""The nightly job as a DAG of Airflow 3; put it and `nightly.py` into the folder of DAGs.

The address and the key of the server come from the environment of the workers,
`ARTHUR_ENDPOINT_URL` and `ARTHUR_API_KEY`.
"""

from __future__ import annotations

from datetime import timedelta

import pendulum
from airflow.sdk import dag, task
from nightly import hold_gates, send_predictions, send_truths

FOLDER = "/data/loans"
DAY = "{{ ds }}"


@dag(
    schedule="0 3 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=5)},
)
def monitor_loans() -> None:
    """Send the day before, then hold the gates, which is not tried again."""
    sent = [
        task(send_predictions)(FOLDER, DAY),
        task(send_truths)(FOLDER, DAY),
    ]
    sent >> task(retries=0)(hold_gates)(DAY)


monitor_loans()
