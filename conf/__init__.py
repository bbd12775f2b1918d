"""The config tree of python -m hpo: a folder is a group, a file is a choice."""
