"""A function of AWS Lambda, or of a platform like it, that logs every prediction."""

from collections.abc import Callable
from typing import Any

from arthurai import ArthurModel


def create_handler(model: ArthurModel, spool: str) -> Callable[[dict[str, Any], Any], Any]:
    """Make the handler, once for a container and not once for a call.

    Args:
        model: A saved model.
        spool: A directory that can be written to, on AWS below `/tmp`. It goes with the container,
            so what is left there is lost; `flush` is what keeps rows.
    """
    logger = model.logger(spool=spool)

    def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
        del context
        price = 3.9 * event["area"]
        row_id = logger.log({**event, "predicted_price": price})
        counts = logger.flush(timeout=2)  # between calls the platform freezes the process
        return {"id": row_id, "price": price, "logged": counts.waiting + counts.unknown == 0}

    return handle
