"""Values as Hydra reads them on a command line."""

from collections.abc import Mapping, Sequence


def hydra_value(value: object) -> str:
    """Return ``value`` as it is typed in an override; a text always in quotes, as one may look like a number.

    Args:
        value: A text, a number, a truth value, or mappings and lists of these.
    """
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace("'", "\\'")
        return f"'{escaped}'"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {hydra_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(hydra_value, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else repr(value)
