"""``python -m website`` writes the pages that are made of other files: all keys, and the index of the decisions."""

import sys

from website import decisions, keys

for made in (keys, decisions):
    made.PAGE.write_text(made.page(), encoding="utf-8")
    sys.stdout.write(f"{made.PAGE.relative_to(keys.REPOSITORY)} is written.\n")
