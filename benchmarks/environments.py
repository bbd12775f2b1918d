"""The environments of the peers: one for each set of requirements, made when it is first wanted."""

import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.benchmark import BenchmarkError, Settings
from benchmarks.process import run

REQUIREMENTS = Path(__file__).parent / "peers" / "requirements"
_STAMP = "made_from.txt"


@dataclass(frozen=True)
class Environment:
    """A virtual environment in which peers are installed.

    Attributes:
        name: Of its file in ``benchmarks/peers/requirements``.
        root: Its folder.
    """

    name: str
    root: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.root / "bin" / "python"

    def make(self) -> None:
        """Install what its file asks for, unless that was done before.

        Raises:
            BenchmarkError: If it cannot be installed, with what pip says.
        """
        wanted = (REQUIREMENTS / f"{self.name}.txt").read_text()
        stamp = self.root / _STAMP
        if stamp.is_file() and stamp.read_text() == wanted:
            return
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.parent.mkdir(parents=True, exist_ok=True)
        run([sys.executable, "-m", "venv", str(self.root)], self.root.parent)
        install = ["-m", "pip", "install", "--quiet", "--requirement", str(REQUIREMENTS / f"{self.name}.txt")]
        run([str(self.python), *install], self.root.parent)
        stamp.write_text(wanted)

    def versions(self, distributions: Sequence[str]) -> dict[str, str]:
        """Return the versions of some of what is installed."""
        program = (
            "import importlib.metadata as m, json, sys; print(json.dumps({n: m.version(n) for n in sys.argv[1:]}))"
        )
        ended = run([str(self.python), "-c", program, *distributions], self.root)
        return dict(json.loads(ended.last_line))


def made(name: str, settings: Settings) -> Environment:
    """Return the environment ``name``, ready.

    Raises:
        BenchmarkError: If peers are not wanted, or it cannot be installed.
    """
    if not settings.has_peers:
        raise BenchmarkError("left out with --no-peers")
    environment = Environment(name, settings.environments / name)
    try:
        environment.make()
    except BenchmarkError as error:
        raise BenchmarkError(f"cannot be installed: {error}") from error
    return environment
