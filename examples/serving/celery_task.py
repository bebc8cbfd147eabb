"""A Celery task that logs every prediction without waiting for Arthur."""

from typing import Any

from celery import Celery, Task
from celery.signals import worker_process_shutdown

from arthurai import ArthurModel


def create_task(app: Celery, model: ArthurModel, spool: str) -> Task:
    """Make the task; the worker's processes, which are forks, each get a spool of their own.

    Args:
        app: The Celery application.
        model: A saved model.
        spool: Directory of spools; all workers may share one.
    """
    logger = model.logger(spool=spool)

    @app.task(name="predict")
    def predict(house: dict[str, Any]) -> float:
        price = 3.9 * house["area"]
        logger.log({**house, "predicted_price": price})
        return price

    # Processes of a pool end without the usual steps at the end of a program.
    worker_process_shutdown.connect(lambda **_: logger.close(), weak=False)
    return predict
