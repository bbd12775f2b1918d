"""``python -m hpo.report``: a study as one file that a browser opens."""
