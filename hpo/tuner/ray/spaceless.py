"""A way round a fault of Ray's: it starts workers through a shell, with the path of Python unquoted."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from hpo.errors import HpoError


@contextmanager
def python_without_spaces() -> Iterator[None]:
    """Let Ray see, in this block, this Python under a path without spaces.

    Where the path of ``sys.executable`` has a space, no worker of Ray 2.6 to 2.60 ever starts, and Ray waits for them
    for ever. A link to the whole environment keeps what belongs to it.

    Raises:
        HpoError: If the folder for temporary files has a space in its path too.
    """
    if " " not in sys.executable:
        yield
        return
    with TemporaryDirectory(prefix="hpo-python-") as folder:
        if " " in folder:
            raise HpoError(
                f"Ray starts no worker from {sys.executable} (a path without spaces would do, and so would a link "
                f"in {folder}, which has one too). Set TMPDIR=/tmp."
            )
        link = Path(folder) / "environment"
        link.symlink_to(sys.prefix)
        executable = sys.executable
        sys.executable = str(link / Path(executable).relative_to(sys.prefix))
        try:
            yield
        finally:
            sys.executable = executable
