"""``python -m hpo.run``."""

from hpo.run.command_line import main

raise SystemExit(main())
