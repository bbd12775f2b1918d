"""``python -m hpo``."""

from hpo.app import main

main()
