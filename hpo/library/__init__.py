"""What ``import hpo`` has for notebooks and other programs beside the space and the objective.

    read_only    open_study: a study on the disk, running or not, to be read
    opening      create_study: a new study, asked and told by hand; resume_study: one that goes on so
    ask_tell     the study that they return; view: what it has in common with one that is only read
    frames       trials and reports as tables of pandas

The public names are in ``hpo/__init__.py``. The program itself uses nothing of this package.
"""
