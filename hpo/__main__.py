"""``python -m hpo``."""

from hpo.app.entrypoint import main

main()
