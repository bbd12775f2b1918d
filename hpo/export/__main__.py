"""``python -m hpo.export``."""

from hpo.export.command_line import main

raise SystemExit(main())
