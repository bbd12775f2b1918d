"""``python -m hpo.report``."""

from hpo.report.command_line import main

raise SystemExit(main())
