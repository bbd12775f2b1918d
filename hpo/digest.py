"""A short name for a value's content."""

import hashlib
import json
from collections.abc import Mapping


def digest(content: Mapping[str, object]) -> str:
    """Return the SHA-256 in hex of plain JSON values, whatever the order of their keys."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
