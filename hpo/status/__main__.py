"""``python -m hpo.status``."""

from hpo.status.command_line import main

raise SystemExit(main())
