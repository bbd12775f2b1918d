"""What all toy tasks share: a formula, wrapped in a run time, noise, reports and failures."""

import time
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from hpo.errors import Fault, raise_faults
from hpo.task import Metrics, ParameterValue, Signature, Task, TrialContext
from tasks.toy.checks import number_faults
from tasks.toy.failures import failure_faults, strike
from tasks.toy.schedule import Schedule, draw


@dataclass(frozen=True)
class ClosedForm(Task):
    """A formula of x1, x2, ... that returns the metric ``value`` and can be slow, noisy or ill on demand.

    Whatever is random follows from the trial's seed. A trial first spends its run time, reporting, then meets
    its fate.

    Attributes:
        sleep_s: Mean run time in seconds.
        sleep_sigma: Shape of a lognormal run time, whose mean stays ``sleep_s``; 0 for a constant one.
        noise: Standard deviation of the Gaussian noise on the value.
        n_reports: Reports, evenly spaced over the run time, of a value that falls towards the final one.
        failures: Shares of the trials, 0 to 1, that return NaN (``invalid``), raise (``error``), never end
            (``hang``), end their process (``exit``) or meet a limit of memory (``out_of_memory``).

    Raises:
        hpo.errors.InputError: If settings are out of range, with all that are.
    """

    dimension: ClassVar[int]

    sleep_s: float = 0.0
    sleep_sigma: float = 0.0
    noise: float = 0.0
    n_reports: int = 0
    failures: Mapping[str, float] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        raise_faults(self._faults())

    def _faults(self) -> Iterator[Fault]:
        yield from number_faults("task.sleep_s", self.sleep_s, "it takes 0 or more seconds")
        yield from number_faults("task.sleep_sigma", self.sleep_sigma, "it takes 0 or more, 0 for a constant run time")
        yield from number_faults("task.noise", self.noise, "it takes 0 or more, a standard deviation")
        yield from number_faults("task.n_reports", self.n_reports, "it takes 0 or more", is_whole=True)
        yield from failure_faults(self.failures)

    @abstractmethod
    def value(self, x: Sequence[float]) -> float:
        """Return the formula's value at ``x`` of length ``dimension``."""

    @property
    def name(self) -> str:
        """The formula's name in lower case."""
        return type(self).__name__.lower()

    @property
    def signature(self) -> Signature:
        """All of x1, x2, ... are required."""
        return Signature(required=frozenset(self._names))

    @property
    def metrics(self) -> frozenset[str]:
        """The one metric, ``value``."""
        return frozenset({"value"})

    @property
    def _names(self) -> list[str]:
        return [f"x{i}" for i in range(1, self.dimension + 1)]

    def schedule(self, seed: int) -> Schedule:
        """Return what chance decides about the trial with this ``seed``."""
        return draw(
            seed,
            sleep_s=self.sleep_s,
            sleep_sigma=self.sleep_sigma,
            noise=self.noise,
            failures=self.failures,
        )

    def run(self, parameters: Mapping[str, ParameterValue], context: TrialContext) -> Metrics:
        """Evaluate the formula as the trial's schedule has it.

        Args:
            parameters: x1, x2, ...
            context: The trial; its seed decides fate, run time and noise.

        Returns:
            The value, with its noise, under the name ``value``.

        Raises:
            RuntimeError: If the trial's fate is ``error``.
            MemoryError: If it is ``out_of_memory``.
        """
        schedule = self.schedule(context.seed)
        value = self.value([float(parameters[name]) for name in self._names]) + schedule.noise
        self._spend(schedule.run_s, value, context)
        return {"value": strike(schedule.fate) if schedule.fate else value}

    def _spend(self, run_s: float, value: float, context: TrialContext) -> None:
        """Sleep for ``run_s`` seconds; report a value that comes down to ``value`` from 1 above."""
        if not self.n_reports:
            time.sleep(run_s)
        for step in range(1, self.n_reports + 1):
            time.sleep(run_s / self.n_reports)
            context.report(step, {"value": value + (1 - step / self.n_reports) ** 2})
