"""Data drift: how far the distribution of a target is from that of a base."""

from arthurai.server.query.drift.drift import run_drift
from arthurai.server.query.drift.psi_table import run_psi_table

__all__ = ["run_drift", "run_psi_table"]
