"""Alert rules, their evaluation, and the alerts that come of it."""
