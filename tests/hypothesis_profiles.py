"""How hard property tests try: the environment variable `HYPOTHESIS_PROFILE` names a profile.

`fast` tries few examples, `steady` enough, both the same on every machine, however busy it is;
`exploring` tries many and looks for new ones.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

FACTORS = {"fast": 0.1, "steady": 1.0, "exploring": 5.0}
USUAL = 100
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "steady")


def examples(steady, *, suppress=()):
    """Set how many examples a test tries in the steady profile, and so in the others."""
    return settings(
        max_examples=max(2, round(steady * FACTORS[PROFILE])),
        suppress_health_check=[HealthCheck.too_slow, *suppress],
    )


settings.register_profile(
    PROFILE,
    max_examples=round(USUAL * FACTORS[PROFILE]),
    derandomize=PROFILE != "exploring",
    print_blob=PROFILE == "exploring",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(PROFILE)
