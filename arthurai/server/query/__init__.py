"""The query language: parse, check against the model, compile to SQL, read the answer back."""

from arthurai.server.query.distributions import run_distributions
from arthurai.server.query.drift import run_drift, run_psi_table
from arthurai.server.query.errors import QueryError
from arthurai.server.query.execute import run_encoded_query, run_query

__all__ = [
    "QueryError",
    "run_distributions",
    "run_drift",
    "run_encoded_query",
    "run_psi_table",
    "run_query",
]
