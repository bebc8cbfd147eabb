"""A Flask service that logs every prediction without waiting for Arthur."""

from typing import Any

from flask import Flask, current_app, request

from arthurai import ArthurModel


def predict() -> dict[str, Any]:
    house = request.get_json()
    price = 3.9 * house["area"]
    row_id = current_app.extensions["arthur"].log({**house, "predicted_price": price})
    return {"id": row_id, "price": price}


def create_app(model: ArthurModel, spool: str) -> Flask:
    """Make the application; a fork after this (gunicorn --preload) is fine.

    Args:
        model: A saved model.
        spool: Directory of spools; all workers may share one.
    """
    app = Flask(__name__)
    app.extensions["arthur"] = model.logger(spool=spool)
    app.post("/predict")(predict)
    return app
