"""What other libraries say that is not this user's business."""

import logging
import os
import warnings

# Their own deprecations, numerical remarks and duplicates of what they raise.
LIBRARIES = ("ax", "botorch", "gpytorch", "linear_operator", "pyro", "torch", "ray", "pkg_resources", "mlflow", "wandb")
CATEGORIES = (DeprecationWarning, FutureWarning, PendingDeprecationWarning, RuntimeWarning, UserWarning)
AX_STORAGE = "ax.storage.sqa_store.with_db_settings_base"  # says at its import that there is SQLAlchemy

_VERBOSE = "HPO_VERBOSE"  # a variable, since the processes that this one starts have to know too


def be_verbose() -> None:
    """Let other libraries say what they like, in this process and in those that it starts."""
    os.environ[_VERBOSE] = "1"


def is_verbose() -> bool:
    """Tell whether other libraries may say what they like."""
    return os.environ.get(_VERBOSE) == "1"


def quiet_libraries() -> None:
    """Keep the warnings of :data:`LIBRARIES` off the terminal for the rest of this process; errors stay."""
    if is_verbose():
        return
    # A level would not do: the module sets its own before it speaks.
    logging.getLogger(AX_STORAGE).addFilter(lambda record: record.levelno > logging.INFO)
    for library in LIBRARIES:
        for category in CATEGORIES:
            warnings.filterwarnings("ignore", category=category, module=rf"{library}(\.|$)")


def quiet_loggers(*names: str, level: int = logging.ERROR) -> None:
    """Let these loggers speak from ``level`` up; to be called after the import that gives them a level of their own."""
    for name in names if not is_verbose() else ():
        logging.getLogger(name).setLevel(level)
