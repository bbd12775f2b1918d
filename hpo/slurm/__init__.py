"""A study as a job of SLURM: ``python -m hpo.slurm`` writes a batch script that a person can read, and submits it.

It runs ``sbatch`` and nothing else of SLURM. What the job does on the nodes is in the script: ``hpo/slurm/*.sh``.
"""

from hpo.slurm.site import Site

__all__ = ["Site"]
