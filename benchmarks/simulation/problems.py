"""What is minimised in virtual time. The standard library and the toy tasks only: peers import it too."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tasks.toy import Branin, Hartmann6
from tasks.toy.schedule import draw

SLOTS = 8
RUN_TIME_SIGMA = 0.5  # shape of the lognormal run times, whose mean is 1


@dataclass(frozen=True)
class Problem:
    """A function on a box.

    Attributes:
        name: What is typed.
        bounds: Lower and upper bound by parameter.
        is_whole: Whether all parameters are whole numbers.
        table: Value by the parameters in their order; None for a closed form.
    """

    name: str
    bounds: Mapping[str, tuple[float, float]]
    is_whole: bool = False
    table: Mapping[tuple[int, ...], float] | None = None

    def value(self, parameters: Mapping[str, float]) -> float:
        """Return the function's value, to be minimised."""
        point = [parameters[name] for name in self.bounds]
        if self.table is not None:
            return self.table[tuple(int(x) for x in point)]
        return Branin().value(point) if self.name == "branin" else Hartmann6().value(point)


BRANIN = Problem("branin", {"x1": (-5.0, 10.0), "x2": (0.0, 15.0)})
HARTMANN6 = Problem("hartmann6", {f"x{number}": (0.0, 1.0) for number in range(1, 7)})


def tabular(path: Path) -> Problem:
    """Return the problem that :mod:`benchmarks.peers.export_table` wrote to ``path``."""
    content = json.loads(path.read_text())
    sizes: Mapping[str, int] = content["sizes"]
    return Problem(
        name="tabular",
        bounds={name: (0, size - 1) for name, size in sizes.items()},
        is_whole=True,
        table={tuple(point): value for point, value in content["rows"]},
    )


def problem(name: str, table: Path) -> Problem:
    """Return the problem of this name; ``table`` is read for the tabular one only."""
    return {"branin": BRANIN, "hartmann6": HARTMANN6}.get(name) or tabular(table)


def run_time(seed: int, index: int) -> float:
    """Return the virtual seconds of a trial: the same for all optimizers."""
    return draw(1000 * seed + index, sleep_s=1.0, sleep_sigma=RUN_TIME_SIGMA, noise=0.0, failures={}).run_s


def best_so_far(values: Sequence[float]) -> list[float]:
    """Return the least value up to each trial."""
    best: list[float] = []
    for value in values:
        best.append(min(value, best[-1]) if best else value)
    return best
