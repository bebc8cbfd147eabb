"""Queries in Python instead of nested JSON.

For example::

    from arthurai.query import accuracy_rate, col, count, round_timestamp, select

    day = round_timestamp("day")
    query = (
        select(day, count(), accuracy_rate(threshold=0.5).as_("accuracy"))
        .where(col("region") == "north", col("income") > 1000)
        .group_by(day)
        .order_by(day)
    )
    rows = model.query(query)

A query is a mapping: the JSON that is sent, which its `repr` shows. Its shape is checked when it is
built; names and types are checked by the server.
"""

from arthurai.query import functions
from arthurai.query.builder import Query, select
from arthurai.query.drift_queries import DriftQuery, drift, psi_table
from arthurai.query.expressions import Condition, Expression, Order, alias, col
from arthurai.query.extension_functions import *  # noqa: F403 - those that the server adds
from arthurai.query.functions import *  # noqa: F403 - the functions of the language
from arthurai.query.functions import __all__ as _functions

__all__ = [  # noqa: PLE0604 - names of another module's `__all__` are strings too
    "Condition",
    "DriftQuery",
    "Expression",
    "Order",
    "Query",
    "alias",
    "col",
    "drift",
    "functions",
    "psi_table",
    "select",
    *_functions,
]
