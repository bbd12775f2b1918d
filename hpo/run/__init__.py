"""``python -m hpo.run``: a trial of a study again, with other seeds or for longer."""
