"""What other libraries say that is not this user's business."""

import logging
import warnings

# Their own deprecations, numerical remarks and duplicates of what they raise.
LIBRARIES = ("ax", "botorch", "gpytorch", "linear_operator", "pyro", "torch", "ray", "pkg_resources")
CATEGORIES = (DeprecationWarning, FutureWarning, PendingDeprecationWarning, RuntimeWarning, UserWarning)


def quiet_libraries() -> None:
    """Keep the warnings of :data:`LIBRARIES` off the terminal for the rest of this process; errors stay."""
    for library in LIBRARIES:
        for category in CATEGORIES:
            warnings.filterwarnings("ignore", category=category, module=rf"{library}(\.|$)")


def quiet_loggers(*names: str, level: int = logging.ERROR) -> None:
    """Let these loggers speak from ``level`` up; to be called after the import that gives them a level of their own."""
    for name in names:
        logging.getLogger(name).setLevel(level)
