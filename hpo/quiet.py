"""What other libraries say that is not this user's business."""

import logging
import warnings

# Their own deprecations, numerical remarks and duplicates of what they raise.
LIBRARIES = ("ax", "botorch", "gpytorch", "linear_operator", "pyro", "torch", "ray", "pkg_resources")
CATEGORIES = (DeprecationWarning, FutureWarning, PendingDeprecationWarning, RuntimeWarning, UserWarning)


def quiet_libraries() -> None:
    """Keep the commentary of :data:`LIBRARIES` off the terminal for the rest of this process; errors stay."""
    for logger in ("ax", "ax.api.client"):  # the second has a level of its own
        logging.getLogger(logger).setLevel(logging.ERROR)
    for library in LIBRARIES:
        for category in CATEGORIES:
            warnings.filterwarnings("ignore", category=category, module=rf"{library}(\.|$)")
