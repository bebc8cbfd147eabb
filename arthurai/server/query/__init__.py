"""The query language: parse, check against the model, compile to SQL, read the answer back."""

from arthurai.server.query.errors import QueryError
from arthurai.server.query.run import run_query

__all__ = ["QueryError", "run_query"]
