"""``python -m hpo.doctor``."""

from hpo.doctor.command_line import main

raise SystemExit(main())
