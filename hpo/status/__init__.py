"""What a study is and how far, read from its directory without disturbing it: ``python -m hpo.status``.

Nothing here writes or locks anything, or imports more than the standard library, PyYAML and :mod:`hpo.study`.
"""
