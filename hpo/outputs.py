"""Where studies lie. By itself, so that --help and --cfg job need nothing else of a study."""

from pathlib import Path

OUTPUTS = "outputs"  # the folder of all studies, in the directory where the program is started
MULTIRUNS = "multirun"  # the folder below it that holds comparisons
SCRIPTS = "slurm"  # the one that holds batch scripts and what their jobs print


def free_name(outputs: Path, name: str) -> str:
    """Return ``name``, with a number behind it if a folder of that name is in ``outputs``."""
    free, n = name, 1
    while (outputs / free).exists():
        n += 1
        free = f"{name}-{n}"
    return free
