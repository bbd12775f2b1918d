"""The columns of ``trials.csv`` that every study has."""

FIRST_COLUMNS = ("trial_index", "status")
LAST_COLUMNS = ("seconds", "reason")
