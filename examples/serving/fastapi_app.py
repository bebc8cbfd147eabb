"""A FastAPI service that logs every prediction without waiting for Arthur."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request

from arthurai import ArthurModel
from arthurai.logger import InferenceLogger


def get_logger(request: Request) -> InferenceLogger:
    """Give the logger of the application to a route."""
    return request.app.state.arthur_logger


async def predict(
    house: dict[str, Any], logger: Annotated[InferenceLogger, Depends(get_logger)]
) -> dict[str, Any]:
    price = 3.9 * house["area"]
    row_id = logger.log({**house, "predicted_price": price})
    return {"id": row_id, "price": price}


async def learn(
    row_id: str, price: float, logger: Annotated[InferenceLogger, Depends(get_logger)]
) -> None:
    logger.log_ground_truth(price, row_id)


def create_app(model: ArthurModel, spool: str) -> FastAPI:
    """Make the application.

    Args:
        model: A saved model.
        spool: Directory of spools; all workers may share one.
    """

    @contextlib.asynccontextmanager
    async def run(app: FastAPI) -> AsyncIterator[None]:
        # An event loop must not wait for room in the spool, so rows beyond it are dropped.
        app.state.arthur_logger = model.logger(spool=spool, when_full="drop_newest")
        yield
        await asyncio.to_thread(app.state.arthur_logger.close)

    app = FastAPI(lifespan=run)
    app.post("/predict")(predict)
    app.post("/learn/{row_id}")(learn)
    return app
