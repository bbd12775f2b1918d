"""``python -m hpo.export``: a study in the forms that other programs read."""
