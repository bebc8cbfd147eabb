"""Import path of the official SDK; see `arthurai.model.bias.threshold_mitigation`."""

from arthurai.model.bias.threshold_mitigation import (
    CONSTRAINT_PLOT_DICT,
    Curves,
    DemographicParity,
    EqualizedOdds,
    EqualOpportunity,
    ThresholdMitigation,
)

__all__ = [
    "CONSTRAINT_PLOT_DICT",
    "Curves",
    "DemographicParity",
    "EqualOpportunity",
    "EqualizedOdds",
    "ThresholdMitigation",
]
