"""``python -m hpo.slurm``."""

from hpo.slurm.command_line import main

raise SystemExit(main())
