"""Whether a study would run here, and what to do if not: ``python -m hpo.doctor``.

A module looks at one thing. It yields findings, leaves nothing behind, and disturbs neither a study nor a Ray that
runs.
"""
